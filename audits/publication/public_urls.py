"""Addresses under /published/, open to everybody."""

from django.urls import path

from audits.publication import views_public as views

urlpatterns = [
    path("<slug:organisation>/", views.published_list, name="published_list"),
    path("<slug:organisation>/audits.json", views.published_audits_json, name="published_audits_json"),
    path("<slug:organisation>/<slug:place>/", views.published_summary, name="published_summary"),
    path("<slug:organisation>/<slug:place>/<int:number>/", views.published_summary, name="published_edition"),
    path("<slug:organisation>/<slug:place>/<int:number>/summary.json", views.published_json, name="published_json"),
]
