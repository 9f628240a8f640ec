"""Record the use of a tool, publish and take down its summary, make notices and log them, answer written requests."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audits.bias.actions import result_of
from audits.bias.models import BiasAudit
from audits.publication import queries, rules, summary, wording
from audits.publication.models import DataRequest, Delivery, Notice, Summary, ToolUse
from compliance.evidence.models import Evidence
from compliance.evidence.queries import evidence as pieces
from compliance.lib.canonical import digest
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.trail.actions import hold, write
from compliance.trail.changes import since, snapshot

FIELDS = (
    *("employer", "distribution_on", "latest_use_on", "positions", "postings", "website", "retention", "collected"),
    *("data_source", "ask_how", "qualifications", "alternative"),
)
TEXTS = tuple(name for name in FIELDS if not name.endswith("_on"))
LONGEST_PLACE = 70


@transaction.atomic
def record_use(*, by: Membership, system: AISystem, employer: str, **fields: Any) -> ToolUse:
    """Record that an employer uses a tool; its public address is made of both names and stays."""
    check_can(by, "publish_summaries")
    system = systems(by).get(pk=system.pk)
    said = _said({"employer": employer, **fields})
    rules.check_use(said["employer"], said.get("distribution_on"), said.get("latest_use_on"))
    hold(by.organisation_id)
    if ToolUse.objects.filter(organisation_id=by.organisation_id, system=system, employer=said["employer"]).exists():
        sentence = _("The use of {system} by {employer} is recorded already.")
        raise Refused(
            Problem("recorded-already", sentence.format(system=system, employer=said["employer"]), column="employer")
        )
    place = _free_place(by, f"{said['employer']} {system.name}")
    use = ToolUse.objects.create(organisation=by.organisation, system=system, place=place, recorded_by=by, **said)
    _tell(by, use, "use.recorded", place=place, after=snapshot(use, FIELDS))
    return use


@transaction.atomic
def change_use(*, by: Membership, use: ToolUse, revision: int | None = None, **fields: Any) -> ToolUse:
    """Change what is said of a use; editions that were published say what they said."""
    check_can(by, "publish_summaries")
    use = _locked(by, use)
    if revision is not None and revision != use.revision:
        sentence = _("Somebody else changed this while you were writing.")
        hint = _("What you typed is still in the form. Look at what is there now, then save again to replace it.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    said, before = _said(fields), snapshot(use, fields)
    for name, value in said.items():
        setattr(use, name, value)
    rules.check_use(use.employer, use.distribution_on, use.latest_use_on)
    changed = since(use, before)
    if changed:
        use.revision += 1
        use.save()
        _tell(by, use, "use.changed", **changed)
    return use


def said_of(use: ToolUse) -> dict[str, str]:
    """Return the texts of a use as the documents take them."""
    return {name: str(getattr(use, name)) for name in TEXTS}


def tool_of(use: ToolUse) -> dict[str, str]:
    """Return the tool as the documents name it."""
    return {name: getattr(use.system, name) for name in ("name", "version", "vendor")}


def prepared(use: ToolUse, bias_audit: BiasAudit | None) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Return the document that would be published, None while something is missing, and what that is."""
    result = result_of(bias_audit) if bias_audit else None
    problems = summary.missing(said_of(use), use.distribution_on, result)
    if problems or bias_audit is None or result is None or use.distribution_on is None:
        return None, problems
    document = summary.document(
        said=said_of(use),
        tool=tool_of(use),
        distribution_on=use.distribution_on,
        result=result,
        result_sha256=bias_audit.result_sha256,
        audited_on=(bias_audit.ended_at or bias_audit.uploaded_at).astimezone(datetime.UTC).date(),
    )
    return document, []


@transaction.atomic
def publish(*, by: Membership, use: ToolUse, bias_audit: BiasAudit, seen: str | None = None) -> Summary:
    """Publish an edition; `seen` is the digest of what was looked at, and must be of what is published."""
    check_can(by, "publish_summaries")
    use = _locked(by, use)
    chosen = queries.to_publish(use).filter(pk=bias_audit.pk).first()
    document, problems = prepared(use, chosen)
    rules.check_complete(problems)
    if chosen is None or document is None:
        raise Refused(Problem("no-bias-audit", _("Choose a finished bias audit of the tool."), column="bias_audit"))
    sha256 = digest(document)
    if seen is not None and seen != sha256:
        sentence = _("What would be published changed after you opened it. Look at it again.")
        raise Refused(Problem("changed-meanwhile", sentence))
    newest = use.summaries.first()
    if newest is not None and newest.sha256 == sha256 and use.taken_down_at is None:
        sentence = _("Edition {number} says exactly this already.").format(number=newest.number)
        raise Refused(Problem("published-already", sentence))
    made = Summary.objects.create(
        use=use,
        number=newest.number + 1 if newest else 1,
        bias_audit=chosen,
        audited_on=datetime.date.fromisoformat(document["audit"]["date"]),
        document=document,
        sha256=sha256,
        published_by=by,
    )
    if use.taken_down_at is not None:
        use.taken_down_at = None
        use.save(update_fields=["taken_down_at"])
    _tell(by, use, "summary.published", number=made.number, sha256=sha256, bias_audit=str(chosen.pk))
    return made


