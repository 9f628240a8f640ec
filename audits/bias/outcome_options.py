"""The options of the command about true outcomes and a reference population."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audits.bias import referencefile
from audits.bias.vocabulary import category_named
from audits.metrics.groups import BASES
from audits.metrics.outcomes import PREDICTIONS


def add_options(parser: ArgumentParser) -> None:
    """Add them to the parser of a command."""
    add = parser.add_argument_group("true outcomes, and whom the people are compared with").add_argument
    add("--truth", metavar="COL", help="the column of true outcomes; group metrics are computed from them")
    add("--truth-favourable", metavar="VALUE", help="the one value of --truth that means having the outcome")
    add(
        "--prediction",
        choices=[one for one in PREDICTIONS if one not in ("selected", "put-into")],
        help="what a score predicts: held against the true outcome; --cut-off and --decision say it as well",
    )
    add("--cut-off", metavar="SCORE", help="predicted is who scores SCORE or better")
    add("--decision", metavar="COL", help="the column that says who is predicted, beside scores")
    add("--decision-favourable", metavar="VALUE", help="the one value of --decision that means predicted")
    add("--bins", metavar="EDGES", help="edges of bins of scores for calibration, such as '0.25 0.5 0.75'")
    add("--chances", action="store_true", help="scores are estimated chances of the outcome, from 0 to 1")
    add("--held-against", choices=BASES, help="what each group is held against (default: largest)")
    add("--reference-group", metavar="SEX,RACE", help="that group, with --held-against group, as in 'Male, White'")
    add(
        "--reference",
        metavar="FILE.yaml",
        type=Path,
        help="a reference population with its source and date; the people are compared with it (AI Act Art 10(3))",
    )


def wrong_usage(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with how these options were combined."""
    goes_with_truth = (
        *("truth_favourable", "prediction", "cut_off", "decision", "decision_favourable", "bins", "chances"),
        *("held_against", "reference_group"),
    )
    for name in goes_with_truth:
        if options[name] and not options["truth"]:
            yield f"--{name.replace('_', '-')} goes with --truth."
    if options["reference_group"] and _group(options["reference_group"]) is None:
        yield f"--reference-group {options['reference_group']!r} names no sex and race/ethnicity, as in 'Male, White'."


def chosen(options: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan that these options, then the given plan, say."""
    reference = referencefile.read(options["reference"]) if options["reference"] else planned.get("reference")
    if options["truth"] is None:
        return {"reference": reference}
    prediction = options["prediction"]
    prediction = prediction or ("cut-off" if options["cut_off"] else "decisions" if options["decision"] else None)
    said = {
        "favourable": options["truth_favourable"],
        "prediction": prediction,
        "cutoff": options["cut_off"],
        "decision_favourable": options["decision_favourable"],
        "edges": edges(options["bins"] or "") or None,
        "chance": options["chances"] or None,
        "base": options["held_against"],
        "reference": _group(options["reference_group"] or ""),
    }
    outcome = {**(planned.get("outcome") or {}), **{name: value for name, value in said.items() if value is not None}}
    return {"truth": options["truth"], "decision": options["decision"], "outcome": outcome, "reference": reference}


def edges(words: str) -> list[str]:
    """Return the edges that a person wrote, separated by blanks, commas or semicolons.

    >>> edges("0.25, 0.5;0.75")
    ['0.25', '0.5', '0.75']
    """
    return [one for one in re.split(r"[\s,;]+", words.strip()) if one]


def _group(words: str) -> dict[str, str] | None:
    sex, _, race = words.partition(",")
    try:
        found = {
            "sex": category_named("sex", sex.strip()),
            "race_ethnicity": category_named("race_ethnicity", race.strip()),
        }
    except KeyError:
        return None
    return {role: name for role, name in found.items() if name} if all(found.values()) else None
