"""Make, import, change and publish an organisation's own frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue.document import Document, as_catalogue
from compliance.catalogue.drafting import Path, Spot, check_whole, checked
from compliance.frameworks import editing
from compliance.frameworks.catalogues import rows_of
from compliance.frameworks.models import Framework, FrameworkVersion
from compliance.lib.clocks import EARLIEST
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail.actions import write

ABILITY = "edit_frameworks"
MOST_DAYS_AHEAD = 366


@transaction.atomic
def make(
    *, by: Membership, document: Document, came_from: str = "", file_sha256: str = "", pk: UUID | None = None
) -> FrameworkVersion:
    """Keep a new framework as a draft; `came_from` names the file that it was read from, if any.

    With `pk`, under which a preview announced it, it is kept once, however often that preview is sent.
    """
    check_can(by, ABILITY)
    fields = {"title": document.framework.title, "made_by": by}
    framework, new = Framework.objects.get_or_create(pk=pk or uuid4(), organisation=by.organisation, defaults=fields)
    if not new:
        sentence = _("“{title}” is kept already.").format(title=framework)
        raise Refused(Problem("kept-already", sentence, _("It is among your frameworks.")))
    return _draft(by, framework, document, came_from, file_sha256)


@transaction.atomic
def take_in(
    *, by: Membership, framework: Framework, document: Document, seen: str, came_from: str = "", file_sha256: str = ""
) -> FrameworkVersion:
    """Put a document in place of a framework's draft, or begin one with it.

    `seen` is the digest of the draft that the person compared with, empty where there was none.
    """
    framework = _own(by, framework)
    draft = _locked_draft(framework)
    if (draft.sha256 if draft else "") != seen:
        sentence = _("Somebody else changed the draft of {framework} meanwhile.").format(framework=framework)
        raise Refused(Problem("changed-meanwhile", sentence, _("Import the file again and compare.")))
    if draft is None:
        return _draft(by, framework, document, came_from, file_sha256)
    draft.came_from = came_from[:300]
    _keep(draft, document)
    _record(by, framework, "framework.imported", file=came_from or "–", file_sha256=file_sha256, sha256=draft.sha256)
    return draft


@transaction.atomic
def begin(*, by: Membership, framework: Framework) -> FrameworkVersion:
    """Begin a draft from the newest published version; where there is a draft already, that is the one."""
    framework = _own(by, framework)
    draft = _locked_draft(framework)
    if draft is not None:
        return draft
    newest = framework.versions.filter(published_at__isnull=False).last()
    if newest is None:
        raise Refused(Problem("nothing-published", _("There is no version to begin from.")))
    draft = FrameworkVersion.objects.create(
        framework=framework, content=newest.content, sha256=newest.sha256, made_by=by
    )
    _record(by, framework, "framework.begun", text_version=newest.text_version)
    return draft


@transaction.atomic
def change(
    *, by: Membership, draft: FrameworkVersion, change: editing.Change, told: str, part: tuple[str, str] = ("", "")
) -> FrameworkVersion:
    """Change a draft. `part` is what a form is about, as ("rows", id): its problems stand beside the form's fields."""
    check_can(by, ABILITY)
    draft = _locked(by, draft)
    before = draft.document
    value = before.as_json()
    change(value)
    document = _checked(by, value, part)
    if document.digest == before.digest:
        return draft
    _keep(draft, document)
    _record(by, draft.framework, "framework.changed", what=told, sha256=draft.sha256)
    return draft


@transaction.atomic
def publish(*, by: Membership, draft: FrameworkVersion, on: date, seen: str) -> FrameworkVersion:
    """Publish a draft as the version of a day; from now on it does not change. `seen` is the digest that was read."""
    check_can(by, ABILITY)
    draft = _locked(by, draft)
    document = draft.document
    if draft.sha256 != seen:
        sentence = _("Somebody else changed the draft while you were reading it.")
        raise Refused(Problem("changed-meanwhile", sentence, _("Look at what would be published now.")))
    check_whole(document)
    checked(document.as_json(), rows_of=rows_of(by.organisation))
    latest = timezone.localdate() + timedelta(days=MOST_DAYS_AHEAD)
    if not EARLIEST <= on <= latest:
        sentence = _("A version is of a day that is at most a year ahead.")
        hint = _("Later versions must be of later days, so a year typed wrongly would stand in their way.")
        raise Refused(
            Problem("day-out-of-range", sentence, hint, column="on", found=str(on), expected=f"{EARLIEST} to {latest}")
        )
    newest = draft.framework.versions.filter(published_at__isnull=False).last()
    if newest is not None and on.isoformat() <= newest.text_version:
        sentence = _("The day must be later than that of the version before.")
        raise Refused(
            Problem("not-later", sentence, column="on", found=on.isoformat(), expected=f"> {newest.text_version}")
        )
    if newest is not None and newest.sha256 == draft.sha256:
        sentence = _("The draft says the same as the version of {day}.").format(day=newest.text_version)
        raise Refused(Problem("nothing-new", sentence))
    draft.text_version, draft.published_by, draft.published_at = on.isoformat(), by, timezone.now()
    as_catalogue(document, draft.framework.law, draft.text_version)  # it opens as a checklist, or is not published
    draft.save()
    _record(
        by,
        draft.framework,
        "framework.published",
        text_version=draft.text_version,
        sha256=draft.sha256,
        rows=len(document.rows),
    )
    return draft


