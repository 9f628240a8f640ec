"""Addresses under /o/<organisation>/local-law-144/."""

from django.urls import path

from audits.publication import views, views_notices

urlpatterns = [
    path("", views.publication_list, name="publication_list"),
    path("new/", views.publication_new, name="publication_new"),
    path("audits.json", views.publication_audits_json, name="publication_audits_json"),
    path("<uuid:pk>/", views.publication_use, name="publication_use"),
    path("<uuid:pk>/edit/", views.publication_edit, name="publication_edit"),
    path("<uuid:pk>/publish/", views.publication_publish, name="publication_publish"),
    path("<uuid:pk>/take-down/", views.publication_take_down, name="publication_take_down"),
    path("<uuid:pk>/editions/<int:number>/", views.publication_edition, name="publication_edition"),
    path("<uuid:pk>/snippet/", views.publication_snippet, name="publication_snippet"),
    path("<uuid:pk>/notices/new/", views_notices.publication_notice_new, name="publication_notice_new"),
    path("<uuid:pk>/requests/new/", views_notices.publication_request_new, name="publication_request_new"),
    path("notices/<uuid:pk>/", views_notices.publication_notice, name="publication_notice"),
    path("notices/<uuid:pk>/text/", views_notices.publication_notice_text, name="publication_notice_text"),
    path("requests/<uuid:pk>/", views_notices.publication_request, name="publication_request"),
]
