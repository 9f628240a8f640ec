"""The chain as it lies in the database: what its owner can still do to it, and that the check finds it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance import guards
from compliance.lib.canonical import digest, dump, load
from compliance.people.models import Membership
from compliance.trail import queries
from compliance.trail.actions import Act, write_all
from compliance.trail.models import TrailEntry, TrailHead
from tests import build
from tests import guards as lifting
from tests.people import People

Tamper = Callable[[Membership], None]


@pytest.fixture
def alice(people: People) -> Membership:
    """Alice, after eleven acts in her organisation: the eighth adds evidence, the ninth attaches it."""
    row = build.submitted(people.alice, build.item(people.alice))
    assert row.progress == "submitted"
    assert TrailEntry.objects.filter(organisation_id=people.alice.organisation_id).count() == 11
    return people.alice


def entry(alice: Membership, seq: int) -> TrailEntry:
    return TrailEntry.objects.get(organisation_id=alice.organisation_id, seq=seq)


def lift_the_guards() -> None:
    """Take down what the database refuses, as whoever owns it can; the test's own transaction brings it back."""
    for table in ("compliance_trailentry", "compliance_trailhead", "compliance_trailpersonal"):
        lifting.lift(table)


def test_what_real_acts_leave_holds(alice: Membership, people: People) -> None:
    assert list(queries.breaks(alice.organisation_id)) == []
    out = io.StringIO()
    call_command("trail_check", "--format=json", stdout=out)
    report = json.loads(out.getvalue())
    assert report["holds"] is True
    ends = {one["organisation"]: (one["entries"], one["faults"]) for one in report["organisations"]}
    assert ends == {str(alice.organisation_id): (11, []), str(people.stranger.organisation_id): (1, [])}


