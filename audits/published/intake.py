"""From cells to a published audit as data: every row read, or every problem said at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from audits.bias.vocabulary import BUILT_IN, key
from audits.metrics.categories import Category, TableName
from audits.metrics.counts import LARGEST
from audits.published.columns import Block, Role, blocks
from audits.published.grid import Line, as_text, of_bytes, of_text
from audits.published.printed import Decimal, Printed, decimal_of, is_benchmark, number
from audits.published.tables import About, Document, PublishedRow, Use, gather
from compliance.lib.problems import Problem, Refused

_TABLES: dict[str, TableName] = {
    **dict.fromkeys(("sex", "gender"), "sex"),
    **dict.fromkeys(("race ethnicity", "race", "ethnicity", "race and ethnicity"), "race_ethnicity"),
    **dict.fromkeys(("intersectional", "sex and race ethnicity", "intersectional categories"), "intersectional"),
}
_TOTALS = frozenset(
    {"total", "all", "overall", "totals", "all applicants", "all candidates", "grand total", "everyone"}
)
NOTHING_SAID = About()
SCHEMA: Final = "probanda/published-check/1"
Chosen = Mapping[tuple[int, int], Role]


def read_bytes(data: bytes, about: About = NOTHING_SAID, chosen: Chosen | None = None) -> Document:
    """Read a file of any kind that is understood: CSV, XLSX, text, a bias audit result, the report of a check."""
    if data.lstrip()[:1] == b"{":
        return of_json(data, about)
    return read(of_bytes(data), about, chosen)


def read_text(text: str, about: About = NOTHING_SAID, chosen: Chosen | None = None) -> Document:
    """Read a pasted table.

    >>> found = read_text("Sex Applicants Selected Rate Ratio\\nMale 1390 667 48% 1.00\\nFemale 1181 555 47% .979")
    >>> [(row.label, row.applicants, row.ratio.text) for row in found.sets[0].tables[0].rows]
    [('Male', 1390, '1.00'), ('Female', 1181, '.979')]
    """
    if text.lstrip()[:1] == "{":
        return of_json(text.encode(), about)
    return read(of_text(text), about, chosen)


def read(lines: tuple[Line, ...], about: About = NOTHING_SAID, chosen: Chosen | None = None) -> Document:
    """Read lines of cells; raises Refused with every problem found."""
    found = blocks(lines, chosen)
    problems = [problem for place, block in enumerate(found) for problem in _structure(place, block)]
    if not found:
        problems.append(Problem("no-table", "No table with figures is found.", "Paste the table with its header."))
    if problems:
        raise Refused.all(problems)
    reader = _Reader()
    for block in found:
        reader.block(block)
    if reader.problems:
        raise Refused.all(reader.problems)
    if not reader.rows:
        raise Refused(Problem("no-table", "No row with figures is found.", "Paste the table with its rows."))
    used = {line for _, _, _, row in reader.rows for line in (row.line,)} | {
        block.header.number for block in found if block.header
    }
    skipped = tuple((line.number, " | ".join(line.filled)) for line in lines if line.number not in used)
    roles = tuple(block.roles for block in found)
    return Document(
        gather(reader.rows), about, skipped, tuple(reader.notes), tuple(reader.derived), as_text(lines), roles
    )


def _structure(place: int, block: Block) -> Iterator[Problem]:
    """Yield what a table lacks before any of its cells is read."""
    where = block.header.number if block.header else block.lines[0].number
    names = ", ".join(block.names)
    if not {"category", "sex", "race_ethnicity"} & set(block.roles):
        sentence = f"No column of the table at line {where} is known to hold categories ({names})."
        yield Problem("no-category-column", sentence, "Say which column it is.", row=where)
    if not {"rate", "ratio", "selected"} & set(block.roles):
        sentence = f"No column of the table at line {where} is known to hold rates, ratios or selections ({names})."
        yield Problem("no-figure-column", sentence, "Say which columns they are.", row=where)
    for role in set(block.roles) - {"ignored"}:
        if block.roles.count(role) > 1:
            sentence = f"Two columns of the table at line {where} are said to hold the same ({role})."
            yield Problem("column-twice", sentence, "Choose one of them.", row=where)


@dataclass(frozen=True, slots=True)
class _Made:
    """A row as it was read, its selections still as printed."""

    audit: str
    measure: str
    table: TableName
    row: PublishedRow
    selected: Printed | None

    def row_with(self, *, counted: bool) -> tuple[str, str, TableName, PublishedRow]:
        """Return the row, with its selections where they are counts."""
        usable = counted and self.selected is not None and self.selected.value >= 0
        count = int(self.selected.value) if usable and self.selected else None
        return self.audit, self.measure, self.table, replace(self.row, selected=count)


class _Reader:
    """Reads block after block, and gathers rows, notes and problems."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, TableName, PublishedRow]] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.derived: list[str] = []
        self.part = 1

    def block(self, block: Block) -> None:
        figures: tuple[Role, ...] = ("people", "selected", "rate", "ratio")
        cells = [cell for line in block.lines for role in figures if (cell := block.cell(line, role))]
        decimal = decimal_of(cells)
        where = block.header.number if block.header else block.lines[0].number
        if decimal is None:
            sentence = f"The table at line {where} has both decimal points and decimal commas."
            self.problems.append(Problem("mixed-decimals", sentence, "Use one of them throughout.", row=where))
            return
        if decimal == "comma":
            self.notes.append(f"The table at line {where} is read with decimal commas.")
        made = [one for line in block.lines if (one := self._row(block, line, decimal))]
        made = _beside(made, "table" in block.roles)
        products = self._products(block, made, where)
        rows = [one.row_with(counted=(one.audit, one.measure) not in products) for one in made]
        self._keep(self._percents(rows, block, where))

    def _keep(self, rows: list[tuple[str, str, TableName, PublishedRow]]) -> None:
        """Add a table's rows. A table that repeats categories read before begins another audit without a name."""
        named = [(self._part_of(audit), measure, table, row) for audit, measure, table, row in rows]
        seen = {(audit, measure, table, row.category) for audit, measure, table, row in self.rows if row.use != "total"}
        if any((audit, measure, table, row.category) in seen for audit, measure, table, row in named):
            self.part += 1
            named = [(self._part_of(audit), measure, table, row) for audit, measure, table, row in rows]
            self.notes.append(f"From line {rows[0][3].line} on, the tables are read as those of another audit.")
        self.rows += named

    def _part_of(self, audit: str) -> str:
        return audit or (f"part {self.part}" if self.part > 1 else "")

    def _row(self, block: Block, line: Line, decimal: Decimal) -> _Made | None:
        figures: tuple[Role, ...] = ("people", "selected", "rate", "ratio")
        if not any(block.cell(line, role) for role in figures):
            return None
        named = self._category(block, line)
        if named is None:
            return None
        label, category, use, table = named
        numbers = {role: self._number(block, line, role, decimal) for role in figures}
        if (chosen := numbers["selected"]) is not None and chosen.value < 0:
            sentence = f"Line {line.number}: {chosen.text!r} selected is below 0, which no count of people is."
            self.problems.append(Problem("people-not-whole", sentence, row=line.number, found=chosen.text))
        row = PublishedRow(
            line=line.number,
            label=label,
            category=category,
            use=use,
            applicants=self._count(block, line, numbers["people"]),
            rate=numbers["rate"],
            ratio=numbers["ratio"],
            names_benchmark=is_benchmark(block.cell(line, "ratio")),
        )
        return _Made(block.cell(line, "audit"), block.cell(line, "measure"), table, row, numbers["selected"])

    def _number(self, block: Block, line: Line, role: Role, decimal: Decimal) -> Printed | None:
        text = block.cell(line, role)
        try:
            found = number(text, decimal)
            if found is not None and abs(found.value) > LARGEST:
                raise ValueError
            return found
        except ValueError:
            name = block.names[block.roles.index(role)]
            sentence = f"Line {line.number}: {text!r} in the column {name!r} is no number."
            hint = "Correct the cell, or write N/A where the publication gives no number."
            self.problems.append(
                Problem("not-a-number", sentence, hint, row=line.number, column=name, found=text, expected="a number")
            )
            return None

    def _count(self, block: Block, line: Line, found: Printed | None) -> int | None:
        if found is None:
            return None
        if found.value.denominator != 1 or found.value < 0:
            name = block.names[block.roles.index("people")]
            sentence = f"Line {line.number}: {found.text!r} in the column {name!r} is no whole number of people."
            self.problems.append(Problem("people-not-whole", sentence, row=line.number, column=name, found=found.text))
            return None
        return int(found.value)

    def _category(self, block: Block, line: Line) -> tuple[str, Category, Use, TableName] | None:
        """Return (label, category, what the row is, table); None after saying why not."""
        stated = _TABLES.get(key(block.cell(line, "table")))
        if {"sex", "race_ethnicity"} & set(block.roles):
            parts = [block.cell(line, "sex"), block.cell(line, "race_ethnicity")]
            sex, race = (None if key(part) in _TOTALS else part or None for part in parts)
            label = ", ".join(part for part in (sex, race) if part) or next((part for part in parts if part), "")
            label = block.cell(line, "category") if "category" in block.roles and not (sex or race) else label
        else:
            label = block.cell(line, "category")
            sex, race = split_category(label)
        if not label:
            self._problem_category(line, "has figures but names no category")
            return None
        if key(label) in _TOTALS or (sex is None and race is None):
            return label, Category(None, None), "total", stated or "sex"
        sex_named, race_named = _spelled("sex", sex), _spelled("race_ethnicity", race)
        table: TableName = stated or ("intersectional" if sex and race else "sex" if sex else "race_ethnicity")
        if (sex and sex_named is None and _unknown("sex", sex)) or (
            race and race_named is None and _unknown("race_ethnicity", race)
        ):
            return label, Category(sex_named, race_named), "unknown", stated or table
        return label, Category(sex_named or sex, race_named or race), "category", table

    def _problem_category(self, line: Line, what: str) -> None:
        sentence = f"Line {line.number} {what}."
        self.problems.append(Problem("no-category", sentence, "Name its category.", row=line.number))

    def _products(self, block: Block, made: list[_Made], where: int) -> set[tuple[str, str]]:
        """Return the audits whose selections have a decimal point: rates multiplied back, which are no counts."""
        products = {
            (one.audit, one.measure) for one in made if one.selected and (one.selected.places or one.selected.percent)
        }
        for audit, measure in sorted(products):
            name = ", ".join(part for part in (audit, measure) if part) or f"The table at line {where}"
            self.derived.append(f"{name}: the column {block.names[block.roles.index('selected')]!r}")
        return products

    def _percents(
        self, rows: list[tuple[str, str, TableName, PublishedRow]], block: Block, where: int
    ) -> list[tuple[str, str, TableName, PublishedRow]]:
        """Read rates such as 48.0 under a header with a percent sign, or above 1 throughout, as percentages."""
        for name in ("rate", "ratio"):
            numbers = [found for *_, row in rows if (found := getattr(row, name)) is not None]
            header = block.names[block.roles.index(name)] if name in block.roles else ""
            plain = [found for found in numbers if not found.percent]
            large = sum(found.value > Fraction(3, 2) for found in plain)
            if not plain or not ("%" in header or "percent" in header.casefold() or 2 * large > len(plain)):
                continue
            if not any(found.value > 1 for found in plain) or (
                name == "ratio" and any(one.value == 1 for one in plain)
            ):
                continue
            self.notes.append(f"The column {header!r} of the table at line {where} is read as percentages.")
            rows = [(audit, measure, table, _as_percent(row, name)) for audit, measure, table, row in rows]
        return rows


