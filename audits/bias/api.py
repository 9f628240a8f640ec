"""Bias audits for programs: hand over a file, say what it means, wait, take the result."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audits.bias import actions, arriving, queries
from audits.bias.models import BiasAudit, BiasIntake, BiasPlan, IndependenceDeclaration
from audits.bias.plan import DELIMITERS, ENCODINGS, Plan
from audits.bias.views_result import download
from audits.work.models import State
from compliance.evidence import blobs
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.systems.queries import systems
from compliance.web.api.fields import Own
from compliance.web.api.views import ThingsViewSet, idempotent

SENT = "sent through the API"


class WorkSerializer(serializers.Serializer[Any]):
    """How far work in the background is."""

    state = serializers.ChoiceField(State.choices)
    done_permille = serializers.IntegerField()
    doing = serializers.CharField(allow_blank=True)
    problems = serializers.ListField(child=serializers.DictField(), help_text="Why it stopped.")
    asked_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class SourceSerializer(serializers.Serializer[Any]):
    """A file or table that was handed over, and what was found in it."""

    name = serializers.CharField()
    sha256 = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    profile = serializers.DictField(allow_null=True)


class BiasAuditSerializer(WorkSerializer):
    """A bias audit: what it is of, how far it is, and the digest of its result."""

    id = serializers.UUIDField()
    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField()
    uploaded_at = serializers.DateTimeField()
    plan = serializers.DictField(allow_null=True)
    result_sha256 = serializers.CharField(allow_blank=True, help_text="Empty until it is finished.")
    evidence = serializers.UUIDField(source="evidence_id", allow_null=True, help_text="Once it is published.")


class OneBiasAuditSerializer(BiasAuditSerializer):
    """A bias audit with its sources and what was found in each."""

    sources = SourceSerializer(many=True, source="sources.all")


class IntakeSerializer(WorkSerializer):
    """Files that a worker looks at first, since they are large; `bias_audit` is set once it did."""

    id = serializers.UUIDField()
    bias_audit = serializers.UUIDField(source="bias_audit_id", allow_null=True)


class NewBiasAuditSerializer(serializers.Serializer[Any]):
    """Files of applicants, and what they are of. Several are pooled, if the plan says why they may be."""

    system = Own(systems)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), min_length=1, max_length=20)
    encoding = serializers.ChoiceField(list(ENCODINGS), required=False)
    delimiter = serializers.ChoiceField(list(DELIMITERS), required=False)
    sheet = serializers.CharField(max_length=100, required=False)


def _plans(by: Membership) -> QuerySet[BiasPlan]:
    return BiasPlan.objects.filter(within(by), locked_at__isnull=False)


def _declarations(by: Membership) -> QuerySet[IndependenceDeclaration]:
    return IndependenceDeclaration.objects.filter(within(by))


class StartSerializer(serializers.Serializer[Any]):
    """What the columns and values mean, and every choice of method; as a plan's file holds them."""

    plan = serializers.DictField(help_text="The columns and choices, such as sex, race_ethnicity, selected, unknowns.")
    people_in_union = serializers.BooleanField(help_text="Whether people in the Union are among those assessed.")
    conditions = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The six records of Article 4a(1), by a to f."
    )
    under = Own(_plans, required=False, help_text="The id of the locked plan that the run is held against.")
    declaration = Own(_declarations, required=False, help_text="The id of an auditor's declaration of independence.")


class PublishedSerializer(serializers.Serializer[Any]):
    """The piece of evidence that a result became."""

    evidence = serializers.UUIDField(source="pk")


BYTES = OpenApiResponse(OpenApiTypes.BINARY, "The exact bytes, as they are hashed.")


class BiasAuditViewSet(ThingsViewSet):
    """The bias audits of the organisation. They show numbers; no law that they are about sets a threshold."""

    model = BiasAudit
    serializer_class = BiasAuditSerializer
    filterset_fields = ("system", "state")
    parser_classes = (MultiPartParser, JSONParser)
    ordering = ("-uploaded_at",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[BiasAudit]:
        return queries.bias_audits(by)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return BiasAuditSerializer if self.action == "list" else OneBiasAuditSerializer

    @extend_schema(
        request={"multipart/form-data": NewBiasAuditSerializer},
        responses={201: OneBiasAuditSerializer, 202: IntakeSerializer},
    )
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Hand over files of applicants. Large ones are looked at by a worker first (202)."""
        given = self.read(NewBiasAuditSerializer)
        reading = {name: given.get(name) for name in ("encoding", "delimiter", "sheet")}
        arrived = [
            arriving.Arrived(file_name=str(one.name), size=one.size, stream=one.file, reading=reading)
            for one in given["files"]
        ]
        made = arriving.take_in(by=self.by, system=given["system"], title=given["title"], arrived=arrived)
        if isinstance(made, BiasIntake):
            return Response(IntakeSerializer(made).data, status=202)
        return self.made(made)

    @extend_schema(request=StartSerializer, responses=OneBiasAuditSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **kwargs: Any) -> Response:
        """Say what columns and values mean, and start; a value that is not mapped stops the run, with its place."""
        given = self.read(StartSerializer)
        plan = Plan.from_json({"mapping_source": SENT, **given.pop("plan")})
        actions.start(by=self.by, bias_audit=self.get_object(), plan=plan, **given)
        return self.again()

    @extend_schema(request=None, responses=OneBiasAuditSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """End an audit that waits or runs."""
        actions.cancel(by=self.by, bias_audit=self.get_object())
        return self.again()

    @extend_schema(request=None, responses={200: PublishedSerializer})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Make the result a piece of evidence."""
        return Response(PublishedSerializer(actions.publish(by=self.by, bias_audit=self.get_object())).data)

    @extend_schema(responses={(200, "application/json"): BYTES})
    @action(detail=True)
    def result(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Take the result document, which is 404 until the audit is finished."""
        bias_audit = self.get_object()
        if bias_audit.state != State.FINISHED:
            raise Http404
        data = blobs.read(self.by.organisation_id, bias_audit.result_sha256)
        return download(data, "application/json", "bias-audit-result.json")


class BiasIntakeViewSet(ThingsViewSet):
    """Large files that a worker looks at before there is an audit of them."""

    model = BiasIntake
    serializer_class = IntakeSerializer
    filterset_fields = ("state",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[BiasIntake]:
        return queries.intakes(by)