@pytest.mark.parametrize(
    "statement", ["UPDATE compliance_trailentry SET actor_name = 'x'", "DELETE FROM compliance_trailentry"]
)
def test_the_database_itself_refuses_to_change_or_remove_an_entry(alice: Membership, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(queries.breaks(alice.organisation_id)) == []


def change_the_content(alice: Membership) -> None:
    found = entry(alice, 8)
    TrailEntry.objects.filter(pk=found.pk).update(body=found.body.replace("Note on", "Proof of"))


def change_a_column(alice: Membership) -> None:
    TrailEntry.objects.filter(pk=entry(alice, 8).pk).update(actor_name="Bob")


def hide_from_its_system(alice: Membership) -> None:
    TrailEntry.objects.filter(pk=entry(alice, 9).pk).update(system_id=None)


def make_unreadable(alice: Membership) -> None:
    TrailEntry.objects.filter(pk=entry(alice, 8).pk).update(body="[9007199254740993")


def change_it_with_its_digest(alice: Membership) -> None:
    found = entry(alice, 8)
    body = {**load(found.body.encode()), "verb": "evidence.withdrawn"}
    TrailEntry.objects.filter(pk=found.pk).update(body=dump(body).decode(), verb=body["verb"], sha256=digest(body))


def remove(alice: Membership) -> None:
    entry(alice, 8).delete()


def remove_the_last(alice: Membership) -> None:
    entry(alice, 11).delete()


def insert_at_the_end(alice: Membership) -> None:
    found = entry(alice, 11)
    found.pk, found.seq = None, 12
    found.save()


def swap(alice: Membership) -> None:
    one, two = entry(alice, 8), entry(alice, 9)
    TrailEntry.objects.filter(pk=one.pk).update(seq=1000)
    TrailEntry.objects.filter(pk=two.pk).update(seq=8)
    TrailEntry.objects.filter(pk=one.pk).update(seq=9)


def cut_with_its_head(alice: Membership) -> None:
    """The end is removed and the head set back, but to the wrong digest."""
    entry(alice, 11).delete()
    TrailHead.objects.filter(organisation_id=alice.organisation_id).update(seq=10)


@pytest.mark.parametrize(
    ("tamper", "place", "sentence"),
    [
        (change_the_content, 8, "Entry 8 was changed: its content does not give the digest that it carries."),
        (change_a_column, 8, "Entry 8 was changed: its content does not give the digest that it carries."),
        (hide_from_its_system, 9, "Entry 9 was changed: its content does not give the digest that it carries."),
        (make_unreadable, 8, "Entry 8 was changed: its content does not give the digest that it carries."),
        (change_it_with_its_digest, 9, "Entry 9 does not continue entry 8: one of them was replaced or moved."),
        (remove, 8, "Entries 8 to 8 are missing."),
        (remove_the_last, 11, "Entries 11 to 11 are missing: the chain should end at 11 and ends at 10."),
        (insert_at_the_end, 12, "Entry 12 stands after the recorded end of the chain at 11."),
        (swap, 8, "Entry 8 was written as entry 9: it was moved."),
        (cut_with_its_head, 10, "The last entry 10 is not the one that the recorded end of the chain names."),
    ],
)
def test_the_check_finds_what_was_done_and_where(alice: Membership, tamper: Tamper, place: int, sentence: str) -> None:
    lift_the_guards()
    tamper(alice)
    assert (place, sentence) in [(one.entry, one.sentence) for one in queries.breaks(alice.organisation_id)]
    with pytest.raises(SystemExit) as ended:
        call_command("trail_check", stdout=io.StringIO(), stderr=io.StringIO())
    assert ended.value.code == 1


def test_one_organisations_fault_is_not_anothers(alice: Membership, people: People) -> None:
    lift_the_guards()
    remove(alice)
    assert list(queries.breaks(people.stranger.organisation_id)) == []


def test_several_acts_of_one_moment_are_recorded_at_the_cost_of_one(alice: Membership) -> None:
    acts = [Act("item.withdrawn", {"type": "item", "id": str(n), "label": f"ROW-{n}"}) for n in range(300)]

    def cost(some: list[Act]) -> int:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries_made:
            write_all(organisation_id=alice.organisation_id, actor=alice.actor, acts=some)
        return len(queries_made)

    assert cost(acts[:100]) == cost(acts[100:200])
    assert list(queries.breaks(alice.organisation_id)) == []
    last = TrailEntry.objects.filter(organisation_id=alice.organisation_id).order_by("-seq")[0]
    assert last.subject_label == "ROW-199"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE seq = 8", "continues the last one"),
        ("INSERT INTO {0} ({1}) SELECT {2} FROM {0} WHERE seq = 8", "continues the last one"),
        ("UPDATE compliance_trailhead SET seq = 3", "only moves on"),
        ("DELETE FROM compliance_trailhead", "only moves on"),
        ("TRUNCATE compliance_trailentry", "append-only"),
        ("SET session_replication_role = replica; DELETE FROM compliance_trailentry", "append-only"),
    ],
)
def test_the_database_refuses_what_would_pass_by_the_chain(alice: Membership, statement: str, sentence: str) -> None:
    if ("REPLACE" in statement and connection.vendor != "sqlite") or (
        statement.startswith(("TRUNCATE", "SET")) and connection.vendor != "postgresql"
    ):
        pytest.skip("it is a statement of the other database")
    names = [str(field.column) for field in TrailEntry._meta.fields if field.name != "id"]
    twelfth = ["12" if name == "seq" else name for name in names]
    made = statement.format(TrailEntry._meta.db_table, ", ".join(names), ", ".join(twelfth))
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(made)
    assert list(queries.breaks(alice.organisation_id)) == []


def test_the_check_says_that_the_database_no_longer_refuses(alice: Membership) -> None:
    lift_the_guards()
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("trail_check", stdout=out)
    assert ended.value.code == 1
    assert "The database no longer refuses changes: trail_no_update" in out.getvalue()
    guards.install()
    assert guards.missing() == []
    call_command("trail_check", stdout=out)
