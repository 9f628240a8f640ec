from django.urls import path

from compliance.trail import views

urlpatterns = [
    path("", views.trail_list, name="trail_list"),
    path("check/", views.trail_check, name="trail_check"),
    *(path(f"export.{form}", views.trail_export, {"form": form}, f"trail_export_{form}") for form in views.FORMS),
]
