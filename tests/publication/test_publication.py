"""The summary that anybody may read, the notices before it, the answers after it, and what is refused."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.bias.actions import result_of
from audits.publication import actions, rules
from audits.publication.models import DataRequest, Summary, ToolUse
from compliance.lib.canonical import digest, is_canonical
from compliance.lib.clocks import add_months
from compliance.lib.problems import Forbidden, Refused
from compliance.timeline import queries as timeline
from compliance.trail.queries import entries
from tests import build
from tests.api.caller import caller
from tests.people import People, client_of
from tests.publication.publishing import SAID, audited, use

pytestmark = pytest.mark.django_db


def today() -> datetime.date:
    return timezone.now().date()


def public(one: ToolUse, *more: Any) -> str:
    name = "published_edition" if more else "published_summary"
    return reverse(name, args=[one.organisation.slug, one.place, *more])


def published(people: People, **said: Any) -> tuple[ToolUse, Summary]:
    one = use(people, **said)
    return one, actions.publish(by=people.bob, use=one, bias_audit=audited(people, one.system))


def test_anybody_reads_everything_that_the_rule_lists_and_the_figures_are_the_audits(people: People) -> None:
    one, edition = published(people, employer="Example & Sons", positions="Clerk")
    page = Client(headers={"accept-language": "de"}).get(public(one))  # the document is in English for everybody
    text = re.sub(r"\s+", " ", page.content.decode())
    for said in (
        *("Example &amp; Sons", "Clerk", "1 March 2025", "Charlie", "Applications to our own offices."),
        *("25</dd>", "1 of unknown race", SAID["retention"], SAID["collected"], SAID["ask_how"], edition.sha256),
    ):
        assert said in text, said
    # 7 of 12 known men and the one of unknown race: 8 of 13; 5 of 12 women; 0.416/0.615 = 0.677
    assert '<th scope="row">Female</th><td>12</td><td>5</td><td>41.7%</td><td>0.677</td>' in text
    assert "threshold" in text
    assert not re.search(r"compliant|\bpass\b", text, re.IGNORECASE)
    assert "Set-Cookie" not in page.headers
    file = Client().get(reverse("published_json", args=[one.organisation.slug, one.place, 1]))
    assert is_canonical(file.content)
    assert digest(json.loads(file.content)) == edition.sha256
    result = result_of(edition.bias_audit)
    assert json.loads(file.content)["audit"]["result_sha256"] == digest(result)


def test_what_is_missing_or_only_a_placeholder_is_named_with_its_provision_and_nothing_is_published(
    people: People,
) -> None:
    system = build.system(people.alice)
    one = actions.record_use(by=people.bob, system=system, employer="Example Employer, Inc.", retention="[years] TBD")
    alone = audited(people, system, declared=False, data={**DATA_WITHOUT_ORIGIN})
    with pytest.raises(Refused) as caught:
        actions.publish(by=people.bob, use=one, bias_audit=alone)
    told = {problem.code: problem.sentence for problem in caught.value.problems}
    assert {problem.found for problem in caught.value.problems if problem.found} == {"[years]", "to be confirmed"}
    assert {"placeholder", "no-collected", "no-data_source", "no-ask_how", "no-distribution-date"} < set(told)
    assert "self-assessment" in told
    assert all("§" in sentence for sentence in told.values())
    assert not Summary.objects.exists()
    assert Client().get(public(one)).status_code == 404
    page = client_of(people.bob).get(reverse("publication_publish", args=[one.organisation.slug, one.pk]))
    assert "It is not said what the type of data collected is (6 RCNY § 5-304(d)(1))." in page.content.decode()
    page = client_of(people.bob).get(
        reverse("publication_publish", args=[one.organisation.slug, one.pk]), {"bias_audit": str(alone.pk)}
    )
    assert "The result is a self-assessment" in page.content.decode()
    assert "Publish this" not in page.content.decode()


DATA_WITHOUT_ORIGIN = {"kind": "historical", "from": "2025-01-01", "to": "2025-12-31", "origin": "to be confirmed"}


def test_what_is_published_is_what_was_looked_at_and_editions_stay(people: People) -> None:
    one = use(people)
    audit, bob = audited(people, one.system), client_of(people.bob)
    address = reverse("publication_publish", args=[one.organisation.slug, one.pk])
    seen = re.search(
        r'name="seen" value="([0-9a-f]{64})"', bob.get(address, {"bias_audit": str(audit.pk)}).content.decode()
    )
    assert seen
    actions.change_use(by=people.bob, use=one, retention="Five years.")
    sent = {"bias_audit": str(audit.pk), "seen": seen[1]}
    page = bob.post(address, sent)
    assert (page.status_code, "changed after you opened it" in page.content.decode()) == (422, True)
    document, _problems = actions.prepared(ToolUse.objects.get(), audit)
    assert bob.post(address, {**sent, "seen": digest(document)}).status_code == 302
    with pytest.raises(Refused, match="Edition 1 says exactly this already"):
        actions.publish(by=people.bob, use=one, bias_audit=audit)
    actions.change_use(by=people.bob, use=one, retention="Six years.")
    actions.publish(by=people.bob, use=one, bias_audit=audit)
    newest, first = Client().get(public(one)).content.decode(), Client().get(public(one, 1)).content.decode()
    assert ("Six years." in newest, "Five years." in newest, "Five years." in first) == (True, False, True)
    assert "This is an earlier edition." in first
    for change in (lambda: Summary.objects.update(number=9), lambda: Summary.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    verbs = [entry.verb for entry in entries(people.bob.organisation_id)]
    assert verbs.count("summary.published") == 2


def test_a_summary_stays_six_months_after_the_latest_use_and_an_alarm_comes_before(people: People) -> None:
    one, _edition = published(people)
    with pytest.raises(Refused, match="The day of the latest use is not recorded"):
        actions.take_down(by=people.bob, use=one, reason="Used no more.")
    actions.change_use(by=people.bob, use=one, latest_use_on=add_months(today(), -5))
    with pytest.raises(Refused, match="at least six months after the latest use"):
        actions.take_down(by=people.bob, use=one, reason="Used no more.")
    build.checklist(people.alice, one.system)
    [alarm] = [
        event
        for event in timeline.events(people.bob, [one.system], today())
        if event.kind == "keep" and event.day and "latest use" in event.working
    ]
    assert alarm.day == add_months(add_months(today(), -5), 6)
    actions.change_use(by=people.bob, use=one, latest_use_on=add_months(today(), -7))
    actions.take_down(by=people.bob, use=one, reason="Used no more.")
    assert Client().get(public(one)).status_code == 404
    inside = reverse("publication_edition", args=[one.organisation.slug, one.pk, 1])
    assert "Example Employer, Inc." in client_of(people.observer).get(inside).content.decode()


def test_the_list_for_programs_and_the_piece_for_the_employers_own_site(people: People, settings: Any) -> None:
    slug = people.bob.organisation.slug
    assert Client().get(reverse("published_audits_json", args=[slug])).status_code == 404
    one, edition = published(people, postings="https://example.org/jobs/1\nhttps://example.org/jobs/2")
    assert Client().get("/.well-known/audits.json").status_code == 404
    settings.WELL_KNOWN = slug
    found = json.loads(Client().get("/.well-known/audits.json").content)
    assert found["operations"] == [
        {
            "urls": ["https://example.org/jobs/1", "https://example.org/jobs/2"],
            "regs": ["https://codelibrary.amlegal.com/codes/newyorkcity/latest/NYCrules/0-0-0-138391"],
            "audits": [one.place],
        }
    ]
    told = found["audits"][one.place]
    assert (told["date"], told["urls"][0]) == (edition.audited_on.isoformat(), f"{settings.BASE_URL}{public(one)}")
    for url in told["urls"]:
        assert Client().get(url.removeprefix(settings.BASE_URL)).status_code == 200
    piece = client_of(people.alice).get(reverse("publication_snippet", args=[slug, one.pk])).content.decode()
    assert "<td>0.677</td>" in piece
    assert not re.search(r"<script|style=|<link|<img|{[{%]", piece)
    assert Client().get(reverse("published_list", args=[slug])).content.count(public(one).encode()) == 1
    assert Client().get(reverse("published_list", args=[people.stranger.organisation.slug])).status_code == 404


def test_a_notice_has_its_clock_in_business_days_and_a_log_that_is_only_added_to(people: People) -> None:
    one = use(people)
    december = datetime.date(2026, 12, 14)
    with pytest.raises(Refused, match=r"to candidates is not given in a written policy .*5-304"):
        actions.make_notice(by=people.alice, use=one, audience="candidates", channel="policy", use_on=december)
    notice = actions.make_notice(
        by=people.alice, use=one, audience="candidates", channel="mail", use_on=december, position="Clerk"
    )
    assert rules.notice_by(december) == datetime.date(2026, 11, 30)  # Thanksgiving lies before; weekends are left out
    words = " ".join(section["text"] for section in notice.document["sections"])
    for said in ("for the position Clerk", SAID["qualifications"], SAID["alternative"], SAID["retention"]):
        assert said in words
    with pytest.raises(Refused, match="is still to come"):
        actions.log_delivery(by=people.alice, notice=notice, given_on=datetime.date(2099, 1, 1), where="Mail")
    for given in ("2026-11-20", "2026-11-27"):
        actions.log_delivery(
            by=people.alice, notice=notice, given_on=datetime.date.fromisoformat(given), where="Mail to all", people=12
        )
    address = reverse("publication_notice", args=[one.organisation.slug, notice.pk])
    page = re.sub(r"\s+", " ", client_of(people.observer).get(address).content.decode())
    assert "Left out: Saturdays, Sundays and" in page or "by the calendar NYC" in page
    assert "Log that it was given" not in page
    assert page.count("Mail to all") == 2
    bare = actions.record_use(by=people.bob, system=one.system, employer="Another")
    with pytest.raises(Refused) as caught:
        actions.make_notice(by=people.alice, use=bare, audience="employees", channel="policy", use_on=december)
    assert {problem.code for problem in caught.value.problems} == {"no-qualifications", "no-alternative"}
    with pytest.raises(DatabaseError), transaction.atomic():
        notice.deliveries.all().update(where="Elsewhere")


def test_a_written_request_is_answered_within_thirty_days_once_or_withheld_with_the_reason(people: People) -> None:
    one = use(people)
    asked = actions.receive_request(
        by=people.alice, use=one, received_on=today() - datetime.timedelta(days=31), asked_by="Dana Doe", how="e-mail"
    )
    slug, alice = one.organisation.slug, client_of(people.alice)
    address = reverse("publication_request", args=[slug, asked.pk])
    page = alice.get(address).content.decode()
    assert "overdue" in page
    assert "Data retention policy: Kept for four years, then deleted." in page
    build.checklist(people.alice, one.system)
    late = [e for e in timeline.events(people.bob, [one.system], today()) if "written request" in e.working]
    assert [event.day for event in late] == [today() - datetime.timedelta(days=1)]
    both = alice.post(address, {"answer": "A", "withheld": "B", "answered_on": today().isoformat()})
    assert (both.status_code, "either the answer" in both.content.decode()) == (400, True)
    assert alice.post(address, {"answer": "As asked.", "answered_on": today().isoformat()}).status_code == 302
    with pytest.raises(Refused, match="was answered on"):
        actions.answer_request(by=people.alice, request=asked, answer="Again.", answered_on=today())
    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.update(answer="Other")
    assert "Dana" not in "".join(entry.body for entry in entries(people.alice.organisation_id))  # removable


def test_who_may_what_and_strangers_learn_nothing(people: People) -> None:
    one = use(people)
    with pytest.raises(Forbidden, match="Only a member with the role administrator or legal reviewer"):
        actions.change_use(by=people.alice, use=one, retention="Less.")
    with pytest.raises(Forbidden):
        actions.receive_request(by=people.observer, use=one, received_on=today(), asked_by="Dana")
    slug = one.organisation.slug
    assert client_of(people.stranger).get(reverse("publication_use", args=[slug, one.pk])).status_code == 404
    with pytest.raises(ToolUse.DoesNotExist):
        actions.change_use(by=people.stranger, use=one, retention="Less.")
    with pytest.raises(Refused, match="recorded already"):
        actions.record_use(by=people.bob, system=one.system, employer=one.employer)
    page = client_of(people.bob).post(
        reverse("publication_edit", args=[slug, one.pk]),
        {"employer": one.employer, "revision": one.revision, "postings": "javascript:alert(1)"},
    )
    assert (page.status_code, "is not an address that begins with https://" in page.content.decode()) == (400, True)


def test_pages_cost_the_same_for_many_as_for_few(people: People, django_assert_max_num_queries: Any) -> None:
    one, _edition = published(people)
    bob, slug = client_of(people.bob), one.organisation.slug
    addresses = [reverse("publication_list", args=[slug]), reverse("publication_use", args=[slug, one.pk])]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with django_assert_max_num_queries(60) as asked:
                assert bob.get(address).status_code == 200
            found.append(len(asked))
        return found

    def more(number: int) -> None:
        use(people, one.system, employer=f"Employer {number}")
        notice = actions.make_notice(
            by=people.alice, use=one, audience="employees", channel="policy", use_on=datetime.date(2026, 12, 14)
        )
        actions.log_delivery(by=people.alice, notice=notice, given_on=today(), where="Handbook")
        actions.receive_request(by=people.alice, use=one, received_on=today(), asked_by=f"Dana {number}")

    more(0)
    counts()
    few = counts()
    for number in range(1, 9):
        more(number)
    assert counts() == few


def test_a_program_does_what_the_pages_do_with_the_same_sentences(people: People) -> None:
    system = build.system(people.alice)
    audit, bob = audited(people, system), caller(people.bob)
    made = bob.post("tool-uses/", {"system": str(system.pk), "employer": "Example"})
    assert made.status_code == 201, made.content
    use_id, tag = made.json()["id"], made.headers["ETag"]
    refused = bob.post(f"tool-uses/{use_id}/publish/", {"bias_audit": str(audit.pk)})
    assert refused.status_code == 400
    assert "no-retention" in {problem["code"] for problem in refused.json()["problems"]}
    said = {**SAID, "distribution_on": "2025-03-01"}
    assert bob.patch(f"tool-uses/{use_id}/", said, If_Match='"9"').status_code == 412
    changed = bob.patch(f"tool-uses/{use_id}/", said, If_Match=tag)
    assert changed.status_code == 200, changed.content
    edition = bob.post(f"tool-uses/{use_id}/publish/", {"bias_audit": str(audit.pk)})
    assert edition.status_code == 201
    assert digest(edition.json()["document"]) == edition.json()["sha256"]
    told = bob.get(f"tool-uses/{use_id}/").json()
    assert Client().get(urlsplit(told["address"]).path).status_code == 200
    assert bob.get(f"tool-uses/{use_id}/editions/").json()[0]["number"] == 1
    assert bob.post(f"tool-uses/{use_id}/take-down/", {"reason": "Enough."}).status_code == 400
    notice = bob.post(
        "notices/", {"use": use_id, "audience": "candidates", "channel": "mail", "use_on": "2026-12-14"}
    ).json()
    assert notice["notice_by"] == "2026-11-30"
    logged = bob.post(f"notices/{notice['id']}/deliveries/", {"given_on": "2026-11-20", "where": "Mail"}).json()
    assert [one["where"] for one in logged["deliveries"]] == ["Mail"]
    asked = bob.post("data-requests/", {"use": use_id, "received_on": "2026-11-02", "asked_by": "Dana"}).json()
    assert asked["due_on"] == "2026-12-02"
    answered = bob.post(f"data-requests/{asked['id']}/answer/", {"answer": "So.", "answered_on": "2026-11-20"})
    assert (answered.status_code, answered.json()["answer"]) == (200, "So.")
    assert caller(people.stranger).get("tool-uses/").json()["results"] == []
