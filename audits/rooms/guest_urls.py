"""Addresses for guests, under /room/: each begins with the secret of one room."""

from django.urls import path

from audits.rooms import views_guest as views

urlpatterns = [
    path("<str:token>/", views.room_door, name="room_door"),
    path("<str:token>/ask/", views.room_ask, name="room_ask"),
    path("<str:token>/dossier.pdf", views.room_dossier, name="room_dossier"),
    path("<str:token>/evidence/<str:sha256>/", views.room_evidence, name="room_evidence"),
    path("<str:token>/mark.svg", views.room_mark, name="room_mark"),
]
