"""What may be recorded of the use of a tool, published, taken down, noted as given and answered."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from audits.publication.models import Audience, Channel, DataRequest, ToolUse
from audits.publication.summary import keep_until, placeholder
from compliance.lib.clocks import CLOCKS, check_day
from compliance.lib.problems import Problem, Refused

CHANNELS: Mapping[str, tuple[Channel, ...]] = {
    Audience.CANDIDATES: (Channel.WEBSITE, Channel.POSTING, Channel.MAIL),
    Audience.EMPLOYEES: (Channel.POLICY, Channel.POSTING, Channel.MAIL),
}
"""6 RCNY § 5-304(b)(1) to (3) and (c)(1) to (3)."""


def today() -> datetime.date:
    """Return the day in UTC."""
    return timezone.now().date()


def check_use(employer: str, distribution_on: datetime.date | None, latest_use_on: datetime.date | None) -> None:
    """The latest use is not to come, and not before the first."""
    problems = []
    if not employer.strip():
        problems.append(Problem("no-employer", _("Say which employer or agency uses the tool."), column="employer"))
    if distribution_on:
        check_day(distribution_on, "distribution_on")
    if latest_use_on:
        check_day(latest_use_on, "latest_use_on")
        if latest_use_on > today():
            sentence = _("The latest use is a day that has been; leave it empty while the tool is in use.")
            problems.append(
                Problem("latest-use-to-come", sentence, column="latest_use_on", found=latest_use_on.isoformat())
            )
        if distribution_on and latest_use_on < distribution_on:
            sentence = _("The latest use is before the distribution date, on which the use began.")
            problems.append(Problem("latest-before-first", sentence, column="latest_use_on"))
    if problems:
        raise Refused.all(problems)


def check_take_down(use: ToolUse, reason: str) -> None:
    """A summary stays posted for at least six months after the latest use of the tool (6 RCNY § 5-303(c))."""
    if not reason.strip():
        raise Refused(Problem("no-reason", _("Say why the summary is taken down."), column="reason"))
    if use.taken_down_at is not None:
        raise Refused(Problem("down-already", _("The summary was taken down already.")))
    if use.latest_use_on is None:
        sentence = _("The day of the latest use is not recorded, so the summary stays posted (6 RCNY § 5-303(c)).")
        raise Refused(Problem("in-use", sentence, _("Record the latest use once the tool is used no more.")))
    until = keep_until(use.latest_use_on)
    if today() < until:
        sentence = _("The summary stays posted for at least six months after the latest use, so until {day}.")
        raise Refused(Problem("to-stay", sentence.format(day=until.isoformat()), "6 RCNY § 5-303(c)"))


def why_not_take_down(use: ToolUse) -> str:
    """Return the sentence why the summary stays, or an empty text."""
    try:
        check_take_down(use, "-")
    except Refused as refused:
        return str(refused.problems[0])
    return ""


def check_notice(use: ToolUse, *, audience: str, channel: str, use_on: datetime.date) -> None:
    """A notice goes by a channel of its audience, and says what § 20-871(b) and § 5-304(a) list."""
    problems = []
    check_day(use_on, "use_on")
    if channel not in CHANNELS.get(audience, ()):
        sentence = _("A notice to {audience} is not given {channel} (6 RCNY § 5-304(b) and (c)).").format(
            audience=Audience(audience).label if audience in Audience.values else audience,
            channel=Channel(channel).label if channel in Channel.values else channel,
        )
        problems.append(Problem("no-such-channel", sentence, column="channel"))
    asked = {
        "qualifications": _("the job qualifications and characteristics that the tool uses"),
        "alternative": _("how to ask for an alternative selection process or a reasonable accommodation"),
    }
    for name, what in asked.items():
        text = getattr(use, name).strip()
        if not text:
            sentence = _("It is not said yet: {what}.").format(what=what)
            problems.append(Problem(f"no-{name}", sentence, _("Say it with the use of the tool.")))
        elif left := placeholder(text):
            sentence = _("There is still a place to be filled in: {what}.").format(what=what)
            problems.append(Problem("placeholder", sentence, found=left))
    if problems:
        raise Refused.all(problems)


def notice_by(use_on: datetime.date) -> datetime.date:
    """Return the last day on which a notice leaves ten business days before the use (§ 20-871(b)(1)).

    >>> notice_by(datetime.date(2026, 12, 14))
    datetime.date(2026, 11, 30)
    """
    return CLOCKS["ll144-notice"].limit(use_on)


def check_delivery(*, given_on: datetime.date, where: str) -> None:
    """What is logged has happened, somewhere."""
    if not where.strip():
        raise Refused(Problem("no-place", _("Say where the notice was given, such as an address."), column="where"))
    check_past(given_on, "given_on")


def check_past(day: datetime.date, column: str) -> None:
    """Refuse a day to come."""
    check_day(day, column)
    if day > today():
        sentence = _("{day} is still to come.").format(day=day.isoformat())
        raise Refused(Problem("day-to-come", sentence, column=column, found=day.isoformat()))


def answer_by(received_on: datetime.date) -> datetime.date:
    """Return the last day for the answer to a written request (§ 20-871(b)(3)).

    >>> answer_by(datetime.date(2026, 11, 21))
    datetime.date(2026, 12, 21)
    """
    return CLOCKS["ll144-data-request"].limit(received_on)


def check_answer(request: DataRequest, *, answer: str, withheld: str, answered_on: datetime.date) -> None:
    """One answer, or the reason why the information is withheld (6 RCNY § 5-304(d)(3))."""
    if request.answered_on is not None:
        sentence = _("{name} was answered on {day}.").format(name=request, day=request.answered_on.isoformat())
        raise Refused(Problem("answered-already", sentence))
    if bool(answer.strip()) == bool(withheld.strip()):
        sentence = _("Give either the answer, or the reason why it is withheld.")
        raise Refused(Problem("answer-or-reason", sentence, column="answer"))
    if left := placeholder(answer or withheld):
        sentence = _("The answer still has a place to be filled in.")
        raise Refused(Problem("placeholder", sentence, column="answer" if answer.strip() else "withheld", found=left))
    check_past(answered_on, "answered_on")
    if answered_on < request.received_on:
        sentence = _("The answer is dated before the request came.")
        raise Refused(Problem("answer-before-request", sentence, column="answered_on"))


def check_complete(problems: Collection[Problem]) -> None:
    """Refuse to publish while something is missing."""
    if problems:
        raise Refused.all(list(problems))
