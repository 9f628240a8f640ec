"""What a person is to be reminded of: a fixed number of queries, each limited to what they may see."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import OPEN, Binding, ChecklistItem, Decision, ItemEvidence, Review
from compliance.discussion.models import Remark
from compliance.engagements import queries as engagement_queries
from compliance.engagements.models import EvidenceRequest, RequestState
from compliance.evidence import queries as evidence_queries
from compliance.evidence.models import Evidence
from compliance.findings import queries as finding_queries
from compliance.findings.models import CorrectiveAction, RiskAcceptance
from compliance.people.models import Membership, Organisation
from compliance.people.rules import can
from compliance.people.zones import today_of
from compliance.reminders import words
from compliance.reminders.models import Digest, Kind, Rhythm, Snooze, Wishes
from compliance.systems.queries import systems
from compliance.timeline import queries as timeline_queries
from compliance.timeline.events import Event

AHEAD = datetime.timedelta(days=7)  # rows and requests
FAR_AHEAD = datetime.timedelta(days=30)  # what takes long to renew: evidence, an audit
PASSED = datetime.timedelta(days=14)  # how long a time limit that went by is still told
SAID_LATELY = datetime.timedelta(days=30)  # how long somebody who is named waits for an answer
MOST, MOST_AT_HOME = 10, 5


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing on one day, or without one; `key` names it for good, `where` is its checklist, system or engagement.

    `note` says more to whoever looks at a page; it goes into no mail.
    """

    kind: str
    key: str
    title: str
    where: str
    path: str
    day: datetime.date | None = None
    overdue: bool = False
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "day": self.day.isoformat() if self.day else None}

    @property
    def when(self) -> str:
        """What its day means, in words."""
        return words.when(self.kind, self.day)

    @property
    def late(self) -> str:
        """Say in a word that its day has gone by, where it has."""
        if not self.overdue:
            return ""
        return _("expired") if self.kind in (Kind.EVIDENCE, Kind.RISKS) else _("overdue")

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Reminder:
        return cls(**{**kept, "day": datetime.date.fromisoformat(kept["day"]) if kept["day"] else None})


@dataclass(frozen=True, slots=True)
class Group:
    """The reminders of one kind: how many there are, and the first of them."""

    kind: Kind
    count: int
    reminders: list[Reminder]

    @property
    def more(self) -> int:
        return self.count - len(self.reminders)

    @property
    def heading(self) -> str:
        return words.heading(self.kind, self.count)

    @property
    def next(self) -> str:
        """What to do with each of them."""
        return str(words.NEXT[self.kind])


def rhythm(organisation: Organisation) -> Rhythm:
    """Return when the organisation's mails go out; 7 o'clock where nobody chose."""
    return Rhythm.objects.filter(organisation=organisation).first() or Rhythm(organisation=organisation)


def wishes(by: Membership) -> Wishes:
    """Return what the person chose to hear of."""
    return Wishes.objects.filter(membership=by).first() or Wishes(membership=by)


def snoozes(by: Membership, today: datetime.date) -> QuerySet[Snooze]:
    """Return the person's own reminders that sleep today."""
    return Snooze.objects.filter(membership=by, until__gt=today)


def groups(
    by: Membership,
    today: datetime.date,
    law: Iterable[Reminder],
    *,
    most: int | None = MOST,
    every: bool = False,
    ahead: datetime.timedelta = AHEAD,
) -> list[Group]:
    """Return what `by` is to be reminded of today, by kind; none of a kind that is off or of what sleeps.

    `law` are the time limits, which are worked out for all systems at once (:func:`limits`). `every` leaves in what
    sleeps and what is off. `ahead` is how far requests and actions are looked for.
    """
    off: Collection[str] = () if every else wishes(by).off
    asleep = set() if every else set(snoozes(by, today).values_list("key", flat=True))
    found = [
        _group(by, Kind.ROWS, due_rows(by, today), asleep, most, today),
        _group(by, Kind.REVIEWS, checklist_queries.review_queue(by).prefetch_related(None), asleep, most, today),
        _group(by, Kind.REQUESTS, due_requests(by, today + ahead), asleep, most, today),
        _group(by, Kind.ACTIONS, due_actions(by, today + ahead), asleep, most, today),
        _group(by, Kind.STALE, changed_approvals(by), asleep, most, today),
        _group(by, Kind.MENTIONS, unanswered(by), asleep, most, today),
        _group(by, Kind.RISKS, lapsing(by, today), asleep, most, today),
        _group(by, Kind.EVIDENCE, running_out(by, today), asleep, most, today),
    ]
    own = [one for one in law if one.key not in asleep]
    found.append(Group(Kind.LAW, len(own), own[:most]))
    return [one for one in found if one.count and one.kind not in off]


