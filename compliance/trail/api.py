"""The trail for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.lib import canonical
from compliance.people.models import Membership
from compliance.trail import queries
from compliance.trail.models import TrailEntry
from compliance.trail.presenters import Told, told
from compliance.web.api.views import ThingsViewSet


class PersonalSerializer(serializers.Serializer[Any]):
    """A text about a person that the body holds under its digest, which is that of `{"salt", "value"}`."""

    sha256 = serializers.CharField()
    salt = serializers.CharField()
    value = serializers.CharField()


class EntrySerializer(serializers.ModelSerializer[TrailEntry]):
    """One entry: the object that was hashed, its digest, and the sentence that it is told with."""

    body = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    personal = serializers.SerializerMethodField()

    class Meta:
        model = TrailEntry
        fields = ("seq", "at", "verb", "sentence", "body", "personal", "prev", "sha256")

    @extend_schema_field({"type": "object", "description": "Its canonical JSON (RFC 8785) has the digest sha256."})
    def get_body(self, entry: TrailEntry) -> Any:
        return canonical.load(entry.body.encode())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._found: dict[int, Told] = {}

    def get_sentence(self, entry: TrailEntry) -> str:
        return self._told(entry).sentence

    @extend_schema_field(PersonalSerializer(many=True))
    def get_personal(self, entry: TrailEntry) -> list[dict[str, str]]:
        return self._told(entry).personal

    def _told(self, entry: TrailEntry) -> Told:
        # A page of entries is told at once, so that it costs a fixed number of queries.
        if entry.seq not in self._found:
            page: Any = self.parent.instance if isinstance(self.parent, serializers.ListSerializer) else [entry]
            self._found = {one.entry.seq: one for one in told(page)}
        return self._found[entry.seq]


class TrailFilter(django_filters.FilterSet):  # type: ignore[misc]  # it ships no types
    """Which entries are listed."""

    after = django_filters.NumberFilter("seq", "gt", label="Entries after this place.")
    since = django_filters.IsoDateTimeFilter("at", "gte", label="Entries from this moment on.")

    class Meta:
        model = TrailEntry
        fields = ("verb", "system_id", "actor_id", "subject_type", "subject_id")


class TrailViewSet(ThingsViewSet):
    """Who did what when, in order; each entry carries the digest of the one before."""

    model = TrailEntry
    serializer_class = EntrySerializer
    filterset_class = TrailFilter
    lookup_field = "seq"
    lookup_value_regex = "[0-9]{1,18}"
    ordering = ("seq",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[TrailEntry]:
        return queries.entries(by.organisation_id)
