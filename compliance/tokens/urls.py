from django.urls import path

from compliance.tokens import views

urlpatterns = [
    path("", views.tokens_list, name="tokens_list"),
    path("<uuid:pk>/revoke/", views.tokens_revoke, name="tokens_revoke"),
]
