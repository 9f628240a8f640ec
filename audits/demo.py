"""The whole walk on the rule's own worked example: applicants, bias audit, checklist, review, dossier, verification.

Every step is the same action that a page calls. Each looks first for what an earlier run left, so that a second run
(or one after a run that was cut off) doubles nothing.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from audits.bias import actions as bias
from audits.bias import example
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.dossiers import actions as dossiers
from audits.dossiers.models import Dossier, Status
from audits.metrics.display import shown
from audits.work.models import State
from compliance.catalogue.evaluation import State as RowState
from compliance.checklists import actions as checklists
from compliance.checklists.models import Checklist, ChecklistItem, Progress, Verdict
from compliance.determinations import actions as determining
from compliance.determinations import queries as determinations
from compliance.determinations.models import Determination
from compliance.evidence import blobs
from compliance.lib.problems import Problem, Refused
from compliance.people import actions as people
from compliance.people.models import Membership, Organisation, Role, User
from compliance.systems import actions as systems
from compliance.systems.models import AISystem

Say = Callable[[str], None]
W = TypeVar("W", BiasAudit, Dossier)
LAW = "nyc-ll144"
ORGANISATION = "Example employer (demo)"
SYSTEM, VERSION = "Worked example of 6 RCNY § 5-301", "1.0"
PEOPLE = {
    "alice": ("Alice", Role.CONTRIBUTOR),
    "bob": ("Bob", Role.LEGAL_REVIEWER),
    "charlie": ("Charlie", Role.AUDITOR),
}
STATEMENT = (
    "This dossier covers the worked example that New York City's rule on automated employment decision tools prints "
    "in 6 RCNY § 5-301: 2,571 people of known sex and race/ethnicity and 250 of unknown category. It shows how the "
    "figures of a bias audit are computed, linked to the rows of the law, reviewed by a second person and sealed. "
    "The employer, the AI system and the people are examples; the figures are the rule's own."
)
NOT_LEFT_OUT = "No category was left out of the impact ratios in this audit."
NO_SCORES = "The tool in this example selects people; it gives them no score."
ONLY_A_PART = (
    "The computed result evidences a part of this row. What else it asks for is not evidenced in this example."
)
AS_OF = date(2026, 11, 21)
FACTS: dict[str, Any] = {
    "screens_candidates": True,
    "screens_employees": False,
    "tool_used_in_city": True,
    "tool_learned": True,
    "tool_output_simplified": True,
    "tool_weight": ["most"],
    "assessed_live_in_city": True,
    "tool_selects": True,
    "tool_classifies": False,
    "tool_scores": False,
    "tool_used_before": True,
    "audit_uses_others_data": False,
    "audit_uses_test_data": False,
    "own_data_sufficient": True,
    "category_excluded": False,
    "roles": ["employer", "independent_auditor"],
}
FACTS_REST_ON = "The rule's worked example, and for what it leaves open an assumption of this demo."
SIGNED_AS = "I read the answers beside 6 RCNY § 5-301. What the rule's example leaves open is assumed for this demo."
TOLD: dict[RowState, str] = {"applies": "rows apply", "undetermined": "are undetermined", "no": "do not apply"}
WAIT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the demo, each as a member of the example organisation."""

    administrator: Membership
    alice: Membership
    bob: Membership
    charlie: Membership


def run(out: Path, say: Say) -> tuple[Dossier, Path]:
    """Walk everything, tell each step, and return the dossier with the path of the signed file."""
    cast = make_people(say)
    system = register(cast, say)
    determination = classify(cast, system, say)
    checklist = open_checklist(cast, system, determination, say)
    bias_audit = audit(cast, system, out, say)
    link_and_answer(cast, bias_audit, checklist, say)
    review(cast, checklist, say)
    dossier = freeze(cast, checklist, say)
    return dossier, write_out(dossier, out)


