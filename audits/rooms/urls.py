"""Addresses of rooms, under /o/<organisation>/rooms/."""

from django.urls import path

from audits.rooms import views

urlpatterns = [
    path("of/<uuid:pk>/", views.rooms_list, name="rooms_list"),
    path("of/<uuid:pk>/new/", views.rooms_new, name="rooms_new"),
    path("<uuid:pk>/", views.rooms_detail, name="rooms_detail"),
    path("<uuid:pk>/close/", views.rooms_revoke, name="rooms_revoke"),
]
