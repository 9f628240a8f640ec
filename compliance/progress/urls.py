from django.urls import path

from compliance.progress import views

urlpatterns = [
    path("progress/", views.progress_all, name="progress_all"),
    path("checklists/<uuid:pk>/progress/", views.progress_checklist, name="progress_checklist"),
]
