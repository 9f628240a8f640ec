"""Checklists and their rows for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.checklists import actions, queries
from compliance.checklists.models import Binding, Checklist, ChecklistItem, Decision, ItemEvidence, Progress, Verdict
from compliance.determinations.queries import determinations
from compliance.evidence.queries import evidence
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.systems.queries import systems
from compliance.web.api.fields import Own
from compliance.web.api.views import ThingsViewSet, idempotent, matching


class ChecklistSerializer(serializers.ModelSerializer[Checklist]):
    """A law in one dated version, for one AI system."""

    system_name = serializers.CharField(source="system", read_only=True)

    class Meta:
        model = Checklist
        fields = ("id", "system", "system_name", "law", "text_version", "title", "determination", "opened_at")
        read_only_fields = fields


class OpenChecklistSerializer(serializers.Serializer[Any]):
    """Which law is opened for which system."""

    system = Own(systems, help_text="The id of the AI system.")
    law = serializers.CharField(max_length=60, help_text="The law's name, such as nyc-ll144.")
    text_version = serializers.CharField(
        max_length=20, required=False, help_text="The day of the text; the newest where it is left out."
    )
    determination = Own(determinations, required=False, help_text="A signed determination that the rows rest on.")


class ChecklistViewSet(ThingsViewSet):
    """The checklists of the organisation."""

    model = Checklist
    serializer_class = ChecklistSerializer
    filterset_fields = ("system", "law", "text_version")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Checklist]:
        return queries.checklists(by)

    @extend_schema(request=OpenChecklistSerializer, responses={201: ChecklistSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Open a checklist."""
        return self.made(actions.open_checklist(by=self.by, **self.read(OpenChecklistSerializer)))


class ReviewSerializer(serializers.Serializer[Any]):
    """One decision on a row, bound to the digest of what was seen."""

    reviewer = serializers.CharField(source="reviewer.name")
    role = serializers.CharField()
    decision = serializers.ChoiceField(Decision.choices)
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    subject_sha256 = serializers.CharField()


class AttachedSerializer(serializers.Serializer[Any]):
    """A piece of evidence that speaks for a row."""

    evidence = serializers.UUIDField(source="evidence_id")
    version = serializers.IntegerField(source="shown.number", help_text="The version that speaks for the row now.")
    follows_newest = serializers.SerializerMethodField()
    title = serializers.CharField(source="evidence.title")
    attached_by = serializers.CharField(source="attached_by.name")
    attached_at = serializers.DateTimeField()

    def get_follows_newest(self, one: ItemEvidence) -> bool:
        return one.version_id is None


class ItemSerializer(serializers.ModelSerializer[ChecklistItem]):
    """One row of a checklist, with its evidence and decisions."""

    citation = serializers.SerializerMethodField()
    question = serializers.SerializerMethodField()
    binding = serializers.ChoiceField(["", *Binding.values], read_only=True, help_text="Empty without a determination.")
    verdict = serializers.ChoiceField(["", *Verdict.values], read_only=True, help_text="Empty until somebody says.")
    attachments = AttachedSerializer(many=True, read_only=True)
    reviews = ReviewSerializer(many=True, read_only=True)

    class Meta:
        model = ChecklistItem
        fields = (
            *("id", "checklist", "row_id", "citation", "question", "binding", "since", "progress", "verdict"),
            *("reason", "note", "owner", "due_on", "submitted_at", "confirm_again", "revision"),
            *("attachments", "reviews"),
        )
        read_only_fields = fields

    def get_citation(self, item: ChecklistItem) -> str:
        return item.checklist.catalogue.row(item.row_id).citation_text

    def get_question(self, item: ChecklistItem) -> str:
        return item.checklist.catalogue.row(item.row_id).question


