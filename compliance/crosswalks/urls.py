from django.urls import path

from compliance.crosswalks import views

urlpatterns = [
    path("<uuid:pk>/<uuid:other>/", views.crosswalks_decide, name="crosswalks_decide"),
]
