"""schemathesis asks every endpoint with what its description allows and with what it does not: no answer is a server
error, and every answer is one that is described."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from compliance.checklists.models import ChecklistItem
from compliance.wsgi import application
from tests import build
from tests.api.caller import Caller, caller
from tests.people import People

load_all_checks()
HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def described(people: People, settings: Any) -> Iterator[tuple[Any, Caller, dict[str, list[str]]]]:
    """The description as it is served, a program that may do everything a role may, and what there is to ask about."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]
    item = build.answered(people.alice, build.item(people.alice))
    build.note(people.alice)
    # Asked from outside, the application would close the test's own connection after each request, as Django's client
    # knows not to.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    there = {
        "systems": [str(item.checklist.system_id)],
        "checklists": [str(item.checklist_id)],
        "rows": [str(pk) for pk in ChecklistItem.objects.values_list("pk", flat=True)[:3]],
        "evidence": [str(pk) for pk in item.evidence.values_list("pk", flat=True)],
        "trail": ["1", "2"],
    }
    yield schema, caller(people.charlie), there
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(operation: Any, program: Caller, there: dict[str, list[str]], examples: int) -> None:
    kind = operation.path.split("/v1/")[1].split("/")[0]

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), seed=st.integers(0, 3))
    def one(case: Any, seed: int) -> None:
        case.path_parameters = {**(case.path_parameters or {}), "org": program.root.split("/")[2]}
        known = there.get(kind)
        for name in ("id", "seq"):
            if seed and known and name in case.path_parameters:
                case.path_parameters[name] = random.Random(seed).choice(known)
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {program.token}"}
        if seed > 1 and "If-Match" in str(operation.headers):
            case.headers["If-Match"] = "*"
        case.call_and_validate(checks=HELD)

    one()


def test_a_few_requests_to_every_endpoint_are_answered_as_described(described: Any) -> None:
    schema, program, there = described
    asked = [one.ok() for one in schema.get_all_operations()]
    assert len(asked) > 20
    for operation in asked:
        ask(operation, program, there, 4)


@pytest.mark.thorough
def test_many_requests_to_every_endpoint_are_answered_as_described(described: Any) -> None:
    schema, program, there = described
    for one in schema.get_all_operations():
        ask(one.ok(), program, there, 60)
