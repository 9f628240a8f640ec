"""Large inputs: CSV to all tables beside the bare query that only counts, and Parquet of growing size.

Every run is a process of its own, so that its processor time and its peak of memory are its own; a small file first
loads the libraries. Processor time is what is compared, for a busy machine stretches the clock and not the work.

    python -m bench.large [--full]      1 M rows of CSV and of Parquet; with --full 10 M, and 100 M of Parquet
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
RUNS: Final = 3
MOST_OVER_BARE: Final = 1.3
LEAST_OVER_PEER: Final = 3.0

_WRITE: Final = """
import duckdb
c = duckdb.connect()
c.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false; SET memory_limit = '1GB'")
c.execute("SELECT setseed(0.144)")
c.execute('''COPY (SELECT i AS applicant_id, ['Male', 'Female', ''][1 + (a >= 0.5)::INT + (a >= 0.97)::INT] AS sex,
  ['Hispanic or Latino', 'White', 'Black or African American', 'Native Hawaiian or Pacific Islander', 'Asian',
   'Native American or Alaska Native', 'Two or More Races', ''][1 + floor(b * 8)::INT] AS race_ethnicity,
  (s < 0.4)::INT AS selected, round(t * 100, 6) AS score
  FROM (SELECT range AS i, random() AS a, random() AS b, random() AS s, random() AS t FROM range({rows})))
  TO '{path}' {form}''')
"""
_BARE: Final = """
import duckdb
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql("SELECT sex, race_ethnicity, count(*), count_if(selected = 1) FROM '{path}' GROUP BY ALL").fetchall()
"""
_BARE_MEDIAN: Final = """
import duckdb
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql("SELECT sex, race_ethnicity, count(*), count_if(score > (SELECT median(score) FROM '{path}')) "
           "FROM '{path}' GROUP BY ALL").fetchall()
"""
_OURS: Final = """
from audits.bias.audit import run
from audits.bias.plan import Plan
run("{path}", Plan("sex", "race_ethnicity", {measure}))
"""
_AEQUITAS: Final = """
import warnings
warnings.simplefilter("ignore")
from pathlib import Path
from bench.applicants import aequitas
aequitas(Path("{path}"))
"""


def measured(code: str, first: str = "") -> tuple[float, float, float]:
    """Run a piece of Python in a process of its own; return seconds, processor seconds and peak MB.

    `first` is run before and not counted: the same on a small file, which loads the libraries.
    """
    outer = (
        "import json, sys, time\nfrom resource import RUSAGE_SELF, getrusage\nexec(sys.argv[2])\n"
        "before, began = getrusage(RUSAGE_SELF), time.perf_counter()\nexec(sys.argv[1])\n"
        "used, seconds = getrusage(RUSAGE_SELF), time.perf_counter() - began\n"
        "spent = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime\n"
        "print(json.dumps([seconds, spent, used.ru_maxrss / 1024]))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", outer, code, first],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, processor, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, processor, peak


def line(name: str, code: str, path: Path, runs: int = RUNS) -> tuple[float, float]:
    """Measure and print one line; return the medians of processor seconds and peak."""
    small, large = (code.replace("{path}", str(one)) for one in (path.with_stem("small"), path))
    found = [measured(large, small) for _ in range(runs)]
    seconds, processor, peak = (median(one[place] for one in found) for place in range(3))
    print(f"  {name:<42} {seconds:8.2f} s   processor {processor:8.2f} s   peak {peak:7.0f} MB", flush=True)
    return processor, peak


def _write(path: Path, rows: int, form: str) -> None:
    for one, number in ((path.with_stem("small"), 1_000), (path, rows)):
        measured(_WRITE.replace("{rows}", str(number)).replace("{path}", str(one)).replace("{form}", form))


def main() -> int:
    """Print the lines; 1 if ours needs more than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10 M rows of CSV and 100 M of Parquet")
    full = parser.parse_args().full
    rows, sizes = (10_000_000, [1_000_000, 10_000_000, 100_000_000]) if full else (1_000_000, [100_000, 1_000_000])
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "applicants.csv"
        _write(path, rows, "(FORMAT csv, HEADER)")
        print(f"{rows:,} applicants, CSV, each in a new process, medians of {RUNS}:")
        bare, _ = line("bare DuckDB, only counts", _BARE, path)
        ours, _ = line("Probanda, all selection tables", _OURS.replace("{measure}", 'selected="selected"'), path)
        middle, _ = line("bare DuckDB, with its own median", _BARE_MEDIAN, path)
        scoring, _ = line(
            "Probanda, all scoring tables, exact median", _OURS.replace("{measure}", 'score="score"'), path
        )
        peer, _ = line("Aequitas, the same selection tables", _AEQUITAS, path)
        print(f"  {ours / bare:.2f} x the bare query; Aequitas needs {peer / ours:.1f} x ours.")
        print(f"  Scoring: {scoring / bare:.2f} x the bare query, {scoring / middle:.2f} x that with a median.")
        if full and ours > MOST_OVER_BARE * bare:
            wrong.append(f"more than {MOST_OVER_BARE} x the bare query")
        if full and peer < LEAST_OVER_PEER * ours:
            wrong.append(f"less than {LEAST_OVER_PEER:.0f} x faster than Aequitas")
        path.unlink()
        before = 0.0
        for size in sizes:
            path = Path(folder) / "applicants.parquet"
            _write(path, size, "(FORMAT parquet)")
            print(f"{size:,} applicants, Parquet:")
            line("Probanda, all selection tables", _OURS.replace("{measure}", 'selected="selected"'), path, 1)
            code = _OURS.replace("{measure}", 'score="score"')
            ours, peak = line("Probanda, all scoring tables, exact median", code, path, 1)
            if before and ours > 12 * before:
                wrong.append(f"time grew faster than rows up to {size:,}")
            if peak > 1024:
                wrong.append(f"more than 1 GB at {size:,}")
            before = ours
    print(f"Needs more than it should: {'; '.join(wrong)}." if wrong else "As it should be.")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
