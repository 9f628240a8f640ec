from django.urls import path

from compliance.guide import views

urlpatterns = [
    path("", views.guide, name="guide"),
    path("aside/", views.guide_aside, name="guide_aside"),
    path("back/", views.guide_back, name="guide_back"),
]
