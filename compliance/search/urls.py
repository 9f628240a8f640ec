from django.urls import path

from compliance.search import views

urlpatterns = [path("search/", views.search, name="search")]