def make_people(say: Say) -> Cast:
    """Make the organisation and its people; passwords are random and kept in a private file."""
    path = settings.HOME / "demo-people.txt"
    found = Organisation.objects.filter(name=ORGANISATION).first()
    if found is None:
        words = {name: secrets.token_urlsafe(12) for name in ("administrator", *PEOPLE)}
        founder = _person("administrator", "Demo administrator", words)
        administrator = people.make_organisation(name=ORGANISATION, founder=founder)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.writelines(f"{_address(name)}  {word}\n" for name, word in words.items())
        for key, (name, role) in PEOPLE.items():
            _person(key, name, words)
            people.add_member(by=administrator, email=_address(key), name=name, role=role)
        found = administrator.organisation
        say(f"Made the organisation “{found.name}” with Alice (contributor), Bob (legal reviewer), Charlie (auditor).")
    else:
        say(f"The organisation “{found.name}” is there from an earlier run.")
    say(f"Their addresses and passwords are in {path}")
    members = {m.user.email: m for m in Membership.objects.filter(organisation=found).select_related("user")}
    return Cast(*(members[_address(name)] for name in ("administrator", *PEOPLE)))


def register(cast: Cast, say: Say) -> AISystem:
    """Register the example's AI system."""
    by = cast.alice
    system = AISystem.objects.filter(organisation=by.organisation, name=SYSTEM, version=VERSION).first()
    if system is None:
        system = systems.register(
            by=by,
            name=SYSTEM,
            version=VERSION,
            vendor="Example vendor",
            intended_purpose="Recommends which applicants move forward in hiring.",
            deployer=ORGANISATION,
            first_use_on=date(2023, 7, 5),
            positions="The positions of the rule's example",
            status="in_use",
        )
    say(f"Alice registered the AI system “{system}”.")
    return system


def classify(cast: Cast, system: AISystem, say: Say) -> Determination:
    """Answer what Local Law 144 asks about the tool; a second person signs which rows bind."""
    signed = determinations.current(cast.alice, system, LAW)
    if signed is None:
        remarks = dict.fromkeys(FACTS, FACTS_REST_ON)
        determining.save_answers(by=cast.alice, system=system, answers=FACTS, remarks=remarks)
        draft = determining.determine(by=cast.alice, system=system, law=LAW, as_of=AS_OF)
        signed = determining.sign(by=cast.bob, determination=draft, statement=SIGNED_AS)
    found = determinations.result_of(signed)
    numbers = ", ".join(f"{len(found.those(state))} {told}" for state, told in TOLD.items())
    say(f"Alice answered {len(found.facts)} questions. Bob signed what follows: {numbers}.")
    return signed


def open_checklist(cast: Cast, system: AISystem, determination: Determination, say: Say) -> Checklist:
    """Open the Local Law 144 checklist, whose rows say at once whether they bind."""
    checklist = Checklist.objects.filter(system=system, law=LAW).first()
    checklist = checklist or checklists.open_checklist(
        by=cast.alice, system=system, law=LAW, text_version=determination.text_version, determination=determination
    )
    say(f"Alice opened the checklist “{checklist.title}” with {checklist.items.count()} rows.")
    return checklist


def audit(cast: Cast, system: AISystem, out: Path, say: Say) -> BiasAudit:
    """Take the applicants file, confirm the proposed mapping, compute, publish as evidence."""
    applicants = out / "applicants.csv"
    example.write_example(applicants, "selection")
    bias_audit = BiasAudit.objects.filter(system=system).exclude(state=State.FAILED).order_by("uploaded_at").first()
    if bias_audit is None:
        with applicants.open("rb") as stream:
            bias_audit = bias.open_audit(
                by=cast.alice,
                system=system,
                title="Worked example, selection",
                stream=stream,
                file_name=applicants.name,
            )
    say(f"Alice uploaded {applicants} (SHA-256 {bias_audit.digests[0][:12]}…).")
    if bias_audit.asked_at is None:
        plan = Plan(sex="sex", race_ethnicity="race_ethnicity", selected="selected", favourable="yes")
        bias_audit = bias.start(by=cast.alice, bias_audit=bias_audit, plan=plan, people_in_union=False)
    bias_audit = _finished(bias_audit, bias.carry_out)
    result = bias.result_of(bias_audit)
    people_read, unknown = result["input"]["people"], result["unknown"]["either"]
    say(f"The bias audit read {people_read:,} people; {unknown:,} of unknown category.")
    for table in shown(result):
        rated = [(row.ratio, row) for row in table.rows if row.ratio is not None]
        _ratio, lowest = min(rated, key=lambda pair: pair[0])
        say(f"  {table.title}: lowest impact ratio {lowest.impact_ratio} ({lowest.name})")
    evidence = bias.publish(by=cast.alice, bias_audit=bias_audit)
    say(f"Alice published the result as evidence (SHA-256 {evidence.sha256[:12]}…).")
    return bias_audit


