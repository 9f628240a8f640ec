"""Addresses of dossiers, under /o/<organisation>/dossiers/."""

from django.urls import path

from audits.dossiers import views, views_compare, views_sign

urlpatterns = [
    path("", views.dossiers_list, name="dossiers_list"),
    path("new/", views.dossiers_new, name="dossiers_new"),
    path("certificate.pem", views.dossiers_certificate, name="dossiers_certificate"),
    path("<uuid:pk>/", views.dossiers_detail, name="dossiers_detail"),
    path("<uuid:pk>/progress/", views.dossiers_progress, name="dossiers_progress"),
    path("<uuid:pk>/cancel/", views.dossiers_cancel, name="dossiers_cancel"),
    path("<uuid:pk>/resume/", views.dossiers_resume, name="dossiers_resume"),
    path("<uuid:pk>/report/", views.dossiers_report, name="dossiers_report"),
    path("<uuid:pk>/compare/", views_compare.dossiers_compare, name="dossiers_compare"),
    path("<uuid:pk>/sign/", views_sign.dossiers_sign, name="dossiers_sign"),
    path("<uuid:pk>/sign/signed/", views_sign.dossiers_take_in, name="dossiers_take_in"),
    path("<uuid:pk>/dossier.pdf", views.dossiers_download, name="dossiers_download"),
]
