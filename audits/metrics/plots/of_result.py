"""From the tables of a result to their pictures: what a result page, a dossier and the command all show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from audits.metrics.categories import TableName
from audits.metrics.counts import Cell
from audits.metrics.display import FOUR_FIFTHS_NOTE, ShownRow, ShownTable, shown
from audits.metrics.plots.groups import Group, rates, ratios, shortfalls
from audits.metrics.plots.heat import HeatCell, heat_map
from audits.metrics.plots.of_readings import NOT_HISPANIC, UNKNOWN_NAMES, reading_pictures, short
from audits.metrics.plots.of_scores import score_pictures
from audits.metrics.result import cells_of
from compliance.lib.pictures.picture import Figures, Picture

SHORTENED: Final = "In the pictures, “(Not Hispanic or Latino)” is left out of the names."
SCORING: Final = "The intervals take the median as given."


@dataclass(frozen=True, slots=True)
class TablePictures:
    """The pictures of one table, what to know when reading them, and all their figures in one table."""

    pictures: tuple[Picture, ...]
    notes: tuple[str, ...]
    figures: tuple[Figures, ...]

    def with_more(self, picture: Picture) -> TablePictures:
        """Return these and one more, with its note and its figures."""
        return TablePictures(
            (*self.pictures, picture), (*self.notes, picture.caption), (*self.figures, picture.figures)
        )


def pictures_of(result: Mapping[str, Any], *, prefix: str = "") -> dict[TableName, TablePictures]:
    """Return the pictures of each table of a result; `prefix` keeps their ids apart where a page shows several results.

    >>> from audits.metrics.result import result_from_counts
    >>> counted = [Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> [picture.title for picture in pictures_of(result)["intersectional"].pictures][3:]
    ['Selection rates and impact ratios: Sex and race/ethnicity (intersectional)']
    """
    cells = cells_of(result) if result["method"]["unknowns"] == "per-table" else ()
    found = {table.name: table_pictures(table, cells, name=f"{prefix}{table.name}") for table in shown(result)}
    more = [*score_pictures(result, prefix=prefix).items(), *reading_pictures(result, prefix=prefix).items()]
    for name, picture in more:
        found[name] = found[name].with_more(picture)
    return found


def table_pictures(table: ShownTable, cells: Iterable[Cell] = (), *, name: str) -> TablePictures:
    """Return the pictures of one table; people of unknown category in `cells` are shown below its categories.

    >>> from audits.metrics.ratios import table
    >>> from audits.metrics.result import result_from_counts
    >>> counted = [Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> len(table_pictures(shown(result)[0], counted, name="sex").pictures)
    3
    """
    groups = [_group(row) for row in table.rows] + list(_unknown(table.name, cells))
    first = rates(name, table.title, groups, of=table.rate_label, chosen=table.selected_label)
    second = ratios(name, table.title, groups, chosen=table.selected_label)
    third = shortfalls(name, table.title, groups, chosen=table.selected_label)
    pictures = [first, second, third]
    if table.name == "intersectional":
        pictures.append(_map(table, name))
    title = f"The figures of the pictures: {table.title}"
    figures = first.figures.beside(second.figures, title).beside(third.figures, title)
    notes = [*(one.caption for one in pictures), FOUR_FIFTHS_NOTE]
    if any(NOT_HISPANIC in row.name for row in table.rows):
        notes.append(SHORTENED)
    if table.rate_label == "Scoring rate":
        notes.append(SCORING)
    return TablePictures(tuple(pictures), tuple(notes), (figures,))


def _group(row: ShownRow) -> Group:
    return Group(short(row.name), row.applicants, row.selected, is_benchmark=row.is_benchmark, excluded=row.excluded)


def _unknown(table: TableName, cells: Iterable[Cell]) -> Iterable[Group]:
    """Give those whom the table could not place; nobody in complete cases, who are left out of all tables."""
    people = selected = 0
    for cell in cells:
        if (table != "race_ethnicity" and cell.sex is None) or (table != "sex" and cell.race_ethnicity is None):
            people, selected = people + cell.applicants, selected + cell.selected
    if people:
        yield Group(UNKNOWN_NAMES[table], people, selected, unknown=True)


def _map(table: ShownTable, name: str) -> Picture:
    cells = {
        (short(row.category.race_ethnicity or ""), row.category.sex or ""): HeatCell(_group(row), row.ratio)
        for row in table.rows
    }
    races = list(dict.fromkeys(race for race, _ in cells))
    sexes = list(dict.fromkeys(sex for _, sex in cells))
    return heat_map(name, table.title, races, sexes, cells, of=table.rate_label, chosen=table.selected_label)
