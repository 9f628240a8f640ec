"""Verifying a dossier with two B-LTA signatures offline, beside pyHanko's own comparison of its revisions.

Prints processor seconds: other work on the machine does not change them. The authority runs on loopback and has stopped
before anything is verified.

    python -m bench.signatures [--rows 100] [--runs 3] [--bare]
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

from audits.dossiers.verification import verify
from tests.authority import authority
from tests.dossiers.signers import walk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bare", action="store_true", help="also let pyHanko compare the revisions in its own way")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, authority(Path(folder)) as house:
        pdf, root = walk(house, 2, "B-LTA", options.rows).last, house.root
    times = []
    for _ in range(options.runs):
        start = time.process_time()
        report = verify(pdf, [root])
        times.append(time.process_time() - start)
        if report.exit_code:
            sys.exit(f"The dossier that was just signed does not hold: {report.outcome}.")
    print(f"dossier of {options.rows} rows, two B-LTA signatures, {len(pdf):,} bytes, median of {options.runs} runs")
    print(f"  verifying all of it              {statistics.median(times):7.2f} s CPU")
    if options.bare:
        print(f"  pyHanko comparing revisions      {bare(pdf):7.2f} s CPU")


def bare(pdf: bytes) -> float:
    from pyhanko.pdf_utils.reader import PdfFileReader

    start = time.process_time()
    for one in PdfFileReader(BytesIO(pdf)).embedded_regular_signatures:
        one.compute_integrity_info()
    return time.process_time() - start


if __name__ == "__main__":
    main()
