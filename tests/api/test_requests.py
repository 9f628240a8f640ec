"""What every endpoint has in common: problems, ETags, idempotency keys, pages, and a description that is true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compliance.checklists.models import ChecklistItem
from compliance.systems.models import AISystem
from tests import build
from tests.api.caller import caller
from tests.people import People
from tests.trail.test_at_once import answer, start
from tests.work.house import house


def test_a_refusal_has_the_sentence_of_the_page(people: People) -> None:
    alice = caller(people.alice)
    build.system(people.alice, "Sortwell Screen", version="4.2")
    answer = alice.post("systems/", {"name": "Sortwell Screen", "version": "4.2", "status": "in_use"})
    assert answer.status_code == 400
    problem = answer.json()["problems"][0]
    assert problem["code"] == "system-registered-already"
    assert problem["sentence"] == "An AI system Sortwell Screen 4.2 is registered already."
    assert problem["column"] == "version"
    wrong = alice.post("systems/", {"name": "", "status": "asleep", "first_use_on": "tomorrow"}).json()["problems"]
    assert {one["column"] for one in wrong} == {"name", "status", "first_use_on"}


def test_a_change_names_the_state_that_it_was_decided_on(people: People) -> None:
    alice, item = caller(people.alice), build.item(people.alice)
    path = f"rows/{item.pk}/"
    read = alice.get(path)
    assert alice.patch(path, {"note": "mine"}).status_code == 428
    assert alice.patch(path, {"note": "mine"}, If_Match=read["ETag"]).status_code == 200
    late = alice.patch(path, {"note": "theirs"}, If_Match=read["ETag"])
    assert late.status_code == 412
    assert ChecklistItem.objects.get(pk=item.pk).note == "mine"
    now = alice.get(path)
    assert alice.get(path, If_None_Match=now["ETag"]).status_code == 304
    assert alice.post(f"{path}submit/", If_Match=read["ETag"]).status_code == 412


def test_a_row_goes_from_answer_to_decision_by_the_rules_of_the_pages(people: People) -> None:
    alice, charlie = caller(people.alice), caller(people.charlie)
    item = build.item(people.alice)
    path, note = f"rows/{item.pk}/", build.note(people.alice)

    def tag() -> str:
        return str(alice.get(path)["ETag"])

    assert alice.post(f"{path}attach/", {"evidence": str(note.pk)}, If_Match=tag()).status_code == 200
    assert alice.patch(path, {"verdict": "met", "owner": str(people.bob.pk)}, If_Match=tag()).status_code == 200
    assert alice.post(f"{path}submit/", If_Match=tag()).json()["progress"] == "submitted"
    own = alice.post(f"{path}accept/", If_Match=tag())
    assert own.status_code == 403  # a contributor does not review
    done = charlie.post(f"{path}accept/", {"reason": "Read it."}, If_Match=tag()).json()
    assert (done["progress"], done["reviews"][0]["reviewer"]) == ("done", "Charlie")
    again = charlie.post(f"{path}accept/", If_Match=tag())
    assert (again.status_code, again.json()["problems"][0]["code"]) == (409, "not-now")


def test_what_is_of_another_house_is_unknown_here(people: People) -> None:
    alice, item = caller(people.alice), build.item(people.alice)
    theirs = build.note(people.stranger)
    path = f"rows/{item.pk}/"
    answer = alice.post(f"{path}attach/", {"evidence": str(theirs.pk)}, If_Match="*")
    assert (answer.status_code, answer.json()["problems"][0]["column"]) == (400, "evidence")
    assert alice.patch(path, {"owner": str(people.stranger.pk)}, If_Match="*").status_code == 400


def test_the_same_key_does_the_work_once(people: People) -> None:
    alice = caller(people.alice)
    first = alice.post("systems/", {"name": "Once", "status": "planned"}, Idempotency_Key="k-1")
    second = alice.post("systems/", {"name": "Once", "status": "planned"}, Idempotency_Key="k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert AISystem.objects.filter(name="Once").count() == 1
    other = alice.post("systems/", {"name": "Twice", "status": "planned"}, Idempotency_Key="k-1")
    assert (other.status_code, other.json()["problems"][0]["code"]) == (422, "idempotency-key-used")
    # A refusal is not kept: what was wrong may be mended under the same key.
    assert alice.post("systems/", {"name": ""}, Idempotency_Key="k-2").status_code == 400
    assert alice.post("systems/", {"name": "Mended", "status": "planned"}, Idempotency_Key="k-2").status_code == 201


@pytest.mark.processes
def test_of_many_at_once_with_one_key_one_does_the_work(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        told = [json.loads(answer(one)) for one in [start(made, "ask", "k-1") for _one in range(4)]]
    assert [code for code, _id in told] == [201] * 4
    assert len({found for _code, found in told}) == 1


def test_pages_are_stable_while_something_is_added(people: People) -> None:
    alice = caller(people.alice)
    for number in range(5):
        build.system(people.alice, f"System {number}")
    page = alice.get("systems/", {"page_size": 2}).json()
    seen = [one["name"] for one in page["results"]]
    build.system(people.alice, "System 9")
    while page["next"]:
        page = alice.client.get(page["next"]).json()
        seen += [one["name"] for one in page["results"]]
    assert sorted(set(seen)) == sorted(seen)
    assert {f"System {number}" for number in range(5)} <= set(seen)


def test_a_filter_that_is_not_understood_is_told(people: People) -> None:
    alice = caller(people.alice)
    answer = alice.get("rows/", {"progress": "finished", "due_before": "soon"})
    assert answer.status_code == 400
    assert {one["column"] for one in answer.json()["problems"]} == {"progress", "due_before"}
    assert alice.get("rows/", {"cursor": "nonsense"}).status_code in (400, 404)


@pytest.mark.parametrize("path", ["systems/", "checklists/", "rows/", "trail/"])
def test_a_list_costs_the_same_for_many_as_for_few(people: People, path: str) -> None:
    alice = caller(people.alice)

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert alice.get(path, {"page_size": 500}).status_code == 200
        return len(found)

    build.answered(people.alice, build.item(people.alice))
    alice.get(path)
    few = cost()
    for number in range(3):
        checklist = build.checklist(people.alice, build.system(people.alice, f"Another {number}"))
        for row in checklist.items.all()[:5]:
            build.answered(people.alice, row)
    assert cost() == few


def test_the_description_and_its_page_come_from_local_files(people: People) -> None:
    client = Client()
    described = client.get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    page = client.get("/api/")
    assert page.status_code == 200
    assert "http" not in page.content.decode().replace("http-equiv", "")
