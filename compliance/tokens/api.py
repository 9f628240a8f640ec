"""Who a program acts for, and who else is here: owners and reviewers are named by these ids."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.people import queries
from compliance.people.models import Membership, Role
from compliance.people.rules import ABILITIES, SCOPES, can
from compliance.web.api.views import MemberViewSet, ThingsViewSet


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


ME = forced_singular_serializer(MeSerializer)  # type: ignore[no-untyped-call]


class MeViewSet(MemberViewSet):
    """Who asks."""

    serializer_class = MeSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(responses=ME, operation_id="me_retrieve")
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Say whom the token acts for, and what it may do."""
        return Response(self.get_serializer(self.by).data)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person, or a service, in one role."""

    name = serializers.CharField(source="user.name", read_only=True)
    is_service = serializers.BooleanField(source="user.is_service", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "name", "role", "is_active", "is_service", "since")
        read_only_fields = fields


class MemberListViewSet(ThingsViewSet):
    """The members of the organisation."""

    model = Membership
    serializer_class = MemberSerializer
    filterset_fields = ("role", "is_active")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Membership]:
        return queries.members(by)
