"""The description of the API (OpenAPI 3.1): what every endpoint has in common is said once, here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from compliance.web.api.problems import ProblemsSerializer
from compliance.web.api.views import KEY, LONGEST_KEY, MemberViewSet

ORG = OpenApiParameter(
    "org", str, OpenApiParameter.PATH, description="The organisation, as its pages' addresses name it."
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of what was read, or *."
)
IDEMPOTENCY = OpenApiParameter(
    KEY,
    {"type": "string", "maxLength": LONGEST_KEY},
    OpenApiParameter.HEADER,
    description="Any text; the same request with the same key is done once, and answered the same again.",
)
TOLD = {
    400: _("What was sent is not accepted; each problem says where and why."),
    401: _("No token or session came with the request, or it has ended."),
    403: _("The member's role, or a scope of the token, does not carry this."),
    404: _("There is no such thing, or it belongs to another organisation."),
    409: _("The thing is in a state in which this cannot be done."),
    412: _("Somebody else changed it since it was read."),
    415: _("The body is of a type that is not taken here."),
    422: _("The idempotency key was used for another request."),
    428: _("The header If-Match is missing."),
    429: _("Too many requests in a minute."),
}


class Described(AutoSchema):
    """Adds to each operation of a :class:`MemberViewSet` its headers and every refusal that it may answer with."""

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        if isinstance(self.view, MemberViewSet):
            found.append(ORG)
        if self._matches():
            found.append(IF_MATCH)
        if self._is_idempotent():
            found.append(IDEMPOTENCY)
        return found

    def get_tags(self) -> list[str]:
        """An endpoint is filed under its first word after the version."""
        words = self._tokenize_path()
        return [words[0].replace("-", " ")] if words else ["me"]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._refusals():
            if str(code) not in bodies:
                bodies[str(code)] = self._get_response_for_code(_problems(code), str(code))  # type: ignore[no-untyped-call]
        return bodies

    def _refusals(self) -> list[int]:
        codes = [401, 403, 404, 429]
        if self.method == "GET":
            codes += [400] if self._is_list_view() else []
        else:
            codes += [400, 409, 412, 415]
        codes += [428] if self._matches() else []
        return codes + ([422] if self._is_idempotent() else [])

    def _handler(self) -> Any:
        return getattr(self.view, getattr(self.view, "action", None) or "", None)

    def _is_idempotent(self) -> bool:
        return bool(getattr(self._handler(), "idempotent", False))

    def _matches(self) -> bool:
        return bool(getattr(self._handler(), "matches", False))


def _problems(code: int) -> OpenApiResponse:
    problem = {"code": "changed-meanwhile", "sentence": str(TOLD[code]), "hint": ""}
    empty = {"row": None, "column": None, "found": None, "expected": None}
    example = OpenApiExample("A problem", {"problems": [{**problem, **empty}]}, response_only=True)
    return OpenApiResponse(ProblemsSerializer, str(TOLD[code]), [example] if code == 412 else [])