def on_home(by: Membership) -> list[Group]:
    """Return the same for the home page: every request and action, however far ahead.

    The time limits are as today's digest worked them out.
    """
    today = today_of(by)
    kept = Digest.objects.filter(membership=by, day=today).values_list("law", flat=True).first() or []
    law = [Reminder.from_json(one) for one in kept]
    return groups(by, today, law, most=MOST_AT_HOME, ahead=datetime.timedelta(days=3650))


def due_rows(by: Membership, today: datetime.date) -> QuerySet[ChecklistItem]:
    """Return the unfinished rows due by a week from today that `by` owns, or that nobody owns on a checklist of theirs.

    A row without an owner reminds whoever opened its checklist, so that it is not forgotten.
    """
    mine = Q(owner=by) | Q(owner=None, checklist__opened_by=by)
    found = checklist_queries.items(by).filter(mine, progress__in=OPEN, due_on__lte=today + AHEAD)
    found = found.filter(checklist__in=checklist_queries.in_use(by)).exclude(binding=Binding.NO)
    return found.prefetch_related(None).order_by("due_on", "checklist", "position")


def due_requests(by: Membership, until: datetime.date) -> QuerySet[EvidenceRequest]:
    """Return what `by` was asked for and has not answered, due by a day."""
    return engagement_queries.asked_of(by).filter(state=RequestState.OPEN, due_on__lte=until)


def due_actions(by: Membership, until: datetime.date) -> QuerySet[CorrectiveAction]:
    """Return the planned actions on findings that are `by`'s to do, due by a day."""
    found = finding_queries.due_actions([by.organisation_id], until=until)
    return found.filter(owner=by, finding__in=finding_queries.findings(by))


def changed_approvals(by: Membership) -> QuerySet[ChecklistItem]:
    """Return the rows that read otherwise than when they were accepted, which `by` owns, submitted or accepted."""
    accepted = Review.objects.filter(item=OuterRef("pk"), reviewer=by, decision=Decision.ACCEPTED)
    mine = Q(owner=by) | Q(submitted_by=by) | Exists(accepted)
    found = checklist_queries.items(by).filter(mine, stale_since__isnull=False)
    found = found.filter(checklist__in=checklist_queries.in_use(by))
    return found.prefetch_related(None).order_by("stale_since", "pk")


def unanswered(by: Membership) -> QuerySet[Remark]:
    """Return what others said in the last 30 days, naming `by`, who has said nothing on that row since."""
    if by.is_guest:
        return Remark.objects.none()
    answers = Remark.objects.filter(item=OuterRef("item"), by=by, at__gt=OuterRef("at"))
    found = Remark.objects.filter(
        ~Exists(answers),
        named=by,
        at__gte=timezone.now() - SAID_LATELY,
        item__checklist__organisation_id=by.organisation_id,
        item__checklist__in=checklist_queries.in_use(by),
    )
    return found.exclude(by=by).select_related("by__user", "item__checklist__system").order_by("at", "pk")


def lapsing(by: Membership, today: datetime.date) -> QuerySet[RiskAcceptance]:
    """Return the accepted risks that lapse within 30 days or lapsed, which `by` proposed or accepted."""
    found = finding_queries.lapsing([by.organisation_id], until=today + FAR_AHEAD)
    mine = Q(proposed_by=by) | Q(decided_by=by)
    return found.filter(mine, finding__in=finding_queries.findings(by))


