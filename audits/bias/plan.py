"""What a person decided about a file before it is counted. A plan and the bytes of the file determine the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final, Literal, TypeAlias, get_args

from audits.bias import outcome_choices
from audits.bias.vocabulary import Role, category_named
from audits.metrics.categories import TABLES
from audits.metrics.ratios import BASES
from audits.metrics.readings import MEDIANS, QUESTIONS, UNKNOWNS
from audits.metrics.reference import checked_reference
from audits.metrics.result import CLASS_READINGS
from audits.metrics.sufficiency import stated
from compliance.lib.problems import Problem, Refused

CountReading: TypeAlias = Literal["outcome", "number"]

ENCODINGS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1", "cp1250", "mac-roman")
EXCLUSION_MORE: Final = ("class", "proposed_by", "approved_at")
"""What an exclusion may say besides: the class whose tables it is about, and how a second person came to approve it."""
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SOURCE: Final = "#source"
"""The stratum that no column holds: from which of several pooled sources a person comes, by the source's label."""
OWN: Final = (
    *("sex", "race_ethnicity", "selected", "favourable", "score", "count", "count_reading", "mapping", "encoding"),
    *("delimiter", "sheet", "truth", "decision", "output_class", "strata"),
)
"""What one of several sources may have for itself, since its headers and words may differ; all else is decided once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of a file, how their values are read, and every choice of method.

    One of `selected` and `score` names a column, or neither where `output_class` alone is measured. A column is named
    by its header, or by `#` and its number where a header stands twice. `mapping` gives categories for raw values, by
    role (`sex`, `race_ethnicity`, `outcome`); a category is a label of :mod:`audits.metrics.categories`, `selected` or
    `not selected`, or None for unknown. `vocabulary` says whether values without a mapping may be read by the built-in
    list; a page that shows every value and has it confirmed sets it to False. `encoding` and `delimiter` are found in
    the file and stated unless they are given; `sheet` names one of a spreadsheet.

    `truth` is the column of true outcomes, `decision` that of decisions where a score alone decides nothing;
    :mod:`audits.bias.outcome_choices` says what `outcome`, how both are read, may hold. `reference` is a reference
    population (:mod:`audits.metrics.reference`). `output_class` is the column of the class into which a tool puts
    people (6 RCNY § 5-301(b)(4)); `classes` are all that it knows, so that one into which nobody was put has its tables
    too, and `class_reading` says whether a rate is that of being put into a class or that of an outcome within it.
    `strata` are columns such as the requisition or the year, and `#source` for the source itself. `pooled` says why
    several sources, or the strata of one, may be counted as one; without it they are not. `sources` are, where several
    sources are not read alike, what each has for itself (:data:`OWN`), in their order; an empty one is read as the plan
    says.

    `median_basis` and `exclusion_base` are choices that the rule leaves open (:mod:`audits.metrics.readings`);
    `reasons` says why a choice was made, by its name there. `unit_of_analysis` is what a row stands for: `person`,
    `application` or another in words. `data` is `{"kind": "historical" | "test", "from", "to", "origin"}`, for test
    data also `why_not_historical`, `how_obtained` and `sufficiency` (6 RCNY § 5-302).

    >>> Plan("sex", "race", selected="hired").as_json()["unknowns"]
    'per-table'
    """

    sex: str
    race_ethnicity: str
    selected: str | None = None
    favourable: str | None = None
    score: str | None = None
    higher_is_better: bool = True
    count: str | None = None
    count_reading: CountReading | None = None
    unknowns: str = "per-table"
    mapping: Mapping[Role, Mapping[str, str | None]] = field(default_factory=dict)
    mapping_source: str = "map file"
    vocabulary: bool = True
    exclusions: tuple[Mapping[str, Any], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    truth: str | None = None
    output_class: str | None = None
    strata: tuple[str, ...] = ()
    pooled: str | None = None
    median_basis: str | None = None
    exclusion_base: str = "table"
    reasons: Mapping[str, str] = field(default_factory=dict)
    unit_of_analysis: str | None = None
    data: Mapping[str, Any] | None = None
    class_reading: str | None = None
    classes: tuple[str, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    decision: str | None = None
    outcome: Mapping[str, Any] | None = None
    reference: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        problems = [Problem("plan", sentence) for sentence in _wrong(self)]
        if problems:
            raise Refused.all(problems)

    @property
    def rate_kind(self) -> str:
        """Return `scoring` or `selection`."""
        return "scoring" if self.score is not None else "selection"

    @property
    def median(self) -> str:
        """Return the basis of the median: the one chosen, or the people whom the tables count."""
        return self.median_basis or ("both-known" if self.unknowns == "complete-case" else "all-assessed")

    @property
    def class_rates(self) -> str | None:
        """Return what the rate of a class is, None for a tool that does not classify."""
        return (self.class_reading or "put-into") if self.output_class is not None else None

    def columns(self) -> dict[str, str]:
        """Return the column of each role that this plan reads."""
        named = {
            "sex": self.sex,
            "race_ethnicity": self.race_ethnicity,
            "selected": self.selected,
            "score": self.score,
            "count": self.count,
            "truth": self.truth,
            "decision": self.decision,
            "output_class": self.output_class,
        }
        return {role: column for role, column in named.items() if column is not None}

    def of_source(self, place: int) -> Plan:
        """Return the plan by which one source is read, the first being 0."""
        if not self.sources:
            return self
        own = dict(self.sources[place])
        if "strata" in own:
            own["strata"] = tuple(own["strata"])
        return replace(self, sources=(), **own)

    def of_sources(self, count: int) -> list[Plan]:
        """Return the plan of each of so many sources; the same object where they are read alike."""
        return [self.of_source(place) for place in range(count)]

    def as_json(self) -> dict[str, Any]:
        """Return the plan for storing; :meth:`from_json` reads it again."""
        data = asdict(self)
        data["exclusions"] = [dict(exclusion) for exclusion in self.exclusions]
        data["strata"], data["classes"] = list(self.strata), list(self.classes)
        data["sources"] = [dict(own) for own in self.sources]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Read a stored plan; a field that is not known or is of the wrong kind is `Refused`."""
        known = {entry.name for entry in fields(cls)}
        strange = sorted(set(data) - known)
        if strange or "sex" not in data or "race_ethnicity" not in data:
            raise Refused(Problem("plan", f"The plan names unknown or too few fields: {', '.join(strange) or 'none'}."))
        try:
            lists = {name: tuple(data.get(name, ())) for name in ("exclusions", "strata", "classes", "sources")}
            return cls(**{**data, **lists})
        except (TypeError, AttributeError) as error:
            raise Refused(Problem("plan", "A field of the plan is of the wrong kind.", str(error))) from error


def _wrong(plan: Plan) -> list[str]:
    """Return a sentence for everything in `plan` that cannot be meant."""
    found = []
    columns = [*plan.columns().values(), *(column for column in plan.strata if column != SOURCE)]
    if (plan.selected is None) == (plan.score is None) and (plan.selected is not None or plan.output_class is None):
        found.append("Choose either the column that says who was selected or the column of scores.")
    if any(type(column) is not str or not column.strip() for column in columns):
        found.append("A column has no name.")
    elif len({column.strip() for column in columns}) < len(columns):
        found.append("One column cannot serve two purposes.")
    if plan.favourable is not None and (plan.score is not None or plan.mapping.get("outcome")):
        found.append("A favourable value goes with a column of outcomes that has no mapping of its own.")
    if plan.favourable is not None and not plan.favourable.strip():
        found.append("The favourable value cannot be blank.")
    if not plan.higher_is_better and plan.score is None:
        found.append("Lower is better only makes sense for scores.")
    if plan.count_reading is not None and (
        plan.count is None or plan.score is not None or plan.count_reading not in get_args(CountReading)
    ):
        found.append("How counts are read goes with a column of counts and one of selections: outcome or number.")
    if plan.count_reading == "number" and (plan.favourable is not None or plan.mapping.get("outcome")):
        found.append("A number of people selected has no favourable value and no mapping.")
    if plan.unknowns not in UNKNOWNS:
        found.append(f"Unknown people are treated per-table or complete-case, not {plan.unknowns!r}.")
    if plan.pooled is not None and not plan.pooled.strip():
        found.append("Say why the sources may be pooled.")
    if plan.encoding not in (None, *ENCODINGS):
        found.append(f"The encoding {plan.encoding!r} is not known; write one of {', '.join(ENCODINGS)}.")
    if plan.delimiter not in (None, *DELIMITERS):
        found.append("The delimiter is a comma, a semicolon, a tab or a vertical bar.")
    found += _wrong_choices(plan) + _wrong_data(plan) + _wrong_mapping(plan) + _wrong_reference(plan)
    return [*found, *_wrong_exclusions(plan), *outcome_choices.wrong(plan), *_wrong_sources(plan)]


def _wrong_reference(plan: Plan) -> list[str]:
    try:
        if plan.reference is not None:
            checked_reference(plan.reference)
    except ValueError as error:
        return [str(error)]
    except (KeyError, TypeError):
        return ["The reference population lacks a field of a table or of a row."]
    return []


def _wrong_choices(plan: Plan) -> list[str]:
    found = []
    if plan.median_basis is not None and (plan.score is None or plan.median_basis not in MEDIANS):
        found.append(f"The basis of the median goes with scores: {' or '.join(MEDIANS)}.")
    if plan.exclusion_base not in BASES:
        found.append(f"The base of the 2% is one of {', '.join(BASES)}, not {plan.exclusion_base!r}.")
    if set(plan.reasons) - set(QUESTIONS):
        found.append(f"A reason belongs to one of the choices {', '.join(QUESTIONS)}.")
    if plan.class_reading is not None and (plan.output_class is None or plan.class_reading not in CLASS_READINGS):
        found.append(f"How classes are read goes with a column of classes: {' or '.join(CLASS_READINGS)}.")
    if plan.class_reading == "outcome-within" and plan.selected is None and plan.score is None:
        found.append("An outcome within each class needs a column of outcomes or scores.")
    if plan.classes and plan.output_class is None:
        found.append("A list of classes goes with a column of classes.")
    if plan.unit_of_analysis is not None and not str(plan.unit_of_analysis).strip():
        found.append("Say what one row stands for: a person, an application, or what else.")
    return found


def _wrong_data(plan: Plan) -> list[str]:
    """Return what is missing of what 6 RCNY § 5-302 wants to be said of the data."""
    data = plan.data
    if data is None:
        return []
    if data.get("kind") not in ("historical", "test"):
        return ["The data is historical or test data (6 RCNY § 5-302)."]
    if data["kind"] == "historical":
        return []
    found = []
    if not str(data.get("why_not_historical") or "").strip():
        found.append("Test data needs a word on why historical data was not used (6 RCNY § 5-302(b)).")
    if not str(data.get("how_obtained") or "").strip():
        found.append("Test data needs a word on how it was generated and obtained (6 RCNY § 5-302(b)).")
    try:
        stated(data.get("sufficiency") or {})
    except (ValueError, KeyError, TypeError) as error:
        found.append(f"Test data needs an analysis of why historical data was insufficient. {error}")
    return found


def _wrong_mapping(plan: Plan) -> list[str]:
    found = []
    for role, values in plan.mapping.items():
        if role not in get_args(Role):
            found.append(f"The mapping names {role!r}, which is none of {', '.join(get_args(Role))}.")
            continue
        for raw, category in values.items():
            try:
                if category is None and role in ("outcome", "decision"):
                    raise KeyError
                if category is not None:
                    category_named(role, category)
            except (KeyError, TypeError):
                found.append(f"{raw!r} is mapped to {category!r}, which is no category of {role}.")
    return found


def _wrong_exclusions(plan: Plan) -> list[str]:
    wanted = {"table", "sex", "race_ethnicity", "justification", "approver"}
    found = [
        "An exclusion names its table, category, justification and who approved it (6 RCNY § 5-301(d))."
        for exclusion in plan.exclusions
        if not wanted <= set(exclusion) <= wanted | set(EXCLUSION_MORE)
        or exclusion["table"] not in TABLES
        or not all(str(exclusion[name] or "").strip() for name in ("justification", "approver"))
    ]
    classes = {one.get("class") for one in plan.exclusions} - {None}
    if classes and plan.output_class is None:
        found.append("A category is left out of the tables of a class, but no column of classes is named.")
    for name in sorted(map(str, classes - set(plan.classes))) if plan.classes else ():
        found.append(f"A category is left out of the class {name}, which is none of those that were declared.")
    places = [
        (one.get("class"), one.get("table"), one.get("sex"), one.get("race_ethnicity")) for one in plan.exclusions
    ]
    if len(set(places)) < len(places):
        found.append("One category of one table is excluded twice.")
    return found


def _wrong_sources(plan: Plan) -> list[str]:
    """Return what is wrong with sources that have readings of their own; each is a plan that can be meant by itself."""
    if not plan.sources:
        return []
    if plan.pooled is None:
        return ["Say why the sources may be pooled."]
    found = []
    for place, own in enumerate(plan.sources):
        if strange := sorted(set(own) - set(OWN)):
            found.append(f"Source {place + 1} decides {', '.join(strange)} for itself, which is decided once for all.")
            continue
        try:
            read = plan.of_source(place)
        except (Refused, TypeError) as error:
            told = [one.sentence for one in error.problems] if isinstance(error, Refused) else [str(error)]
            found += [f"Source {place + 1}: {sentence}" for sentence in told]
            continue
        if read.rate_kind != plan.rate_kind or _shape(read) != _shape(plan):
            found.append(
                f"Source {place + 1} measures something else than the others, so they cannot be counted as one."
            )
    return found


def _shape(plan: Plan) -> tuple[bool, bool, bool, int]:
    return plan.selected is None, plan.truth is None, plan.output_class is None, len(plan.strata)
