"""Who leaves hands over corrective actions, requests for evidence and places on teams too."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.checklists.handing_over import hand_over, work_of
from compliance.engagements import asking, queries, team
from compliance.findings import actions as findings
from compliance.lib.problems import Refused
from compliance.people.actions import end_membership
from compliance.people.models import Role
from compliance.trail.queries import breaks, entries
from tests import build, engaging
from tests.people import People, client_of, member


def test_actions_requests_and_places_go_to_others(people: People) -> None:
    admin, bob, charlie = people.administrator, people.bob, people.charlie
    leaving = member(admin, "Leaving", Role.AUDITOR)
    item = build.item(people.alice)
    system = item.checklist.system
    engagement, guest = engaging.opened(admin, system, engaging.firm().auditor)
    team.add(by=admin, engagement=engagement, email="leaving@example.org", name="", role=Role.AUDITOR, leads=True)
    given: dict[str, Any] = {"title": "The log", "due_on": engaging.today(5)}
    request = asking.ask(by=guest, engagement=engagement, email="leaving@example.org", **given)
    finding = findings.raise_(by=charlie, item=item, title="No audit", statement="None.", kind="major", severity="high")
    done = findings.plan(by=bob, finding=finding, what="Ask.", owner=leaving, due_on=engaging.today(9))
    findings.end_action(by=bob, action=done, done=True, said="Asked.")
    action = findings.plan(by=bob, finding=finding, what="Watch it.", owner=leaving, due_on=engaging.today(9))
    end_membership(by=admin, member=leaving)

    assert work_of(admin, leaving).further == {"actions": 1, "requests": 1, "places": 1}
    path = f"/o/{admin.organisation.slug}/people/{leaving.pk}/hand-over/"
    browser = client_of(admin)
    assert "Requests for evidence put to them" in browser.get(path).content.decode()
    with pytest.raises(Refused, match="Corrective actions cannot be left to nobody"):
        hand_over(by=admin, member=leaving, owner=None, reviewer=charlie)
    page = browser.post(path, {"owner": people.alice.pk, "reviewer": charlie.pk}, follow=True).content.decode()
    assert "Corrective actions: 1; Requests for evidence put to them: 1; Places on teams of engagements: 1" in page

    action.refresh_from_db()
    done.refresh_from_db()
    request.refresh_from_db()
    assert (action.owner, done.owner, request.asked) == (people.alice, leaving, people.alice)
    on_team = {one.member.membership: one for one in queries.team(queries.whole(admin).get(pk=engagement.pk))}
    assert on_team.keys() == {guest, charlie}
    assert (on_team[charlie].member.leads, on_team[charlie].declared) == (True, False)
    assert not work_of(admin, leaving).anything
    told = set(entries(admin.organisation_id).values_list("verb", flat=True))
    assert told >= {"finding.action_given", "request.given_over", "engagement.left", "engagement.joined"}
    assert list(breaks(admin.organisation_id)) == []
