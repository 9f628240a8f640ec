"""A mapping that was confirmed is offered for the next file of the same shape, and never applied by itself."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse

from audits.bias import actions
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from compliance.people.models import Membership
from tests import build
from tests.people import People, client_of

HEADER = "s,r,h\n"
ROWS = "".join(f"{'ab'[n % 2]},{'xy'[n % 3 % 2]},{'in' if n % 2 else 'out'}\n" for n in range(60))
PLAN = Plan(
    sex="s",
    race_ethnicity="r",
    selected="h",
    mapping={
        "sex": {"a": "Male", "b": "Female"},
        "race_ethnicity": {"x": "White", "y": None},
        "outcome": {"in": "selected", "out": "not selected"},
    },
    vocabulary=False,
)


def opened(by: Membership, text: str) -> BiasAudit:
    stream = io.BytesIO(text.encode())
    system = by.organisation.systems.first() or build.system(by)
    return actions.open_audit(by=by, system=system, title="Spring", stream=stream, file_name="a.csv")


def mapped(people: People, one: BiasAudit) -> str:
    url = reverse("bias_map", kwargs={"org": one.organisation.slug, "pk": one.pk})
    return client_of(people.alice).get(url).content.decode()


@pytest.mark.django_db
def test_next_file_of_the_same_shape_is_offered_the_confirmed_meanings(people: People) -> None:
    first = opened(people.alice, HEADER + ROWS)
    assert "taken from the mapping" not in mapped(people, first)
    actions.start(by=people.alice, bias_audit=first, plan=PLAN, people_in_union=False)
    assert "taken from the mapping" not in mapped(people, opened(people.alice, HEADER + ROWS)), "not finished yet"
    actions.carry_out(first.pk)
    first.refresh_from_db()
    assert first.state == "finished", first.problems
    second = opened(people.alice, HEADER + ROWS + "c,x,in\n")
    page = mapped(people, second)
    assert "taken from the mapping confirmed by Alice on" in page
    assert page.count('<option value="Female" selected>') == 1
    assert page.count('<option value="selected" selected>') == 1
    assert page.count('<option value="" selected>') >= 1, "the new value c is open"
    assert second.asked_at is None
    assert "taken from the mapping" not in mapped(people, opened(people.alice, "s,r,other\n" + ROWS))
