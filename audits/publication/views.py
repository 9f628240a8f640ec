"""The uses of tools: the list, one of them, what is said of it, and publishing its summary."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from audits.publication import actions, queries, rules, summary
from audits.publication.forms import PublishForm, TakeDownForm, UseForm
from audits.publication.models import ToolUse
from audits.publication.views_public import listed, public_address
from compliance.lib.canonical import digest, dump
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can
from compliance.systems.queries import systems
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.web.forms import acted
from compliance.web.member import find, member_page

ABILITY = "publish_summaries"


@member_page("view")
def publication_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every use, with what is public, until when its audit carries, and which requests wait."""
    uses = [{"use": one, **clocks(one)} for one in queries.listed(by)]
    told = {"uses": uses, "may": can(by, ABILITY), "today": rules.today(), "some_system": systems(by).exists()}
    return render(request, "publication/list.html", told)


@member_page(ABILITY)
def publication_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Record the use of a tool."""
    form = UseForm(request.POST if request.method == "POST" else None, by=by)
    chosen = request.GET.get("system", "")
    if chosen and not form.is_bound:
        system = next((one for one in systems(by) if str(one.pk) == chosen), None)
        if system is not None:  # what the register says already
            form.initial = {
                "system": system.pk,
                "employer": system.deployer or by.organisation.name,
                "distribution_on": system.first_use_on,
                "positions": system.positions,
            }
    if use := acted(form, actions.record_use, by=by):
        messages.success(request, _("The use is recorded."))
        return redirect(address(by, use))
    return render(request, "publication/form.html", {"form": form}, status=400 if form.errors else 200)


@member_page("view")
def publication_use(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One use: its clocks, what is public and what is missing, notices, requests."""
    return show(request, by, find(queries.uses(by), pk))


def show(request: HttpRequest, by: Membership, use: ToolUse, **in_hand: Any) -> HttpResponse:
    """Show a use; `in_hand` holds a form that was refused."""
    editions = list(queries.summaries(use))
    gaps = list(summary.incomplete(actions.said_of(use)))
    told = {
        "use": use,
        "editions": editions,
        "public": editions[0] if editions and use.taken_down_at is None else None,
        "public_address": public_address(use),
        "gaps": gaps,
        "notices": [(one, rules.notice_by(one.use_on)) for one in queries.notices(by).filter(use=use)],
        "requests": [(one, rules.answer_by(one.received_on)) for one in queries.data_requests(by).filter(use=use)],
        "today": rules.today(),
        "may": can(by, ABILITY),
        "may_notify": can(by, "keep_notices"),
        "why_not_down": rules.why_not_take_down(use),
        "take_down": TakeDownForm(),
        "trail": presenters.told(
            trail_queries.of_subject(by.organisation_id, use.subject)[:50], by.organisation.slug, here=use.pk
        ),
        **clocks(use, editions[0].audited_on if editions else None),
        **in_hand,
    }
    return render(request, "publication/use.html", told, status=422 if in_hand else 200)


def clocks(use: ToolUse, audited_on: Any = None) -> dict[str, Any]:
    """Return until when the tool may be used on the strength of the audit, and until when the summary stays."""
    audited_on = audited_on or getattr(use, "audited_on", None)
    return {
        "use_until": summary.use_until(audited_on) if audited_on else None,
        "keep_until": summary.keep_until(use.latest_use_on) if use.latest_use_on else None,
    }


@member_page(ABILITY)
def publication_edit(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change what is said of a use."""
    use = find(queries.uses(by), pk)
    form = UseForm(request.POST if request.method == "POST" else None, by=by, use=use)
    if acted(form, actions.change_use, by=by, use=use):
        messages.success(request, _("Saved."))
        return redirect(address(by, use))
    return render(request, "publication/form.html", {"form": form, "use": use}, status=400 if form.errors else 200)


@member_page(ABILITY)
def publication_publish(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Look at the summary as it would be published, with what is missing, then publish exactly that."""
    use = find(queries.uses(by), pk)
    form = PublishForm(request.POST or request.GET or None, use=use)
    chosen = form.cleaned_data["bias_audit"] if form.is_bound and form.is_valid() else None
    document, problems = actions.prepared(use, chosen)
    if request.method == "POST" and chosen is not None:
        try:
            made = actions.publish(by=by, use=use, bias_audit=chosen, seen=request.POST.get("seen"))
        except Refused as refused:
            form.fields["bias_audit"].required = True
            for problem in refused.problems:
                form.add_error(None, str(problem))
        else:
            messages.success(request, _("Edition {number} is public.").format(number=made.number))
            return redirect(address(by, use))
    told = {
        "use": use,
        "form": form,
        "chosen": chosen,
        "document": document,
        "sha256": digest(document) if document else "",
        "problems": problems if chosen else [one for one in problems if one.column != "bias_audit"],
        "notes": summary.notes(document, rules.today()) if document else [],
    }
    return render(request, "publication/publish.html", told, status=422 if form.errors else 200)


@member_page(ABILITY)
def publication_take_down(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take the public page down."""
    use = find(queries.uses(by), pk)
    if request.method != "POST":  # whoever had to sign in in the middle comes back here
        return redirect(address(by, use))
    form = TakeDownForm(request.POST)
    if acted(form, actions.take_down, by=by, use=use):
        messages.success(request, _("The public page is down. All editions are kept here."))
        return redirect(address(by, use))
    return show(request, by, use, take_down=form)


@member_page("view")
def publication_edition(request: HttpRequest, by: Membership, pk: UUID, number: int) -> HttpResponse:
    """One edition as it was published, also after it was taken down."""
    use = find(queries.uses(by), pk)
    edition = queries.summaries(use).filter(number=number).first()
    if edition is None:
        raise Http404(_("There is no such page."))
    told = {"use": use, "edition": edition, "document": edition.document}
    return render(request, "publication/edition.html", told)


@member_page("view")
def publication_snippet(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The newest edition as a piece of HTML for the employer's own site: no script, no style, no tracking."""
    use = find(queries.uses(by), pk)
    edition = queries.summaries(use).first()
    if edition is None:
        raise Http404(_("There is no such page."))
    told = {"document": edition.document, "edition": edition, "page": public_address(use)}
    with override("en"):  # the language of the document
        data = render_to_string("publication/snippet.html", told).encode()
    return attachment(data, f"bias-audit-{use.place}-{edition.number}.html", "text/html; charset=utf-8")


@member_page("view")
def publication_audits_json(request: HttpRequest, by: Membership) -> HttpResponse:
    """The file to put at /.well-known/audits.json of the employer's own domain."""
    return attachment(dump(listed(by.organisation.slug)), "audits.json", "application/json")


def attachment(data: bytes, name: str, kind: str) -> HttpResponse:
    """Return bytes to be kept as a file."""
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def address(by: Membership, use: ToolUse) -> str:
    """Return the address of the page of a use."""
    return reverse("publication_use", kwargs={"org": by.organisation.slug, "pk": use.pk})
