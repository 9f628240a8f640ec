"""What is said of a catalogue of translations, and what becomes of it when the English changes."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import polib
import pytest

from compliance.lib import messages


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    made.extend(entries)
    return made


def entry(english: str, german: str = "", **more: object) -> polib.POEntry:
    return polib.POEntry(msgid=english, msgstr=german, **more)


ROWS = {"msgid_plural": "{count} rows"}


@pytest.mark.parametrize(
    ("kept", "asked", "sentence"),
    [
        ([], entry("Save"), "It has no translation of 'Save'."),
        ([entry("Save")], entry("Save"), "It has no translation of 'Save'."),
        ([entry("Save", "Speichern"), entry("Gone", "Weg")], entry("Save"), "nothing asks for any more: 'Gone'."),
        ([entry("Save", "Speichern", flags=["fuzzy"])], entry("Save"), "a guess, marked as fuzzy, for 'Save'."),
        ([entry("{name} left", "{nam} ging")], entry("{name} left"), "The placeholders or tags of '{nam} ging' differ"),
        ([entry("%(n)s rows", "%(n) Zeilen")], entry("%(n)s rows"), "The placeholders or tags of '%(n) Zeilen' differ"),
        ([entry("<b>No</b>", "<b>Nein<b>")], entry("<b>No</b>"), "The placeholders or tags of '<b>Nein<b>' differ"),
        ([entry("2 %%", "2 %")], entry("2 %%"), "The placeholders or tags of '2 %' differ"),
        (
            [entry("Hello\n", "Guten Tag")],
            entry("Hello\n"),
            "with a new line where the English does not",
        ),
        (
            [entry("{count} row", msgstr_plural={0: "{count} Zeile", 1: ""}, **ROWS)],
            entry("{count} row", **ROWS),
            "It has no translation of '{count} row'.",
        ),
        (
            [entry("{count} row", msgstr_plural={0: "{count} Zeile", 1: "{zahl} Zeilen"}, **ROWS)],
            entry("{count} row", **ROWS),
            "The placeholders of '{zahl} Zeilen' differ",
        ),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_said(kept: list[polib.POEntry], asked: polib.POEntry, sentence: str) -> None:
    [said] = messages.faults(catalogue(*kept), catalogue(asked))
    assert sentence in said


def test_a_whole_catalogue_has_no_fault() -> None:
    rows = entry("{count} row", msgstr_plural={0: "Eine Zeile", 1: "{count} Zeilen"}, **ROWS)
    several = entry("One row", msgid_plural="{count} rows", msgstr_plural={0: "Eine Zeile", 1: "{count} Zeilen"})
    kept = catalogue(entry("<b>{name}</b> left", "Es ging: <b>{name}</b>"), several)
    assert list(messages.faults(kept, kept)) == []
    assert (
        list(messages.faults(catalogue(rows), catalogue(rows))) != []
    )  # a number that the English says is not left out


def test_taking_up_keeps_what_stands_drops_what_is_gone_and_guesses_nothing() -> None:
    kept = catalogue(
        entry("Save", "Speichern"), entry("Save it", "Es speichern"), entry("Guess", "Rate", flags=["fuzzy"])
    )
    made = messages.taken_up(kept, catalogue(entry("Save this"), entry("Guess"), entry("Save")))
    assert [(one.msgid, one.msgstr) for one in made] == [("Guess", ""), ("Save", "Speichern"), ("Save this", "")]


def test_a_catalogue_is_built_where_it_is_newer(tmp_path: Path) -> None:
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    catalogue(entry("Save", "Speichern")).save(str(source))
    assert messages.build(tmp_path) == [source.with_suffix(".mo")]
    assert messages.build(tmp_path) == []
    catalogue(entry("Save", "Sichern")).save(str(source))
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))
    assert messages.build(tmp_path) == [source.with_suffix(".mo")]
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Save") == "Sichern"
