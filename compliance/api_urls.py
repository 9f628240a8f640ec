"""Every endpoint of the API, under /o/<organisation>/api/v1/. Beside `urls.py` alone in naming both rooms."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from audits.bias.api import BiasAuditViewSet, BiasIntakeViewSet
from audits.dossiers.api import DossierViewSet
from audits.publication.api import DataRequestViewSet, NoticeViewSet, ToolUseViewSet
from compliance.checklists.api import ChecklistViewSet, ItemViewSet
from compliance.evidence.api import EvidenceViewSet
from compliance.laws.api import LawViewSet
from compliance.systems.api import SystemViewSet
from compliance.tokens.api import MemberListViewSet, MeViewSet
from compliance.trail.api import TrailViewSet
from compliance.webhooks.api import WebhookViewSet

router = SimpleRouter()
router.register("me", MeViewSet, basename="api_me")
router.register("systems", SystemViewSet, basename="api_systems")
router.register("checklists", ChecklistViewSet, basename="api_checklists")
router.register("rows", ItemViewSet, basename="api_rows")
router.register("webhooks", WebhookViewSet, basename="api_webhooks")
router.register("bias-audits", BiasAuditViewSet, basename="api_bias_audits")
router.register("bias-intakes", BiasIntakeViewSet, basename="api_bias_intakes")
router.register("tool-uses", ToolUseViewSet, basename="api_tool_uses")
router.register("notices", NoticeViewSet, basename="api_notices")
router.register("data-requests", DataRequestViewSet, basename="api_data_requests")
router.register("dossiers", DossierViewSet, basename="api_dossiers")
router.register("evidence", EvidenceViewSet, basename="api_evidence")
router.register("laws", LawViewSet, basename="api_laws")
router.register("people", MemberListViewSet, basename="api_people")
router.register("trail", TrailViewSet, basename="api_trail")

urlpatterns = [path("", include(router.urls))]
