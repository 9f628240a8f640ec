"""The library of evidence for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.evidence import actions, blobs, queries, rules
from compliance.evidence.actions import Incoming
from compliance.evidence.models import Confidentiality, Evidence, EvidenceVersion, Kind
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.systems.queries import systems
from compliance.web.api.fields import Own
from compliance.web.api.views import ThingsViewSet, idempotent


class FileSerializer(serializers.Serializer[Any]):
    """Bytes under their digest."""

    file_name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class VersionSerializer(serializers.ModelSerializer[EvidenceVersion]):
    """What a piece showed at one time; nothing of it changes."""

    files = FileSerializer(many=True, source="kept", read_only=True)
    systems = serializers.ListField(child=serializers.UUIDField(), source="system_ids", read_only=True)
    url = serializers.CharField(read_only=True, help_text="Empty for files and notes.")

    class Meta:
        model = EvidenceVersion
        fields = (
            *("id", "number", "kind", "source", "author", "effective_on", "valid_until", "url", "note", "reason"),
            *("sha256", "size", "files", "systems", "added_at"),
        )
        read_only_fields = fields


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A piece of evidence with its newest version."""

    latest = VersionSerializer(read_only=True)
    added_by = serializers.CharField(source="added_by.name", read_only=True)

    class Meta:
        model = Evidence
        fields = (
            *("id", "title", "confidentiality", "added_by", "added_at", "withdrawn_at", "withdrawn_reason"),
            "latest",
        )
        read_only_fields = fields


class ContentSerializer(serializers.Serializer[Any]):
    """Exactly one of files, an address or a note, and what is known about it."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), required=False, max_length=100)
    url = serializers.CharField(required=False, max_length=1000)
    note = serializers.CharField(required=False)
    source = serializers.CharField(required=False, max_length=300, allow_blank=True)  # type: ignore[assignment]  # a field
    author = serializers.CharField(required=False, max_length=200, allow_blank=True)
    effective_on = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    systems = serializers.ListField(child=Own(systems), required=False, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("files", "url", "note") if attrs.get(name)]
        if len(given) != 1:
            sentence = "Give exactly one of files, url and note."
            raise Refused(Problem("one-content", sentence, found=", ".join(given) or "none of them"))
        return attrs


class NewEvidenceSerializer(ContentSerializer):
    """A new piece of evidence."""

    title = serializers.CharField(required=False, max_length=200, allow_blank=True, default="")
    confidentiality = serializers.ChoiceField(Confidentiality.choices, required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=50)


class NewVersionSerializer(ContentSerializer):
    """A new version of a piece."""

    reason = serializers.CharField(required=False, allow_blank=True)


class WithdrawSerializer(serializers.Serializer[Any]):
    """Why a piece no longer counts."""

    reason = serializers.CharField(allow_blank=True)


class EvidenceFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """Which pieces are listed."""

    kind = django_filters.ChoiceFilter("latest__kind", choices=Kind.choices)
    sha256 = django_filters.CharFilter("latest__sha256")
    q = django_filters.CharFilter(method="containing", label="Words, or the beginning of a digest.")
    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[(one, one) for one in ("live", "expiring", "expired", "withdrawn", "unused", "held")],
    )

    class Meta:
        model = Evidence
        fields = ("confidentiality",)

    def containing(self, found: QuerySet[Evidence], name: str, value: str) -> QuerySet[Evidence]:
        return queries.containing(self.request.parser_context["view"].by, found, value)

    def in_state(self, found: QuerySet[Evidence], name: str, value: str) -> QuerySet[Evidence]:
        return queries.in_state(found, value)


class EvidenceViewSet(ThingsViewSet):
    """The evidence of the organisation. Nothing is ever overwritten: what is new is a new version."""

    model = Evidence
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    parser_classes = (MultiPartParser, JSONParser)
    ordering = ("-added_at",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Evidence]:
        return queries.evidence(by)

    @extend_schema(request={"multipart/form-data": NewEvidenceSerializer}, responses={201: EvidenceSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep files, an address or a note as evidence."""
        given = self.read(NewEvidenceSerializer)
        if files := _files(given):
            return self.made(actions.add_files(by=self.by, files=files, **given))
        add = actions.add_link if "url" in given else actions.add_note
        return self.made(add(by=self.by, **given))

    @extend_schema(responses=VersionSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def versions(self, request: Request, **kwargs: Any) -> Response:
        """Read every version, the newest first."""
        found = self.paginate_queryset(self.get_object().versions.prefetch_related("files", "speaks_of"))
        return self.get_paginated_response(VersionSerializer(found, many=True).data)

    @extend_schema(request={"multipart/form-data": NewVersionSerializer}, responses={201: EvidenceSerializer})
    @versions.mapping.post
    @idempotent
    def add_version(self, request: Request, **kwargs: Any) -> Response:
        """Keep files, an address or a note as the newest version of a piece."""
        evidence, given = self.get_object(), self.read(NewVersionSerializer)
        if files := _files(given):
            actions.add_version_of_files(by=self.by, evidence=evidence, files=files, **given)
        elif "url" in given:
            actions.add_version_of_link(by=self.by, evidence=evidence, **given)
        else:
            actions.add_version_of_note(by=self.by, evidence=evidence, **given)
        return self.answer(self.get_object(), status=201)

    @extend_schema(request=WithdrawSerializer, responses=EvidenceSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Say that a piece no longer counts; its bytes and its places in checklists stay."""
        actions.withdraw(by=self.by, evidence=self.get_object(), **self.read(WithdrawSerializer))
        return self.again()

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The bytes, checked against it.")
        }
    )
    @action(detail=True, url_path="files/(?P<sha256>[0-9a-f]{64})")
    def files(self, request: Request, sha256: str, **kwargs: Any) -> HttpResponseBase:
        """Take a copy of one file of the newest version, by its digest."""
        evidence = self.get_object()
        rules.check_read(self.by, evidence)
        version = evidence.newest
        if sha256 not in [file.sha256 for file in version.kept]:
            raise Http404
        stream = blobs.open_checked(self.by.organisation_id, sha256)
        actions.record_download(by=self.by, version=version, sha256=sha256)
        return FileResponse(stream, as_attachment=True, content_type="application/octet-stream")


def _files(given: dict[str, Any]) -> list[Incoming]:
    return [Incoming(one, str(one.name)) for one in given.pop("files", None) or []]
