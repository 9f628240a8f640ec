"""Pages by cursor: what is added meanwhile neither repeats nor hides a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Cursor(CursorPagination):
    """`cursor` leads on from page to page, `page_size` says how many lines one has."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Order as the view or its `ordering` parameter says, and by the key last, so that no two lines are alike."""
        fields: Sequence[str] = getattr(view, "ordering_fields", ())
        ordering = request.query_params.get("ordering", "")
        default: Sequence[str] = getattr(view, "ordering", ())
        names = [name for name in ordering.split(",") if name.lstrip("-") in fields]
        return (*(names or default), "pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        fields = getattr(view, "ordering_fields", ())
        if fields:
            both = [sign + name for name in fields for sign in ("", "-")]
            told = "What the list is ordered by; with a minus, from the last to the first."
            schema = {"type": "string", "enum": both}
            found.append({"name": "ordering", "in": "query", "required": False, "description": told, "schema": schema})
        return found
