from django.urls import path

from compliance.webhooks import views

urlpatterns = [
    path("", views.webhooks_list, name="webhooks_list"),
    path("<uuid:pk>/", views.webhooks_detail, name="webhooks_detail"),
    path("<uuid:pk>/close/", views.webhooks_close, name="webhooks_close"),
    path("<uuid:pk>/deliveries/<uuid:delivery>/again/", views.webhooks_again, name="webhooks_again"),
]
