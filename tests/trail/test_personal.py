"""What entries say about people: kept apart under digests, removed with a reason, and the chain still holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.checklists import actions as checklist_actions
from compliance.lib.canonical import digest, dump
from compliance.lib.problems import Forbidden, Refused
from compliance.people import actions
from compliance.trail import presenters, queries
from compliance.trail.models import TrailEntry, TrailHead, TrailPersonal
from tests import build
from tests.people import People, client_of, founder

ADDRESS = "192.0.2.44"


@pytest.fixture
def gone(people: People) -> People:
    """Alice owned a row and acted over the network; then her membership ended."""
    row = build.item(people.charlie)
    checklist_actions.change(by=people.charlie, item=row, owner=people.alice)
    client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/trail/export.csv", REMOTE_ADDR=ADDRESS)
    build.note(people.alice)
    actions.end_membership(by=people.administrator, member=people.alice)
    people.alice.refresh_from_db()
    return people


def test_no_entry_itself_holds_a_name_or_an_address(gone: People) -> None:
    bodies = "".join(TrailEntry.objects.values_list("body", flat=True))
    columns = "".join(name + label for name, label in TrailEntry.objects.values_list("actor_name", "subject_label"))
    for text in ("Alice", "alice@example.org", ADDRESS, "Bob", "Charlie"):
        assert text not in bodies + columns
    told = [one.sentence for one in presenters.told(queries.entries(gone.alice.organisation_id))]
    assert "Alice added the evidence Minutes of the meeting (SHA-256 " in " ".join(told)
    assert "Administrator ended the membership of Alice." in told


def test_removal_empties_every_text_of_the_person_and_the_chain_still_holds(gone: People) -> None:
    actions.remove_personal_data(by=gone.administrator, member=gone.alice, reason="She asked for it.")
    rows = presenters.told(queries.entries(gone.alice.organisation_id))
    everything = " ".join(f"{one.sentence} {one.actor} {one.subject} {one.origin} {one.changes}" for one in rows) + str(
        list(TrailPersonal.objects.values_list("value", "salt"))
    )
    for text in ("Alice", "alice@example.org", ADDRESS):
        assert text not in everything
    assert list(queries.breaks(gone.alice.organisation_id)) == []
    ended = next(one for one in rows if one.entry.verb == "member.removed")
    day = TrailEntry.objects.get(verb="person.removed").at.date().isoformat()
    assert [str(one) for one in ended.removals] == [
        f"The name of the person whom it is about was removed on {day} by Administrator: She asked for it."
    ]
    owned = next(one for one in rows if one.entry.verb == "item.changed")
    assert owned.changes == (("owner", "", "[removed]"),)
    gone.alice.user.refresh_from_db()
    user = gone.alice.user
    assert (user.name, user.is_active) == (f"Removed person {str(user.pk)[:8]}", False)
    assert "Alice" not in client_of(gone.bob).get(f"/o/{gone.bob.organisation.slug}/trail/").content.decode()


def test_an_account_that_another_organisation_knows_keeps_its_name(gone: People) -> None:
    actions.add_member(by=gone.stranger, email="alice@example.org", name="", role="auditor")
    actions.remove_personal_data(by=gone.administrator, member=gone.alice, reason="She asked for it.")
    gone.alice.user.refresh_from_db()
    assert gone.alice.user.name == "Alice"
    theirs = presenters.told(queries.entries(gone.stranger.organisation_id))
    assert "Stranger added Alice as auditor." in [one.sentence for one in theirs]


def test_who_is_here_is_not_removed_and_who_was_removed_does_not_come_back(gone: People) -> None:
    with pytest.raises(Refused, match="Bob still belongs to this organisation"):
        actions.remove_personal_data(by=gone.administrator, member=gone.bob, reason="Why not.")
    with pytest.raises(Forbidden):
        actions.remove_personal_data(by=gone.charlie, member=gone.alice, reason="Why not.")
    with pytest.raises(Refused, match=r"Say why"):
        actions.remove_personal_data(by=gone.administrator, member=gone.alice, reason=" ")
    actions.remove_personal_data(by=gone.administrator, member=gone.alice, reason="She asked for it.")
    gone.alice.user.refresh_from_db()
    with pytest.raises(Refused, match="cannot come back"):
        actions.add_member(by=gone.administrator, email=gone.alice.user.email, name="", role="auditor")


@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET value = 'Bob'", "UPDATE {} SET salt = '', value = ''", "DELETE FROM {}"],
)
def test_the_database_lets_a_text_be_removed_with_its_entry_and_nothing_else(people: People, change: str) -> None:
    with pytest.raises(DatabaseError, match="removed as a whole"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(TrailPersonal._meta.db_table))


def test_a_text_removed_or_changed_without_an_entry_is_found(people: People) -> None:
    name = TrailPersonal.objects.get(value="Bob")
    TrailPersonal.objects.filter(pk=name.pk).update(salt="", value="", removed_seq=1)
    faults = list(queries.breaks(people.bob.organisation_id))
    assert [(one.entry, one.code) for one in faults] == [(3, "personal-missing")]
    assert faults[0].sentence == "The personal text at /subject/label of entry 3 was removed, and no entry says so."


def test_entries_from_before_names_were_kept_apart_still_hold(db: None) -> None:
    """An entry exactly as the first schema wrote it, and one of today after it."""
    by = founder("Alice", "Another old house")
    organisation = str(by.organisation_id)
    TrailHead.objects.create(organisation_id=(old := build.system(by).id))
    body: dict[str, Any] = {
        "schema": "probanda/trail/1",
        "organisation": str(old),
        "seq": 1,
        "at": "2026-11-20T10:00:00.000000Z",
        "actor": {"id": "7", "name": "Alice", "role": "administrator"},
        "verb": "system.registered",
        "subject": {"type": "system", "id": "8", "label": "Sortwell Screen"},
        "system": None,
        "data": {},
        "prev": "",
    }
    TrailEntry.objects.create(
        organisation_id=old, seq=1, at=body["at"], actor_id="7", actor_name="Alice", verb=body["verb"],
        subject_type="system", subject_id="8", subject_label="Sortwell Screen", body=dump(body).decode(), prev="",
        sha256=digest(body),
    )  # fmt: skip
    TrailHead.objects.filter(organisation_id=old).update(seq=1, sha256=digest(body))
    assert list(queries.breaks(old)) == []
    [told] = presenters.told(queries.entries(old))
    assert told.sentence == "Alice registered the AI system Sortwell Screen."
    assert organisation != str(old)
