from django.urls import path

from compliance.laws import views

urlpatterns = [
    path("", views.laws_list, name="laws_list"),
    path("rows/", views.laws_browse, name="laws_browse"),
    path("<slug:law>/diff/", views.laws_diff, name="laws_diff"),
    path("<slug:law>/<str:version>/", views.laws_detail, name="laws_detail"),
    path("<slug:law>/<str:version>/oscal.json", views.laws_oscal, name="laws_oscal"),
    path("<slug:law>/<str:version>/rows/<str:row>/", views.laws_row, name="laws_row"),
]
