"""Take in a file of applicants, run the audit in the background, publish its result as evidence."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias import audit, profile
from audits.bias.compared import named
from audits.bias.locking import independence_stated, plan_stated
from audits.bias.models import BiasAudit, BiasPlan, ExclusionProposal, IndependenceDeclaration
from audits.bias.plan import Plan
from audits.bias.rules import check_gate, check_historical
from audits.metrics.conduct import conduct
from audits.work.models import State
from audits.work.nudge import nudge
from audits.work.records import MACHINE, check_attempts, fail, record
from audits.work.watching import Stopped
from compliance.catalogue.conditions import facts_named
from compliance.catalogue.schema import Catalogue
from compliance.checklists import actions as checklists
from compliance.checklists.models import Checklist, ChecklistItem, Progress
from compliance.evidence import actions as evidence_actions
from compliance.evidence import blobs
from compliance.evidence.models import Evidence
from compliance.lib.canonical import load
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem


def open_audit(
    *,
    by: Membership,
    system: AISystem,
    title: str,
    stream: IO[bytes],
    file_name: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> BiasAudit:
    """Look at what is in the applicants file and keep it by its digest; nothing is computed yet.

    `encoding`, `delimiter` and `sheet` are declared by the person where the file itself does not show them.

    Raises Refused with every problem that can be seen at once: not a table, no header, a doubled column and so on.
    """
    check_can(by, "run_bias_audits")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    name = evidence_actions.clean_file_name(file_name)
    # Looked at before it is kept, so that nothing stays here of a file that was refused.
    with blobs.on_disk(stream) as path:
        found = profile.profile(path, encoding=encoding, delimiter=delimiter, sheet=sheet, detect=True).as_json()
    stream.seek(0)
    kept = blobs.store().put(by.organisation_id, stream, limit=settings.MAX_APPLICANTS_BYTES)
    return keep_opened(by=by, system=system, title=title, file_name=name, kept=kept, found=found)


def keep_opened(
    *, by: Membership, system: AISystem, title: str, file_name: str, kept: blobs.Kept, found: Mapping[str, Any]
) -> BiasAudit:
    """Record an audit of a file that was looked at and kept; `found` is its profile."""
    with transaction.atomic():
        bias_audit = BiasAudit.objects.create(
            organisation=by.organisation,
            system=system,
            title=title.strip() or _("Bias audit of {system}").format(system=system),
            file_name=file_name,
            input_sha256=kept.sha256,
            input_size=kept.size,
            profile=found,
            uploaded_by=by,
        )
        record(
            by.actor,
            bias_audit,
            "bias.uploaded",
            file_name=file_name,
            sha256=kept.sha256,
            size=kept.size,
            short=kept.sha256[:12],
        )
    return bias_audit


@transaction.atomic
def start(
    *,
    by: Membership,
    bias_audit: BiasAudit,
    plan: Plan,
    people_in_union: bool | None,
    conditions: Mapping[str, str] | None = None,
    under: BiasPlan | None = None,
    declaration: IndependenceDeclaration | None = None,
) -> BiasAudit:
    """Confirm the mapping and every choice, and hand the audit to a worker.

    `people_in_union` has to be answered; where it is yes, `conditions` are the records of Article 4a(1) by their
    letters. `under` is the locked plan that the run is held against, `declaration` the auditor's independence, without
    which the result is a self-assessment. Both belong to the same AI system.
    """
    check_can(by, "run_bias_audits")
    check_gate(people_in_union, conditions or {})
    _check_approved(by, bias_audit, plan)
    _check_sufficiency(by, bias_audit, plan)
    bias_audit = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    if bias_audit.state in (State.RUNNING, State.FINISHED) or (bias_audit.asked_at and not bias_audit.is_over):
        raise Refused(Problem("started-already", _("This bias audit was started already.")))
    if any(one is not None and one.system_id != bias_audit.system_id for one in (under, declaration)):
        raise ValueError("The plan or the declaration is about another AI system.")
    system = bias_audit.system
    bias_audit.conduct = conduct(
        independence=independence_stated(declaration) if declaration else None,
        plan=plan_stated(under) if under else None,
        special_categories={
            "people_in_union": people_in_union,
            "conditions": dict(conditions or {}) if people_in_union else {},
            "recorded_by": by.name,
        },
        system={"id": str(system.id), "name": system.name, "version": system.version},
    )
    bias_audit.under, bias_audit.plan = under, plan.as_json()
    bias_audit.state, bias_audit.attempts, bias_audit.problems = State.WAITING, 0, []
    bias_audit.started_by, bias_audit.asked_at, bias_audit.cancelled_by = by, timezone.now(), None
    bias_audit.rows_total, bias_audit.rows_done = (bias_audit.profile or {}).get("lines"), None
    bias_audit.done_permille, bias_audit.ended_at = 0, None
    bias_audit.save()
    record(by.actor, bias_audit, "bias.started", plan=bias_audit.plan, conduct=bias_audit.conduct)
    nudge("audits.bias.run", bias_audit)
    return bias_audit


@transaction.atomic
def cancel(*, by: Membership, bias_audit: BiasAudit) -> BiasAudit:
    """End an audit that waits or runs; nothing of it is kept but its file and mapping, and it can be started again."""
    check_can(by, "run_bias_audits")
    bias_audit = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    bias_audit.call_off(by)
    record(by.actor, bias_audit, "bias.cancelled")
    return bias_audit


@transaction.atomic
def again(*, by: Membership, bias_audit: BiasAudit, title: str = "") -> BiasAudit:
    """Begin another audit of the same file, such as to leave out a category whose share the first one showed.

    The mapping and the choices of the first are proposed again; nothing of its result is changed.
    """
    check_can(by, "run_bias_audits")
    before = BiasAudit.objects.get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    made = BiasAudit.objects.create(
        organisation=by.organisation,
        system=before.system,
        title=(title.strip() or _("{title}, again").format(title=before.title))[:200],
        file_name=before.file_name,
        input_sha256=before.input_sha256,
        input_size=before.input_size,
        profile=before.profile,
        plan=before.plan,
        uploaded_by=by,
    )
    record(by.actor, made, "bias.again", file_name=made.file_name, sha256=made.input_sha256, of=str(before.pk))
    return made


def _check_approved(by: Membership, bias_audit: BiasAudit, plan: Plan) -> None:
    """Refuse to leave out a category that no second person accepted for this very file (6 RCNY § 5-301(d))."""
    if not plan.exclusions:
        return
    accepted = ExclusionProposal.objects.filter(
        decision=ExclusionProposal.Decision.ACCEPTED,
        bias_audit__organisation_id=by.organisation_id,
        bias_audit__system_id=bias_audit.system_id,
        bias_audit__input_sha256=bias_audit.input_sha256,
    ).select_related("proposed_by__user", "decided_by__user")
    known = [one.exclusion for one in accepted]
    for one in plan.exclusions:
        if dict(one) not in known:
            sentence = _("No second person has accepted to leave out {category} for this file.")
            hint = _("Propose it on the page of the result, and have somebody else accept it.")
            raise Refused(Problem("exclusion-unapproved", sentence.format(category=named(one)), hint))


def _check_sufficiency(by: Membership, bias_audit: BiasAudit, plan: Plan) -> None:
    """Refuse test data whose analysis does not rest on the counts of an audit of historical data (6 RCNY § 5-302)."""
    analysis = (plan.data or {}).get("sufficiency") or {}
    if not analysis.get("of"):
        return
    earlier = BiasAudit.objects.get(
        pk=analysis["of"], organisation_id=by.organisation_id, system_id=bias_audit.system_id, state=State.FINISHED
    )
    check_historical(Plan.from_json(earlier.plan or {}))
    if list(analysis["counts"]) != list(result_of(earlier)["counts"]):
        raise ValueError("The analysis of sufficiency does not hold the counts of the audit that it names.")


def carry_out(pk: UUID) -> None:
    """Do the work of one audit, in a worker. Doing it twice, or killing it anywhere, does no harm."""
    work = BiasAudit.claim(pk)
    if work is None:
        return
    try:
        check_attempts(work, _("Tell the operator; then start it again."))
        with work.kept_alive(), blobs.local_path(work.organisation_id, work.input_sha256) as path:
            result = audit.run(path, Plan.from_json(work.plan or {}), progress=work.say, conduct=work.conduct)
            kept = blobs.put_bytes(work.organisation_id, result.data)
    except Stopped:  # cancelled, or taken up by another worker: the row says which
        return
    except Refused as refused:
        count = len(refused.problems)
        fail(work, work, "bias.failed", refused.problems, count=count, by=_starter(work))
        return
    with work.handing_in(State.FINISHED, result_sha256=kept.sha256) as ours:
        if ours:
            record(MACHINE, work, "bias.finished", sha256=kept.sha256, short=kept.sha256[:12], by=_starter(work))


def result_of(bias_audit: BiasAudit) -> Mapping[str, Any]:
    """Return the finished result, after its digest was checked again."""
    found: Mapping[str, Any] = load(blobs.read(bias_audit.organisation_id, bias_audit.result_sha256))
    return found


def publish(*, by: Membership, bias_audit: BiasAudit) -> Evidence:
    """Make the result's exact bytes a piece of evidence; publishing again returns the same piece."""
    check_can(by, "run_bias_audits")
    data = blobs.read(by.organisation_id, bias_audit.result_sha256) if bias_audit.result_sha256 else b""
    with transaction.atomic():
        bias_audit = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
        if bias_audit.state != State.FINISHED:
            raise Refused(Problem("not-finished", _("This bias audit has no result yet.")))
        if bias_audit.evidence:
            return bias_audit.evidence
        bias_audit.evidence = evidence_actions.add_file(
            by=by,
            title=_("Result: {title}").format(title=bias_audit.title)[:200],
            stream=io.BytesIO(data),
            file_name="bias-audit-result.json",
            systems=[bias_audit.system],
            source=_("Computed by Probanda from {name} (SHA-256 {sha256})").format(
                name=bias_audit.file_name, sha256=bias_audit.input_sha256
            )[:300],
            effective_on=bias_audit.ended_at.date() if bias_audit.ended_at else None,
        )
        bias_audit.save(update_fields=["evidence"])
        record(by.actor, bias_audit, "bias.published", evidence=str(bias_audit.evidence.id))
        return bias_audit.evidence


