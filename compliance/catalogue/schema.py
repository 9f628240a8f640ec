"""What a catalogue file may hold: one law in one dated version, row by row.

A row is a question a person can answer, with its citation. Words that many rows share (sources, roles, tiers, date
sets, events, texts) stand once at the head of the file; a row refers to them by name, and a name that is not there is
refused when the file is loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from compliance.catalogue.conditions import Condition, Part, Term
from compliance.catalogue.steps import Step
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
Question = Annotated[str, StringConstraints(pattern=r"\?$")]
Sentence = Annotated[str, StringConstraints(pattern=r"[.?!]$")]
RowId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+-[A-Za-z0-9().-]+$")]

Kind = Literal[
    "duty",  # must be done
    "prohibition",  # must not be done
    "condition",  # must hold for the use, the exemption or the audit to be lawful
    "gate",  # decides which other rows matter
    "rule",  # says how a duty is met or counted
    "option",  # may be chosen
    "exposure",  # what a breach may cost
    "transition",  # what holds for older systems
    "guidance",  # said by an authority or derived, not in the law's own text
    "context",  # helps to read the rest
    "control",  # what a framework asks for; binds nobody by itself
]
ANYONE = "anyone"  # the role of whoever uses a framework; no fact decides who has it
Computed = Literal["none", "partial", "direct"]
RateKind = Literal["selection", "scoring"]


class Source(Part):
    """A text that rows cite, with the numbering that exists in it.

    A citation is `cite_as`, a space, and one of `provisions`, or `cite_as` alone where `citable_whole`. `complete` says
    that `provisions` is the text's whole numbering. Each provision must be cited by a row, or it or the article or
    paragraph that it is a part of must stand in `left_out` with the reason; a text that is neither complete nor leaves
    anything out, such as a report cited here and there, is not held to this.
    """

    cite_as: Text
    title: Text
    nature: Literal["statute", "rule", "guidance", "report", "standard"]
    in_force_from: datetime.date | None = None
    note: str = ""
    complete: bool = False
    citable_whole: bool = False
    provisions: tuple[Text, ...] = ()
    left_out: Mapping[str, Sentence] = {}

    @cached_property
    def citations(self) -> frozenset[str]:
        """Every citation of this source that exists."""
        whole = {self.cite_as} if self.citable_whole else set()
        return frozenset(whole | {f"{self.cite_as} {provision}" for provision in self.provisions})


class CheckedText(Part):
    """A text that rows were read against, and as of which day it stood so."""

    what: Sentence
    as_of: datetime.date | None
    read_on: datetime.date | None


class Checked(Part):
    """Against which of the file's `texts` a row was read; `text` is none when nobody has."""

    text: str
    note: str = ""


class Dates(Part):
    """From when a row binds, by track (`all`, or a track such as `annex_iii`).

    `until` is the last day on which it binds, whatever the track; most rows have none.
    """

    in_force_from: Mapping[Name, datetime.date]
    until: datetime.date | None = None
    originally_from: Mapping[Name, datetime.date] = {}
    formally_from: datetime.date | None = None
    basis: Text
    note: str = ""


class Track(Part):
    """Which systems a date of a date set is for; a track without a condition is for all.

    Where the condition of a track holds, its date counts and those of the tracks in `instead_of` do not. Of several
    tracks left, the earliest date counts. `not_before` names a fact that is a date, such as that of a change in design:
    where it is later than the date of the track, it counts in its place.
    """

    words: Sentence
    citation: tuple[Text, ...] = ()
    condition: Condition | None = None
    instead_of: tuple[Name, ...] = ()
    not_before: Name | None = None


class Clock(Part):
    """A time that is counted: `count` units `after` or `before` an event, at most or at least.

    `{limit: at_least, count: 10, unit: business_days, direction: before, event: use}` reads "at least 10 business days
    before use". `subject` is the event that is held against the limit. Events are named at the head of the file.
    """

    limit: Literal["at_least", "at_most"]
    count: int = Field(ge=1)
    unit: Literal["hours", "calendar_days", "working_days", "business_days", "months", "years"]
    direction: Literal["before", "after"]
    event: Name
    subject: Name


class Penalty(Part):
    """What provision makes a breach of this row cost something, and what one breach is counted by."""

    basis: tuple[Text, ...] = Field(min_length=1)
    counted_by: Literal["violation", "day_of_use", "notice"] | None = None
    note: str = ""


class Performed(Part):
    """Whose hands the work of a row lies in, where another of its roles answers for it."""

    by: tuple[Name, ...] = Field(min_length=1)
    why: Sentence
    citation: tuple[Text, ...] = Field(min_length=1)


class MetThrough(Part):
    """What a row is deemed met through where `condition` holds; the row binds all the same."""

    words: Sentence
    citation: tuple[Text, ...] = Field(min_length=1)
    condition: Condition


