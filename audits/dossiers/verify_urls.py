"""The page that checks a signed file, open to everybody."""

from django.urls import path

from audits.dossiers import views

urlpatterns = [path("", views.verify, name="verify")]
