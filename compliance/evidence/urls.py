from django.urls import path

from compliance.evidence import views
from compliance.evidence.models import Kind

urlpatterns = [
    path("", views.evidence_list, name="evidence_list"),
    path("new/", views.evidence_new, name="evidence_new"),
    path("new/link/", views.evidence_new, {"kind": Kind.LINK}, name="evidence_new_link"),
    path("new/note/", views.evidence_new, {"kind": Kind.NOTE}, name="evidence_new_note"),
    path("<uuid:pk>/", views.evidence_detail, name="evidence_detail"),
    path("<uuid:pk>/download/", views.evidence_download, name="evidence_download"),
    path("<uuid:pk>/withdraw/", views.evidence_withdraw, name="evidence_withdraw"),
]
