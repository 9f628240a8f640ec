from django.urls import path

from compliance.web import views

urlpatterns = [path("", views.org_home, name="org_home")]
