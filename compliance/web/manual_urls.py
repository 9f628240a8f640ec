from django.urls import path

from compliance.web import manual

urlpatterns = [
    path("", manual.manual, name="manual"),
    path("<slug:part>/<slug:page>/", manual.manual_page, name="manual_page"),
]
