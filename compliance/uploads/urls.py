"""Addresses of uploads, under /o/<organisation>/uploads/."""

from django.urls import path

from compliance.uploads import views

urlpatterns = [
    path("", views.uploads_begin, name="uploads_begin"),
    path("<uuid:pk>/", views.uploads_piece, name="uploads_piece"),
]
