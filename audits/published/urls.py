"""Addresses of checking what others published, under /o/<organisation>/published-audits/."""

from django.urls import path

from audits.published import views

urlpatterns = [
    path("", views.published, name="bias_published"),
    path("keep/", views.published_keep, name="bias_published_keep"),
]
