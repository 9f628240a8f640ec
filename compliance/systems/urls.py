from django.urls import path

from compliance.systems import views

urlpatterns = [
    path("", views.systems_list, name="systems_list"),
    path("new/", views.systems_new, name="systems_new"),
    path("<uuid:pk>/", views.systems_detail, name="systems_detail"),
    path("<uuid:pk>/edit/", views.systems_edit, name="systems_edit"),
]
