"""Fields that find what they name within the organisation of whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.people.models import Membership


@extend_schema_field(serializers.UUIDField())
class Own(serializers.Field[Any, Any, Any, Any]):
    """The id of a thing that the member may see; that of another house is unknown here."""

    default_error_messages = {"unknown": _("There is no such thing here.")}

    def __init__(self, find: Callable[[Membership], QuerySet[Any]], **kwargs: Any):
        super().__init__(**kwargs)
        self.find = find

    def to_internal_value(self, data: Any) -> Model:
        pk: UUID = serializers.UUIDField().run_validation(data)
        found: Model | None = self.find(self.context["by"]).filter(pk=pk).first()
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.pk)
