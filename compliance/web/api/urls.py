"""The description of the API, and a page to read and try it, from files of our own."""

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

OPEN: dict[str, Any] = {"authentication_classes": [], "permission_classes": [], "throttle_classes": []}

urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(**OPEN), name="api_schema"),
    path("", SpectacularSwaggerSplitView.as_view(url_name="api_schema", **OPEN), name="api_browse"),
]
