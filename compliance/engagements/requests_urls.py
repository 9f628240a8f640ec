from django.urls import path

from compliance.engagements import views_requests

urlpatterns = [
    path("", views_requests.requests_list, name="requests_list"),
    path("<uuid:pk>/", views_requests.requests_detail, name="requests_detail"),
    path("<uuid:pk>/give/", views_requests.requests_give, name="requests_give"),
    *(
        path(f"<uuid:pk>/{move}/", views_requests.move_view(move), name=f"requests_{move}")
        for move in views_requests.MOVES
    ),
]
