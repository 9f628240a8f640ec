"""Who a program acts for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.people.models import Role
from compliance.people.rules import ABILITIES, SCOPES, can
from compliance.web.api.views import MemberViewSet


class MeSerializer(serializers.Serializer[Any]):
    """The member behind the token, and what may be done with it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    organisation = serializers.CharField(source="organisation.name")
    role = serializers.ChoiceField(Role.choices)
    abilities = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField()

    def get_abilities(self, by: Any) -> list[str]:
        return [ability for ability in ABILITIES if can(by, ability)]

    def get_scopes(self, by: Any) -> list[str]:
        token = getattr(self.context["request"].auth, "token", None)
        return token.scopes if token else list(SCOPES)


class MeViewSet(MemberViewSet):
    """Who asks."""

    serializer_class = MeSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=MeSerializer, operation_id="me_retrieve")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Say whom the token acts for, and what it may do."""
        return Response(self.get_serializer(self.by).data)
