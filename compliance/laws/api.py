"""The texts of laws and frameworks for programs, as data."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.laws import queries
from compliance.web.api.problems import ProblemsSerializer
from compliance.web.api.views import MemberViewSet


class TextSerializer(serializers.Serializer[Any]):
    """A law or framework in one dated version."""

    law = serializers.CharField()
    text_version = serializers.CharField()
    title = serializers.CharField()
    rows = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="digest")

    def get_rows(self, catalogue: Any) -> int:
        return len(catalogue.rows)


class RowSerializer(serializers.Serializer[Any]):
    """One requirement, as a question that a person can answer."""

    id = serializers.CharField()
    section = serializers.CharField()
    citation = serializers.ListField(child=serializers.CharField())
    title = serializers.CharField()
    question = serializers.CharField()
    why = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    kind = serializers.CharField()
    timing = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())
    computed = serializers.CharField()


TEXT = [
    OpenApiParameter("law", str, OpenApiParameter.PATH, description="The law's name, such as eu-ai-act."),
    OpenApiParameter("text_version", OpenApiTypes.DATE, OpenApiParameter.PATH, description="The day of the text."),
]


class LawViewSet(MemberViewSet):
    """Every text that the organisation may read."""

    serializer_class = TextSerializer
    pagination_class = None
    filter_backends = ()
    lookup_url_kwarg = "law"
    lookup_value_regex = "[^/]+"

    @extend_schema(responses=TextSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """List the texts, each law's oldest first."""
        return Response(TextSerializer(queries.texts(self.by), many=True).data)

    @extend_schema(responses={200: RowSerializer(many=True), 400: ProblemsSerializer}, parameters=TEXT)
    @action(detail=True, url_path="(?P<text_version>[^/]+)/rows")
    def rows(self, request: Request, law: str, text_version: str, **kwargs: Any) -> Response:
        """List every row of one text."""
        return Response(RowSerializer(queries.text(self.by, law, text_version).rows, many=True).data)
