"""The assessment that Article 6(4) asks of a provider who relies on Article 6(3), made from what was determined.

It says which ground is claimed, how each condition of Article 6(3) was answered and on what that rests, who signed and
when, and which rows on registration (Article 49(2)) follow. It adds nothing of its own.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.catalogue import loader
from compliance.catalogue.known import Chosen
from compliance.determinations.models import Determination
from compliance.determinations.queries import readable, result_of
from compliance.determinations.result import Result, RowFound
from compliance.determinations.words import STATES
from compliance.evidence import actions as evidence
from compliance.evidence.models import Evidence
from compliance.people.models import Membership
from compliance.trail.recorded import recorded

OUTCOME = "high_risk_exempted"
CONDITIONS = (
    "annex_iii_uses",
    "profiles_people",
    "relies_on_article_6_3",
    "significant_risk",
    "article_6_3_ground",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of Article 6(3): the question, its answer, what the answer rests on, and the citation."""

    question: str
    answer: str
    remark: str
    citation: str


@dataclass(frozen=True, slots=True)
class Memo:
    """The assessment, ready to be printed."""

    system: str
    purpose: str
    vendor: str
    as_of: datetime.date
    text_version: str
    law_title: str
    grounds: tuple[str, ...]
    conditions: tuple[Condition, ...]
    registration: tuple[RowFound, ...]
    sha256: str
    signer: str
    signed_at: datetime.datetime | None
    statement: str


def due(found: Result) -> bool:
    """Say whether the system is, or will be, of Annex III and held not to be high-risk."""
    return OUTCOME in found.outcome_names("applies", "later")


def of(determination: Determination, found: Result) -> Memo:
    """Make the assessment from a determination."""
    facts, known = loader.facts(), readable(found.facts)
    ground = known.answers.get("article_6_3_ground")
    chosen = ground.values if isinstance(ground, Chosen) else frozenset()
    return Memo(
        found.system,
        determination.system.intended_purpose,
        determination.system.vendor,
        found.as_of,
        found.text_version,
        found.law_title,
        tuple(words for value, words in facts["article_6_3_ground"].values.items() if value in chosen),
        tuple(
            Condition(
                facts[name].question,
                known.shown(name, facts[name]),
                found.remarks.get(name, ""),
                "; ".join(facts[name].citation),
            )
            for name in CONDITIONS
        ),
        tuple(one for one in found.those("applies", "later", "undetermined") if "Art 49(2)" in one.citation),
        determination.sha256,
        determination.signed_by.name if determination.signed_by else "",
        determination.signed_at,
        determination.statement,
    )


@recorded
def text(memo: Memo) -> str:
    """Return the assessment as plain text, to be kept as evidence."""
    signed = (
        _("Signed by {name} on {when}: {statement}").format(
            name=memo.signer, when=date_format(memo.signed_at, "DATE_FORMAT"), statement=memo.statement
        )
        if memo.signed_at
        else _("Nobody has signed this yet.")
    )
    lines = [
        _("Assessment under Article 6(4) of the AI Act: {system}").format(system=memo.system),
        _("{law}, text of {version}, as of {day}.").format(
            law=memo.law_title, version=memo.text_version, day=date_format(memo.as_of, "DATE_FORMAT")
        ),
        "",
        _("Intended purpose: {text}").format(text=memo.purpose or "–"),
        _("Ground of Article 6(3) that is claimed: {text}").format(text="; ".join(memo.grounds) or "–"),
        "",
        _("Conditions"),
    ]
    for one in memo.conditions:
        rests = _(" It rests on: {text}").format(text=one.remark) if one.remark else ""
        lines.append(f"- {one.question} {one.answer[:1].upper()}{one.answer[1:]}. ({one.citation}){rests}")
    lines += ["", _("Registration under Article 49(2)")]
    lines += [f"- {one.id} {one.title} ({one.citation}): {STATES[one.state]}" for one in memo.registration] or ["–"]
    return "\n".join([*lines, "", signed, _("Determination SHA-256: {sha256}").format(sha256=memo.sha256)])


def keep(*, by: Membership, determination: Determination) -> Evidence:
    """Keep the assessment of a determination as a note in the library of evidence."""
    memo = of(determination, result_of(determination))
    return evidence.add_note(
        by=by,
        title=f"Assessment under Article 6(4): {memo.system}",
        note=text(memo),
        systems=[determination.system],
        effective_on=memo.as_of,
    )
