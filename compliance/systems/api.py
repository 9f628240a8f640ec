"""AI systems for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.people.models import Membership
from compliance.systems import actions, queries
from compliance.systems.models import AISystem
from compliance.web.api.views import ThingsViewSet, idempotent, matching


class SystemSerializer(serializers.ModelSerializer[AISystem]):
    """What is known about an AI system."""

    class Meta:
        model = AISystem
        fields = ("id", *actions.FIELDS, "registered_at")
        read_only_fields = ("id", "registered_at")
        validators: list[Any] = []  # the action refuses a second one of the same name and version, with its sentence


class SystemViewSet(ThingsViewSet):
    """The AI systems of the organisation."""

    model = AISystem
    serializer_class = SystemSerializer
    filterset_fields = ("status", "name", "version")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[AISystem]:
        return queries.systems(by)

    def tag(self, thing: AISystem) -> str:
        return actions.state(thing)

    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Register an AI system."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self.made(actions.register(by=self.by, **form.validated_data))

    @matching
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change fields of an AI system."""
        system = self.get_object()
        form = self.get_serializer(system, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return self.answer(actions.change(by=self.by, system=system, **form.validated_data))
