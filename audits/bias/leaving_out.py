"""Leave categories below 2 % out of the ratios: proposed by one person, accepted or refused by a second, then run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias import again, queries
from audits.bias.actions import result_of
from audits.bias.compared import named
from audits.bias.models import BiasAudit, BiasSource, ExclusionProposal
from audits.bias.plan import Plan
from audits.bias.rules import check_decide
from audits.work.models import State
from audits.work.records import record
from compliance.lib.canonical import digest
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can

Decision = ExclusionProposal.Decision


@transaction.atomic
def propose(
    *, by: Membership, bias_audit: BiasAudit, exclusions: Sequence[Mapping[str, Any]]
) -> list[ExclusionProposal]:
    """Propose to leave out categories of a finished audit; nothing is left out before a second person accepts.

    Each is `{"class", "table", "sex", "race_ethnicity", "justification"}`, and one of those that the rule allows.
    """
    check_can(by, "run_bias_audits")
    bias_audit = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    if bias_audit.state != State.FINISHED:
        raise Refused(Problem("not-finished", _("This bias audit has no result yet.")))
    if not exclusions:
        raise Refused(Problem("same-exclusions", _("Tick at least one category to leave out.")))
    may = {_place({**one, **one["row"]}) for one in again.below(result_of(bias_audit))}
    held = {
        (one.output_class or None, one.table, one.sex or None, one.race_ethnicity or None)
        for one in bias_audit.proposals.exclude(decision=Decision.REFUSED)
    }
    made = []
    for one in exclusions:
        if _place(one) not in may:
            raise ValueError("This category may not be left out of this table.")
        if _place(one) in held:
            sentence = _("It is already proposed to leave out {category}.").format(category=named(one))
            raise Refused(Problem("proposed-already", sentence))
        if not str(one["justification"]).strip():
            raise Refused(Problem("no-justification", _("Write down why it is left out (6 RCNY § 5-301(d)).")))
        proposal = ExclusionProposal.objects.create(
            bias_audit=bias_audit,
            output_class=one["class"] or "",
            table=one["table"],
            sex=one["sex"] or "",
            race_ethnicity=one["race_ethnicity"] or "",
            justification=str(one["justification"]).strip(),
            proposed_by=by,
        )
        _tell(by, "bias.exclusion_proposed", proposal, justification=proposal.justification)
        made.append(proposal)
    return made


@transaction.atomic
def decide(*, by: Membership, proposal: ExclusionProposal, accept: bool, reason: str) -> ExclusionProposal:
    """Accept or refuse, as a second person and with a reason, to leave out a category."""
    check_can(by, "review_items")
    proposal = ExclusionProposal.objects.select_for_update(of=("self",)).get(
        pk=proposal.pk, bias_audit__organisation_id=by.organisation_id
    )
    check_decide(by=by, proposal=proposal, reason=reason)
    proposal.decision = Decision.ACCEPTED if accept else Decision.REFUSED
    proposal.decided_by, proposal.decided_at, proposal.decided_reason = by, timezone.now(), reason.strip()
    proposal.save()
    verb = "bias.exclusion_accepted" if accept else "bias.exclusion_refused"
    _tell(by, verb, proposal, reason=proposal.decided_reason, proposed_by=proposal.proposed_by.personal_name)
    return proposal


@transaction.atomic
def compute(*, by: Membership, bias_audit: BiasAudit) -> BiasAudit:
    """Run the same file again, all else equal, with the categories left out that a second person accepted.

    Two people who ask at once get one audit: the second is given the one that the first began.
    """
    check_can(by, "run_bias_audits")
    bias_audit = BiasAudit.objects.select_for_update().get(pk=bias_audit.pk, organisation_id=by.organisation_id)
    plan = Plan.from_json(bias_audit.plan or {})
    accepted = bias_audit.proposals.filter(decision=Decision.ACCEPTED)
    wanted = [one.exclusion for one in accepted.select_related("proposed_by__user", "decided_by__user")]
    wanted = [*_kept(plan, wanted), *wanted]
    if wanted == [dict(one) for one in plan.exclusions]:
        sentence = _("Nothing would change: a second person has accepted no further category.")
        raise Refused(Problem("same-exclusions", sentence))
    wanted_plan = replace(plan, exclusions=tuple(wanted))
    return _begun(bias_audit, wanted_plan) or again.changed(by, bias_audit, wanted_plan)


def _begun(bias_audit: BiasAudit, plan: Plan) -> BiasAudit | None:
    """Return an audit of the same sources that somebody began by the same plan, and that did not stop."""
    others = BiasAudit.objects.filter(
        organisation_id=bias_audit.organisation_id,
        system_id=bias_audit.system_id,
        under_id=bias_audit.under_id,
        asked_at__gte=bias_audit.asked_at,
        state__in=(State.WAITING, State.RUNNING, State.FINISHED),
    ).prefetch_related(Prefetch("sources", BiasSource.objects.defer("profile")))
    named = (bias_audit.conduct or {}).get("independence")
    wanted = digest(plan.as_json())
    for one in others.exclude(pk=bias_audit.pk):
        said = (one.conduct or {}).get("independence")
        if digest(one.plan) == wanted and one.digests == bias_audit.digests and said == named:
            return one
    return None


def _kept(plan: Plan, wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the audit left out already and nobody decided about anew."""
    anew = {_place(one) for one in wanted}
    return [dict(one) for one in plan.exclusions if _place(one) not in anew]


def _place(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one.get("class"), one["table"], one["sex"], one["race_ethnicity"]


def _tell(by: Membership, verb: str, proposal: ExclusionProposal, **data: Any) -> None:
    told = {"category": queries.named_proposal(proposal), "proposal": str(proposal.pk)}
    record(by.actor, proposal.bias_audit, verb, **told, **data)
