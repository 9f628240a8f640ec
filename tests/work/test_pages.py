"""What a member sees of work in the background, and how it is cancelled."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.bias import actions
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.dossiers import actions as dossiers
from audits.work.models import State
from audits.work.queue import ahead
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.trail.queries import entries
from tests import build
from tests.people import People, client_of

APPLICANTS = "sex,race,hired\n" + "".join(f"{'MF'[n % 2]},{('White', 'Black')[n % 3 % 2]},yes\n" for n in range(60))
PLAN = Plan(sex="sex", race_ethnicity="race", selected="hired", favourable="yes")


def started(by: Membership, of: AISystem, title: str = "Spring", plan: Plan = PLAN) -> BiasAudit:
    stream = io.BytesIO(APPLICANTS.encode())
    made = actions.open_audit(by=by, system=of, title=title, stream=stream, file_name="applicants.csv")
    return actions.start(by=by, bias_audit=made, plan=plan, people_in_union=False)


def page(client: Client, one: BiasAudit, name: str = "bias_detail") -> str:
    url = reverse(name, kwargs={"org": one.organisation.slug, "pk": one.pk})
    return client.get(url).content.decode()


@pytest.mark.django_db
def test_page_says_how_many_are_ahead_then_rows_and_time_left(people: People) -> None:
    system, alice = build.system(people.alice), client_of(people.alice)
    first, second = started(people.alice, system), started(people.alice, system, "Autumn")
    assert "It is the next in line." in page(alice, first)
    assert "1 piece of work is ahead of it." in page(alice, second, "bias_progress")
    claimed = BiasAudit.claim(first.pk)
    assert claimed is not None
    assert ahead(second) == 0
    shown = page(alice, first, "bias_progress")
    assert "At least 0 of 60 rows read." in shown
    assert "Time left: not known yet." in shown
    # A quarter is done after ten seconds: thirty are left.
    began = timezone.now() - timedelta(seconds=10)
    BiasAudit.objects.filter(pk=first.pk).update(done_permille=250, rows_done=15, began_at=began)
    shown = page(alice, first, "bias_progress")
    assert "At least 15 of 60 rows read." in shown
    assert "Time left: about 40 seconds." in shown, "an estimate is rounded up"


@pytest.mark.django_db
def test_cancelled_audit_keeps_its_file_hands_in_nothing_and_starts_again(people: People) -> None:
    system, alice = build.system(people.alice), client_of(people.alice)
    one = started(people.alice, system)
    work = BiasAudit.claim(one.pk)
    assert work is not None
    cancel = reverse("bias_cancel", kwargs={"org": one.organisation.slug, "pk": one.pk})
    shown = alice.post(cancel, follow=True).content.decode()
    assert "nothing was computed" in shown
    assert "Cancelled" in shown
    # The worker that was at it comes too late.
    with work.handing_in(State.FINISHED, result_sha256="0" * 64) as ours:
        assert not ours
    actions.carry_out(one.pk)
    one.refresh_from_db()
    assert (one.state, one.result_sha256) == (State.CANCELLED, "")
    told = entries(one.organisation_id).filter(subject_id=str(one.pk)).values_list("verb", flat=True)
    assert list(told) == ["bias.uploaded", "bias.started", "bias.cancelled"]
    with pytest.raises(Refused, match="not under way"):
        actions.cancel(by=people.alice, bias_audit=one)
    actions.start(by=people.alice, bias_audit=one, plan=PLAN, people_in_union=False)
    actions.carry_out(one.pk)
    one.refresh_from_db()
    assert one.state == State.FINISHED
    with pytest.raises(Refused, match="finished already"):
        actions.cancel(by=people.alice, bias_audit=one)


@pytest.mark.django_db
def test_cancelled_dossier_is_made_after_all_from_what_was_frozen(people: People) -> None:
    by = people.administrator
    dossier = dossiers.freeze(by=by, checklist=build.checklist(by), status="draft")
    where = {"org": dossier.organisation.slug, "pk": dossier.pk}
    alice = client_of(by)
    shown = alice.post(reverse("dossiers_cancel", kwargs=where), follow=True).content.decode()
    assert "nothing was signed" in shown
    alice.post(reverse("dossiers_resume", kwargs=where))
    before, after = dossier.manifest_sha256, type(dossier).objects.get(pk=dossier.pk)
    assert (after.state, after.manifest_sha256) == (State.WAITING, before)
    again = alice.post(reverse("dossiers_resume", kwargs=where), follow=True).content.decode()
    assert "is being made, or was made already" in again


@pytest.mark.django_db
def test_home_forgets_what_stopped_once_a_later_one_is_finished(people: People) -> None:
    system, alice = build.system(people.alice), client_of(people.alice)
    home = reverse("org_home", kwargs={"org": people.alice.organisation.slug})
    wrong = Plan(sex="sex", race_ethnicity="race", selected="hired", favourable="never")
    actions.carry_out(started(people.alice, system, "Stopped one", wrong).pk)
    assert "Stopped one" in alice.get(home).content.decode()
    actions.carry_out(started(people.alice, build.system(people.alice, "Another tool"), "Of another").pk)
    assert "Stopped one" in alice.get(home).content.decode()
    actions.carry_out(started(people.alice, system, "Good one").pk)
    assert "Stopped one" not in alice.get(home).content.decode()