class ChangeItemSerializer(serializers.Serializer[Any]):
    """What may be said on a row; what is left out stays."""

    verdict = serializers.ChoiceField(["", *Verdict.values], required=False)
    reason = serializers.CharField(required=False, allow_blank=True)
    note = serializers.CharField(required=False, allow_blank=True)
    owner = Own(active_members, required=False, allow_null=True, help_text="The id of a membership, or null.")
    due_on = serializers.DateField(required=False, allow_null=True)
    despite = serializers.BooleanField(
        required=False, help_text="Answer a row knowingly that a determination says does not apply."
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, default="")


class EvidenceOfItemSerializer(serializers.Serializer[Any]):
    """A piece of evidence, by its id."""

    evidence = Own(evidence)


class AttachSerializer(EvidenceOfItemSerializer):
    """A piece of evidence, and in which version it speaks."""

    version = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="The number of a version; the newest where left out."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        number = attrs.get("version")
        if number is not None:
            attrs["version"] = attrs["evidence"].versions.filter(number=number).first()
            if attrs["version"] is None:
                raise serializers.ValidationError({"version": _("The piece has no such version.")})
        return attrs


class ItemFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """Which rows are listed."""

    progress = django_filters.MultipleChoiceFilter(choices=Progress.choices)
    verdict = django_filters.MultipleChoiceFilter(choices=Verdict.choices)
    binding = django_filters.MultipleChoiceFilter(choices=Binding.choices)
    due_before = django_filters.DateFilter("due_on", "lt", label="Due before this day.")
    system = django_filters.UUIDFilter("checklist__system_id")

    class Meta:
        model = ChecklistItem
        fields = ("checklist", "row_id", "owner")


class ItemViewSet(ThingsViewSet):
    """The rows of the organisation's checklists. Each change names in `If-Match` the state that it was decided on."""

    model = ChecklistItem
    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    ordering_fields = ("position", "due_on")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[ChecklistItem]:
        return queries.items(by)

    def tag(self, thing: ChecklistItem) -> str:
        return str(thing.revision)

    @extend_schema(request=ChangeItemSerializer, responses=ItemSerializer)
    @matching
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is said on a row."""
        actions.change(by=self.by, item=self.get_object(), **self.read(ChangeItemSerializer))
        return self.again()

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def submit(self, request: Request, **kwargs: Any) -> Response:
        """Submit a row for review."""
        actions.submit(by=self.by, item=self.get_object())
        return self.again()

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Take a row back before a reviewer began."""
        actions.withdraw(by=self.by, item=self.get_object())
        return self.again()

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def confirm(self, request: Request, **kwargs: Any) -> Response:
        """Say that an answer that was carried over from an older text still holds."""
        actions.confirm(by=self.by, item=self.get_object())
        return self.again()

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def take(self, request: Request, **kwargs: Any) -> Response:
        """Begin the review of a row."""
        actions.take(by=self.by, item=self.get_object())
        return self.again()

    @extend_schema(request=ReasonSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Accept what another person submitted."""
        actions.accept(by=self.by, item=self.get_object(), **self.read(ReasonSerializer))
        return self.again()

    @extend_schema(request=ReasonSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    @matching
    def give_back(self, request: Request, **kwargs: Any) -> Response:
        """Return a row to whoever submitted it, with the reason."""
        actions.give_back(by=self.by, item=self.get_object(), **self.read(ReasonSerializer))
        return self.again()

    @extend_schema(request=ReasonSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """Open a row again that was done."""
        actions.reopen(by=self.by, item=self.get_object(), **self.read(ReasonSerializer))
        return self.again()

    @extend_schema(request=AttachSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def attach(self, request: Request, **kwargs: Any) -> Response:
        """Attach a piece of evidence to a row, in one version or always in its newest."""
        actions.attach(by=self.by, item=self.get_object(), **self.read(AttachSerializer))
        return self.again()

    @extend_schema(request=EvidenceOfItemSerializer, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    @matching
    def detach(self, request: Request, **kwargs: Any) -> Response:
        """Take a piece of evidence off a row; the piece itself stays in the library."""
        actions.detach(by=self.by, item=self.get_object(), **self.read(EvidenceOfItemSerializer))
        return self.again()
