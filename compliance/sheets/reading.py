"""What a checklist's sheet says that came back, beside what the rows say now.

Only owner, due day, note, verdict and reason are read. A row is known by the hidden columns, never by its place, so a
sheet may be sorted and cut. What cannot be taken is named by the sheet's row, with a sentence.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem, Verdict
from compliance.lib.clocks import check_day
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.sheets.columns import ITEM, REVISION

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """What one line would change: `before` and `after` by the name of the field, as a person reads them.

    `given` is what the action is called with, an owner by the id of the membership, a day in ISO 8601.
    """

    place: int
    item: str
    row: str
    revision: int
    before: Mapping[str, str]
    after: Mapping[str, str]
    given: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that cannot be taken, and why."""

    place: int
    row: str
    sentence: str


def read(stream: BinaryIO) -> list[tuple[int, dict[str, Any]]]:
    """Return the lines of a sheet by the names in its head, each with its place; refused unless it is one of ours."""
    from openpyxl import load_workbook  # takes its time: only where it is needed
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(stream) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise Refused(Problem("sheet-too-large", _("The workbook is too large when it is unpacked.")))
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=False)
        lines = iter(list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2)))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        sentence = _("This is no workbook (XLSX) that can be read.")
        raise Refused(
            Problem("no-workbook", sentence, _("Take the rows along as XLSX and change that file."))
        ) from error
    head = [str(one or "") for one in next(lines, ())]
    missing = [name for name in (ITEM, REVISION, "Owner", "Due", "Note", "Verdict") if name not in head]
    if missing:
        sentence = _("The sheet lacks the column {column}.").format(column=missing[0])
        hint = _("Take the rows along as XLSX, change owner, due, note, verdict and reason there, and bring it back.")
        raise Refused(Problem("column-missing", sentence, hint, column=missing[0]))
    found = [(place, dict(zip(head, line, strict=False))) for place, line in enumerate(lines, 2) if any(line)]
    if len(found) > MOST_ROWS:
        raise Refused(Problem("too-many-rows", _("A sheet has at most {most} rows.").format(most=MOST_ROWS)))
    return found


def compare(
    lines: Iterable[tuple[int, dict[str, Any]]], items: Iterable[ChecklistItem], people: Iterable[Membership]
) -> tuple[list[Change], list[Refusal]]:
    """Return what the lines would change of these rows, and which lines cannot be taken."""
    by_id = {str(one.pk): one for one in items}
    by_email = {one.user.email.lower(): one for one in people}
    changes, refused, seen = [], [], set()
    for place, line in lines:
        key, name = str(line[ITEM] or ""), str(line.get("Row") or "")
        try:
            if key not in by_id:
                raise _refusal(_("This line is of no row of this checklist."))
            item = by_id[key]
            if key in seen:
                raise _refusal(_("{row} stands twice in the sheet.").format(row=item.row_id))
            seen.add(key)
            given = dict(_differing(line, item, by_email))
            if not given:
                continue
            if str(line[REVISION]) != str(item.revision):
                sentence = _("{row} was changed here after the sheet was made, so this line would undo that.")
                raise _refusal(sentence.format(row=item.row_id))
        except Refused as error:
            refused.append(Refusal(place, name, error.problems[0].sentence))
            continue
        after = {field: told for field, (told, _value) in given.items()}
        before = {field: _now(item, field) for field in given}
        values = {field: value for field, (_told, value) in given.items()}
        changes.append(Change(place, key, item.row_id, item.revision, before, after, values))
    return changes, refused


def _differing(
    line: Mapping[str, Any], item: ChecklistItem, by_email: Mapping[str, Membership]
) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield each field that differs: its name, and what it would be, told and as it is given to the action."""
    owner = _text(line, "Owner").lower()
    if owner != (item.owner.user.email.lower() if item.owner else ""):
        if owner and owner not in by_email:
            raise _refusal(_("Nobody here has the e-mail address {found}.").format(found=owner))
        yield "owner", (owner, str(by_email[owner].pk) if owner else None)
    due = _day(line.get("Due"))
    if due != item.due_on:
        yield "due_on", (due.isoformat() if due else "", due.isoformat() if due else None)
    for field, name in (("note", "Note"), ("reason", "Reason")):
        text = _text(line, name)
        if name in line and text != _plain(getattr(item, field)):
            yield field, (text, text)
    verdict = _text(line, "Verdict").lower()
    words = {str(one.label).lower(): one.value for one in Verdict}
    verdict = words.get(verdict, verdict)
    if verdict != item.verdict:
        if verdict and verdict not in Verdict.values:
            sentence = _("The verdict is one of {expected}, not {found}.")
            raise _refusal(sentence.format(expected=", ".join(Verdict.values), found=verdict))
        yield "verdict", (verdict, verdict)


def _now(item: ChecklistItem, field: str) -> str:
    if field == "owner":
        return item.owner.user.email if item.owner else ""
    value = getattr(item, field)
    return value.isoformat() if isinstance(value, datetime.date) else str(value or "")


def _text(line: Mapping[str, Any], name: str) -> str:
    return _plain(str(line.get(name) if line.get(name) is not None else ""))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()


def _day(value: Any) -> datetime.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        value = value.date()
    try:
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        sentence = _("The day is a date or is written like 2026-12-31, not {found}.")
        raise _refusal(sentence.format(found=str(value)[:40])) from None
    check_day(day, "day")
    return day


def _refusal(sentence: str) -> Refused:
    return Refused(Problem("sheet-line", sentence))
