from django.urls import path

from compliance.determinations import views, views_facts, views_oscal

urlpatterns = [
    path("systems/<uuid:pk>/facts/", views_facts.systems_facts, name="systems_facts"),
    path("systems/<uuid:pk>/facts/<slug:name>/", views_facts.systems_fact, name="systems_fact"),
    path("systems/<uuid:pk>/classification/", views.systems_classification, name="systems_classification"),
    path(
        "systems/<uuid:pk>/classification/<str:row>/",
        views.systems_classification_row,
        name="systems_classification_row",
    ),
    path("determinations/<uuid:pk>/", views.systems_determination, name="systems_determination"),
    path("determinations/<uuid:pk>/json/", views.systems_determination_file, name="systems_determination_file"),
    path(
        "determinations/<uuid:pk>/oscal.json",
        views_oscal.systems_determination_oscal,
        name="systems_determination_oscal",
    ),
    path("determinations/<uuid:pk>/sign/", views.systems_determination_sign, name="systems_determination_sign"),
    path(
        "determinations/<uuid:pk>/discard/", views.systems_determination_discard, name="systems_determination_discard"
    ),
    path("determinations/<uuid:pk>/memo/", views.systems_determination_memo, name="systems_determination_memo"),
    path("determinations/<uuid:pk>/rows/<str:row>/", views.systems_determination_row, name="systems_determination_row"),
    path(
        "determinations/<uuid:pk>/classes/<slug:outcome>/",
        views.systems_determination_outcome,
        name="systems_determination_outcome",
    ),
    path("overrides/<uuid:pk>/", views.systems_override, name="systems_override"),
]