@transaction.atomic
def take_down(*, by: Membership, use: ToolUse, reason: str) -> ToolUse:
    """Take the summary from the public page once six months have passed; its editions are kept here."""
    check_can(by, "publish_summaries")
    use = _locked(by, use)
    rules.check_take_down(use, reason)
    use.taken_down_at = timezone.now()
    use.save(update_fields=["taken_down_at"])
    _tell(by, use, "summary.taken_down", reason=reason.strip())
    return use


@transaction.atomic
def make_notice(
    *, by: Membership, use: ToolUse, audience: str, channel: str, use_on: datetime.date, position: str = ""
) -> Notice:
    """Make the notice that candidates or employees get, from what is said of the use."""
    check_can(by, "keep_notices")
    use = _locked(by, use)
    rules.check_notice(use, audience=audience, channel=channel, use_on=use_on)
    document = wording.notice(
        said=said_of(use),
        tool=tool_of(use),
        audience=audience,
        channel=channel,
        position=position.strip(),
        use_on=use_on,
        notice_by=rules.notice_by(use_on),
    )
    made = Notice.objects.create(
        use=use,
        audience=audience,
        channel=channel,
        position=position.strip(),
        use_on=use_on,
        document=document,
        sha256=digest(document),
        made_by=by,
    )
    _tell(by, use, "notice.made", subject=made.subject, sha256=made.sha256, use_on=use_on.isoformat())
    return made


@transaction.atomic
def log_delivery(
    *,
    by: Membership,
    notice: Notice,
    given_on: datetime.date,
    where: str,
    people: int | None = None,
    evidence: Evidence | None = None,
) -> Delivery:
    """Log that a notice was given; a log is added to and never changed."""
    check_can(by, "keep_notices")
    notice = queries.notices(by).get(pk=notice.pk)
    rules.check_delivery(given_on=given_on, where=where)
    if evidence is not None:
        evidence = pieces(by).get(pk=evidence.pk)
    made = Delivery.objects.create(
        notice=notice, given_on=given_on, where=where.strip(), people=people, evidence=evidence, logged_by=by
    )
    data = {"given_on": given_on.isoformat(), "where": made.where, "people": people}
    data |= {"evidence_id": str(evidence.pk)} if evidence else {}
    _tell(by, notice.use, "notice.given", subject=notice.subject, **data)
    return made


@transaction.atomic
def receive_request(
    *, by: Membership, use: ToolUse, received_on: datetime.date, asked_by: str, how: str = ""
) -> DataRequest:
    """Log a written request for the data statement; thirty days run from the day it was received."""
    check_can(by, "keep_notices")
    use = _locked(by, use)
    rules.check_past(received_on, "received_on")
    if not asked_by.strip():
        raise Refused(Problem("no-name", _("Say who asked."), column="asked_by"))
    made = DataRequest.objects.create(
        use=use, received_on=received_on, asked_by=asked_by.strip(), how=how.strip(), logged_by=by
    )
    due = rules.answer_by(received_on).isoformat()
    _tell(by, use, "data_request.received", subject=made.subject, received_on=received_on.isoformat(), due_on=due)
    return made


@transaction.atomic
def answer_request(
    *, by: Membership, request: DataRequest, answered_on: datetime.date, answer: str = "", withheld: str = ""
) -> DataRequest:
    """Note the answer as it was given, or why the information is withheld."""
    check_can(by, "keep_notices")
    found = DataRequest.objects.select_for_update(of=("self",), no_key=True).select_related("use")
    request = found.get(pk=request.pk, pk__in=queries.data_requests(by).order_by().values("pk"))
    rules.check_answer(request, answer=answer, withheld=withheld, answered_on=answered_on)
    request.answer, request.withheld = answer.strip(), withheld.strip()
    request.answered_on, request.answered_by = answered_on, by
    request.save()
    verb = "data_request.answered" if request.answer else "data_request.withheld"
    data = {"answered_on": answered_on.isoformat(), **({"reason": request.withheld} if request.withheld else {})}
    _tell(by, request.use, verb, subject=request.subject, **data)
    return request


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(fields) - set(FIELDS):
        raise TypeError(f"The use of a tool has no field {', '.join(sorted(unknown))}.")
    return {name: value.strip().replace("\r\n", "\n") if name in TEXTS else value for name, value in fields.items()}


def _free_place(by: Membership, name: str) -> str:
    taken = set(ToolUse.objects.filter(organisation_id=by.organisation_id).values_list("place", flat=True))
    wanted = slugify(name)[:LONGEST_PLACE].strip("-") or "tool"
    places = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in places if one not in taken)


def _locked(by: Membership, use: ToolUse) -> ToolUse:
    found = ToolUse.objects.select_for_update(of=("self",), no_key=True).select_related("system", "organisation")
    return found.get(pk=use.pk, pk__in=queries.uses(by).order_by().values("pk"))


def _tell(by: Membership, use: ToolUse, verb: str, subject: dict[str, str] | None = None, **data: Any) -> None:
    if "sha256" in data:
        data["short"] = data["sha256"][:12]
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=subject or use.subject,
        system_id=use.system_id,
        data=data if subject is None else {"use": str(use.pk), **data},
    )
