"""Draft, approve and lock what is decided before a bias audit runs, and declare the auditor's independence."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias.models import BiasPlan, IndependenceDeclaration
from audits.bias.outcome_choices import chosen_of
from audits.bias.plan import Plan
from audits.bias.rules import check_document, check_limbs, check_lockable
from audits.metrics import categories
from audits.metrics.conduct import FIELDS, PLAN_SCHEMA
from audits.timestamps.check import judge
from audits.timestamps.request import stamp
from audits.work.records import record
from compliance.lib.canonical import digest
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem


def planned(
    *,
    system: AISystem | None,
    choices: Mapping[str, Any],
    metrics: Sequence[str],
    thresholds: Sequence[Mapping[str, str]] = (),
    notes: str = "",
    special_categories: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the document of a plan. `choices` are some of :data:`audits.metrics.conduct.FIELDS`.

    A threshold is `{"metric", "value", "reason"}` and the planner's own: no law named here sets one.
    `special_categories` is `{"people_in_union"}` with the `conditions` that are recorded already (AI Act Art 4a(1)).
    """
    return {
        "schema": PLAN_SCHEMA,
        "system": {"id": str(system.id), "name": system.name, "version": system.version} if system else {},
        "metrics": list(metrics),
        "thresholds": [dict(one) for one in thresholds],
        "categories": categories.SOURCE,
        "choices": dict(choices),
        "notes": notes,
        **({"special_categories": dict(special_categories)} if special_categories else {}),
    }


def choices_of(plan: Plan) -> dict[str, Any]:
    """Return the choices of a run as a plan promises them, to draft one from what is on the page."""
    scoring = plan.score is not None
    whole = {
        **plan.as_json(),
        "rate_kind": plan.rate_kind,
        "higher_is_better": plan.higher_is_better if scoring else None,
        "median_basis": plan.median if scoring else None,
        "class_reading": plan.class_rates,
    }
    if plan.data is not None:
        whole["data"] = {name: value for name, value in plan.data.items() if name != "sufficiency"}
    whole["outcome"] = chosen_of(plan)
    given = {"data": plan.data, "outcome": plan.truth, "reference": plan.reference}
    return {name: whole[name] for name in FIELDS if given.get(name, name) is not None}


@transaction.atomic
def draft_plan(*, by: Membership, system: AISystem, title: str, document: Mapping[str, Any]) -> BiasPlan:
    """Begin a plan for a system; it binds nobody until it is locked."""
    check_can(by, "run_bias_audits")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    check_document(document)
    if not title.strip():
        raise Refused(Problem("plan-untitled", _("Give the plan a title."), column="title"))
    plan = BiasPlan.objects.create(
        organisation=by.organisation,
        system=system,
        title=title.strip()[:200],
        document=dict(document),
        drafted_by=by,
        authors=[_author(by)],
    )
    record(by.actor, plan, "bias.plan_drafted", document=plan.document)
    return plan


