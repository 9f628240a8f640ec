from django.urls import path

from compliance.reminders import views

urlpatterns = [
    path("", views.reminders_list, name="reminders_list"),
    path("snooze/", views.reminders_snooze, name="reminders_snooze"),
    path("wake/", views.reminders_wake, name="reminders_wake"),
    path("wishes/", views.reminders_wishes, name="reminders_wishes"),
    path("hour/", views.reminders_hour, name="reminders_hour"),
]
