from django.urls import path

from compliance.sheets import views, views_import

urlpatterns = [
    path("rows/<uuid:pk>/import/", views_import.sheets_import, name="sheets_import"),
    path("rows/<uuid:pk>/<str:form>/", views.sheets_rows, name="sheets_rows"),
    path("systems/<str:form>/", views.sheets_systems, name="sheets_systems"),
    path("evidence/<str:form>/", views.sheets_evidence, name="sheets_evidence"),
    path("findings/<str:form>/", views.sheets_findings, name="sheets_findings"),
]
