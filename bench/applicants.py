"""100,000 applicants from a CSV file to the three finished tables: ours beside Fairlearn and Aequitas.

Each reads the same file and makes the sex, race/ethnicity and intersectional tables with counts, rates and impact
ratios. The tools take turns in one process, and the median of the runs counts, so that a busy machine slows all of them
alike.

    python -m bench.applicants [--rows N] [--runs N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.metrics.categories import RACES, SEXES

FAIRLEARN_FACTOR = 20
MAPPED = ["sex", "race_ethnicity", "selected"]


def write_applicants(path: Path, rows: int) -> None:
    """Write made-up applicants, the same every time, some of unknown sex or race."""
    dice = random.Random(144)
    sexes, races = [*SEXES, ""], [*RACES, ""]
    with path.open("w", encoding="utf-8") as stream:
        stream.write("applicant_id,sex,race_ethnicity,selected,score\n")
        for number in range(rows):
            sex = dice.choices(sexes, (50, 47, 3))[0]
            race = dice.choices(races, (20, 38, 14, 2, 14, 2, 6, 4))[0]
            stream.write(f"{number},{sex},{race},{dice.randrange(2)},{dice.random() * 100:.3f}\n")


def ours(path: Path) -> dict[str, float]:
    """Return the smallest ratio of each table, from the document that is signed in the end."""
    tables = run(path, Plan("sex", "race_ethnicity", selected="selected")).as_json()["tables"]
    return {table["table"]: min(float(row["impact_ratio"]) for row in table["rows"]) for table in tables}


def fairlearn(path: Path) -> dict[str, float]:
    """The same with Fairlearn's MetricFrame."""
    import pandas
    from fairlearn.metrics import MetricFrame, count, selection_rate

    people = pandas.read_csv(path, usecols=MAPPED)
    found = {}
    features = {"sex": ["sex"], "race_ethnicity": ["race_ethnicity"], "intersectional": ["sex", "race_ethnicity"]}
    for table, columns in features.items():
        known = people.dropna(subset=columns)
        chosen = known["selected"]
        frame = MetricFrame(
            metrics={"applicants": count, "rate": selection_rate},
            y_true=chosen,
            y_pred=chosen,
            sensitive_features=known[columns],
        )
        rates = frame.by_group["rate"]
        found[table] = float((rates / rates.max()).min())
    return found


def aequitas(path: Path) -> dict[str, float]:
    """The same with Aequitas' cross table."""
    import pandas
    from aequitas.group import Group

    people = pandas.read_csv(path, usecols=MAPPED).rename(columns={"selected": "score"})
    people["label_value"] = people["score"]
    people["intersectional"] = people["sex"] + ", " + people["race_ethnicity"]
    # One call for the three tables: its group-by leaves out the people whose value is missing.
    cross, _ = Group().get_crosstabs(people, attr_cols=["sex", "race_ethnicity", "intersectional"])
    by_table = cross.groupby("attribute_name")["pprev"]
    return {str(table): float((rates / rates.max()).min()) for table, rates in by_table}


def main() -> int:
    """Print the medians and how many times slower the others are; 1 if ours is slower than it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tools: dict[str, Callable[[Path], dict[str, float]]] = {
        "Probanda": ours,
        "Aequitas": aequitas,
        "Fairlearn": fairlearn,
    }
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "applicants.csv"
        write_applicants(path, options.rows)
        expected = ours(path)
        for name, tool in tools.items():  # also loads the libraries, which is not counted
            difference = max(abs(value - expected[table]) for table, value in tool(path).items())
            if difference > 1e-9:
                raise SystemExit(f"{name} finds other ratios than Probanda; they differ by {difference}.")
        for _ in range(options.runs):
            for name, tool in tools.items():
                began = time.perf_counter()
                tool(path)
                seconds[name].append(time.perf_counter() - began)
    middle = {name: median(found) for name, found in seconds.items()}
    print(f"{options.rows:,} applicants, CSV to three finished tables, medians of {options.runs} alternating runs:")
    for name, found in middle.items():
        print(f"  {name:<10} {found * 1000:9.1f} ms   {found / middle['Probanda']:6.1f} x")
    slow = middle["Fairlearn"] < FAIRLEARN_FACTOR * middle["Probanda"] or middle["Aequitas"] < middle["Probanda"]
    print("Slower than it should be." if slow else "As fast as it should be.")
    return int(slow)


if __name__ == "__main__":
    raise SystemExit(main())
