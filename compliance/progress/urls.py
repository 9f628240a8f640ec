from django.urls import path

from compliance.progress import views, views_house

urlpatterns = [
    path("progress/", views.progress_all, name="progress_all"),
    path("progress/systems/", views_house.progress_house, name="progress_house"),
    path("progress/map/", views_house.progress_map, name="progress_map"),
    path("progress/map/sheet.<slug:form>", views_house.progress_map_sheet, name="progress_map_sheet"),
    path("progress/map/<slug:key>/<slug:article>/<slug:code>", views_house.progress_cell, name="progress_cell"),
    path("checklists/<uuid:pk>/progress/", views.progress_checklist, name="progress_checklist"),
]