def _beside(made: list[_Made], stated: bool) -> list[_Made]:
    """Put totals and unknown people into the table whose rows they stand after, unless a column states the table."""
    at: TableName | None = next((one.table for one in made if one.row.use == "category"), None)
    found = []
    for one in made:
        if one.row.use == "category":
            at = one.table
        found.append(one if one.row.use == "category" or stated or at is None else replace(one, table=at))
    return found


def _as_percent(row: PublishedRow, name: str) -> PublishedRow:
    found: Printed | None = getattr(row, name)
    if found is None or found.percent:
        return row
    changed = Printed(found.text, found.value / 100, found.places, True)
    return replace(row, rate=changed) if name == "rate" else replace(row, ratio=changed)


def _spelled(role: str, text: str | None) -> str | None:
    return BUILT_IN[role].get(key(text)) if text else None  # type: ignore[index]  # one of its two words


def _unknown(role: str, text: str) -> bool:
    spelled = BUILT_IN[role]  # type: ignore[index]  # one of its two words
    return key(text) in spelled and spelled[key(text)] is None


def split_category(label: str) -> tuple[str | None, str | None]:
    """Return the parts (sex, race/ethnicity) of a label in one column; what is not known stays as it is printed.

    >>> split_category("Female, Asian"), split_category("Hispanic or Latino Male"), split_category("White")
    (('Female', 'Asian'), ('Male', 'Hispanic or Latino'), (None, 'White'))
    """
    plain = " ".join(label.strip("*†‡ ").split())
    if _spelled("sex", plain) or plain.casefold() in ("non-binary", "nonbinary"):
        return plain, None
    if _spelled("race_ethnicity", plain):
        return None, plain
    words = plain.replace("/", " / ").split()
    for place in (0, len(words) - 1) if words else ():
        sex = words[place].strip(",;:()-–—|")
        rest = plain[len(words[0]) :] if place == 0 else plain[: len(plain) - len(words[-1])]
        race = rest.strip(" ,;:-–—|/&")
        race = race[1:-1] if race.startswith("(") and race.endswith(")") else race
        race = race.removeprefix("and ").removesuffix(" and").strip()
        if len(sex) > 1 and _spelled("sex", sex) and race:
            return _spelled("sex", sex), race
    return None, plain or None


