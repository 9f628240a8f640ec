from django.urls import path

from compliance.findings import views, views_acting

urlpatterns = [
    path("", views.findings_list, name="findings_list"),
    path("rows/<uuid:item>/new/", views.findings_new, name="findings_new"),
    path("<uuid:pk>/", views.findings_detail, name="findings_detail"),
    path("<uuid:pk>/reword/", views.findings_reword, name="findings_reword"),
    path("<uuid:pk>/actions/<uuid:action>/end/", views_acting.findings_end_action, name="findings_end_action"),
    path("<uuid:pk>/acceptances/<uuid:acceptance>/", views_acting.findings_decide, name="findings_decide"),
    *(
        path(f"<uuid:pk>/{move}/", views_acting.writing_view(move), name=f"findings_{move}")
        for move in views_acting.WRITING
    ),
    *(
        path(f"<uuid:pk>/{move}/", views.move_view(move), name=f"findings_{move.replace('-', '_')}")
        for move in views.MOVES
    ),
]
