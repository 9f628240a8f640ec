"""What is inside files: read in a process of its own, searched, shown; and nothing of it ever run."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pikepdf
import pytest

from compliance.evidence import queries, texts, words
from compliance.evidence.extraction import MOST_UNPACKED, main
from compliance.evidence.keeping import FileText
from compliance.evidence.models import Evidence
from tests import build
from tests.people import People, client_of


def pdf(text: str = "Quarterly impact ratios", script: bool = False) -> bytes:
    """One page with a line of text; with `script`, something that some readers run on opening."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(300, 200))
    page = document.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(f"BT /F1 18 Tf 20 100 Td ({text}) Tj ET".encode())
    if script:
        act = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('run')")
        document.Root.OpenAction = act
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def office(name: str, xml: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr(name, xml)
    return out.getvalue()


FILES = {
    "report.pdf": pdf(),
    "page.html": b"<title>Quarterly</title><script>var hidden = 1</script><p>impact ratios",
    "table.csv": "name,Größe\nimpact ratios,quarterly\n".encode(),
    "old.txt": "Café: quarterly impact ratios".encode("cp1252"),
    "book.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": ["quarterly ", "impact = 'ratios'"]}]}
    ).encode(),
    "words.docx": office("word/document.xml", b"<d><t>Quarterly impact</t><t> ratios</t></d>"),
    "cells.xlsx": office("xl/sharedStrings.xml", b"<s><t>quarterly</t><t>impact ratios</t></s>"),
}


@pytest.mark.parametrize("name", FILES)
def test_words_inside_files_are_found(people: People, name: str) -> None:
    piece = build.file(people.alice, FILES[name], title="Attachment", file_name=name)
    build.file(people.stranger, FILES[name], title="Attachment", file_name=name)
    found = texts.read(FileText.objects.get(organisation=people.alice.organisation).pk)
    assert found is not None
    assert found.said == ""

    def held(text: str) -> list[Evidence]:
        return list(queries.containing(people.alice, queries.library(people.alice), text))

    assert held("quarter RATIOS") == [piece]
    assert held("quarterly absent") == []
    assert held("hidden") == []
    assert texts.read(found.pk) is None  # once


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("bomb.docx", office("word/document.xml", b"<d>" + b" " * (MOST_UNPACKED + 1024)), "unpacks to far more"),
        ("dtd.docx", office("word/document.xml", b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'), "entities of its own"),
        ("broken.xlsx", b"PK\x03\x04 and nothing more", "not a whole office document"),
        ("broken.pdf", b"%PDF-1.7 and nothing more", "cannot be opened"),
        ("book.ipynb", b"[" * 100_000, "not the JSON"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    path = tmp_path / "kept"
    path.write_bytes(data)
    assert sentence in main(str(path), name)["said"]


def test_a_file_that_breaks_its_reader_is_told_on_the_page(people: People) -> None:
    piece = build.file(people.alice, b"%PDF-1.7 and nothing more", file_name="broken.pdf")
    texts.read(FileText.objects.get().pk)
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/evidence/{piece.pk}/").content.decode()
    assert "It cannot be searched inside: The PDF cannot be opened" in page


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("logo.svg", SVG, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("page.html", b"<b onload=alert(1)>x</b><script>alert(2)</script>", "&lt;b onload=alert(1)&gt;"),
        ("\u202egpj.html", b"<script>alert(3)</script>", "&lt;script&gt;alert(3)&lt;/script&gt;"),
        ("picture.html", PNG, "/picture/?version=1"),
        ("all.zip", office("../../evil.html", b"x"), "../../evil.html"),
        ("book.ipynb", json.dumps({"cells": [{"source": "<script>alert(4)"}]}).encode(), "&lt;script&gt;alert(4)"),
        ("x.bin", b"\0\1\2", "Files of this kind are not shown here."),
    ],
)
def test_nothing_in_a_file_is_run_where_it_is_shown(people: People, name: str, data: bytes, shown: str) -> None:
    piece = build.file(people.alice, data, title="", file_name=name)
    alice, path = client_of(people.alice), f"/o/{people.alice.organisation.slug}/evidence/{piece.pk}/"
    page = alice.get(path).content.decode()
    assert shown in page
    assert "<script>alert" not in page
    answer = alice.get(f"{path}picture/")
    if data == PNG:
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer["X-Content-Type-Options"] == "nosniff"
        answer.close()
    else:
        assert answer.status_code == 404


def test_a_page_of_a_pdf_is_a_picture_without_what_the_pdf_would_run(people: People) -> None:
    piece = build.file(people.alice, pdf(script=True), file_name="report.pdf")
    alice, path = client_of(people.alice), f"/o/{people.alice.organisation.slug}/evidence/{piece.pk}/"
    answer = alice.get(f"{path}picture/?page=1")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert b"JavaScript" not in answer.content
    assert alice.get(f"{path}picture/?page=99").status_code == 400


def test_words_are_those_of_people() -> None:
    assert words.words("Straße, naïve_café: 50%") == ["strasse", "naive", "cafe", "50"]
    assert words.excerpt("The Policy of May says more.", "policy", around=4) == "The Policy of…"
