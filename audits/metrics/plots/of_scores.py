"""From the histograms of a result to a picture for each table: its rows, then those whom it could not place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from audits.metrics.categories import TableName
from audits.metrics.counts import Cell
from audits.metrics.display import ShownTable, shown
from audits.metrics.plots.distributions import Spread, distributions
from audits.metrics.plots.of_readings import UNKNOWN_NAMES, short
from audits.metrics.result import cells_of
from audits.metrics.scores import FEWEST_PEOPLE, Scores
from compliance.lib.pictures.picture import Picture


def score_pictures(result: Mapping[str, Any], *, prefix: str = "") -> dict[TableName, Picture]:
    """Return a picture of how scores are spread for each table of a result that scores; none for another.

    >>> score_pictures({"scores": None})
    {}
    """
    if not result.get("scores"):
        return {}
    scores, method = Scores.from_json(result["scores"]), result["method"]
    bounds, median = [Fraction(edge) for edge in scores.edges], method["median"]
    complete = method["unknowns"] == "complete-case"
    cells = [cell for cell in cells_of(result) if not complete or (cell.sex and cell.race_ethnicity)]
    return {
        table.name: distributions(
            f"{prefix}{table.name}",
            table.title,
            bounds,
            list(_spreads(table, cells, scores)),
            everybody=Fraction(median["value"]) if median else None,
        )
        for table in shown(result)
    }


def _spreads(table: ShownTable, cells: list[Cell], scores: Scores) -> Iterator[Spread]:
    placed: dict[tuple[str | None, str | None], list[Cell]] = {}
    for cell in cells:
        sex = None if table.name == "race_ethnicity" else cell.sex or ""
        race = None if table.name == "sex" else cell.race_ethnicity or ""
        placed.setdefault((sex, race), []).append(cell)
    for row in table.rows:
        yield _spread(short(row.name), placed.pop((row.category.sex, row.category.race_ethnicity), []), scores)
    unknown = [cell for rest in placed.values() for cell in rest]
    if unknown:
        yield _spread(UNKNOWN_NAMES[table.name], unknown, scores)


def _spread(name: str, cells: list[Cell], scores: Scores) -> Spread:
    """Sum the histograms of cells; a row of few people is a count only, as its cells are."""
    people = sum(cell.applicants for cell in cells)
    held = {(cell.sex, cell.race_ethnicity) for cell in cells} if people >= FEWEST_PEOPLE else set()
    return Spread(name, people, scores.of(held.__contains__))
