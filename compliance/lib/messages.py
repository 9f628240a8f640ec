"""Catalogues of translations: `.po` files, which people write, and the `.mo` files that are read from them."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

_NAMED = re.compile(r"%\([^)]*\)[a-z]|%[sd%]|\{[^{}]*\}|<[^<>]+>")
"""What a translation keeps as it is: `%(name)s`, `{name}`, `%s`, `%%`, `<b>`."""


def catalogues(folder: Path) -> list[Path]:
    """Return the catalogues under `locale/`, one a language."""
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def build(folder: Path) -> list[Path]:
    """Write the `.mo` of each catalogue that is newer than its own, in one step, so that no reader sees half a file."""
    made = []
    for source in catalogues(folder):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        number, half = tempfile.mkstemp(dir=source.parent, suffix=".half")
        os.close(number)
        try:
            polib.pofile(str(source)).save_as_mofile(half)
            os.chmod(half, 0o644)
            os.replace(half, target)
        finally:
            Path(half).unlink(missing_ok=True)
        made.append(target)
    return made


def faults(catalogue: polib.POFile, asked: polib.POFile) -> Iterator[str]:
    """Yield a sentence for each message of `asked` that the catalogue lacks, and each that it has wrong."""
    own = {(one.msgctxt, one.msgid): one for one in catalogue if not one.obsolete}
    wanted = {(one.msgctxt, one.msgid) for one in asked}
    for one in asked:
        found = own.get((one.msgctxt, one.msgid))
        if found is None or not is_whole(found, one):
            yield f"It has no translation of {one.msgid!r}."
    for one in catalogue:
        if one.obsolete or (one.msgctxt, one.msgid) not in wanted:
            yield f"It still holds what nothing asks for any more: {one.msgid!r}."
        elif one.fuzzy:
            yield f"It holds a guess, marked as fuzzy, for {one.msgid!r}."
        else:
            yield from (f"{fault} See {one.msgid!r}." for fault in _unlike(one))


def is_whole(found: polib.POEntry, asked: polib.POEntry) -> bool:
    """Say whether a message is translated in every number that it has."""
    if asked.msgid_plural:
        return (
            found.msgid_plural == asked.msgid_plural and bool(found.msgstr_plural) and all(found.msgstr_plural.values())
        )
    return bool(found.msgstr)


def _unlike(one: polib.POEntry) -> Iterator[str]:
    """Yield where placeholders, tags or ends of lines differ from the English.

    Where the English singular says no number ("One row"), a translation may do either.
    """
    if not one.msgid_plural:
        yield from _unlike_text(one.msgid, one.msgstr)
        return
    for text in one.msgstr_plural.values():
        if text and named(text) not in (named(one.msgid), named(one.msgid_plural)):
            yield f"The placeholders of {text!r} differ from those of the English."


def _unlike_text(english: str, text: str) -> Iterator[str]:
    if text and named(text) != named(english):
        yield f"The placeholders or tags of {text!r} differ from those of the English."
    if text and (text.startswith("\n"), text.endswith("\n")) != (english.startswith("\n"), english.endswith("\n")):
        yield f"{text!r} begins or ends with a new line where the English does not, or the reverse."


def named(text: str) -> Counter[str]:
    """Count what a translation must keep.

    >>> sorted(named("{count} of %(whole)s <b>rows</b>"))
    ['%(whole)s', '</b>', '<b>', '{count}']
    """
    return Counter(_NAMED.findall(text))


def taken_up(catalogue: polib.POFile, asked: polib.POFile) -> polib.POFile:
    """Return a catalogue with all that is asked for, in the order of the English, and the translations that there are.

    What nothing asks for any more is dropped, and nothing is guessed: a message whose English changed is untranslated.
    """
    had = {(one.msgctxt, one.msgid, one.msgid_plural): one for one in catalogue if not one.fuzzy and not one.obsolete}
    made = polib.POFile(wrapwidth=100_000)
    made.metadata = dict(catalogue.metadata)
    for one in sorted(asked, key=lambda one: (one.msgid, one.msgctxt or "")):
        kept = had.get((one.msgctxt, one.msgid, one.msgid_plural))
        places = sorted({place for place, _ in one.occurrences})
        made.append(
            polib.POEntry(
                msgctxt=one.msgctxt,
                msgid=one.msgid,
                msgid_plural=one.msgid_plural,
                msgstr=kept.msgstr if kept else "",
                msgstr_plural=(kept.msgstr_plural if kept else {0: "", 1: ""}) if one.msgid_plural else {},
                occurrences=[(place, "") for place in places],
                flags=[flag for flag in one.flags if flag.endswith("-format")],
                comment=one.comment,
            )
        )
    return made
