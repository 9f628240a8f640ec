"""Take in a file of applicants, run the audit in the background, publish its result as evidence."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import PurePath
from typing import IO, Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias import audit, databases, profile
from audits.bias.compared import named
from audits.bias.locking import independence_stated, plan_stated
from audits.bias.models import BiasAudit, BiasPlan, BiasSource, ExclusionProposal, IndependenceDeclaration
from audits.bias.opening import Given
from audits.bias.plan import Plan
from audits.bias.rules import check_gate, check_historical, check_labels
from audits.bias.sources import File
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
    source = BiasSource(file_name=name, sha256=kept.sha256, size=kept.size, profile=found)
    return keep_opened(by=by, system=system, title=title, sources=[source])


@transaction.atomic
def keep_opened(
    *, by: Membership, system: AISystem, title: str, sources: Sequence[BiasSource], into: BiasAudit | None = None
) -> BiasAudit:
    """Record an audit of sources that were looked at and kept, or that they are added to one; each has its profile."""
    bias_audit = into or BiasAudit.objects.create(
        organisation=by.organisation,
        system=system,
        title=title.strip() or f"Bias audit of {system}",
        uploaded_by=by,
    )
    after = bias_audit.sources.count()
    for place, source in enumerate(sources, start=after):
        source.bias_audit, source.place, source.upload = bias_audit, place, None
        source.shape = profile.Profile.from_json(source.profile or {}).shape
        source.label = source.label or PurePath(source.file_name or unquote(source.table)).stem[:100]
        source.save()
        if source.database:
            chosen = {"database": source.database, "table": source.table}
            if source.query:
                record(by.actor, bias_audit, "bias.query_chosen", **chosen, query=source.query)
            else:
                record(by.actor, bias_audit, "bias.table_chosen", **chosen)
        else:
            told = {"file_name": source.file_name, "sha256": source.sha256, "size": source.size}
            record(by.actor, bias_audit, "bias.uploaded", **told, short=source.sha256[:12])
    return bias_audit


@transaction.atomic
def arrange(*, by: Membership, bias_audit: BiasAudit, labels: Mapping[UUID, str], without: Collection[UUID]) -> None:
    """Name the sources of an audit that did not run yet, and take some of them away."""
    check_can(by, "run_bias_audits")
    bias_audit = mappable(by, bias_audit)
    sources = list(bias_audit.sources.all())
    kept = [one for one in sources if one.pk not in without]
    check_labels([labels.get(one.pk, one.label).strip() for one in kept])
    for one in sources:
        if one.pk in without:
            one.delete()
    for place, one in enumerate(kept):
        one.place, one.label = place, labels.get(one.pk, one.label).strip()
        one.save(update_fields=["place", "label"])
    told = [{"label": one.label, "sha256": one.sha256, "table": one.table} for one in kept]
    record(by.actor, bias_audit, "bias.sources_arranged", sources=told)


def mappable(by: Membership, bias_audit: BiasAudit) -> BiasAudit:
    """Return the locked row of an audit whose sources and mapping may still change; Refused where it was started."""
    found = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    if not found.can_be_mapped:
        raise Refused(Problem("started-already", _("This bias audit was started already.")))
    return found


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
    letters, and one that is not given is taken from the plan, where it records it. `under` is the locked plan that the
    run is held against, `declaration` the auditor's independence, without which the result is a self-assessment. Both
    belong to the same AI system.
    """
    check_can(by, "run_bias_audits")
    records = _records(people_in_union, conditions or {}, under)
    check_gate(people_in_union, records)
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
            "conditions": records if people_in_union else {},
            "recorded_by": by.name,
        },
        system={"id": str(system.id), "name": system.name, "version": system.version},
    )
    bias_audit.under, bias_audit.plan = under, plan.as_json()
    bias_audit.state, bias_audit.attempts, bias_audit.problems = State.WAITING, 0, []
    bias_audit.started_by, bias_audit.asked_at, bias_audit.cancelled_by = by, timezone.now(), None
    lines = [(one.profile or {}).get("lines") or 0 for one in bias_audit.sources.all()]
    bias_audit.rows_total, bias_audit.rows_done = sum(lines) or None, None
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
        title=(title.strip() or f"{before.title}, again")[:200],
        plan=before.plan,
        uploaded_by=by,
    )
    for source in before.sources.all():
        source.pk, source.bias_audit, source.intake, source._state.adding = uuid4(), made, None, True
        source.save()
    record(by.actor, made, "bias.again", sources=made.digests, of=str(before.pk))
    return made


def _records(union: bool | None, given: Mapping[str, str], under: BiasPlan | None) -> dict[str, str]:
    """Return the records of Article 4a(1) that were given; what is left empty is taken from the plan, if it has it."""
    said = (under.document.get("special_categories") or {}) if under and union else {}
    kept = {
        letter: text for letter, text in said.get("conditions", {}).items() if not (given.get(letter) or "").strip()
    }
    return {**given, **kept}


def _check_approved(by: Membership, bias_audit: BiasAudit, plan: Plan) -> None:
    """Refuse to leave out a category that no second person accepted for these very sources (6 RCNY § 5-301(d))."""
    if not plan.exclusions:
        return
    accepted = ExclusionProposal.objects.filter(
        decision=ExclusionProposal.Decision.ACCEPTED,
        bias_audit__organisation_id=by.organisation_id,
        bias_audit__system_id=bias_audit.system_id,
    ).select_related("bias_audit", "proposed_by__user", "decided_by__user")
    rests_on = sorted(bias_audit.digests)
    known = [one.exclusion for one in accepted if sorted(one.bias_audit.digests) == rests_on]
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
        with work.kept_alive(), ExitStack() as stack:
            given = _given(work, stack)
            result = audit.run(given, Plan.from_json(work.plan or {}), progress=work.say, conduct=work.conduct)
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


def _given(work: BiasAudit, stack: ExitStack) -> list[Given]:
    """Return the sources of an audit to be counted; one that is alone needs no label."""
    sources = list(work.sources.all())
    found: list[Given] = []
    for one in sources:
        label = str(one) if len(sources) > 1 else ""
        if one.database:
            found.append(databases.table(work.organisation, one.database, one.table, label, one.query))
        else:
            path = stack.enter_context(blobs.local_path(work.organisation_id, one.sha256))
            found.append(File(path, label))
    return found


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
            title=f"Result: {bias_audit.title}"[:200],
            stream=io.BytesIO(data),
            file_name="bias-audit-result.json",
            systems=[bias_audit.system],
            source=_told_sources(bias_audit)[:300],
            effective_on=bias_audit.ended_at.date() if bias_audit.ended_at else None,
        )
        bias_audit.save(update_fields=["evidence"])
        record(by.actor, bias_audit, "bias.published", evidence=str(bias_audit.evidence.id))
        return bias_audit.evidence


def _told_sources(bias_audit: BiasAudit) -> str:
    sources = list(bias_audit.sources.all())
    if len(sources) > 1:
        names = "; ".join(str(one) for one in sources)
        return f"Computed by Probanda from {len(sources)} sources: {names}"
    if sources[0].query:
        return f"Computed by Probanda from the query {sources[0].name}"
    if sources[0].database:
        return f"Computed by Probanda from the table {sources[0].name}"
    return f"Computed by Probanda from {sources[0].file_name} (SHA-256 {sources[0].sha256})"


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
