from django.urls import path

from compliance.timeline import views, views_calendar

urlpatterns = [
    path("", views.timeline, name="timeline"),
    path("clocks/", views.timeline_clocks, name="timeline_clocks"),
    path("calendar.ics", views_calendar.timeline_file, name="timeline_file"),
    path("calendars/", views_calendar.timeline_calendars, name="timeline_calendars"),
    path("calendars/<uuid:pk>/close/", views_calendar.timeline_close, name="timeline_close"),
    path("systems/<uuid:pk>/", views.timeline_system, name="timeline_system"),
    path("systems/<uuid:pk>/calendar.ics", views_calendar.timeline_system_file, name="timeline_system_file"),
    path("systems/<uuid:pk>/days/", views.timeline_record, name="timeline_record"),
    path("days/<uuid:pk>/withdraw/", views.timeline_withdraw, name="timeline_withdraw"),
    path("days/<uuid:pk>/restore/", views.timeline_restore, name="timeline_restore"),
]
