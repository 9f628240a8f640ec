from django.urls import path

from compliance.people import views

urlpatterns = [
    path("", views.people_list, name="people_list"),
    path("add/", views.people_invite, name="people_invite"),
    path("<uuid:pk>/", views.people_detail, name="people_detail"),
    path("<uuid:pk>/link/", views.people_link, name="people_link"),
    path("<uuid:pk>/end/", views.people_end, name="people_end"),
    path("<uuid:pk>/remove/", views.people_remove, name="people_remove"),
    path("<uuid:pk>/restore/", views.people_restore, name="people_restore"),
]
