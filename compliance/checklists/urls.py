from django.urls import path

from compliance.checklists import views, views_row
from compliance.evidence.models import Kind

urlpatterns = [
    path("", views.checklists_list, name="checklists_list"),
    path("new/", views.checklists_new, name="checklists_new"),
    path("review/", views.checklists_queue, name="checklists_queue"),
    path("<uuid:pk>/", views.checklists_detail, name="checklists_detail"),
    path("rows/<uuid:pk>/", views_row.checklists_item, name="checklists_item"),
    path("rows/<uuid:pk>/attach/", views_row.checklists_attach, name="checklists_attach"),
    path("rows/<uuid:pk>/detach/<uuid:evidence>/", views_row.checklists_detach, name="checklists_detach"),
    *(
        path(f"rows/<uuid:pk>/add-{kind}/", views_row.checklists_add_evidence, {"kind": kind}, f"checklists_add_{kind}")
        for kind in Kind.values
    ),
    *(
        path(f"rows/<uuid:pk>/{move}/", views_row.move_view(move), name=f"checklists_{move}")
        for move in views_row.MOVES
    ),
]
