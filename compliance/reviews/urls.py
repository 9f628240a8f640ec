from django.urls import path

from compliance.reviews import views

urlpatterns = [
    path("", views.reviews_rules, name="reviews_rules"),
    path("away/", views.reviews_away, name="reviews_away"),
    path("away/<uuid:pk>/end/", views.reviews_end, name="reviews_end"),
    path("<slug:law>/", views.reviews_rule, name="reviews_rule"),
]