@transaction.atomic
def discard(*, by: Membership, draft: FrameworkVersion, seen: str) -> None:
    """Throw a draft away; with its only version a framework goes too, and the trail still says what it was."""
    check_can(by, ABILITY)
    draft = _locked(by, draft)
    if draft.sha256 != seen:
        sentence = _("Somebody else changed the draft meanwhile.")
        raise Refused(Problem("changed-meanwhile", sentence, _("Look at it again before it is thrown away.")))
    framework = draft.framework
    _record(by, framework, "framework.discarded", sha256=draft.sha256)
    draft.delete()
    newest = framework.versions.last()
    if newest is None:
        framework.delete()
    else:
        framework.title = newest.document.framework.title
        framework.save(update_fields=["title"])


def _checked(by: Membership, value: editing.Value, part: tuple[str, str]) -> Document:
    """Check a whole value; what is wrong with the part in hand stands beside its fields, the rest above them."""
    table, id = part

    def where(path: Path) -> Spot:
        fields = [step for step in path if isinstance(step, str)]
        if not fields or len(fields) < 2:
            return Spot()
        if fields[0] == "crosswalk":
            return Spot(column="crosswalk")
        mine = fields[0] == table and (table == "framework" or value[table][path[1]].get("id") == id)
        return Spot(column=fields[1] if mine else None)

    try:
        return checked(value, where, rows_of=rows_of(by.organisation))
    except Refused as refused:
        if table != "framework" or refused.code != "wrong-prefix":
            raise
        count = sum(one.code == "wrong-prefix" for one in refused.problems)
        sentence = _("{count} rows have ids that do not start with this prefix.").format(count=count)
        raise Refused(Problem("wrong-prefix", sentence, column="row_prefix")) from None


def _own(by: Membership, framework: Framework) -> Framework:
    check_can(by, ABILITY)
    return Framework.objects.select_for_update(no_key=True).get(pk=framework.pk, organisation_id=by.organisation_id)


def _locked_draft(framework: Framework) -> FrameworkVersion | None:
    return framework.versions.select_for_update(no_key=True).filter(published_at=None).first()


def _locked(by: Membership, draft: FrameworkVersion) -> FrameworkVersion:
    """Lock a draft; refused where somebody published or discarded it meanwhile."""
    found = (
        FrameworkVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("framework__organisation")
        .filter(pk=draft.pk, framework__organisation_id=by.organisation_id, published_at=None)
        .first()
    )
    if found is None:
        sentence = _("This draft was published or thrown away meanwhile.")
        raise Refused(Problem("no-draft", sentence, _("Begin a new version to change more.")))
    return found


def _draft(
    by: Membership, framework: Framework, document: Document, came_from: str, file_sha256: str
) -> FrameworkVersion:
    draft = FrameworkVersion(framework=framework, made_by=by, came_from=came_from[:300])
    _keep(draft, document)
    verb = "framework.imported" if came_from else "framework.made"
    data = {"file": came_from, "file_sha256": file_sha256} if came_from else {}
    _record(by, framework, verb, **data, sha256=draft.sha256)
    return draft


def _keep(draft: FrameworkVersion, document: Document) -> None:
    draft.content, draft.sha256 = document.as_json(), document.digest
    draft.revision += 1
    draft.save()
    if draft.framework.title != document.framework.title:
        draft.framework.title = document.framework.title
        draft.framework.save(update_fields=["title"])


def _record(by: Membership, framework: Framework, verb: str, **data: str | int) -> None:
    told: Mapping[str, str | int] = {**data, **({"short": str(data["sha256"])[:12]} if "sha256" in data else {})}
    write(organisation_id=by.organisation_id, actor=by.actor, verb=verb, subject=framework.subject, data=told)
