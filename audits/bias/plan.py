"""What a person decided about a file before it is counted. A plan and the bytes of the file determine the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias, get_args

from audits.bias.vocabulary import Role, category_named
from audits.metrics.categories import TABLES
from audits.metrics.result import UNKNOWNS
from compliance.lib.problems import Problem, Refused

CountReading: TypeAlias = Literal["outcome", "number"]

ENCODINGS: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1", "cp1250", "mac-roman")
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of a file, how their values are read, and every choice of method.

    Exactly one of `selected` and `score` names a column. A column is named by its header, or by `#` and its number
    where a header stands twice. `mapping` gives categories for raw values, by role (`sex`, `race_ethnicity`,
    `outcome`); a category is a label of :mod:`audits.metrics.categories`, `selected` or `not selected`, or None for
    unknown. `vocabulary` says whether values without a mapping may be read by the built-in list; a page that shows
    every value and has it confirmed sets it to False. `encoding` and `delimiter` are found in the file and stated
    unless they are given; `sheet` names one of a spreadsheet.

    `truth` is the column of true outcomes, `output_class` that of the class into which a tool sorts people
    (6 RCNY § 5-301(b)(4)), `strata` are columns such as the requisition or the year. `pooled` says why several sources
    may be counted as one; without it they are not.

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

    def __post_init__(self) -> None:
        problems = [Problem("plan", sentence) for sentence in _wrong(self)]
        if problems:
            raise Refused.all(problems)

    @property
    def rate_kind(self) -> str:
        """Return `scoring` or `selection`."""
        return "scoring" if self.score is not None else "selection"

    def columns(self) -> dict[str, str]:
        """Return the column of each role that this plan reads."""
        named = {
            "sex": self.sex,
            "race_ethnicity": self.race_ethnicity,
            "selected": self.selected,
            "score": self.score,
            "count": self.count,
            "truth": self.truth,
            "output_class": self.output_class,
        }
        return {role: column for role, column in named.items() if column is not None}

    def as_json(self) -> dict[str, Any]:
        """Return the plan for storing; :meth:`from_json` reads it again."""
        data = asdict(self)
        data["exclusions"] = [dict(exclusion) for exclusion in self.exclusions]
        data["strata"] = list(self.strata)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Read a stored plan; a field that is not known or is of the wrong kind is `Refused`."""
        known = {entry.name for entry in fields(cls)}
        strange = sorted(set(data) - known)
        if strange or "sex" not in data or "race_ethnicity" not in data:
            raise Refused(Problem("plan", f"The plan names unknown or too few fields: {', '.join(strange) or 'none'}."))
        try:
            lists = {name: tuple(data.get(name, ())) for name in ("exclusions", "strata")}
            return cls(**{**data, **lists})
        except (TypeError, AttributeError) as error:
            raise Refused(Problem("plan", "A field of the plan is of the wrong kind.", str(error))) from error


def _wrong(plan: Plan) -> list[str]:
    """Return a sentence for everything in `plan` that cannot be meant."""
    found = []
    columns = [*plan.columns().values(), *plan.strata]
    if (plan.selected is None) == (plan.score is None):
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
    return found + _wrong_mapping(plan) + _wrong_exclusions(plan)


def _wrong_mapping(plan: Plan) -> list[str]:
    found = []
    for role, values in plan.mapping.items():
        if role not in get_args(Role):
            found.append(f"The mapping names {role!r}, which is none of sex, race_ethnicity, outcome and truth.")
            continue
        for raw, category in values.items():
            try:
                if category is None and role in ("outcome", "truth"):
                    raise KeyError
                if category is not None:
                    category_named(role, category)
            except (KeyError, TypeError):
                found.append(f"{raw!r} is mapped to {category!r}, which is no category of {role}.")
    return found


def _wrong_exclusions(plan: Plan) -> list[str]:
    wanted = {"table", "sex", "race_ethnicity", "justification"}
    return [
        "An exclusion names its table, category and justification (6 RCNY § 5-301(d))."
        for exclusion in plan.exclusions
        if set(exclusion) != wanted or exclusion["table"] not in TABLES or not str(exclusion["justification"]).strip()
    ]