def of_json(data: bytes, about: About = NOTHING_SAID) -> Document:
    """Read a bias audit result, or perform a report of a check again from the text that it carries."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refused(
            Problem("not-json", "The file begins like JSON and is none.", "Give a CSV or a result.")
        ) from error
    if isinstance(given, dict) and given.get("schema") == SCHEMA:
        return _performed_again(given)[0]
    return of_result(given, about)


def earlier_of(data: bytes) -> Document | None:
    """Return the earlier audit that a report of a check carries; None for anything else."""
    if data.lstrip()[:1] != b"{":
        return None
    given = json.loads(data)
    return _performed_again(given)[1] if isinstance(given, dict) and given.get("schema") == SCHEMA else None


def _performed_again(given: Mapping[str, Any]) -> tuple[Document, Document | None]:
    try:
        about = About.from_json(given["about"])
        parts = [given["input"], given["earlier"]]
        read_parts = [
            None if part is None else read(of_text(part["text"]), about, _chosen(part["columns"])) for part in parts
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(Problem("not-a-report", "The report of a check is not complete.", str(error))) from error
    if read_parts[0] is None:
        raise Refused(Problem("not-a-report", "The report of a check carries no text."))
    return read_parts[0], read_parts[1]


def _chosen(columns: list[list[Role]]) -> Chosen:
    return {(place, at): role for place, roles in enumerate(columns) for at, role in enumerate(roles)}


def of_result(result: Any, about: About = NOTHING_SAID) -> Document:
    """Read a bias audit result of this application as if its tables had been published as they are shown."""
    from audits.metrics.display import shown
    from audits.metrics.recheck import recheck

    if wrong := [check for check in recheck(result) if check.where == "document"]:
        sentence = "The JSON is no bias audit result that can be read."
        raise Refused(Problem("not-a-result", sentence, str(wrong[0].got), expected=str(wrong[0].expected)))
    rows: list[tuple[str, str, TableName, PublishedRow]] = []
    kind = "Scoring" if result["method"]["rate_kind"] == "scoring" else "Selection"
    for table in shown(result):
        for row in table.rows:
            rate, ratio = _printed(row.rate), _printed(row.impact_ratio)
            published = PublishedRow(
                len(rows) + 1, row.name, row.category, "category", row.applicants, row.selected, rate, ratio
            )
            rows.append(("", kind, table.name, published))
    unknown = result["unknown"]["either"]
    reasons = "; ".join(str(one.get("justification", "")) for one in result["method"]["exclusions"])
    about = replace(
        about,
        unknown=unknown if about.unknown is None else about.unknown,
        exclusion_reason=about.exclusion_reason or reasons,
    )
    note = "The tables are taken from a bias audit result, as it is shown."
    cells = [_heads(kind), *(_cells(kind, table, row) for _, kind, table, row in rows)]
    lines = tuple(Line(place, tuple(one)) for place, one in enumerate(cells, 1))
    made = read(lines, about)
    return replace(made, notes=(note, *made.notes))


def _heads(kind: str) -> list[str]:
    return ["Measure", "Table", "Sex", "Race/ethnicity", "Applicants", "Selected", f"{kind} rate", "Impact ratio"]


def _cells(kind: str, table: TableName, row: PublishedRow) -> list[str]:
    numbers = [number.text if number else "N/A" for number in (row.rate, row.ratio)]
    names = [row.category.sex or "Total", row.category.race_ethnicity or "Total"]
    return [kind, table.replace("_", "/"), *names, str(row.applicants), str(row.selected), *numbers]


def _printed(text: str) -> Printed | None:
    return number(text)
