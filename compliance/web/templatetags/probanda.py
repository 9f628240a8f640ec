"""Template tags and filters that every page may use, without {% load %}."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import count
from math import ceil
from typing import Any
from uuid import UUID

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import gettext, ngettext

from compliance.checklists.models import ChecklistItem, Progress, Verdict
from compliance.checklists.rules import why_not
from compliance.crosswalks.queries import proposals
from compliance.frameworks.words import day_in_words
from compliance.people.rules import can
from compliance.systems.models import AISystem
from compliance.web import undo
from compliance.web.home import standings
from compliance.web.navigation import Place, places

register = template.Library()
_ids = count(1)
_PERCENT = re.compile(r"(\d)%")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[.,](?=\d)")


@register.filter
def short(sha256: str) -> str:
    """Show the first twelve digits of a digest.

    >>> short("e3b0c44298fc1c149afb")
    'e3b0c44298fc'
    """
    return sha256[:12]


@register.filter
def day(when: date | datetime | None) -> str:
    """Show a day so that nobody can misread it; of a moment, the day on which it was in the zone of whoever looks.

    >>> day(date(2026, 11, 22)), day(None)
    ('22 November 2026', '')
    """
    if when is None:
        return ""
    return date_format(timezone.localtime(when) if isinstance(when, datetime) else when, "DATE_FORMAT")


@register.filter
def text_day(version: str) -> str:
    """Show the version of a law's text, which is a day, in words; anything else as it is.

    >>> text_day("2026-07-27"), text_day("draft")
    ('27 July 2026', 'draft')
    """
    return day_in_words(version)


@register.filter
def moment(when: datetime | None) -> str:
    """Show a moment to the minute, in the time zone of whoever looks, which is named.

    >>> from datetime import UTC
    >>> when = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    >>> moment(when)
    '22 November 2026, 14:05 UTC'
    >>> with timezone.override("America/New_York"):
    ...     moment(when)
    '22 November 2026, 09:05 (America/New York)'
    """
    if when is None:
        return ""
    zone, told = zone_here(), date_format(timezone.localtime(when), "DATETIME_FORMAT")
    return f"{told} UTC" if zone == "UTC" else f"{told} ({zone})"


@register.simple_tag
def zone_here() -> str:
    """Return the name of the time zone in which times are shown here."""
    return timezone.get_current_timezone_name().replace("_", " ")


@register.filter
def undone_at(message: Message) -> str:
    """Return where the act that a message tells of is undone, or nothing."""
    return undo.address(message)


@register.filter
def whole(number: int | None) -> str:
    """Show a whole number with its thousands apart.

    >>> whole(1234567)
    '1,234,567'
    """
    return "" if number is None else number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def said(words: str) -> str:
    """Show words that code without Django says, such as the heading of a table, in the reader's language.

    >>> said("Selection rate"), said("")
    ('Selection rate', '')
    """
    return gettext(words) if words else ""


@register.filter
def figure(text: str) -> str:
    """Show figures that are digits already, to the last of them, with the decimal sign of the reader's language.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     figure("0.796"), figure("0.31; 2,004.5"), figure(12), figure("48.0%")
    ('0,796', '0,31; 2.004,5', '12', '48,0\xa0%')
    """
    point, comma = get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR")
    signs = {".": point, ",": comma}
    told = _BETWEEN_DIGITS.sub(lambda sign: signs[sign[0]], said(str(text)))
    # TRANSLATORS: how a percentage is written; English has no space before the sign, German and French have one.
    return _PERCENT.sub(gettext("{number}%").format(number=r"\1"), told)


@register.filter
def file_size(size: int) -> str:
    """Show how large a file is."""
    return filesizeformat(size)


@register.filter
def kind(field: BoundField) -> str:
    """Say how a field is laid out: "group" (radio buttons, several boxes), "tick" (one box), or "line"."""
    if field.field.widget.use_fieldset:
        return "group"
    return "tick" if isinstance(field.field.widget, CheckboxInput) else "line"


@register.filter
def target(field: BoundField) -> str:
    """Return the id of what the error summary links to; of a group, its first choice."""
    return f"{field.auto_id}_0" if field.field.widget.use_fieldset else str(field.id_for_label or field.auto_id)


@register.simple_tag(takes_context=True)
def navigation(context: Mapping[str, Any]) -> list[Place]:
    """Return the places of the organisation that the page belongs to."""
    return places(context["request"], context["by"])


@register.simple_tag(takes_context=True)
def checklists_of(context: Mapping[str, Any], system: AISystem) -> list[tuple[str, UUID, Counter[str]]]:
    """Return (title, id, counts by progress) of each checklist of a system, which does not know its checklists."""
    [standing] = standings(context["by"], pk=system.pk)
    return standing.checklists


@register.inclusion_tag("crosswalks/_row.html", takes_context=True)
def mapped_rows(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    """Show what the crosswalk proposes for a row of a checklist: tied rows of the system's other checklists."""
    request, by = context["request"], context["by"]
    through = "through" in request.GET
    why = why_not("change", by=by, item=item)
    return {
        "proposals": proposals(by, item, through=through),
        "item": item,
        "org": context["org"],
        "through": through,
        "path": request.path,
        "may_decide": can(by, "answer_items"),
        "can_attach": not why,
        "why_not_attach": why,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("web/_counts.html")
def counts_bar(counts: Mapping[str, int], kind: str = "progress", caption: str = "") -> dict[str, Any]:
    """Show counts by progress or by verdict as a bar with its numbers; `counts` maps the stored words to counts."""
    words = Verdict if kind == "verdict" else Progress
    named = [(str(word.value), str(word.label)) for word in words] + ([("", "")] if kind == "verdict" else [])
    total, start, parts = sum(counts.values()), 0, []
    for value, label in reversed(named) if kind == "progress" else named:
        number = counts.get(value, 0)
        end = start + number
        if number:
            left, right = 1000 * start // total, 1000 * end // total
            parts.append({"value": value, "label": label, "count": number, "start": left, "width": right - left})
        start = end
    return {"parts": parts, "total": total, "kind": kind, "caption": caption}


@register.filter
def about(span: timedelta | None) -> str:
    """Show about how long something takes, no finer than an estimate can be.

    >>> about(timedelta(seconds=3)), about(timedelta(seconds=47)), about(timedelta(seconds=130))
    ('10 seconds', '50 seconds', '3 minutes')
    >>> about(timedelta(hours=2, minutes=10))
    '3 hours'
    """
    if span is None:
        return ""
    seconds = max(1, ceil(span.total_seconds()))
    if seconds <= 60:
        number = ceil(seconds / 10) * 10
        return ngettext("{number} second", "{number} seconds", number).format(number=number)
    minutes = ceil(seconds / 60)
    if minutes <= 90:
        return ngettext("{number} minute", "{number} minutes", minutes).format(number=minutes)
    hours = ceil(minutes / 60)
    return ngettext("{number} hour", "{number} hours", hours).format(number=hours)


@register.inclusion_tag("web/_act.html", takes_context=True)
def act_button(context: Mapping[str, Any], url: str, label: str, why: str = "", style: str = "") -> dict[str, Any]:
    """Show one button that posts to `url`; with the sentence `why` it is disabled and the sentence stands beside it."""
    return {
        "url": url,
        "label": label,
        "why": why,
        "style": style,
        "id": f"why-{next(_ids)}",
        "csrf_token": context.get("csrf_token"),
    }
