"""A dossier of 82 rows, end to end, beside WeasyPrint printing the same bare HTML, in alternating runs.

Prints medians in seconds, and the dossier's own work (canonical JSON, preparing, signing) as a share of the bare print.
Both sides run in a fresh process a run, with the same typefaces.

    python -m bench.dossier [--rows 82] [--runs 3]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from audits.dossiers import keys, presign, render, signing
from audits.dossiers.verification import verify
from compliance.lib import canonical
from tests.dossiers.example import example_attachments, example_manifest

BARE = """
import sys, weasyprint
from audits.dossiers import render
page = sys.stdin.read()
sys.stdout.buffer.write(weasyprint.HTML(string=page, url_fetcher=render.locked_fetcher(render._assets())).write_pdf())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=82)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    manifest, files = example_manifest(options.rows), example_attachments()
    page = render.html(canonical.load(canonical.dump(manifest))).encode()
    with tempfile.TemporaryDirectory() as folder:
        signer = keys.local_signer(Path(folder))
        ca = (Path(folder) / keys.LOCAL_CERTIFICATE).read_bytes()
    times: dict[str, list[float]] = {"bare": [], "dossier": [], "own work": [], "verify": []}
    for _ in range(options.runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", BARE], input=page, capture_output=True, check=True)
        times["bare"].append(time.perf_counter() - start)

        start = time.perf_counter()
        canonical.dump(manifest)
        printed = render.render_in_child(manifest, files)
        signed = signing.sign(printed, signer, name="Alice", at=datetime.now(UTC))
        times["dossier"].append(time.perf_counter() - start)
        times["own work"].append(own_work(manifest, printed, signer))

        start = time.perf_counter()
        report = verify(signed, [ca])
        times["verify"].append(time.perf_counter() - start)
        if report.exit_code:
            sys.exit(f"The dossier that was just made does not hold: {report.outcome}.")
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(f"dossier of {options.rows} rows, median of {options.runs} alternating runs")
    print(f"  bare HTML through WeasyPrint     {middle['bare']:7.2f} s")
    print(f"  the whole dossier, end to end    {middle['dossier']:7.2f} s   {middle['dossier'] / middle['bare']:.2f} x")
    print(
        f"  of it JSON, preparing, signing   {middle['own work']:7.2f} s   {middle['own work'] / middle['bare']:.2f} x"
    )
    print(f"  verifying it                     {middle['verify']:7.2f} s")


def own_work(manifest: dict, printed: bytes, signer: keys.Signer) -> float:
    start = time.perf_counter()
    digest = canonical.digest(manifest)
    types = dict.fromkeys(("manifest.json", "bias-1-result.json", "bias-1-counts.csv"), "application/json")
    presign.prepare(printed, digest=digest, media_types=types)
    signing.sign(printed, signer, name="Alice", at=datetime.now(UTC))
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
