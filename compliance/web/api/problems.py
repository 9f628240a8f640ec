"""What goes wrong, told as everywhere: a code, a full sentence, a hint and a place."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from compliance.lib.problems import Forbidden, Problem, Refused


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="A stable word for machines.")
    sentence = serializers.CharField(help_text="What is wrong, in a full sentence.")
    hint = serializers.CharField(allow_blank=True, help_text="What may help.")
    row = serializers.IntegerField(allow_null=True, help_text="The row of the file; its header is row 1.")
    column = serializers.CharField(allow_null=True, help_text="The column or field.")
    found = serializers.CharField(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    sheet = serializers.CharField(required=False, help_text="The sheet of a workbook.")


class ProblemsSerializer(serializers.Serializer[Any]):
    """Everything that is wrong with a request."""

    problems = ProblemSerializer(many=True)


class NeedsMatch(exceptions.APIException):
    """A change names the state that it was decided on."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "if-match-required"


class Overtaken(exceptions.APIException):
    """Somebody else changed the thing since it was read."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed-meanwhile"


class Conflict(exceptions.APIException):
    """The key of the request was used for another one."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency-key-used"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a refusal or an error of the framework with problems; None leaves what is no refusal to Django."""
    if isinstance(error, Refused):
        set_rollback()
        return _answer(error.problems, _status(error))
    if isinstance(error, Http404):
        return _answer([Problem("not-found", _("There is no such thing here."))], status.HTTP_404_NOT_FOUND)
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    response.data = {"problems": [problem.as_json() for problem in _told(error)]}
    return response


def _answer(problems: Any, code: int) -> Response:
    return Response({"problems": [problem.as_json() for problem in problems]}, status=code)


def _status(refused: Refused) -> int:
    if isinstance(refused, Forbidden):
        return status.HTTP_403_FORBIDDEN
    if refused.code == "changed-meanwhile":
        return status.HTTP_412_PRECONDITION_FAILED
    return status.HTTP_409_CONFLICT if refused.code == "not-now" else status.HTTP_400_BAD_REQUEST


def _told(error: exceptions.APIException) -> list[Problem]:
    if isinstance(error, exceptions.ValidationError):
        return list(_fields(error.detail))
    detail = error.detail
    code = getattr(detail, "code", None) or error.default_code
    return [Problem(str(code).replace("_", "-"), str(detail))]


def _fields(detail: Any, path: str = "") -> Any:
    """Yield a problem for each message of a validation error, whatever its nesting."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _fields(inner, own)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    else:
        yield Problem(f"field-{detail.code}".replace("_", "-"), str(detail), column=path or None)
