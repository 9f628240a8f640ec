from django.urls import path

from compliance.workpapers import views

urlpatterns = [
    path("rows/<uuid:item>/new/", views.workpapers_new, name="workpapers_new"),
    path("<uuid:pk>/", views.workpapers_edit, name="workpapers_edit"),
    path("<uuid:pk>/review/", views.workpapers_review, name="workpapers_review"),
]