class Row(Part):
    """One requirement, as a question that a person can answer.

    A row binds whoever has one of its `roles`. Where some of them perform it and the others answer for it, `performed`
    says so; where another law may stand in for it, `met_through` does.
    """

    id: RowId
    section: Name
    citation: tuple[Text, ...] = Field(min_length=1)
    title: Text
    question: Question
    why: Sentence
    roles: tuple[Name, ...] = Field(min_length=1)
    tier: Name | None = None
    kind: Kind
    applies_when: str = ""
    condition: Condition | None = None
    dates: Dates | None = None
    timing: Text
    clock: Clock | None = None
    performed: Performed | None = None
    met_through: MetThrough | None = None
    evidence: tuple[Text, ...]
    computed: Computed = "none"
    computed_how: str = ""
    computed_rates: tuple[RateKind, ...] = ()
    penalty: Penalty | None = None
    crosswalk: Mapping[str, tuple[Text, ...]] = {}
    note: str = ""
    checked: Checked

    @property
    def citation_text(self) -> str:
        """All citations in one line."""
        return "; ".join(self.citation)


class Removed(Part):
    """A row of the version before that is no longer there, and why."""

    id: RowId
    why: Sentence


class Section(Part):
    """A heading of the checklist, in the order of the file."""

    id: Name
    title: Text


# A law that does without these reads, and is digested, as before there were any.
_LEFT_OUT_WHEN_EMPTY = (
    *("terms", "tracks", "draft", "framework", "classification", "published_on"),
    *("performance_sets", "met_sets"),
)


class Catalogue(Part):
    """One law in one dated version. Load it with :func:`compliance.catalogue.loader.load`.

    A `framework` is no law: its rows are controls, which count in a progress figure of their own and of nothing else.
    `draft` says that rows are still missing, so that nothing may be said of what the law asks as a whole.
    `published_on` is the day since when a text that changes an earlier one could be known, before it came into force.
    """

    law: Name
    text_version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    based_on: str | None = None
    title: Text
    short_title: Text
    row_prefix: Text
    about: Sentence
    text_as_of: datetime.date
    published_on: datetime.date | None = None
    in_force: Mapping[Text, datetime.date]
    draft: bool = False
    framework: bool = False
    progress_kinds: tuple[Kind, ...]
    sources: Mapping[Name, Source]
    roles: Mapping[Name, Text]
    tiers: Mapping[Name, Text] = {}
    events: Mapping[Name, Text] = {}
    texts: Mapping[Name, CheckedText]
    terms: Mapping[Name, Term] = {}
    tracks: Mapping[Name, Track] = {}
    date_sets: Mapping[Name, Dates] = {}
    penalty_sets: Mapping[Name, Penalty] = {}
    performance_sets: Mapping[Name, Performed] = {}
    met_sets: Mapping[Name, MetThrough] = {}
    sections: tuple[Section, ...] = Field(min_length=1)
    classification: Mapping[Name, Step] = {}
    rows: tuple[Row, ...]
    removed: tuple[Removed, ...] = ()

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        return {row.id: row for row in self.rows}

    def row(self, id: str) -> Row:
        """Return the row `id`; refused with code `no-such-row` when this version has none."""
        try:
            return self._by_id[id]
        except KeyError:
            sentence = f"{self.short_title} as of {self.text_version} has no row {id}."
            raise Refused(Problem("no-such-row", sentence, found=id)) from None

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def rows_in(self, section: str) -> tuple[Row, ...]:
        """Return the rows of one section, in the order of the file."""
        return tuple(row for row in self.rows if row.section == section)

    @cached_property
    def counted_rows(self) -> tuple[Row, ...]:
        """The rows that count in a progress figure: duties, prohibitions and conditions, or a framework's controls."""
        return tuple(row for row in self.rows if row.kind in self.progress_kinds)

    def rows_computed_from(self, rates: RateKind) -> tuple[Row, ...]:
        """Return the rows that a bias audit with selection or with scoring rates evidences, in full or in part."""
        return tuple(row for row in self.rows if rates in row.computed_rates)

    @cached_property
    def citations(self) -> frozenset[str]:
        """Every citation that exists in the sources of this version."""
        return frozenset().union(*(source.citations for source in self.sources.values()))

    def as_json(self) -> dict[str, Any]:
        """Return all fields as JSON values: dates as ISO text, no floats.

        Terms, tracks and the mark of a draft are there only where the law has them, so that the digest of a law
        without them stays what it was before there were any.
        """
        value = self.model_dump(mode="json")
        return {key: part for key, part in value.items() if part or key not in _LEFT_OUT_WHEN_EMPTY}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical JSON of :meth:`as_json`; it changes when any field of any row does."""
        return canonical.digest(self.as_json())
