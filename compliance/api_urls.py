"""Every endpoint of the API, under /o/<organisation>/api/v1/. Beside `urls.py` alone in naming both rooms."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from compliance.checklists.api import ChecklistViewSet, ItemViewSet
from compliance.systems.api import SystemViewSet
from compliance.tokens.api import MeViewSet
from compliance.trail.api import TrailViewSet
from compliance.webhooks.api import WebhookViewSet

router = SimpleRouter()
router.register("me", MeViewSet, basename="api_me")
router.register("systems", SystemViewSet, basename="api_systems")
router.register("checklists", ChecklistViewSet, basename="api_checklists")
router.register("rows", ItemViewSet, basename="api_rows")
router.register("webhooks", WebhookViewSet, basename="api_webhooks")
router.register("trail", TrailViewSet, basename="api_trail")

urlpatterns = [path("", include(router.urls))]
