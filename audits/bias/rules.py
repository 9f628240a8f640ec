"""What has to be so before a plan is locked, before a run starts, and before a result is called a bias audit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audits.bias.models import ExclusionProposal
from audits.bias.plan import Plan
from audits.metrics.conduct import CONDITIONS, FIELDS, PLAN_SCHEMA
from audits.metrics.result import EVERY_METRIC
from audits.metrics.thresholds import MEASURED, number_of
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not

_DOCUMENT = ("schema", "system", "metrics", "thresholds", "categories", "choices", "notes", "special_categories")


def check_gate(people_in_union: bool | None, conditions: Mapping[str, str]) -> None:
    """Refuse a run on race and ethnic origin of people in the Union without its six records (AI Act Art 4a(1)).

    Every audit under Local Law 144 reads race/ethnicity, a special category of personal data; sex and age are none.
    """
    if people_in_union is None:
        sentence = _("Say whether people in the Union are among those assessed.")
        hint = _("Race and ethnic origin are special categories of personal data; Article 4a of the AI Act asks first.")
        raise Refused(Problem("union-unanswered", sentence, hint, column="people_in_union"))
    strange = sorted(set(conditions) - set(CONDITIONS))
    if strange:
        raise ValueError(f"Article 4a(1) has no condition {strange[0]!r}.")
    missing = [letter for letter in CONDITIONS if not str(conditions.get(letter) or "").strip()]
    if people_in_union and missing:
        raise Refused.all(
            Problem(
                "condition-missing",
                _("Article 4a(1)({letter}) has no record yet: {what}.").format(letter=letter, what=CONDITIONS[letter]),
                _("Write down what was done, and where it is kept."),
                column=f"condition_{letter}",
            )
            for letter in missing
        )


def check_historical(earlier: Plan) -> None:
    """Refuse an analysis of sufficiency whose audit was itself made on test data (6 RCNY § 5-302)."""
    if (earlier.data or {}).get("kind") == "test":
        sentence = _(
            "This audit was itself made on test data, so it cannot show what historical data is insufficient for."
        )
        hint = _("6 RCNY § 5-302(b) lets test data stand in only for historical data; choose an audit of that.")
        raise Refused(Problem("sufficiency-of-test-data", sentence, hint, column="sufficiency_of"))


def check_limbs(auditor: str, limbs: Mapping[str, Any]) -> None:
    """Refuse a declaration of independence that leaves out a limb (6 RCNY § 5-300)."""
    problems = []
    if not auditor.strip():
        problems.append(Problem("auditor-unnamed", _("Name the auditor who declares."), column="auditor"))
    for name, text in LIMBS.items():
        if limbs.get(name) is not True:
            sentence = _("The declaration lacks: {text}").format(text=text)
            hint = _("Without all three the result is a self-assessment, which needs no declaration.")
            problems.append(Problem("limb-missing", sentence, hint, column=f"limb_{name}"))
    if problems:
        raise Refused.all(problems)


MOST_SOURCES = 50


def check_labels(labels: Sequence[str]) -> None:
    """Refuse sources that a reader of the result could not tell apart, and an audit without any."""
    if not labels:
        sentence = _("An audit needs at least one source.")
        raise Refused(Problem("no-source", sentence, _("Add another before you take the last one away.")))
    if len(labels) > MOST_SOURCES:
        raise Refused(Problem("too-many-sources", too_many_sources()))
    if len(labels) > 1 and ("" in labels or len({one.casefold() for one in labels}) < len(labels)):
        sentence = _("Give each source a label of its own, such as the employer or the year.")
        raise Refused(Problem("label", sentence, _("The result names its sources by them.")))


def too_many_sources() -> str:
    """The sentence for more sources than one audit takes."""
    return _("One audit takes at most {most} sources.").format(most=MOST_SOURCES)


def check_document(document: Mapping[str, Any]) -> None:
    """Refuse a plan that says what no plan can say, with every problem at once."""
    found = []
    if document.get("schema") != PLAN_SCHEMA or set(document) - set(_DOCUMENT):
        found.append(_("The plan names the schema {schema} and no other fields.").format(schema=PLAN_SCHEMA))
    metrics = document.get("metrics")
    if not isinstance(metrics, list) or not metrics or set(map(str, metrics)) - set(EVERY_METRIC):
        found.append(_("Name the metrics: {known}.").format(known=", ".join(EVERY_METRIC)))
    choices = document.get("choices")
    if choices == {}:
        found.append(_("Make at least one choice of method; a plan that leaves all of them open promises nothing."))
    elif not isinstance(choices, dict) or set(choices) - set(FIELDS):
        found.append(_("Make at least one of the choices {known}, and no other.").format(known=", ".join(FIELDS)))
    for threshold in document.get("thresholds") or ():
        whole = isinstance(threshold, dict) and set(threshold) == {"metric", "value", "reason"}
        if not whole or not all(isinstance(text, str) and text.strip() for text in threshold.values()):
            found.append(_("A threshold states its metric, its value and the reason of whoever sets it."))
        elif threshold["metric"] not in MEASURED:
            sentence = _("A threshold is set for one of {known}; this one names {metric}.")
            found.append(sentence.format(known=", ".join(MEASURED), metric=threshold["metric"]))
        elif number_of(threshold["value"]) is None:
            found.append(_("A threshold is a plain number such as 0.85; this one is {value}.").format(**threshold))
    found += _wrong_gate(document.get("special_categories"))
    if found:
        raise Refused.all(Problem("plan", sentence) for sentence in found)


def _wrong_gate(said: Any) -> list[str]:
    """Return what is wrong with the answer about people in the Union and the records that a plan may hold."""
    if said is None:
        return []
    whole = isinstance(said, dict) and set(said) <= {"people_in_union", "conditions"}
    conditions = said.get("conditions", {}) if whole else None
    if not whole or not isinstance(said.get("people_in_union"), bool) or not isinstance(conditions, dict):
        return [_("Under special_categories a plan says people_in_union, true or false, and may hold the conditions.")]
    if set(conditions) - set(CONDITIONS) or not all(isinstance(text, str) for text in conditions.values()):
        return [_("The conditions are texts by the letters a to f.")]
    return []


def check_decide(*, by: Membership, proposal: ExclusionProposal, reason: str) -> None:
    """Refuse a decision on leaving out a category that is no second person's, comes twice, or has no reason."""
    if proposal.decision:
        raise Refused(Problem("decided-already", _("Somebody decided about this category already.")))
    if why := why_not_decide(by, proposal):
        raise Refused(Problem("own-proposal", why))
    if not reason.strip():
        raise Refused(Problem("decision-without-reason", _("Give the reason of your decision."), column="reason"))


