"""Take the file of a finished audit again, with other choices: the result that there is stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audits.bias import queries
from audits.bias.actions import again
from audits.bias.locking import independence_stated
from audits.bias.models import BiasAudit, IndependenceDeclaration
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


def declared(by: Membership, bias_audit: BiasAudit) -> IndependenceDeclaration | None:
    """Return the declaration that an audit named, None where it named none."""
    named = (bias_audit.conduct or {}).get("independence")
    of_system = queries.declarations(by).filter(system_id=bias_audit.system_id)
    return next((one for one in of_system if named is not None and independence_stated(one) == named), None)


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
