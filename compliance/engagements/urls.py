from django.urls import path

from compliance.engagements import views, views_firm, views_team

urlpatterns = [
    path("", views.engagements_list, name="engagements_list"),
    path("new/", views.engagements_new, name="engagements_new"),
    path("clients/new/", views_firm.engagements_client, name="engagements_client"),
    path("at-clients/<uuid:pk>/", views_firm.engagements_at_client, name="engagements_at_client"),
    path("at-clients/<uuid:pk>/close/", views_firm.engagements_firm_close, name="engagements_firm_close"),
    path("<uuid:pk>/", views.engagements_detail, name="engagements_detail"),
    path("<uuid:pk>/change/", views.engagements_change, name="engagements_change"),
    path("<uuid:pk>/open/", views.engagements_open, name="engagements_open"),
    path("<uuid:pk>/close/", views.engagements_close, name="engagements_close"),
    path("<uuid:pk>/take-on/", views_firm.engagements_take_on, name="engagements_take_on"),
    path("<uuid:pk>/team/add/", views_team.engagements_team_add, name="engagements_team_add"),
    path("<uuid:pk>/team/<uuid:member>/end/", views_team.engagements_team_end, name="engagements_team_end"),
    path("<uuid:pk>/independence/", views_team.engagements_declare, name="engagements_declare"),
    path("<uuid:pk>/ask/", views_team.engagements_ask, name="engagements_ask"),
]
