"""How long the engine takes to hold many systems against every row of a law, on one core.

    python -m bench.applicability --systems 1000 --law eu-ai-act

Systems are made up with a fixed seed, and a share of their facts is known: all, half, or few.
"""

from __future__ import annotations

import argparse
import datetime
import random
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from compliance.catalogue.applicability import decide
from compliance.catalogue.classification import classification
from compliance.catalogue.conditions import Fact
from compliance.catalogue.engine import Engine
from compliance.catalogue.known import Known, read
from compliance.catalogue.loader import facts, load

AS_OF = datetime.date(2026, 11, 21)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--systems", type=int, default=1000)
    parser.add_argument("--law", default="eu-ai-act")
    given = parser.parse_args()

    started = time.process_time()
    law, vocabulary = load(given.law), facts()
    loaded = time.process_time()
    load(given.law)
    again = time.process_time() - loaded
    print(f"load {given.law} {law.text_version}, {len(law.rows)} rows: {loaded - started:.2f} s, again {again:.4f} s")
    for share in (1.0, 0.9, 0.5, 0.1, 0.0):
        dice = random.Random(7)
        systems = [_system(dice, vocabulary, share) for _ in range(given.systems)]
        started = time.process_time()
        engine = Engine(law, vocabulary, AS_OF)
        made = time.process_time()
        states: Counter[str] = Counter()
        for known in systems:
            states.update(one.state for one in decide(engine, known).rows)
        ended = time.process_time()
        shown = ", ".join(f"{count} {state}" for state, count in states.most_common())
        print(f"{share:.0%} known: made in {made - started:.2f} s, {given.systems} systems in {ended - made:.2f} s")
        print(f"  {shown}")
        started = time.process_time()
        for row in decide(engine, systems[0]).rows:
            _ = row.reasons
        explained = time.process_time()
        classification(engine, systems[0])
        print(f"  reasons of one system {explained - started:.3f} s, its steps {time.process_time() - explained:.3f} s")


def _system(dice: random.Random, vocabulary: Mapping[str, Fact], share: float) -> Known:
    found: dict[str, Any] = {}
    for name, fact in vocabulary.items():
        if dice.random() >= share:
            continue
        values = [value for value in fact.values if value != "none"]
        match fact.type:
            case "yes_no":
                found[name] = dice.random() < 0.5
            case "choice":
                found[name] = dice.choice(values)
            case "choices":
                found[name] = dice.sample(values, dice.randint(1, min(3, len(values))))
            case "number":
                found[name] = dice.randint(0, 1000)
            case "date":
                found[name] = datetime.date(2024, 1, 1) + datetime.timedelta(days=dice.randint(0, 2000))
    return read(found, vocabulary)


if __name__ == "__main__":
    main()