def running_out(by: Membership, today: datetime.date) -> QuerySet[Evidence]:
    """Return the pieces that rows in use rest on and that ran or run out within 30 days: of `by`, or on their rows."""
    rests = ItemEvidence.objects.filter(
        evidence=OuterRef("pk"), version=None, item__checklist__in=checklist_queries.in_use(by)
    ).exclude(item__binding=Binding.NO)
    found = evidence_queries.evidence(by).filter(withdrawn_at=None, latest__valid_until__lte=today + FAR_AHEAD)
    mine = Exists(rests.filter(item__owner=by)) | Q(latest__added_by=by) & Exists(rests)
    return found.filter(mine).prefetch_related(None).order_by("latest__valid_until", "title", "pk")


def limits(by: Membership, today: datetime.date) -> list[Reminder]:
    """Return the time limits of laws that end within 30 days, or ended up to 14 days ago and no later one took over.

    Worked out as on the timeline, for all systems. Told are the members who may determine what binds.
    """
    if by.is_guest or not can(by, "determine"):
        return []
    found = [
        one for one in timeline_queries.events(by, systems(by), today) if one.kind in ("limit", "keep") and one.day
    ]
    last: dict[tuple[str, str], datetime.date] = {}
    for one in found:
        last[_clock(one)] = max(last.get(_clock(one), one.day or today), one.day or today)
    told = []
    for one in found:
        day = one.day or today
        late = one.kind == "limit" and today - PASSED <= day < today and last[_clock(one)] == day
        if today <= day <= today + FAR_AHEAD or late:
            path = reverse("timeline_system", kwargs={"org": by.organisation.slug, "pk": one.system_id})
            title = f"{one.what} ({one.rows[0].id})" if one.rows else one.what
            told.append(Reminder(Kind.LAW, f"law/{one.key}", title[:500], one.system, path, day, day < today))
    return sorted(told, key=lambda one: (one.day or today, one.title, one.where))


def _clock(one: Event) -> tuple[str, str]:
    return one.system_id, one.rows[0].id if one.rows else one.key


def _group(
    by: Membership, kind: Kind, found: QuerySet[Any], asleep: Collection[str], most: int | None, today: datetime.date
) -> Group:
    hidden = [key.partition("/")[2] for key in asleep if key.startswith(f"{kind}/")]
    found = found.exclude(pk__in=hidden) if hidden else found
    return Group(kind, found.count(), [_reminder(by, kind, one, today) for one in found[:most]])


def _reminder(by: Membership, kind: Kind, one: Any, today: datetime.date) -> Reminder:
    key = f"{kind}/{one.pk}"
    if isinstance(one, Remark):
        row = one.item.checklist.catalogue.row(one.item.row_id)
        path, title = f"{_path(by, 'checklists_item', one.item_id)}#said-{one.pk}", f"{row.title} ({row.id})"
        return Reminder(kind, key, title, str(one.item.checklist), path, one.at.date(), note=_said(one))
    if isinstance(one, ChecklistItem):
        row = one.checklist.catalogue.row(one.row_id)
        path = _path(by, "checklists_item", one.pk)
        if kind == Kind.STALE and one.stale_since:
            why, day = " ".join(reason["sentence"] for reason in one.stale_reasons[:2]), one.stale_since.date()
            return Reminder(kind, key, f"{row.title} ({row.id})", str(one.checklist), path, day, note=why)
        overdue = one.due_on is not None and one.due_on < today
        return Reminder(kind, key, f"{row.title} ({row.id})", str(one.checklist), path, one.due_on, overdue)
    if isinstance(one, EvidenceRequest):
        path = _path(by, "requests_detail", one.pk)
        return Reminder(kind, key, one.title, str(one.engagement), path, one.due_on, one.due_on < today)
    if isinstance(one, CorrectiveAction | RiskAcceptance):  # what is done, and why a risk is accepted, stays inside
        path = _path(by, "findings_detail", one.finding_id)
        day = one.due_on if isinstance(one, CorrectiveAction) else one.until
        return Reminder(kind, key, str(one.finding), str(one.finding.item.checklist), path, day, day < today)
    day = one.valid_until
    path = _path(by, "evidence_detail", one.pk)
    return Reminder(kind, key, one.title, "", path, day, day is not None and day < today)


def _said(one: Remark) -> str:
    return f"{one.by.name}: {Truncator(' '.join(one.text.split())).chars(160)}"


def _path(by: Membership, name: str, pk: object) -> str:
    return reverse(name, kwargs={"org": by.organisation.slug, "pk": pk})
