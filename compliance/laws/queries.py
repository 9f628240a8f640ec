"""The laws that an organisation may read, and which of its AI systems a row binds."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from compliance.catalogue.applicability import Applicability, decide
from compliance.catalogue.engine import engine
from compliance.catalogue.known import Known
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue
from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import reached
from compliance.determinations import queries as determination_queries
from compliance.determinations.models import Determination, FactSheet
from compliance.frameworks import catalogues
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import laws, within
from compliance.systems.models import AISystem
from compliance.systems.queries import systems

State = str
RowKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one row stands to one AI system, and where that is from.

    `source` is `determination` (signed), `facts` (worked out just now, nobody signed it), `other_text` (the signed
    determination is of another text of the law) or `nothing` (no fact is known). `needs` are the questions whose
    answers would settle it.
    """

    system: AISystem
    source: str
    state: State = ""
    since: datetime.date | None = None
    needs: tuple[str, ...] = ()
    determination: Determination | None = None
    ground: str = ""


def texts(by: Membership) -> list[Catalogue]:
    """Return every law that the organisation may read, then every framework, each text by text, the oldest first."""
    mine = laws(by)
    refs = [ref for ref in catalogues.offered(by.organisation) if mine is None or ref.law in mine]
    found = [catalogues.catalogue(ref.law, ref.text_version) for ref in refs]
    return sorted(found, key=lambda one: one.framework)


def text(by: Membership, law: str, text_version: str) -> Catalogue:
    """Return one text of a law; refused with `no-such-text` where the organisation may not read it, or it is none."""
    mine = laws(by)
    for ref in catalogues.offered(by.organisation) if mine is None or law in mine else ():
        if (ref.law, ref.text_version) == (law, text_version):
            return catalogues.catalogue(law, text_version)
    raise Refused(
        Problem("no-such-text", f"There is no text {text_version} of {law} here.", found=f"{law} {text_version}")
    )


def versions(by: Membership, law: str) -> list[Catalogue]:
    """Return the texts of one law, the oldest first."""
    return [one for one in texts(by) if one.law == law]


def signed(by: Membership) -> QuerySet[Determination]:
    """Return the newest signed determination of each system under each law."""
    newest = Determination.objects.filter(
        system=OuterRef("system"), law=OuterRef("law"), state=Determination.State.SIGNED
    ).order_by("-signed_at")
    return determination_queries.determinations(by).filter(pk=Subquery(newest.values("pk")[:1]))


def standings(by: Membership, law: Catalogue, row_id: str, today: datetime.date) -> list[Standing]:
    """Return how a row stands to each system of the organisation, in a fixed number of queries.

    A framework binds nobody by itself, so its rows stand to none.
    """
    if law.framework:
        return []
    determined = {one.system_id: one for one in signed(by).filter(law=law.law)}
    rows = rows_of(determined.values())
    sheets = {one.system_id: one for one in FactSheet.objects.filter(within(by))}
    found = []
    for system in systems(by):
        one = determined.get(system.pk)
        if one is not None and one.text_version == law.text_version:
            state, since, ground, needs = rows[one.pk].get(row_id, ("", None, "", ()))
            found.append(
                Standing(system, "determination", _now(state, since, today), since, _asked(needs), one, ground)
            )
        elif one is not None:
            found.append(Standing(system, "other_text", determination=one))
        elif system.pk in sheets:
            known = determination_queries.readable(sheets[system.pk].answers)
            [live] = decide(engine(law.law, law.text_version, today), known, rows=[row_id]).rows
            found.append(Standing(system, "facts", live.state, live.since, _asked(live.needs)))
        else:
            found.append(Standing(system, "nothing"))
    return found


def states_of(
    by: Membership, system: AISystem, laws_shown: Iterable[Catalogue], today: datetime.date
) -> dict[RowKey, str]:
    """Return the state of every row for one system: as determined and signed, else as its facts say now.

    Rows of texts that were not determined are left out; so is everything while nothing is known of the system.
    """
    determined = {one.law: one for one in signed(by).filter(system=system)}
    rows = rows_of(determined.values())
    sheet = determination_queries.sheet_of(by, system)
    found: dict[RowKey, str] = {}
    for law in laws_shown:
        one = determined.get(law.law)
        if one is not None:
            if one.text_version == law.text_version:
                for row_id, (state, since, _ground, _needs) in rows[one.pk].items():
                    found[law.law, law.text_version, row_id] = _now(state, since, today)
        elif sheet is not None and not law.framework:
            for live in live_states(law, determination_queries.readable(sheet.answers), today).rows:
                found[law.law, law.text_version, live.row.id] = live.state
    return found


def live_states(law: Catalogue, known: Known, today: datetime.date) -> Applicability:
    """Hold what is known of a system against a text as it stands on `today`, without anybody's signature."""
    return decide(engine(law.law, law.text_version, today), known)


def items(by: Membership, law: Catalogue, row_id: str) -> QuerySet[ChecklistItem]:
    """Return the rows of open checklists that ask this row, in any text of the law."""
    return (
        ChecklistItem.objects.filter(
            reached(by),
            checklist__law=law.law,
            checklist__undone_at=None,
            row_id=row_id,
        )
        .select_related("checklist__system", "owner__user")
        .order_by("checklist__system__name", "-checklist__text_version")
    )


def _now(state: State, since: datetime.date | None, today: datetime.date) -> State:
    """A row that was to bind later binds once its day has come."""
    return "applies" if state == "later" and since is not None and since <= today else state


def _asked(needs: Iterable[str]) -> tuple[str, ...]:
    vocabulary = facts()
    return tuple(vocabulary[name].question if name in vocabulary else name for name in needs)


Rows = Mapping[str, tuple[State, datetime.date | None, str, tuple[str, ...]]]
_read: OrderedDict[tuple[UUID, str], Rows] = OrderedDict()
_KEPT = 512


def rows_of(determined: Iterable[Determination]) -> dict[UUID, Rows]:
    """Return for each signed determination its rows with state, day, ground and the facts still open, in one query.

    What was signed never changes, so it is read once in a process.
    """
    wanted = {(one.pk, one.sha256) for one in determined}
    missing = [pk for pk, sha256 in wanted if (pk, sha256) not in _read]
    for one in Determination.objects.filter(pk__in=missing) if missing else ():
        found = determination_queries.result_of(one)
        _read[one.pk, one.sha256] = {
            row.id: (row.state, row.since, row.ground, row.needs) for row in found.rows.values()
        }
    result = {pk: _read[pk, sha256] for pk, sha256 in wanted}
    while len(_read) > _KEPT:
        _read.popitem(last=False)
    return result
