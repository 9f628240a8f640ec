"""A language in which every translated word is marked, so that a test sees where one came to rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import override_settings
from django.utils import formats, translation

MARK = "⟦"
LANGUAGE = "de"
FREE = {  # what a person reads in their own language and nothing rests on
    "compliance.Snooze.title",
    "compliance.Letter.subject",
    "compliance.Letter.text",
    "django.Session.session_data",
}


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Speak the marked language, also where nobody asked for one; `folder` takes its catalogue."""
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    for one in polib.pofile(str(settings.BASE_DIR / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po")):
        plural = {0: MARK + one.msgid, 1: MARK + one.msgid_plural} if one.msgid_plural else {}
        text = "" if plural else MARK + one.msgid
        made.append(polib.POEntry(msgctxt=one.msgctxt, msgid=one.msgid, msgid_plural=one.msgid_plural, msgstr=text,
                                  msgstr_plural=plural))  # fmt: skip
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    made.save_as_mofile(str(place / "django.mo"))
    with override_settings(LOCALE_PATHS=[folder], LANGUAGE_CODE=LANGUAGE, FORMAT_MODULE_PATH=["tests.marked_formats"]):
        formats.reset_format_cache()
        try:
            with translation.override(LANGUAGE):
                yield
        finally:
            formats.reset_format_cache()
    formats.reset_format_cache()


def kept_marks() -> list[str]:
    """Return each place of the database where a marked word is kept, with what is kept there."""
    found = []
    for model in apps.get_models():
        fields = [one for one in model._meta.concrete_fields if isinstance(one, models.CharField | models.TextField
                  | models.JSONField | models.BinaryField)]  # fmt: skip
        if not fields or not model._meta.managed:
            continue
        for row in model._base_manager.values_list(*(one.attname for one in fields)):
            for one, value in zip(fields, row, strict=True):
                where = f"{model._meta.label}.{one.attname}"
                text = _text(value)
                if MARK in text and where not in FREE:
                    at = text.index(MARK)
                    found.append(f"{where}: {text[max(0, at - 40) : at + 120]}")
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
