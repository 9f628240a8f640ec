"""All group metrics with true outcomes: ours beside Aequitas, AI Fairness 360 and Fairlearn, from one frame in memory.

By sex, by race/ethnicity and by both: counts, every rate, and every gap and disparity to the largest group that a tool
has. The tools take turns in one process, and the median of the runs counts. Fairlearn takes minutes for a million
people, so it runs once.

    python -m bench.outcomes [--rows N] [--runs N] [--without fairlearn]
"""

from __future__ import annotations

import argparse
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from audits.metrics.categories import RACES, SEXES
from audits.metrics.confusion import Confusion
from audits.metrics.groups import GroupReport, group_metrics

TABLES: Mapping[str, list[str]] = {"sex": ["sex"], "race": ["race"], "both": ["sex", "race"]}
FACTORS = {"Aequitas": 1, "AI Fairness 360": 10, "Fairlearn": 100}


def people(rows: int) -> Any:
    """Return made-up people, the same every time: sex, race, both in one column, true outcome and prediction."""
    import numpy as np
    import pandas

    dice = np.random.default_rng(144)
    sex = np.array(SEXES, dtype=object)[dice.integers(0, 2, rows)]
    race = np.array(RACES, dtype=object)[dice.choice(7, rows, p=[0.2, 0.4, 0.15, 0.02, 0.15, 0.02, 0.06])]
    true = (dice.random(rows) < 0.45).astype(int)
    predicted = (dice.random(rows) < 0.3 + 0.3 * true + 0.05 * (sex == SEXES[0])).astype(int)
    frame = pandas.DataFrame({"sex": sex, "race": race, "label_value": true, "score": predicted})
    frame["both"] = frame["sex"] + ", " + frame["race"]
    return frame


def ours(frame: Any) -> dict[str, float]:
    """One group-by to counts, then everything from the counts; returns the smallest true positive rates."""
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("people", frame)
        cells = connection.execute(
            "select sex, race, count(*) filter (score = 1 and label_value = 1), "
            "count(*) filter (score = 1 and label_value = 0), count(*) filter (score = 0 and label_value = 1), "
            "count(*) filter (score = 0 and label_value = 0) from people group by sex, race order by sex, race"
        ).fetchall()
    found = {}
    for table, columns in TABLES.items():
        groups: dict[str, Confusion] = {}
        for sex, race, *counts in cells:
            key = ", ".join({"sex": sex, "race": race}[column] for column in columns)
            groups[key] = groups.get(key, Confusion(0, 0, 0, 0)) + Confusion(*counts)
        report: GroupReport[str] = group_metrics(groups)
        report.as_json()
        found[table] = report.gaps["true-positive-rate"].number("lowest")
    return found


def aequitas(frame: Any) -> dict[str, float]:
    """Cross table, and disparities to the largest group."""
    from aequitas.bias import Bias
    from aequitas.group import Group

    part = frame[["score", "label_value", *TABLES]]
    cross, _ = Group().get_crosstabs(part, attr_cols=list(TABLES))
    Bias().get_disparity_major_group(cross, original_df=part, check_significance=False, mask_significance=False)
    return {str(table): float(rates.min()) for table, rates in cross.groupby("attribute_name")["tpr"]}


def aif360(frame: Any) -> dict[str, float]:
    """One metric object for each group beside the largest, since it holds two groups at a time."""
    import pandas
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import ClassificationMetric

    found = {}
    for table in TABLES:
        codes, names = pandas.factorize(frame[table])
        largest = float(pandas.Series(codes).value_counts().index[0])
        columns = {"group": codes.astype(float)}
        true, predicted = (
            BinaryLabelDataset(
                df=pandas.DataFrame({**columns, "label": frame[column].to_numpy(float)}),
                label_names=["label"],
                protected_attribute_names=["group"],
            )
            for column in ("label_value", "score")
        )
        rates = []
        for code in map(float, range(len(names))):
            if code != largest:
                metric = ClassificationMetric(
                    true, predicted, unprivileged_groups=[{"group": code}], privileged_groups=[{"group": largest}]
                )
                rates += [metric.true_positive_rate(privileged) for privileged in (True, False)]
                for name in (
                    "statistical_parity_difference", "disparate_impact", "average_odds_difference",
                    "average_abs_odds_difference", "equal_opportunity_difference", "false_positive_rate_ratio",
                    "false_negative_rate_ratio", "false_discovery_rate_ratio", "false_omission_rate_ratio",
                    "error_rate_ratio", "average_predictive_value_difference",
                ):  # fmt: skip
                    getattr(metric, name)()
        metric.generalized_entropy_index()
        metric.theil_index()
        found[table] = float(min(rates))
    return found


def fairlearn(frame: Any) -> dict[str, float]:
    """One frame of all its base metrics for each table, with the gaps in both of its ways."""
    import fairlearn.metrics as metrics
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_score

    functions = {
        "tpr": metrics.true_positive_rate,
        "fpr": metrics.false_positive_rate,
        "tnr": metrics.true_negative_rate,
        "fnr": metrics.false_negative_rate,
        "rate": metrics.selection_rate,
        "count": metrics.count,
        "accuracy": accuracy_score,
        "balanced": balanced_accuracy_score,
        "f1": f1_score,
        "precision": precision_score,
    }
    found = {}
    for table in TABLES:
        whole = metrics.MetricFrame(
            metrics=functions,
            y_true=frame["label_value"],
            y_pred=frame["score"],
            sensitive_features=frame[[table]],
        )
        for method in ("between_groups", "to_overall"):
            whole.difference(method=method)
            whole.ratio(method=method)
        found[table] = float(whole.by_group["tpr"].min())
    return found


def main() -> int:
    """Print the medians and how many times slower the others are; 1 if ours is slower than it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", action="append", default=[])
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    tools: dict[str, Callable[[Any], dict[str, float]]] = {
        "Probanda": ours,
        "Aequitas": aequitas,
        "AI Fairness 360": aif360,
        "Fairlearn": fairlearn,
    }
    tools = {name: tool for name, tool in tools.items() if name.lower() not in options.without}
    frame, few = people(options.rows), people(2_000)
    for tool in tools.values():  # loads the libraries, which is not counted
        tool(few)
    seconds: dict[str, list[float]] = {name: [] for name in tools}
    expected = ours(frame)
    for run in range(options.runs):
        for name, tool in tools.items():
            if run and name == "Fairlearn":
                continue
            began = time.perf_counter()
            found = tool(frame)
            seconds[name].append(time.perf_counter() - began)
            if any(abs(found[table] - expected[table]) > 1e-9 for table in TABLES):
                raise SystemExit(f"{name} finds other rates than Probanda: {found} instead of {expected}.")
    middle = {name: median(taken) for name, taken in seconds.items()}
    print(f"{options.rows:,} people in memory to all group metrics of three tables, medians of {options.runs} runs:")
    for name, taken in middle.items():
        print(f"  {name:<16} {taken * 1000:10.1f} ms   {taken / middle['Probanda']:8.1f} x")
    slow = [name for name, taken in middle.items() if taken < FACTORS.get(name, 1) * middle["Probanda"]]
    print(f"Slower than it should be beside {', '.join(slow)}." if slow else "As fast as it should be.")
    return int(bool(slow))


if __name__ == "__main__":
    raise SystemExit(main())
