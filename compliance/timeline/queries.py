"""Gather what a timeline is made of, for many systems at once and in a fixed number of queries."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet

from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue
from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Progress
from compliance.determinations import queries as determination_queries
from compliance.determinations.models import Determination, FactSheet
from compliance.evidence.models import EvidenceVersion, SpeaksOf
from compliance.evidence.queries import evidence
from compliance.frameworks import catalogues
from compliance.frameworks.words import day_in_words
from compliance.laws import queries as law_queries
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.systems.models import AISystem, Status
from compliance.timeline.actions import digest
from compliance.timeline.events import MARKET, MODEL_MARKET, Bound, Event, Ground, Occurrence, for_system, of_law
from compliance.timeline.models import CalendarAddress, KeyDate
from compliance.trail.models import TrailEntry
from compliance.trail.recorded import for_the_record

# The event of a law that a fact with a date, or the register, tells of.
PLACED = {MARKET: "first_placed_on", MODEL_MARKET: "model_first_placed_on"}
MOST_NEEDS = 5


def key_dates(by: Membership) -> QuerySet[KeyDate]:
    """Return the recorded days that `by` may see, those withdrawn included."""
    return KeyDate.objects.filter(within(by)).select_related("system", "recorded_by__user")


def addresses(by: Membership) -> QuerySet[CalendarAddress]:
    """Return the member's own addresses that are open."""
    return CalendarAddress.objects.filter(membership=by, revoked_at=None).select_related("system")


def address_of(token: str) -> CalendarAddress | None:
    """Return the open address of a token, while its member belongs to the organisation.

    An address dies with the membership: a member who comes back makes a new one.
    """
    found = (
        CalendarAddress.objects.filter(
            token_sha256=digest(token), revoked_at=None, membership__is_active=True, membership__user__is_active=True
        )
        .select_related("membership__user", "membership__organisation", "system")
        .first()
    )
    if found is None:
        return None
    ended = TrailEntry.objects.filter(
        organisation_id=found.membership.organisation_id,
        verb="member.removed",
        subject_id=str(found.membership_id),
        at__gte=found.made_at,
    )
    return None if ended.exists() else found


def events(by: Membership, of: Iterable[AISystem], today: datetime.date) -> list[Event]:
    """Return all events of some systems of the organisation, each system's with its name."""
    some = list(of)
    gathered = _Gathered(by, some, today)
    found = []
    for system in some:
        own: list[Event] = []
        occurrences = gathered.occurrences(system)
        for ground in gathered.grounds(system):
            own += of_law(ground, occurrences[ground.law.law])
        own += [*gathered.due(system), *gathered.validity(system), *gathered.recorded(system)]
        found += for_system(own, str(system), str(system.pk))
    return found


Teller = Callable[[Membership, Collection[UUID]], Iterable[tuple[UUID, str, Occurrence]]]
_tellers: list[Teller] = []


def tells_days(teller: Teller) -> Teller:
    """Register a function of the other room that knows days from which a law counts, as (system, law, occurrence).

    It is asked once for many systems, and answers in a fixed number of queries.
    """
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


