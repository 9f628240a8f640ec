"""Printing: the same manifest gives the same bytes, and the pages hold what it says."""

from __future__ import annotations

import copy
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from audits.dossiers import child, render
from audits.dossiers.manifest import validate
from audits.metrics.display import FOUR_FIFTHS_NOTE
from compliance.lib import canonical
from compliance.lib.problems import Refused
from tests.dossiers.example import example_attachments, example_manifest


def text_of(pdf: bytes, tmp_path: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    (tmp_path / "dossier.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "dossier.pdf", "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_same_manifest_gives_the_same_bytes_in_another_process(unsigned: bytes) -> None:
    manifest = example_manifest(6)
    turned = dict(reversed(manifest.items()))
    assert render.render_in_child(turned, example_attachments()) == unsigned


def test_the_pages_hold_the_published_figures_and_no_judgement(unsigned: bytes, tmp_path: Path) -> None:
    text = text_of(unsigned, tmp_path)
    for line in ("Female 190 82 43.2% 0.827", "Male 1,390 667 48.0% 1.000", "Female 17 7 41.2% 0.789"):
        wanted = line.split()
        assert any(all(word in row.split() for word in wanted) for row in text.splitlines()), line
    assert FOUR_FIFTHS_NOTE in " ".join(text.split())
    assert f"Manifest {canonical.digest(example_manifest(6))[:12]}" in text
    assert canonical.digest(example_manifest(6)) in text
    for word in ("compliant", "PASS", "passed", "failed"):
        assert word not in text


def test_it_is_tagged_archival_and_carries_its_files(unsigned: bytes) -> None:
    with pikepdf.open(BytesIO(unsigned)) as document:
        metadata = document.Root.Metadata.read_bytes().decode()
        embedded = {str(one.UF): one.EF.F for one in document.Root.AF}
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert 'pdfaid:part="3"' in metadata
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert sorted(embedded) == ["bias-1-counts.csv", "bias-1-result.json", "manifest.json"]
        assert str(embedded["bias-1-counts.csv"].Subtype) == "/text/csv"
        assert embedded["manifest.json"].read_bytes() == canonical.dump(example_manifest(6))
        assert max(int(one.N) for one in document.objects if is_object_stream(one)) <= 100


def is_object_stream(one: Any) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Type") == "/ObjStm"


def test_a_draft_says_so_on_each_page_and_strange_text_stays_text(tmp_path: Path) -> None:
    manifest = example_manifest(2, status="draft")
    manifest["rows"][0]["note"] = "<b>bold</b> {{ digest }} 北 \u202egnp.exe " + "x" * 300
    manifest["system"]["name"] = "<script>alert(1)</script>"
    manifest["bias_audits"] = []
    pdf = render.render_in_child(manifest, example_attachments())
    pages = text_of(pdf, tmp_path).split("\f")[:-1]
    assert all("DRAFT" in page for page in pages)
    text = " ".join(" ".join(pages).split())
    assert "<b>bold</b> {{ digest }} [U+5317] [U+202E]gnp.exe" in text
    assert "<script>alert(1)</script>" in text


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x", "asset:///other"])
def test_the_printer_fetches_nothing(address: str) -> None:
    page = f'<html lang="en"><title>t</title><link rel="attachment" href="{address}"><img src="{address}" alt="x">'
    with pytest.raises(Refused) as refused:
        render.print_pdf(page, "2026-11-21T10:00:00Z", {})
    assert refused.value.code == "asset-refused"


def test_a_render_without_end_is_stopped() -> None:
    with pytest.raises(Refused) as refused:
        render.render_in_child(example_manifest(2), example_attachments(), seconds=0.2)
    assert refused.value.code == "child-time"


def test_a_render_that_takes_all_memory_is_stopped() -> None:
    with pytest.raises(Refused) as refused:
        render.render_in_child(example_manifest(2), example_attachments(), memory=64 * 1024**2)
    assert refused.value.code == "child-failed"


def test_a_child_hands_back_its_problems() -> None:
    with pytest.raises(Refused) as refused:
        child.run("render", [canonical.dump({"schema": "other"})], memory=render.MEMORY, seconds=60)
    assert refused.value.code == "manifest-schema"


def changed(path: str, value: Any) -> dict[str, Any]:
    manifest = copy.deepcopy(example_manifest(2))
    at: Any = manifest
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    at[last] = value
    return manifest


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("schema", "probanda/dossier/2", "manifest-schema"),
        ("rows.0.verdict", "compliant", "manifest-shape"),
        ("rows.0.extra", "x", "manifest-shape"),
        ("dossier.frozen_at", "2026-11-21", "manifest-shape"),
        ("evidence.0.bytes", 1.5, "manifest-shape"),
        ("bias_audits.0.result", {"rate": 0.5}, "manifest-float"),
        ("rows.0.evidence", ["EV-99"], "manifest-reference"),
        ("rows.1.id", "LL144-ROW-01", "manifest-reference"),
        ("bias_audits.0.attachment", "other.json", "manifest-reference"),
    ],
)
def test_a_manifest_that_is_not_in_order_is_refused(path: str, value: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        validate(changed(path, value))
    assert refused.value.code == code


def test_files_other_than_those_listed_are_refused() -> None:
    files = example_attachments()
    files["bias-1-counts.csv"] += b"\n"
    files["more.txt"] = b""
    with pytest.raises(Refused) as refused:
        render.render(example_manifest(2), files)
    assert [problem.code for problem in refused.value.problems] == ["attachment-differs"] * 2