@transaction.atomic
def link_to_rows(*, by: Membership, bias_audit: BiasAudit, checklist: Checklist) -> list[ChecklistItem]:
    """Attach the published result to every open row that this kind of computation evidences; returns those rows."""
    evidence = publish(by=by, bias_audit=bias_audit)
    rows = evidenced_rows(result_of(bias_audit), checklist.catalogue)
    linked = []
    for item in checklist.items.filter(row_id__in=rows, progress__in=[Progress.TO_DO, Progress.IN_PROGRESS]):
        checklists.attach(by=by, item=item, evidence=evidence)
        linked.append(item)
    return linked


def evidenced_rows(result: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """Return the ids of the rows that this result evidences, wholly or in part, in the law's order.

    A row with a condition is among them only where the result itself shows that the condition holds: a result
    without a left-out category says nothing of how one was left out. That the law is about the tool at all is a term
    and no fact that a row itself asks for, so no result has to show it. Context rows ask for more than the tables.
    """
    method = result["method"]
    rate_kind = method["rate_kind"]
    shown = {"selection": {"tool_selects"}, "scoring": {"tool_scores"}}[rate_kind]
    if result["classes"]:
        shown = {"tool_classifies"} if method["classes_only"] else shown | {"tool_classifies"}
    if (method["data"] or {}).get("kind") == "test":
        shown.add("audit_uses_test_data")
    every = [*result["tables"], *(table for one in result["classes"] for table in one.get("tables", ()))]
    if any(row["excluded"] for table in every for row in table["rows"]):
        shown.add("category_excluded")
    asked = {row.id: set(facts_named(row.condition)) if row.condition else set() for row in catalogue.rows}
    return [
        row.id
        for row in catalogue.rows_computed_from(rate_kind)
        if row.kind != "context" and (not asked[row.id] or shown & asked[row.id])
    ]


def _starter(work: BiasAudit) -> str:
    return work.started_by.name if work.started_by else ""
