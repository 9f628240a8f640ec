"""Addresses of checking what others published, under /o/<organisation>/published-audits/."""

from django.urls import path

from audits.published import views, views_check

urlpatterns = [
    path("", views.published, name="bias_published"),
    path("checks/<uuid:pk>/", views_check.published_check, name="bias_published_check"),
    path("checks/<uuid:pk>/progress/", views_check.published_check_progress, name="bias_published_check_progress"),
    path("checks/<uuid:pk>/cancel/", views_check.published_check_cancel, name="bias_published_check_cancel"),
    path("checks/<uuid:pk>/report.json", views_check.published_check_report, name="bias_published_check_report"),
    path("keep/", views.published_keep, name="bias_published_keep"),
]