def link_and_answer(cast: Cast, bias_audit: BiasAudit, checklist: Checklist, say: Say) -> None:
    """Link the result to the rows it evidences, answer them, and submit them for review."""
    linked = {item.pk for item in bias.link_to_rows(by=cast.alice, bias_audit=bias_audit, checklist=checklist)}
    catalogue = checklist.catalogue
    count = 0
    for item in checklist.items.filter(progress__in=[Progress.TO_DO, Progress.IN_PROGRESS]):
        row = catalogue.row(item.row_id)
        if item.pk in linked:
            verdict, reason = (Verdict.MET, "") if row.computed == "direct" else (Verdict.UNDETERMINED, ONLY_A_PART)
            if item.row_id.startswith("LL144-EXC"):
                verdict, reason = Verdict.NOT_APPLICABLE, NOT_LEFT_OUT
        elif row.computed_rates == ("scoring",):
            verdict, reason = Verdict.NOT_APPLICABLE, NO_SCORES
        else:
            continue
        checklists.change(by=cast.alice, item=item, verdict=verdict, reason=reason, owner=cast.alice)
        checklists.submit(by=cast.alice, item=item)
        count += 1
    say(f"Alice linked it to {len(linked)} rows, and submitted {count} rows for review.")


def review(cast: Cast, checklist: Checklist, say: Say) -> None:
    """A second person decides on everything that was submitted."""
    waiting = ChecklistItem.objects.filter(
        checklist=checklist, progress__in=[Progress.SUBMITTED, Progress.IN_REVIEW], submitted_by=cast.alice
    )
    count = 0
    for item in waiting.order_by("position"):
        checklists.accept(by=cast.bob, item=item)
        count += 1
    say(f"Bob reviewed and accepted {count} rows.")


def freeze(cast: Cast, checklist: Checklist, say: Say) -> Dossier:
    """Freeze, render and sign; a dossier that an earlier run finished is taken again."""
    dossier = Dossier.objects.filter(checklist=checklist).exclude(state=State.FAILED).order_by("frozen_at").first()
    if dossier is None:
        dossier = dossiers.freeze(by=cast.charlie, checklist=checklist, status=Status.DRAFT, statement=STATEMENT)
    say(f"Charlie froze the dossier as a draft (manifest SHA-256 {dossier.manifest_sha256[:12]}…).")
    dossier = _finished(dossier, dossiers.carry_out)
    say(f"It was rendered and signed by {dossier.signer} ({dossier.signed_size:,} bytes).")
    return dossier


def write_out(dossier: Dossier, out: Path) -> Path:
    """Write the signed file where the person can find it, whole or not at all."""
    path, new = out / "dossier.pdf", out / ".dossier.pdf.new"
    new.write_bytes(blobs.read(dossier.organisation_id, dossier.signed_sha256))
    new.replace(path)
    return path


def _finished(work: W, carry_out: Callable[[UUID], None]) -> W:
    # The work is done right here; if a running worker was quicker to take it, its end is awaited.
    until = time.monotonic() + WAIT_SECONDS
    while not work.is_over and time.monotonic() < until:
        carry_out(work.pk)
        work.refresh_from_db()
        if not work.is_over:
            time.sleep(0.5)
    if work.state == State.FAILED:
        raise Refused(*(Problem(**problem) for problem in work.problems))
    if not work.is_over:
        raise Refused(Problem("still-running", f"“{work}” was not finished within {WAIT_SECONDS} seconds."))
    return work


def _person(key: str, name: str, words: dict[str, str]) -> User:
    user = User.objects.filter(email=_address(key)).first() or User(email=_address(key), name=name)
    user.set_password(words[key])
    user.save()
    return user


def _address(key: str) -> str:
    return f"{key}@example.org"