@transaction.atomic
def change_plan(
    *, by: Membership, plan: BiasPlan, document: Mapping[str, Any], revision: int | None = None
) -> BiasPlan:
    """Change a draft. Whoever changes it is one of its authors, and an approval of what stood there before is gone.

    With `revision`, a draft that somebody else changed since is not overwritten.
    """
    check_can(by, "run_bias_audits")
    plan = _draft(by, plan)
    if revision is not None and revision != plan.revision:
        sentence = _("{name} changed the plan while you were writing.").format(name=plan.drafted_by.name)
        hint = _("Your text is still in the form. Compare it with what the plan says now, then keep it again.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    check_document(document)
    plan.document, plan.drafted_by, plan.approved_by, plan.approved_at = dict(document), by, None, None
    plan.revision += 1
    if str(by.pk) not in plan.author_ids:
        plan.authors = [*plan.authors, _author(by)]
    plan.save()
    record(by.actor, plan, "bias.plan_changed", document=plan.document)
    return plan


@transaction.atomic
def approve_plan(*, by: Membership, plan: BiasPlan, seen: str | None = None) -> BiasPlan:
    """Agree to a draft as a second person. `seen` is the digest of what they read; a draft changed since is Refused."""
    check_can(by, "review_items")
    plan = _draft(by, plan)
    if str(by.pk) in plan.author_ids:
        sentence = _("You wrote in this plan, so somebody else has to approve it.")
        raise Refused(Problem("own-plan", sentence))
    _check_seen(plan, seen)
    plan.approved_by, plan.approved_at = by, timezone.now()
    plan.save()
    record(by.actor, plan, "bias.plan_approved", sha256=digest(plan.document))
    return plan


def lock_plan(*, by: Membership, plan: BiasPlan, seen: str | None = None, unstamped: bool = False) -> BiasPlan:
    """Lock a plan: its digest is taken, and it is never changed again. Locking it twice is once.

    `seen` is the digest of what they read; a draft changed since is Refused. Where the operator named a time authority,
    its token over the digest (RFC 3161) is kept with the plan; one that gives none leaves the plan unlocked, unless
    `unstamped` says that our own clock is enough.
    """
    check_can(by, "run_bias_audits")
    read = BiasPlan.objects.get(pk=plan.pk, organisation_id=by.organisation_id)
    if read.is_locked:
        return read
    _check_to_lock(read, seen)
    # The authority is asked before the rows are locked: it may take its time.
    sha256 = digest(read.document)
    token = None if unstamped else stamped(sha256)
    return _lock(by, read, sha256, token)


@transaction.atomic
def _lock(by: Membership, read: BiasPlan, sha256: str, token: bytes | None) -> BiasPlan:
    plan = BiasPlan.objects.select_for_update(of=("self",)).get(pk=read.pk)
    if plan.is_locked:
        return plan
    _check_to_lock(plan, sha256)
    plan.sha256, plan.timestamp, plan.locked_by, plan.locked_at = sha256, token, by, timezone.now()
    plan.save()
    record(by.actor, plan, "bias.plan_locked", sha256=plan.sha256, short=plan.sha256[:12], stamped=token is not None)
    return plan


def _check_to_lock(plan: BiasPlan, seen: str | None) -> None:
    _check_seen(plan, seen)
    check_document(plan.document)
    approver = str(plan.approved_by_id) if plan.approved_by_id else None
    check_lockable(thresholds=bool(plan.document["thresholds"]), authors=plan.author_ids, approved_by=approver)


def stamped(sha256: str) -> bytes | None:
    """Return the token of the operator's time authority over a digest, after it was checked; None without one."""
    if not settings.TIMESTAMP_URL:
        return None
    token = stamp(sha256, settings.TIMESTAMP_URL)
    found = judge(token, sha256, trusted_authorities())
    if found.state in ("broken", "untrusted"):
        hint = _("Tell the operator; or lock the plan without a time stamp.")
        raise Refused(Problem(f"authority-{found.state}", found.sentence, hint))
    return token


def trusted_authorities() -> list[bytes]:
    """Return the certificates that the operator trusts for time stamps, as PEM."""
    return [Path(settings.TIMESTAMP_TRUST).read_bytes()] if settings.TIMESTAMP_TRUST else []


@transaction.atomic
def declare_independence(
    *, by: Membership, system: AISystem, auditor: str, limbs: Mapping[str, bool], note: str = ""
) -> IndependenceDeclaration:
    """Declare all three limbs of 6 RCNY § 5-300 for the audit of a system, by name."""
    check_can(by, "declare_independence")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    check_limbs(auditor, limbs)
    declared = IndependenceDeclaration.objects.create(
        organisation=by.organisation,
        system=system,
        auditor=auditor.strip()[:200],
        limbs=dict(LIMBS),
        note=note.strip(),
        declared_by=by,
    )
    record(by.actor, declared, "bias.independence_declared", limbs=declared.limbs)
    return declared


def plan_stated(plan: BiasPlan) -> dict[str, Any]:
    """Return a locked plan as a result states it, after its digest was taken again."""
    if not plan.is_locked or plan.locked_at is None:
        sentence = _("The plan is a draft; lock it before a run is held against it.")
        raise Refused(Problem("plan-not-locked", sentence))
    if digest(plan.document) != plan.sha256:
        raise Refused(
            Problem("plan-changed", _("The locked plan no longer gives its digest."), _("Tell the operator."))
        )
    return {
        "sha256": plan.sha256,
        "document": plan.document,
        "locked_at": plan.locked_at.isoformat(timespec="seconds"),
        "locked_by": plan.locked_by.name if plan.locked_by else "",
        "approved_by": plan.approved_by.name if plan.approved_by else None,
        "authors": plan.author_names,
        "timestamp": base64.b64encode(plan.timestamp).decode() if plan.timestamp else None,
        "witnessed": "application",
    }


def exported(plan: BiasPlan) -> dict[str, Any]:
    """Return a locked plan as a file of its own, which `manage.py bias_audit --plan` reads."""
    return {name: value for name, value in plan_stated(plan).items() if name != "witnessed"}


def independence_stated(of: IndependenceDeclaration) -> dict[str, Any]:
    """Return a declaration as a result states it."""
    return {
        "auditor": of.auditor,
        "declared_by": of.declared_by.name,
        "declared_at": of.declared_at.isoformat(timespec="seconds"),
        "limbs": of.limbs,
        "note": of.note,
    }


def _author(by: Membership) -> dict[str, str]:
    return {"id": str(by.pk), "name": by.name}


def _check_seen(plan: BiasPlan, seen: str | None) -> None:
    if seen is not None and seen != digest(plan.document):
        sentence = _("The plan was changed after you opened it.")
        raise Refused(Problem("plan-changed", sentence, _("Read it as it stands now.")))


def _draft(by: Membership, plan: BiasPlan) -> BiasPlan:
    plan = BiasPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk, organisation_id=by.organisation_id)
    if plan.is_locked:
        sentence = _("The plan is locked and cannot be changed.")
        raise Refused(Problem("plan-locked", sentence, _("Draft another plan.")))
    return plan
