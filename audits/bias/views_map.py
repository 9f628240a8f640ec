"""The page on which a person says what the columns and values of each shape of the sources mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from audits.bias import actions, queries
from audits.bias.forms_choices import Offered
from audits.bias.forms_columns import ColumnsForm, check_alike, columns_of, proposed_columns
from audits.bias.forms_meaning import MeaningForm, Read, stated_before
from audits.bias.models import BiasAudit, BiasSource
from audits.bias.plan import Plan
from audits.bias.shapes import Shape, plans_of, shapes, unreadable
from audits.work.models import State
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

ABILITY = "run_bias_audits"


@member_page(ABILITY)
def bias_map(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what is in the sources, and ask what their columns and values mean.

    A change of the columns sends the whole page, so that everything typed comes back with the new choices.
    """
    bias_audit = find(queries.bias_audits(by), pk)
    sources = list(bias_audit.sources.defer(None))
    if not bias_audit.can_be_mapped or not sources:
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    of = shapes(sources)
    before, kept, lost = _before(by, bias_audit, of)
    plans = kept or (before.plans if before else [])
    posted = request.POST if request.method == "POST" else None
    asking = posted is not None and ("show" in posted or "HX-Request" in request.headers)
    columns = _columns(of, plans, posted if posted is not None else request.GET)
    meaning = None
    if all(form.is_bound and form.is_valid() for form in columns) and check_alike(columns):
        read = [
            Read(shape, form.cleaned_data, plans[place] if plans else None, _prefix(place, "-"))
            for place, (shape, form) in enumerate(zip(of, columns, strict=True))
        ]
        meaning = _meaning(by, bias_audit, sources, read, posted, asking=asking, whole=_whole(bias_audit, kept))
        if posted is not None and not asking and meaning.is_valid():
            try:
                actions.start(by=by, bias_audit=bias_audit, plan=meaning.plan(), **meaning.gate())
            except Refused as refused:
                take_in(meaning, refused)
            else:
                return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    context = {
        "bias_audit": bias_audit,
        "shapes": list(zip(of, columns, strict=True)),
        "sources": sources,
        "columns": next((form for form in columns if form.errors), columns[0]),
        "meaning": meaning,
        "carried": meaning.carried(posted) if meaning and posted is not None else _unseen(posted, columns),
        "proposed": not plans and posted is None and "sex" not in request.GET,
        "taken_from": before.bias_audit if before and before.plans else None,
        "lost": lost,
        "was_refused": bias_audit.state == State.FAILED,
    }
    return render(request, "bias/map.html", context, status=422 if posted is not None and not asking else 200)


def _before(
    by: Membership, bias_audit: BiasAudit, of: Sequence[Shape]
) -> tuple[queries.Before | None, list[Plan] | None, dict[str, Any] | None]:
    """Return whose mapping is offered, the plans of this audit itself, and what cannot be offered any more and why."""
    try:
        kept = plans_of(bias_audit.plan, of)
    except (Refused, TypeError, ValueError) as error:
        return None, None, {"bias_audit": bias_audit, "why": unreadable(error)}
    if kept:
        return None, kept, None
    before = queries.confirmed_before(by, bias_audit, of)
    lost = {"bias_audit": before.bias_audit, "why": before.why} if before and before.why else None
    return before, None, lost


def _whole(bias_audit: BiasAudit, kept: list[Plan] | None) -> Plan | None:
    return Plan.from_json(bias_audit.plan) if kept and bias_audit.plan else None


def _columns(of: Sequence[Shape], plans: Sequence[Plan], given: QueryDict) -> list[ColumnsForm]:
    """Return which column is which of each shape: as it was sent, as it was confirmed before, or as proposed."""
    found = []
    for place, shape in enumerate(of):
        initial = columns_of(plans[place]) if plans else proposed_columns(shape.profile)
        complete = {"sex", "race_ethnicity", "kind", "measure"} <= set(initial)
        prefix = _prefix(place)
        sent = f"{prefix}-sex" if prefix else "sex"
        data: Any = given if sent in given else None
        if data is None and complete:
            data = {f"{prefix}-{name}" if prefix else name: value for name, value in initial.items()}
        found.append(ColumnsForm(shape.profile, data, initial=initial, prefix=prefix or None))
    return found


def _prefix(place: int, end: str = "") -> str:
    return f"s{place + 1}{end}" if place else ""


def _meaning(
    by: Membership,
    bias_audit: BiasAudit,
    sources: Sequence[BiasSource],
    read: Sequence[Read],
    posted: QueryDict | None,
    *,
    asking: bool,
    whole: Plan | None,
) -> MeaningForm:
    about = offered(by, bias_audit)
    return MeaningForm(
        sources,
        read,
        whole,
        None if asking else posted,
        offered=about,
        typed=posted if asking else None,
        initial=stated_before(bias_audit, about),
    )


def _unseen(posted: QueryDict | None, columns: Sequence[ColumnsForm]) -> list[tuple[str, str]]:
    """Return what was typed below columns that are not in order just now."""
    if posted is None:
        return []
    shown = {"csrfmiddlewaretoken", "show", *(form.add_prefix(name) for form in columns for name in form.fields)}
    return [(name, one) for name in posted if name not in shown for one in posted.getlist(name) if one]


def offered(by: Membership, bias_audit: BiasAudit) -> Offered:
    """Return the locked plans, declarations and finished audits of the system that an audit is about."""
    of = {"system_id": bias_audit.system_id}
    return Offered(
        list(queries.bias_plans(by).filter(**of, locked_at__isnull=False)),
        list(queries.declarations(by).filter(**of)),
        list(queries.bias_audits(by).filter(**of, state=State.FINISHED)),
    )
