from django.urls import path

from compliance.frameworks import views_changes, views_oscal

urlpatterns = [
    path("<slug:law>/<str:version>/oscal.json", views_oscal.laws_oscal, name="laws_oscal"),
    path("<slug:law>/changes/<str:before>/<str:after>/", views_changes.laws_changes, name="laws_changes"),
]
