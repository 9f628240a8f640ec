from django.urls import path

from compliance.evidence import views, views_fixity, views_piece
from compliance.evidence.models import Kind

urlpatterns = [
    path("", views.evidence_list, name="evidence_list"),
    path("new/", views.evidence_new, name="evidence_new"),
    path("new/link/", views.evidence_new, {"kind": Kind.LINK}, name="evidence_new_link"),
    path("new/note/", views.evidence_new, {"kind": Kind.NOTE}, name="evidence_new_note"),
    path("<uuid:pk>/", views_piece.evidence_detail, name="evidence_detail"),
    path("<uuid:pk>/download/", views_piece.evidence_download, name="evidence_download"),
    path("fixity/", views_fixity.evidence_fixity, name="evidence_fixity"),
    path("<uuid:pk>/picture/", views_piece.evidence_picture, name="evidence_picture"),
    path("<uuid:pk>/version/", views_piece.evidence_version, name="evidence_version"),
    path("<uuid:pk>/version/link/", views_piece.evidence_version, {"kind": Kind.LINK}, name="evidence_version_link"),
    path("<uuid:pk>/version/note/", views_piece.evidence_version, {"kind": Kind.NOTE}, name="evidence_version_note"),
    path("<uuid:pk>/handle/", views_piece.evidence_handle, name="evidence_handle"),
    path("<uuid:pk>/hold/", views_piece.evidence_hold, name="evidence_hold"),
    path("<uuid:pk>/withdraw/", views.evidence_withdraw, name="evidence_withdraw"),
    path("<uuid:pk>/restore/", views.evidence_restore, name="evidence_restore"),
]
