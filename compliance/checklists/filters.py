"""Which rows of a checklist a page shows: chosen in the address, so that a view can be kept as a bookmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.catalogue.articles import articles
from compliance.catalogue.schema import Catalogue, Section
from compliance.checklists.footing import Footing
from compliance.checklists.lines import Line
from compliance.checklists.models import OPEN, Binding, ChecklistItem, Progress, Verdict
from compliance.people.models import Membership

ANY = ("", _("any"))
NONE = "none"
APPROVED = "approved"
KINDS = {
    "duty": _("duty"),
    "prohibition": _("prohibition"),
    "condition": _("condition"),
    "gate": _("gate"),
    "rule": _("rule"),
    "option": _("option"),
    "exposure": _("exposure"),
    "transition": _("transition"),
    "guidance": _("guidance"),
    "context": _("context"),
    "control": _("control"),
}
COMPUTED = {
    "direct": _("computed"),
    "partial": _("partly computed"),
}


DUE = {
    "overdue": _("overdue"),
    "week": _("within 7 days"),
    "month": _("within 30 days"),
    NONE: _("no date"),
}
FIRST = ("q", "progress", "footing", "verdict", "owner", "due")


class RowFilter(forms.Form):
    """The filters of the checklist page. A value that is not offered shows its sentence and filters nothing."""

    q = forms.CharField(
        label=_("Words in the row"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    progress = forms.ChoiceField(label=_("Progress"), required=False, choices=[ANY, *Progress.choices])
    footing = forms.ChoiceField(label=_("What it stands on"), required=False, choices=[ANY, *Footing.choices])
    verdict = forms.ChoiceField(
        label=_("Verdict"), required=False, choices=[ANY, *Verdict.choices, (NONE, _("no verdict yet"))]
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due = forms.ChoiceField(label=_("Due"), required=False, choices=[ANY, *DUE.items()])
    article = forms.ChoiceField(label=_("Article"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    computed = forms.ChoiceField(
        label=_("Computed"), required=False, choices=[ANY, *COMPUTED.items(), (NONE, _("not computed"))]
    )
    stale = forms.ChoiceField(
        label=_("Stale"),
        required=False,
        choices=[
            ANY,
            ("yes", _("something moved on")),
            (APPROVED, _("approved, then changed")),
            (NONE, _("nothing moved on")),
        ],
    )
    binding = forms.ChoiceField(
        label=_("Binds"), required=False, choices=[ANY, *Binding.choices, (NONE, _("not determined"))]
    )
    again = forms.ChoiceField(
        label=_("Confirm again"), required=False, choices=[ANY, ("yes", _("to be confirmed")), (NONE, _("no"))]
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        by: Membership,
        people: Iterable[Membership],
        law: Catalogue,
        bindings: Iterable[str] = (),
        again: bool = False,
    ):
        super().__init__(data)
        if not any(bindings):  # no determination tells the rows apart
            del self.fields["binding"]
        if not again:
            del self.fields["again"]
        self.by = by
        others = [(str(one.pk), one.name) for one in people if one.pk != by.pk]
        kinds = {row.kind for row in law.rows}
        self._offer("owner", [("me", _("me")), *others, (NONE, _("nobody"))])
        self._offer("kind", [(kind, KINDS[kind]) for kind in KINDS if kind in kinds])
        self.articles = articles(law)
        self._offer("article", [(name, one.label) for name, one in self.articles.items()], least=2)
        self._offer("role", list(law.roles.items()), least=2)
        self._offer("tier", list(law.tiers.items()), least=2)

    def _offer(self, name: str, choices: list[tuple[str, Any]], least: int = 0) -> None:
        """Offer the values that this law has; a filter that could tell nothing apart is left out."""
        if len(choices) < least:
            del self.fields[name]
        else:
            self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]

    @property
    def first(self) -> list[forms.BoundField]:
        """The filters that most people use."""
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The others."""
        return [self[name] for name in self.fields if name not in FIRST]

    @property
    def narrows(self) -> bool:
        """Say whether anything was chosen."""
        return any(self.chosen().values())

    @property
    def narrows_more(self) -> bool:
        """Say whether one of the less common filters is in use, or was given a value that is not offered."""
        return any(self.chosen()[name] or self[name].errors for name in self.fields if name not in FIRST)

    def chosen(self) -> dict[str, str]:
        """Return the filters that hold a value which is offered."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def query(self) -> str:
        """What was chosen, as it stands in an address: each filter once, in one order, none that is empty."""
        found = QueryDict(mutable=True)
        found.update({name: value for name, value in self.chosen().items() if value})
        return found.urlencode()

    def narrow(self, sections: Iterable[tuple[Section, list[Line]]]) -> list[tuple[Section, list[Line]]]:
        """Return the sections with the rows that fit, without those that have none."""
        chosen = self.chosen()
        words = chosen["q"].casefold().split()
        me = str(self.by.pk)
        owner = {"me": me, NONE: "None"}.get(chosen["owner"], chosen["owner"])
        today = timezone.localdate()
        article = self.articles.get(chosen.get("article", ""))
        within = {row.id for row in article.rows} if article else None
        found = []
        for section, lines in sections:
            some = lines if within is None else [line for line in lines if line.row.id in within]
            fitting = [line for line in some if _fits(line, chosen, owner, today) and _holds(line, section, words)]
            if fitting:
                found.append((section, fitting))
        return found


def _fits(line: Line, chosen: Mapping[str, str], owner: str, today: date) -> bool:
    row, item = line.row, line.item
    wanted = (
        (chosen["progress"], item.progress),
        (chosen["footing"], line.footing),
        (chosen["verdict"], item.verdict or NONE),
        (chosen["computed"], row.computed),
        (chosen["kind"], row.kind),
        (chosen.get("tier", ""), row.tier),
        (chosen["stale"] if chosen["stale"] != APPROVED else "", "yes" if line.is_stale else NONE),
        (chosen.get("binding", ""), item.binding or NONE),
        (chosen.get("again", ""), "yes" if item.confirm_again else NONE),
        (owner, str(item.owner_id)),
    )
    role = chosen.get("role", "")
    return (
        all(not want or want == have for want, have in wanted)
        and (not role or role in row.roles)
        and (chosen["stale"] != APPROVED or item.stale_since is not None)
        and (not chosen["due"] or _due(item, chosen["due"], today))
    )


def _due(item: ChecklistItem, chosen: str, today: date) -> bool:
    if item.due_on is None:
        return chosen == NONE
    if chosen == "overdue":
        return is_overdue(item, today)
    days = {"week": 7, "month": 30}.get(chosen)
    return days is not None and today <= item.due_on <= today + timedelta(days=days)


def is_overdue(item: ChecklistItem, today: date) -> bool:
    """Say whether the day by which a row was to be answered has gone by, and it is not submitted."""
    return overdue(item.due_on, item.progress, today)


def overdue(due_on: date | None, progress: str, today: date) -> bool:
    """Say the same of the day and the progress alone."""
    return due_on is not None and due_on < today and progress in OPEN


def _holds(line: Line, section: Section, words: list[str]) -> bool:
    if not words:
        return True
    row, item = line.row, line.item
    text = " ".join(
        (section.title, row.id, row.title, row.question, row.citation_text, item.reason, item.note)
    ).casefold()
    return all(word in text for word in words)
