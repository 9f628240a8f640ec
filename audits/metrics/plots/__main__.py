"""Write the pictures of a result as SVG files, and their figures as CSV: `python -m audits.metrics.plots FILE DIR`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from audits.metrics.plots.of_outcomes import outcome_pictures
from audits.metrics.plots.of_result import TablePictures, pictures_of
from compliance.lib import canonical


def main(arguments: list[str]) -> int:
    """Read a result document and write into a folder, which is made if it is missing; 2 where it cannot be read."""
    if len(arguments) != 2:
        print("Usage: python -m audits.metrics.plots RESULT.json FOLDER", file=sys.stderr)
        return 2
    try:
        result = canonical.load(Path(arguments[0]).read_bytes())
        found: dict[str, TablePictures] = {str(table): one for table, one in pictures_of(result).items()}
        if "outcomes" in result:
            drawn = outcome_pictures(result["outcomes"], prefix="outcome-")
            found |= {f"outcome-{table}": one for table, one in drawn.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{arguments[0]} cannot be read as the result of a bias audit: {error}", file=sys.stderr)
        return 2
    folder = Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    for table, one in found.items():
        for picture in one.pictures:
            (folder / f"{picture.name}.svg").write_text(picture.svg + "\n", encoding="utf-8")
        for number, figures in enumerate(one.figures, 1):
            with (folder / f"{table}-{number}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([figures.columns, *figures.rows])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
