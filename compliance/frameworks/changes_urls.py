from django.urls import path

from compliance.frameworks import views_changes

urlpatterns = [
    path("<slug:law>/changes/<str:before>/<str:after>/", views_changes.laws_changes, name="laws_changes"),
]
