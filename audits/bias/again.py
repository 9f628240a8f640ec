"""Take the file of a finished audit again, with other choices: the result that there is stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audits.bias import queries
from audits.bias.actions import again, start
from audits.bias.locking import independence_stated
from audits.bias.models import BiasAudit, IndependenceDeclaration
from audits.bias.plan import Plan
from audits.work.models import State
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can


@transaction.atomic
def take_again(*, by: Membership, bias_audit: BiasAudit) -> BiasAudit:
    """Open another audit of the same file, with the choices of the finished one to begin from; nothing runs yet."""
    check_can(by, "run_bias_audits")
    bias_audit = queries.bias_audits(by).get(pk=bias_audit.pk)
    if bias_audit.state != State.FINISHED:
        sentence = _("This bias audit is not finished; its choices can be changed on its own page.")
        raise Refused(Problem("not-finished", sentence))
    made = again(by=by, bias_audit=bias_audit, title=bias_audit.title)
    made.conduct, made.under = bias_audit.conduct, bias_audit.under
    made.save(update_fields=["conduct", "under"])
    return made


@transaction.atomic
def with_reference(*, by: Membership, bias_audit: BiasAudit, reference: Mapping[str, Any]) -> BiasAudit:
    """Run the same file again, all else equal, and compare its people with a population (AI Act Art 10(3))."""
    plan = Plan.from_json(bias_audit.plan or {})
    if plan.reference is not None and dict(plan.reference) == dict(reference):
        sentence = _("Nothing would change: the people are compared with this population already.")
        raise Refused(Problem("same-reference", sentence))
    return changed(by, bias_audit, replace(plan, reference=dict(reference)))


def changed(by: Membership, bias_audit: BiasAudit, plan: Plan) -> BiasAudit:
    """Start another audit of the same file, with what was said and named for the finished one."""
    made = take_again(by=by, bias_audit=bias_audit)
    before = (bias_audit.conduct or {})["special_categories"]
    return start(
        by=by,
        bias_audit=made,
        plan=plan,
        people_in_union=before["people_in_union"],
        conditions=before["conditions"],
        under=bias_audit.under,
        declaration=declared(by, bias_audit),
    )


def declared(by: Membership, bias_audit: BiasAudit) -> IndependenceDeclaration | None:
    """Return the declaration that an audit named, None where it named none."""
    named = (bias_audit.conduct or {}).get("independence")
    of_system = queries.declarations(by).filter(system_id=bias_audit.system_id)
    return next((one for one in of_system if named is not None and independence_stated(one) == named), None)


def declaration_lost(by: Membership, bias_audit: BiasAudit) -> str:
    """Say that the declaration which an audit named is not taken over, since none reads like it now; else nothing."""
    named = (bias_audit.conduct or {}).get("independence")
    if not named or declared(by, bias_audit) is not None:
        return ""
    sentence = _(
        "The declaration of {auditor} that the first audit named is not taken over, as no declaration of this system "
        "reads like it any more. The new result is a self-assessment unless another declaration is named."
    )
    return sentence.format(auditor=named["auditor"])


def below(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that may be left out under the result's own choices, `{"class", "table", "row"}`.

    Those of the tables of everyone come first, with no class; then those of each class, whose tables are its own.
    """
    return [
        {"class": name, **one}
        for name, of in [(None, result), *((each["class"], each) for each in result["classes"])]
        for one in _below(of)
    ]


def _below(of: Mapping[str, Any]) -> list[dict[str, Any]]:
    if of["readings"] is None:
        return []
    [base] = [one for one in of["readings"]["choices"] if one["choice"] == "base"]
    [chosen] = [one for one in base["options"] if one["chosen"]]
    may = {(one["table"], one["sex"], one["race_ethnicity"]) for one in chosen["may_be_left_out"]}
    return [
        {"table": table["table"], "row": row}
        for table in of["tables"]
        for row in table["rows"]
        if (table["table"], row["sex"], row["race_ethnicity"]) in may
    ]
