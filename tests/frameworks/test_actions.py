"""A framework is written, published and asked of a system; nobody overwrites another, and no other house sees it."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction

from compliance.frameworks import actions, catalogues, editing
from compliance.frameworks.models import FrameworkVersion
from compliance.lib.problems import Forbidden, Refused
from compliance.trail import presenters
from compliance.trail.models import TrailEntry
from tests import build, guards
from tests.frameworks.example import HOUSE, house
from tests.people import People

TODAY = datetime.date(2026, 11, 22)


def published(people: People, on: datetime.date = TODAY) -> FrameworkVersion:
    draft = actions.make(by=people.charlie, document=house())
    return actions.publish(by=people.charlie, draft=draft, on=on, seen=draft.sha256)


def renamed(draft: FrameworkVersion, title: str, seen: str | None = None) -> editing.Change:
    row = {**HOUSE["rows"][0], "title": title}
    return editing.replace("rows", "HOUSE-1", row, seen or editing.state(draft.document, "rows", "HOUSE-1"))


def test_a_published_framework_opens_as_a_checklist_of_its_own_house_alone(people: People) -> None:
    version = published(people)
    law = version.framework.law
    checklist = build.checklist(people.alice, law=law)
    assert [item.row_id for item in checklist.items.all()] == ["HOUSE-1", "HOUSE-2", "HOUSE-3"]
    assert checklist.catalogue.framework
    assert law in {ref.law for ref in catalogues.offered(people.alice.organisation)}
    assert law not in {ref.law for ref in catalogues.offered(people.stranger.organisation)}
    with pytest.raises(Refused) as refused:
        build.checklist(people.stranger, law=law)
    assert refused.value.code == "no-such-law"


def test_a_draft_does_not_open(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    with pytest.raises(Refused) as refused:
        build.checklist(people.alice, law=draft.framework.law)
    assert refused.value.code == "no-such-law"


def test_what_is_published_stays_while_the_next_version_is_written(people: People) -> None:
    first = published(people)
    law = first.framework.law
    draft = actions.begin(by=people.charlie, framework=first.framework)
    assert actions.begin(by=people.administrator, framework=first.framework) == draft
    actions.change(by=people.charlie, draft=draft, change=renamed(draft, "Owner by name"), told="row HOUSE-1 changed")
    assert catalogues.catalogue(law).row("HOUSE-1").title == "Owner"
    draft.refresh_from_db()
    later = TODAY + datetime.timedelta(days=1)
    actions.publish(by=people.charlie, draft=draft, on=later, seen=draft.sha256)
    assert catalogues.catalogue(law).row("HOUSE-1").title == "Owner by name"
    assert catalogues.catalogue(law, TODAY.isoformat()).row("HOUSE-1").title == "Owner"
    with pytest.raises(Refused, match="published or thrown away"):
        actions.change(by=people.charlie, draft=draft, change=renamed(draft, "Third"), told="")


@pytest.mark.parametrize(("days", "changed", "code"), [(0, True, "not-later"), (1, False, "nothing-new")])
def test_a_version_is_later_and_says_something_new(people: People, days: int, changed: bool, code: str) -> None:
    first = published(people)
    draft = actions.begin(by=people.charlie, framework=first.framework)
    if changed:
        draft = actions.change(by=people.charlie, draft=draft, change=renamed(draft, "New"), told="")
    with pytest.raises(Refused) as refused:
        actions.publish(by=people.charlie, draft=draft, on=TODAY + datetime.timedelta(days=days), seen=draft.sha256)
    assert refused.value.code == code


def test_changes_of_different_rows_go_together_and_of_one_row_do_not(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    seen = {id: editing.state(draft.document, "rows", id) for id in ("HOUSE-1", "HOUSE-3")}
    actions.change(by=people.administrator, draft=draft, change=renamed(draft, "By one", seen["HOUSE-1"]), told="")
    other = editing.replace("rows", "HOUSE-3", {**HOUSE["rows"][2], "title": "By two"}, seen["HOUSE-3"])
    draft = actions.change(by=people.charlie, draft=draft, change=other, told="")
    assert [row.title for row in draft.document.rows] == ["By one", "Scores explained", "By two"]
    with pytest.raises(Refused) as refused:
        actions.change(by=people.charlie, draft=draft, change=renamed(draft, "By three", seen["HOUSE-1"]), told="")
    assert refused.value.code == "changed-meanwhile"
    with pytest.raises(Refused) as refused:
        actions.publish(by=people.charlie, draft=draft, on=TODAY, seen="what was read before")
    assert refused.value.code == "changed-meanwhile"


def test_what_names_a_section_or_row_follows_its_new_id(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    seen = editing.state(draft.document, "sections", "data")
    change = editing.replace("sections", "data", {"id": "results", "title": "Results"}, seen)
    draft = actions.change(by=people.charlie, draft=draft, change=change, told="")
    row = {**HOUSE["rows"][2], "section": "results", "id": "HOUSE-9"}
    ties = [{"row": "HOUSE-9", "law": "nist-ai-rmf", "to": "RMF-MAP-1.1"}]
    change = editing.replace("rows", "HOUSE-3", row, editing.state(draft.document, "rows", "HOUSE-3"), ties)
    draft = actions.change(by=people.charlie, draft=draft, change=change, told="")
    assert [one.section for one in draft.document.rows] == ["people", "people", "results"]
    assert [one.row for one in draft.document.crosswalk] == ["HOUSE-9"]


def test_rows_move_within_their_section_and_sections_among_themselves(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    for table, id, by in (("rows", "HOUSE-2", -1), ("rows", "HOUSE-3", -1), ("sections", "data", -1)):
        draft = actions.change(by=people.charlie, draft=draft, change=editing.move(table, id, by), told="")
    assert [row.id for row in draft.document.rows] == ["HOUSE-2", "HOUSE-1", "HOUSE-3"]
    assert [one.id for one in draft.document.sections] == ["data", "people"]


def test_a_section_with_rows_is_not_removed_and_a_row_goes_with_its_ties(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    change = editing.remove("sections", "data", editing.state(draft.document, "sections", "data"))
    with pytest.raises(Refused) as refused:
        actions.change(by=people.charlie, draft=draft, change=change, told="")
    assert refused.value.code == "section-not-empty"
    change = editing.remove("rows", "HOUSE-3", editing.state(draft.document, "rows", "HOUSE-3"))
    draft = actions.change(by=people.charlie, draft=draft, change=change, told="")
    assert (len(draft.document.rows), draft.document.crosswalk) == (2, ())


def test_a_version_that_was_tampered_with_is_not_read(people: People) -> None:
    version = published(people)
    content = version.content
    content["rows"][0]["title"] = "Something else"
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        FrameworkVersion.objects.filter(pk=version.pk).update(content=content)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        version.delete()
    guards.lift("compliance_frameworkversion")
    FrameworkVersion.objects.filter(pk=version.pk).update(content=content)
    version.refresh_from_db()
    with pytest.raises(Refused) as refused:
        _ = version.document
    assert refused.value.code == "framework-changed"


def test_the_trail_tells_what_was_done_and_by_whom(people: People) -> None:
    version = published(people)
    draft = actions.begin(by=people.charlie, framework=version.framework)
    actions.discard(by=people.administrator, draft=draft, seen=draft.sha256)
    entries = presenters.told(TrailEntry.objects.filter(subject_type="framework").order_by("seq"))
    assert [(one.entry.verb, one.actor) for one in entries] == [
        ("framework.made", "Charlie"),
        ("framework.published", "Charlie"),
        ("framework.begun", "Charlie"),
        ("framework.discarded", "Administrator"),
    ]


def test_only_administrators_and_auditors_write_frameworks(people: People) -> None:
    for one in (people.alice, people.bob, people.observer):
        with pytest.raises(Forbidden):
            actions.make(by=one, document=house())


def test_another_house_cannot_be_tied_to(people: People) -> None:
    theirs = published(people).framework.law
    mine = catalogues.rows_of(people.stranger.organisation)
    assert mine(theirs) is None
    assert catalogues.rows_of(people.alice.organisation)(theirs) == {"HOUSE-1", "HOUSE-2", "HOUSE-3"}