def why_not_decide(by: Membership, proposal: ExclusionProposal) -> str:
    """Return why a member may not decide about a proposal; nothing where they may."""
    if not can(by, "review_items"):
        return why_not("review_items")
    if proposal.proposed_by_id == by.pk:
        return _("You proposed it, so somebody else has to decide.")
    return ""


def check_stated(plan: Mapping[str, Any]) -> None:
    """Refuse a plan whose file says that it was locked, but not as a plan is locked."""
    authors, approver = plan["authors"], plan["approved_by"]
    if not isinstance(authors, list) or not all(isinstance(one, str) and one.strip() for one in authors):
        raise Refused(Problem("plan", _("A plan names its authors as a list of names.")))
    if plan["locked_at"] is None:
        if any(plan[name] is not None for name in ("locked_by", "approved_by", "timestamp")):
            raise Refused(Problem("plan", _("The plan names who locked or approved it, but not when it was locked.")))
        return
    if not _moment(plan["locked_at"]) or not isinstance(plan["locked_by"], str) or not plan["locked_by"].strip():
        sentence = _("A locked plan says when it was locked, with its time zone, and by whom.")
        raise Refused(Problem("plan", sentence, found=str(plan["locked_at"]), expected="2026-11-28T10:00:00+00:00"))
    if not authors:
        raise Refused(Problem("plan", _("A locked plan names everybody who wrote in it.")))
    if approver is not None and (not isinstance(approver, str) or not approver.strip()):
        raise Refused(Problem("plan", _("An approval names the person who gave it.")))
    if plan["timestamp"] is not None and not isinstance(plan["timestamp"], str):
        raise Refused(Problem("plan", _("A time stamp is the Base64 of a token (RFC 3161).")))
    check_lockable(thresholds=bool(plan["document"].get("thresholds")), authors=authors, approved_by=approver)


def _moment(text: Any) -> bool:
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def check_lockable(*, thresholds: bool, authors: Collection[object], approved_by: object) -> None:
    """Refuse to lock a plan with thresholds that nobody but its authors has looked at."""
    if thresholds and (approved_by is None or approved_by in authors):
        sentence = _("A plan with thresholds is approved by a second person before it is locked.")
        hint = _("No law named here sets a threshold, so somebody who did not write in the plan has to agree to yours.")
        raise Refused(Problem("plan-unapproved", sentence, hint))
