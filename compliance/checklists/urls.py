from django.urls import path

from compliance.checklists import (
    views,
    views_bulk,
    views_detail,
    views_move,
    views_queue,
    views_quick,
    views_row,
    views_saved,
)
from compliance.evidence.models import Kind

urlpatterns = [
    path("", views.checklists_list, name="checklists_list"),
    path("new/", views.checklists_new, name="checklists_new"),
    path("review/", views_queue.checklists_queue, name="checklists_queue"),
    path("views/", views_saved.checklists_views, name="checklists_views"),
    path("views/<uuid:pk>/remove/", views_saved.checklists_view_remove, name="checklists_view_remove"),
    path("views/<uuid:pk>/restore/", views_saved.checklists_view_restore, name="checklists_view_restore"),
    path("bulk/<uuid:pk>/undo/", views_bulk.checklists_bulk_undo, name="checklists_bulk_undo"),
    path("<uuid:pk>/views/new/", views_saved.checklists_view_new, name="checklists_view_new"),
    path("<uuid:pk>/bulk/", views_bulk.checklists_bulk, name="checklists_bulk"),
    path("<uuid:pk>/bulk/assign/", views_bulk.checklists_bulk_assign, name="checklists_bulk_assign"),
    path(
        "<uuid:pk>/bulk/not-applicable/",
        views_bulk.checklists_bulk_not_applicable,
        name="checklists_bulk_not_applicable",
    ),
    path("<uuid:pk>/", views_detail.checklists_detail, name="checklists_detail"),
    path("<uuid:pk>/applicability/", views_detail.checklists_applicability, name="checklists_applicability"),
    path("<uuid:pk>/apply/", views_detail.checklists_apply, name="checklists_apply"),
    path("<uuid:pk>/move/", views_move.checklists_move, name="checklists_move"),
    path("<uuid:pk>/undo-move/", views_move.checklists_undo_move, name="checklists_undo_move"),
    path("<uuid:pk>/confirm/", views_move.checklists_confirm_again, name="checklists_confirm_again"),
    path("rows/<uuid:pk>/", views_row.checklists_item, name="checklists_item"),
    path("rows/<uuid:pk>/quick/", views_quick.checklists_quick, name="checklists_quick"),
    path("rows/<uuid:pk>/attach/", views_row.checklists_attach, name="checklists_attach"),
    path("rows/<uuid:pk>/detach/<uuid:evidence>/", views_row.checklists_detach, name="checklists_detach"),
    path("rows/<uuid:pk>/bind/<uuid:evidence>/", views_row.checklists_bind, name="checklists_bind"),
    path(
        "rows/<uuid:pk>/attach-again/<uuid:evidence>/",
        views_row.checklists_attach_again,
        name="checklists_attach_again",
    ),
    *(
        path(f"rows/<uuid:pk>/add-{kind}/", views_row.checklists_add_evidence, {"kind": kind}, f"checklists_add_{kind}")
        for kind in Kind.values
    ),
    *(
        path(f"rows/<uuid:pk>/{move}/", views_row.move_view(move), name=f"checklists_{move}")
        for move in views_row.MOVES
    ),
]
