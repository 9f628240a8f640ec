"""What an engagement lets its guests reach, and that nothing else is there for them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from compliance.checklists import actions as checklist_actions
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Decision
from compliance.determinations import queries as determination_queries
from compliance.engagements import actions, queries, team
from compliance.engagements.models import Engagement
from compliance.evidence import queries as evidence_queries
from compliance.frameworks import queries as framework_queries
from compliance.laws import queries as law_queries
from compliance.lib.independence import GENERAL
from compliance.lib.problems import Forbidden, Refused
from compliance.people import actions as people_actions
from compliance.people.models import Membership
from compliance.people.queries import memberships
from compliance.people.rules import can
from compliance.systems.queries import systems
from compliance.trail.queries import entries
from tests import build, engaging
from tests.engaging import firm, opened, today
from tests.people import People, client_of, founder


def reached(guest: Membership) -> set[str]:
    """Return the names of everything that the queries of the slices give a guest."""
    found = [*systems(guest), *checklist_queries.checklists(guest), *evidence_queries.evidence(guest)]
    found += [*determination_queries.determinations(guest), *framework_queries.frameworks(guest)]
    return {str(one) for one in found}


def test_a_guest_reaches_the_systems_and_laws_in_scope_and_nothing_else(people: People) -> None:
    seen, other = build.system(people.alice, "Seen"), build.system(people.alice, "Other")
    here = build.checklist(people.alice, seen)
    build.checklist(people.alice, seen, "eu-ai-act")
    elsewhere = build.checklist(people.alice, other)
    row = build.item(people.alice, on=here)
    checklist_actions.attach(by=people.alice, item=row, evidence=build.note(people.alice, "Attached in scope"))
    hidden = build.item(people.alice, on=elsewhere)
    checklist_actions.attach(by=people.alice, item=hidden, evidence=build.note(people.alice, "Attached elsewhere"))
    kept = build.note(people.alice, "In the library", systems=[seen])
    build.determination(people.alice, seen)
    _engagement, guest = opened(people.administrator, seen, firm().auditor)
    assert reached(guest) == {str(seen), str(here), "Attached in scope"}
    assert not checklist_queries.items(guest).filter(pk=hidden.pk).exists()
    assert {one.law for one in law_queries.texts(guest)} == {build.LAW}
    with pytest.raises(Refused, match="no text"):
        law_queries.text(guest, "eu-ai-act", "2024-07-12")
    with pytest.raises(type(hidden).DoesNotExist):
        checklist_actions.change(by=guest, item=hidden, note="not theirs")
    with pytest.raises(ValueError, match="reach"):
        checklist_actions.attach(by=guest, item=row, evidence=kept)


def test_nothing_is_reached_before_it_opens_after_it_ends_or_outside_its_days(people: People) -> None:
    system = build.system(people.alice)
    house, admin = firm(), people.administrator
    draft = engaging.prepared(admin, [(system, build.LAW)])
    place = team.add(by=admin, engagement=draft, email=house.auditor.user.email, name="", role="auditor")
    user, guest = house.auditor.user, place.membership

    def lets_in() -> bool:
        here = memberships(user).filter(organisation=admin.organisation).exists()
        assert here == bool(reached(Membership.objects.get(pk=guest.pk)))
        return here

    assert not lets_in()
    fields = {name: getattr(draft, name) for name in actions.FIELDS}
    actions.open_(by=admin, engagement=draft)
    assert lets_in()
    later = {**fields, "starts_on": today(1)}
    actions.change(by=admin, engagement=draft, scope=[(system, build.LAW)], **later)
    assert not lets_in()
    actions.change(by=admin, engagement=draft, scope=[(system, build.LAW)], **fields)
    assert lets_in()
    team.end(by=Membership.objects.get(pk=guest.pk), member=place)
    assert not lets_in()
    team.add(by=admin, engagement=draft, email=user.email, name="", role="auditor")
    assert lets_in()
    actions.close(by=admin, engagement=draft, reason="The audit is done.")
    assert not lets_in()
    assert client_of(house.auditor).get(f"/o/{admin.organisation.slug}/").status_code == 404


def test_the_firm_ends_its_part_from_where_it_is_and_both_trails_tell(people: People) -> None:
    house = firm()
    engagement, guest = opened(people.administrator, build.system(people.alice), house.partner)
    assert list(queries.as_firm(house.partner)) == []
    actions.take_on(by=guest, engagement=engagement, firm=house.partner)
    assert list(queries.as_firm(house.partner)) == [engagement]
    assert list(queries.as_firm(house.auditor)) == []  # not everybody in a firm may know each client
    with pytest.raises(Engagement.DoesNotExist):
        actions.close(by=people.stranger, engagement=engagement, reason="Not mine.")
    page = reverse("engagements_firm_close", kwargs={"org": house.partner.organisation.slug, "pk": engagement.pk})
    assert client_of(house.partner).post(page, {"reason": ""}).status_code == 400
    client_of(house.partner).post(page, {"reason": "We resign."})
    engagement.refresh_from_db()
    assert (engagement.state, engagement.closed_side) == ("closed", "firm")
    assert reached(guest) == set()
    for organisation in (people.alice.organisation_id, house.partner.organisation_id):
        assert "engagement.closed" in entries(organisation).values_list("verb", flat=True)


def test_one_firm_serves_many_clients_and_nothing_leaks_between_them(people: People) -> None:
    house, second = firm(), founder("Second", "Second Client")
    first_system, second_system = build.system(people.alice, "Of the first"), build.system(second, "Of the second")
    first, at_first = opened(people.administrator, first_system, house.auditor)
    other, at_second = opened(second, second_system, house.auditor)
    for guest, own in ((at_first, first_system), (at_second, second_system)):
        assert reached(guest) == {str(own)}
    assert list(queries.engagements(at_first)) == [first] == list(queries.engagements(people.alice))
    assert list(queries.engagements(at_second)) == [other]
    assert list(queries.engagements(house.partner)) == [] == list(queries.requests(house.partner))
    engaging.asked(at_first, first)
    assert list(queries.requests(at_second)) == [] == list(queries.requests(second))


def test_a_client_without_an_account_is_an_organisation_of_its_own_that_it_can_take_over(people: People) -> None:
    house = firm()
    browser = client_of(house.partner)
    page = reverse("engagements_client", kwargs={"org": house.partner.organisation.slug})
    answer = browser.post(page, {"name": "Small Client"})
    assert answer["Location"] == "/o/small-client/engagements/new/?firm=Audit+Firm"
    kept = Membership.objects.get(organisation__slug="small-client")
    engagement, guest = opened(kept, build.system(kept), house.auditor)
    assert reached(guest) == {"Sortwell Screen 4.2"}
    owner = people_actions.add_member(by=kept, email="owner@example.org", name="Owner", role="administrator")
    people_actions.end_membership(by=owner, member=kept)
    assert browser.get("/o/small-client/").status_code == 404
    assert list(queries.engagements(guest)) == [engagement]


def test_a_guest_reviews_once_they_declared_their_independence_for_what_is_in_scope(people: People) -> None:
    system = build.system(people.alice)
    engagement, guest = opened(people.administrator, system, firm().auditor)
    row = build.submitted(people.alice, build.item(people.alice, on=build.checklist(people.alice, system)))
    with pytest.raises(Forbidden, match="not declared your independence"):
        checklist_actions.accept(by=guest, item=row)
    with pytest.raises(Refused, match="lacks: I am not and was never involved"):
        team.declare(by=guest, engagement=engagement, statements=list(GENERAL))
    engaging.declare(guest, engagement)
    assert checklist_actions.accept(by=guest, item=row).decision == Decision.ACCEPTED
    fields = {name: getattr(engagement, name) for name in actions.FIELDS}
    more = build.system(people.alice, "More")
    scope = [(system, build.LAW), (more, build.LAW)]
    actions.change(by=people.administrator, engagement=engagement, scope=scope, **fields)
    [one] = queries.team(queries.whole(people.alice).get())
    assert one.lacks == (build.LAW,)
    row = build.submitted(people.alice, build.item(people.alice, on=build.checklist(people.alice, more)))
    with pytest.raises(Forbidden, match="not declared your independence"):
        checklist_actions.accept(by=guest, item=row)


def test_what_belongs_to_the_client_itself_is_left_to_its_members(people: People) -> None:
    _engagement, guest = opened(people.administrator, build.system(people.alice), firm().auditor)
    assert can(guest, "review_items")
    for ability in ("register_systems", "edit_frameworks", "open_checklists", "make_dossiers", "manage_people"):
        assert not can(guest, ability)
    with pytest.raises(Forbidden, match="leaves it to its own members to register or change AI systems"):
        build.system(guest, "Not theirs")
    with pytest.raises(Refused, match="the role that an engagement gave"):
        people_actions.change_role(by=people.administrator, member=guest, role="administrator")


def test_a_guest_has_one_role_at_a_client_and_a_team_no_administrator(people: People) -> None:
    house, system = firm(), build.system(people.alice)
    opened(people.administrator, system, house.auditor)
    second = engaging.prepared(people.administrator, [(system, build.LAW)], title="Another")
    admin, email = people.administrator, house.auditor.user.email
    with pytest.raises(Refused, match="is here as auditor for another engagement"):
        team.add(by=admin, engagement=second, email=email, name="", role="observer")
    with pytest.raises(Refused, match="no role 'administrator'"):
        team.add(by=admin, engagement=second, email="new@example.org", name="New", role="administrator")
    place = team.add(by=admin, engagement=second, email=people.charlie.user.email, name="", role="observer")
    assert (place.membership, place.membership.role, place.membership.is_guest) == (people.charlie, "auditor", False)
