from django.urls import path

from compliance.timeline import views_calendar

urlpatterns = [path("<str:token>.ics", views_calendar.feed_of, name="calendar_feed")]
