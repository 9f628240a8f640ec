"""How the AI systems of an organisation stand: by law and by state, and as a map of article by system."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from compliance.checklists import queries as checklist_queries
from compliance.checklists.footing import MEANING, Footing
from compliance.checklists.models import Checklist
from compliance.people.models import Membership
from compliance.progress import house, queries
from compliance.progress.forms import HouseFilter, MapForm
from compliance.progress.house import CODES, LETTERS, PRESSING, Cell, Map
from compliance.systems.models import AISystem, Status
from compliance.systems.queries import systems
from compliance.web import exports
from compliance.web.member import member_page

A_PAGE = 25


@member_page("view")
def progress_house(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every AI system with what the rows of its checklists stand on, by law and by state."""
    table = house.by_law_and_status(by)
    filters = HouseFilter(request.GET, laws=[(law, title) for law, title, _counts in table])
    chosen = filters.chosen()
    found = _narrowed(systems(by), chosen)
    today = timezone.localdate()
    if chosen["footing"]:  # it takes the rows of all of them to tell which have such
        rows = queries.standings(by, _checklists(by, found, chosen), today)
        found = found.filter(pk__in={one.checklist.system_id for one in rows if one.footing == chosen["footing"]})
    page = Paginator(found.order_by("name", "version", "pk"), A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    checklists = _checklists(by, AISystem.objects.filter(pk__in=[one.pk for one in shown]), chosen)
    counts = house.counted_by_checklist(queries.standings(by, checklists, today))
    told = {
        "filters": filters,
        "narrows": any(chosen.values()),
        "table": table,
        "statuses": Status.choices,
        "without": house.without_checklist(systems(by)),
        "page": page,
        "lines": [(one, [(of, counts[of.pk]) for of in checklists if of.system_id == one.pk]) for one in shown],
        "most": max((one.total() for one in counts.values()), default=0),
        "any": bool(table) or systems(by).exists(),
    }
    return render(request, "progress/house.html", told)


def _narrowed(found: QuerySet[AISystem], chosen: dict[str, str]) -> QuerySet[AISystem]:
    for word in chosen["q"].replace("\0", " ").split():
        places = ("name", "version", "vendor", "deployer")
        found = found.filter(reduce(or_, (Q(**{f"{place}__icontains": word}) for place in places)))
    if chosen["status"]:
        found = found.filter(status=chosen["status"])
    if chosen["law"] == "none":
        return found.filter(checklists=None)
    if chosen["law"]:
        in_use = Checklist.objects.filter(law=chosen["law"], undone_at=None)
        found = found.filter(pk__in=in_use.values("system"))
    return found


def _checklists(by: Membership, of: QuerySet[AISystem], chosen: dict[str, str]) -> list[Checklist]:
    found = checklist_queries.in_use(by).filter(system__in=of.order_by().values("pk"))
    if chosen["law"]:
        found = found.filter(law=chosen["law"])
    return list(found.order_by("title", "text_version"))


@member_page("view")
def progress_map(request: HttpRequest, by: Membership) -> HttpResponse:
    """The map of article by AI system, for one law."""
    form, drawn, law = _map(request, by)
    told = {
        "form": form,
        "law": law,
        "map": drawn,
        "body": _body(drawn) if drawn else "",
        "only": form.chosen()["show"],
        "key": [(CODES[one], LETTERS[one], one.label, MEANING[one]) for one in PRESSING],
        "query": request.GET.urlencode(),
    }
    return render(request, "progress/map.html", told)


@member_page("view")
def progress_map_sheet(request: HttpRequest, by: Membership, form: str) -> HttpResponseBase:
    """Every count behind the map: a line for each article and AI system."""
    _form, drawn, law = _map(request, by)
    if form not in ("csv", "xlsx") or drawn is None:
        raise Http404
    head = [_("Article"), _("AI system"), _("Text of"), *(str(one.label) for one in Footing), _("Rows")]
    send = exports.as_csv if form == "csv" else exports.as_xlsx
    return send(f"{law}-map-{timezone.now().date().isoformat()}", head, _counts(drawn))


def _counts(drawn: Map) -> Iterator[list[Any]]:
    for label, cells in drawn.lines:
        for column, cell in zip(drawn.columns, cells, strict=True):
            if cell is not None:
                numbers = [cell.counts[one.value] for one in Footing]
                yield [label, str(column.checklist.system), column.checklist.text_version, *numbers, sum(numbers)]


@member_page("view")
def progress_cell(request: HttpRequest, by: Membership, key: str, article: str, code: str) -> HttpResponse:
    """Lead from a cell of the map to its rows. Addresses of cells are short, since a map has thousands of them."""
    fitting = [pk for pk in checklist_queries.in_use(by).values_list("pk", flat=True) if pk.hex.startswith(key)]
    footing = next((one for one in Footing if CODES[one] == code), None)
    if len(fitting) != 1 or footing is None:
        raise Http404(_("There is no such page."))
    query = QueryDict(mutable=True)
    query.update({"article": article, "footing": footing.value})
    address = reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": fitting[0]})
    return redirect(f"{address}?{query.urlencode()}")


def _map(request: HttpRequest, by: Membership) -> tuple[MapForm, Map | None, str]:
    """Return the form, the map of the chosen law or of the one with most checklists, and that law."""
    checklists = list(checklist_queries.in_use(by))
    titles = {one.law: one.title for one in checklists}
    form = MapForm(request.GET, laws=sorted(titles.items(), key=lambda one: one[1]))
    chosen = form.chosen()
    numbers = {law: sum(one.law == law for one in checklists) for law in titles}
    law = chosen["law"] or max(sorted(numbers), key=lambda one: numbers[one], default="")
    form.initial["law"] = law
    some = [one for one in checklists if one.law == law and chosen["status"] in ("", one.system.status)]
    if not some:
        return form, None, law
    rows = queries.standings(by, some, timezone.localdate())
    only = Footing(chosen["show"]) if chosen["show"] else None
    return form, house.heat_map(house.columns(some), rows, only), law


def _body(drawn: Map) -> SafeString:
    """Return the lines of the map. It has thousands of cells, so they are written here, as short as HTML allows."""
    letters = {one: str(LETTERS[one]) for one in Footing}
    lines = (
        f"<tr><th scope=row>{escape(label)}{''.join(_told(cell, letters) for cell in cells)}"
        for label, cells in drawn.lines
    )
    return mark_safe("\n".join(lines))  # noqa: S308 - labels are escaped; the rest is letters, numbers, digits of ids


def _told(cell: Cell | None, letters: dict[Footing, str]) -> str:
    if cell is None:
        return "<td>"
    if not cell.number:
        return "<td class=z>0"
    code = CODES[cell.shown]
    return f"<td class={code}><a href={cell.key}/{cell.article}/{code}>{letters[cell.shown]}{cell.number}</a>"