class _Gathered:
    """Everything that is kept about some systems, read once."""

    def __init__(self, by: Membership, some: Collection[AISystem], today: datetime.date):
        self.by, self.today = by, today
        self.newest: dict[str, Catalogue] = {}
        self.before: dict[tuple[str, str], Catalogue] = {}
        for ref in catalogues.offered(by.organisation):  # of each law, the oldest text stands first
            text = catalogues.catalogue(ref.law, ref.text_version)
            if ref.law in self.newest:
                self.before[ref.law, ref.text_version] = self.newest[ref.law]
            self.newest[ref.law] = text
        self.signed: dict[UUID, dict[str, Determination]] = defaultdict(dict)
        for one in law_queries.signed(by).filter(system__in=some):
            self.signed[one.system_id][one.law] = one
        self.rows = law_queries.rows_of(one for laws in self.signed.values() for one in laws.values())
        self.sheets = {one.system_id: one for one in FactSheet.objects.filter(system__in=some)}
        self.checklists: dict[UUID, list[Checklist]] = defaultdict(list)
        current = Checklist.objects.filter(within(by, law="law"), system__in=some, undone_at=None)
        for checklist in current.exclude(moved_to__undone_at=None, moved_to__isnull=False).order_by("text_version"):
            self.checklists[checklist.system_id].append(checklist)
        open_ones = [one.pk for several in self.checklists.values() for one in several]
        self.items: dict[UUID, list[ChecklistItem]] = defaultdict(list)
        due = ChecklistItem.objects.filter(checklist__in=open_ones).exclude(due_on=None)
        for item in due.select_related("checklist", "owner__user"):
            self.items[item.checklist.system_id].append(item)
        self.changed = dict(
            TrailEntry.objects.filter(
                organisation_id=by.organisation_id,
                subject_type="item",
                subject_id__in=[str(one.pk) for several in self.items.values() for one in several],
            )
            .order_by()
            .values_list("subject_id")
            .annotate(Max("at"))
        )
        self.attached: dict[UUID, list[ItemEvidence]] = defaultdict(list)
        attached = ItemEvidence.objects.filter(
            item__checklist__in=open_ones, evidence__withdrawn_at=None, item__row_id__in=self._audit_rows()
        )
        for one_piece in attached.select_related("version", "evidence__latest", "item__checklist"):
            self.attached[one_piece.item.checklist.system_id].append(one_piece)
        self.evidence: dict[UUID, dict[UUID, EvidenceVersion]] = defaultdict(dict)
        spoken = SpeaksOf.objects.filter(system__in=some, version__evidence__in=evidence(by))
        newest = spoken.filter(version=F("version__evidence__latest"), version__evidence__withdrawn_at=None)
        for said in newest.exclude(version__valid_until=None).select_related("version__evidence"):
            self.evidence[said.system_id][said.version.evidence_id] = said.version
        links = ItemEvidence.objects.filter(item__checklist__in=open_ones, evidence__withdrawn_at=None)
        limited = Q(version__valid_until__isnull=False) | Q(version=None, evidence__latest__valid_until__isnull=False)
        for pair in links.filter(limited).select_related("version", "evidence__latest", "item__checklist"):
            version = pair.shown
            version.evidence = pair.evidence
            self.evidence[pair.item.checklist.system_id][pair.evidence_id] = version
        self.days: dict[UUID, list[KeyDate]] = defaultdict(list)
        for key_date in key_dates(by).filter(system__in=some, withdrawn_at=None):
            self.days[key_date.system_id].append(key_date)
        self.told: dict[UUID, list[tuple[str, Occurrence]]] = defaultdict(list)
        for teller in _tellers:
            for system_id, law_name, occurrence in teller(by, [one.pk for one in some]):
                self.told[system_id].append((law_name, occurrence))

    def _audit_rows(self) -> list[str]:
        return [
            row.id for law in self.newest.values() for row in law.rows if row.clock and row.clock.event == "audit_date"
        ]

    def grounds(self, system: AISystem) -> Iterator[Ground]:
        """Yield each law that concerns a system: as determined and signed, as its facts say, or as a checklist asks."""
        sheet = self.sheets.get(system.pk)
        for name, law in self.newest.items():
            signed = self.signed[system.pk].get(name)
            checklist = next((one for one in reversed(self.checklists[system.pk]) if one.law == name), None)
            if signed is not None:
                yield self._determined(signed)
                continue
            # A framework binds nobody by itself: it is there where somebody opened a checklist of it.
            ground = self._live(law, sheet) if sheet is not None and not law.framework else None
            if ground is not None and any(one.state in ("applies", "later") for one in ground.rows):
                yield ground
            elif checklist is not None:
                rows = [Bound(row, "asked") for row in checklist.catalogue.rows]
                source = "Nobody has determined yet whom this law binds; a checklist is open."
                yield Ground(checklist.catalogue, rows, source, checklist.opened_at)

    def _determined(self, signed: Determination) -> Ground:
        law = catalogues.catalogue(signed.law, signed.text_version)
        found, needs = [], Counter[str]()
        for row_id, (state, since, _ground, open_facts) in self.rows[signed.pk].items():
            if state != "no" and row_id in law:
                found.append(Bound(law.row(row_id), _state(state), since))
                needs.update(open_facts)
        who = signed.signed_by.name if signed.signed_by else ""
        with for_the_record():  # the sentence is in English, so its days are too
            text, day = day_in_words(signed.text_version), _day(signed.as_of)
        source = f"As determined for the text of {text} as of {day}, signed by {who}."
        newest = self.newest.get(signed.law, law)
        after = newest if newest.text_version > law.text_version and newest.text_as_of <= self.today else None
        before = self.before.get((law.law, law.text_version))
        return Ground(law, found, source, signed.signed_at, 0, _questions(needs), before, after)

    def _live(self, law: Catalogue, sheet: FactSheet) -> Ground:
        known = determination_queries.readable(sheet.answers)
        result = law_queries.live_states(law, known, self.today)
        rows = [Bound(one.row, _state(one.state), one.since) for one in result.rows if one.state != "no"]
        needs = Counter(name for one in result.rows if one.state == "undetermined" for name in one.needs)
        source = "Worked out from the facts as they stand; nobody has signed a determination."
        before = self.before.get((law.law, law.text_version))
        return Ground(law, rows, source, sheet.changed_at, sheet.revision, _questions(needs), before)

    def occurrences(self, system: AISystem) -> dict[str, list[Occurrence]]:
        """Return by law the days that are known: recorded by people, in the register, in the facts, on evidence."""
        found: dict[str, list[Occurrence]] = defaultdict(list)
        for one in self.days[system.pk]:
            source = f"recorded by {one.recorded_by.name}" + (f": {one.note}" if one.note else "")
            occurrence = Occurrence(one.event, one.day, source, one.pk.hex, one.moment, one.recorded_at)
            found[one.law].append(occurrence)
        for law_name, told in self.told[system.pk]:
            found[law_name].append(told)
        if system.first_use_on is not None and system.status != Status.WITHDRAWN:
            source = "first use by the deployer, in the register of systems"
            for law in self.newest.values():
                if "use" in law.events:
                    first = Occurrence("use", system.first_use_on, source, "first-use", None, system.registered_at)
                    found[law.law].append(first)
        for piece in self.attached[system.pk]:
            effective = piece.shown.effective_on
            if effective is not None:
                source = f"effective date of the evidence {piece.evidence.title}"
                key = f"evidence-{piece.evidence_id}"
                one_audit = Occurrence("audit_date", effective, source, key, None, piece.attached_at)
                if all(other.key != key for other in found[piece.item.checklist.law]):
                    found[piece.item.checklist.law].append(one_audit)
        sheet = self.sheets.get(system.pk)
        known = determination_queries.readable(sheet.answers).answers if sheet else {}
        for event, fact in PLACED.items():
            day = known.get(fact)
            if isinstance(day, datetime.date) and sheet is not None:
                for law in self.newest.values():
                    if MARKET in law.events:
                        source = f"the answer to: {facts()[fact].question}"
                        found[law.law].append(Occurrence(event, day, source, fact, None, sheet.changed_at))
        return found

    def due(self, system: AISystem) -> Iterator[Event]:
        """Yield the days on which rows of checklists are due."""
        for item in self.items[system.pk]:
            row = item.checklist.catalogue.row(item.row_id)
            owner = f"Owner: {item.owner.name}." if item.owner else "Nobody owns it."
            yield Event(
                key=f"due/{item.pk}",
                kind="due",
                day=item.due_on,
                what=f"Due: {row.title} ({row.id})",
                why=f"{item.checklist.title}: {item.get_progress_display()}. {owner}",
                citation=row.citation_text,
                page="checklists_item",
                target=str(item.pk),
                done=item.progress == Progress.DONE,
                changed_at=self.changed.get(str(item.pk), item.checklist.opened_at),
                revision=item.revision,
            )

    def validity(self, system: AISystem) -> Iterator[Event]:
        """Yield the last days on which evidence is valid."""
        for version in self.evidence[system.pk].values():
            piece = version.evidence
            yield Event(
                key=f"evidence/{piece.pk}",
                kind="evidence",
                day=version.valid_until,
                what=f"Last day on which the evidence is valid: {piece.title}",
                why="After this day it shows as expired.",
                page="evidence_detail",
                target=str(piece.pk),
                changed_at=version.added_at,
            )

    def recorded(self, system: AISystem) -> Iterator[Event]:
        """Yield the recorded days themselves, and the first use in the register."""
        for one in self.days[system.pk]:
            law = self.newest.get(one.law)
            words = law.events.get(one.event, one.event) if law else one.event
            yield Event(
                key=f"recorded/{one.pk}",
                kind="recorded",
                day=one.day,
                what=f"Recorded: {words}",
                why=" ".join(part for part in (one.note, f"Recorded by {one.recorded_by.name}.") if part),
                citation=law.short_title if law else "",
                moment=one.moment,
                changed_at=one.recorded_at,
            )
        if system.first_use_on is not None:
            yield Event(
                key="first-use",
                kind="recorded",
                day=system.first_use_on,
                what="First use by the deployer (distribution date)",
                why="In the register of systems.",
                page="systems_detail",
                target=str(system.pk),
                changed_at=system.registered_at,
            )


def _state(state: str) -> Literal["applies", "later", "undetermined"]:
    return "applies" if state == "applies" else "later" if state == "later" else "undetermined"


def _questions(needs: Any) -> tuple[str, ...]:
    vocabulary = facts()
    return tuple(vocabulary[name].question for name, _count in needs.most_common(MOST_NEEDS) if name in vocabulary)


def _day(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
