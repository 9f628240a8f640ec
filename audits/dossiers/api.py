"""Dossiers for programs: freeze, wait, take the signed file."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from audits.bias.api import WorkSerializer
from audits.dossiers import actions, queries
from audits.dossiers.models import Dossier, Level, Part, Status
from audits.work.models import State
from compliance.checklists.queries import in_use
from compliance.evidence import blobs
from compliance.people.models import Membership
from compliance.web.api.fields import Own
from compliance.web.api.views import ThingsViewSet, idempotent


class SignatureSerializer(serializers.Serializer[Any]):
    """Who is to sign, as what, and when they did."""

    name = serializers.CharField(source="member.name")
    part = serializers.ChoiceField(Part.choices)
    signed_at = serializers.DateTimeField(allow_null=True)
    certificate = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True, help_text="The file with this signature.")


class DossierSerializer(WorkSerializer):
    """A frozen manifest, and the signed file that is made from it."""

    id = serializers.UUIDField()
    checklist = serializers.UUIDField(source="checklist_id")
    system = serializers.UUIDField(source="system_id")
    title = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    manifest_sha256 = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    signers = SignatureSerializer(source="signatures", many=True, help_text="Empty where the house seals it.")
    signed_sha256 = serializers.CharField(allow_blank=True, help_text="Empty until it is signed.")
    signed_size = serializers.IntegerField()
    signer = serializers.CharField(allow_blank=True)
    frozen_at = serializers.DateTimeField()


class SignerSerializer(serializers.Serializer[Any]):
    """Somebody who is to sign."""

    part = serializers.ChoiceField(Part.choices)
    member = Own(queries.members)


class FreezeSerializer(serializers.Serializer[Any]):
    """What is frozen. A final dossier is refused while rows are open; the sentence says which."""

    checklist = Own(in_use)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    status = serializers.ChoiceField(Status.choices)
    statement = serializers.CharField(required=False, allow_blank=True, default="")
    level = serializers.ChoiceField(Level.choices, required=False, help_text="The operator's, if left out.")
    signers = SignerSerializer(many=True, required=False, help_text="In order. With none, the house seals it at once.")


class DossierViewSet(ThingsViewSet):
    """The dossiers of the organisation."""

    model = Dossier
    serializer_class = DossierSerializer
    filterset_fields = ("system", "checklist", "status", "state")
    ordering = ("-frozen_at",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Dossier]:
        return queries.dossiers(by).prefetch_related("signatures__member__user")

    @extend_schema(request=FreezeSerializer, responses={201: DossierSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Pin everything as it is now, and have it rendered and signed by a worker."""
        given = self.read(FreezeSerializer)
        signers = [(one["part"], one["member"]) for one in given.pop("signers", [])]
        return self.made(actions.freeze(by=self.by, **given, signers=signers))

    @extend_schema(request=None, responses=DossierSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """End the making of a dossier."""
        actions.cancel(by=self.by, dossier=self.get_object())
        return self.again()

    @extend_schema(responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, "The signed file.")})
    @action(detail=True)
    def file(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Take the file as it is now: with the signatures so far, or ready to be signed. It is 404 until it is made."""
        dossier = self.get_object()
        if dossier.state != State.FINISHED:
            raise Http404
        stream = blobs.open_checked(self.by.organisation_id, dossier.file_sha256)
        actions.record_download(by=self.by, dossier=dossier)
        return FileResponse(stream, as_attachment=True, filename="dossier.pdf", content_type="application/pdf")
