"""Which rows of a checklist a page shows: chosen in the address, so that a view can be kept as a bookmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.catalogue.schema import Section
from compliance.checklists.models import Binding, Progress, Verdict
from compliance.checklists.queries import Line
from compliance.people.models import Membership

ANY = ("", _("any"))
NONE = "none"
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


class RowFilter(forms.Form):
    """The filters of the checklist page. A value that is not offered shows its sentence and filters nothing."""

    q = forms.CharField(
        label=_("Words in the row"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    progress = forms.ChoiceField(label=_("Progress"), required=False, choices=[ANY, *Progress.choices])
    verdict = forms.ChoiceField(
        label=_("Verdict"), required=False, choices=[ANY, *Verdict.choices, (NONE, _("no verdict yet"))]
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    computed = forms.ChoiceField(
        label=_("Computed"), required=False, choices=[ANY, *COMPUTED.items(), (NONE, _("not computed"))]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
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
        kinds: Iterable[str],
        bindings: Iterable[str],
        again: bool,
    ):
        super().__init__(data)
        if not any(bindings):  # no determination tells the rows apart
            del self.fields["binding"]
        if not again:
            del self.fields["again"]
        self.by = by
        others = [(str(one.pk), one.name) for one in people if one.pk != by.pk]
        owners = [ANY, ("me", _("me")), *others, (NONE, _("nobody"))]
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
        self.fields["kind"].choices = [ANY, *((kind, KINDS[kind]) for kind in KINDS if kind in set(kinds))]  # type: ignore[attr-defined]

    @property
    def narrows(self) -> bool:
        """Say whether anything was chosen."""
        return any(self.chosen().values())

    def chosen(self) -> dict[str, str]:
        """Return the filters that hold a value which is offered."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    def narrow(self, sections: Iterable[tuple[Section, list[Line]]]) -> list[tuple[Section, list[Line]]]:
        """Return the sections with the rows that fit, without those that have none."""
        chosen = self.chosen()
        words = chosen["q"].casefold().split()
        me = str(self.by.pk)
        owner = {"me": me, NONE: "None"}.get(chosen["owner"], chosen["owner"])
        found = []
        for section, lines in sections:
            fitting = [line for line in lines if _fits(line, chosen, owner) and _holds(line, section, words)]
            if fitting:
                found.append((section, fitting))
        return found


def _fits(line: Line, chosen: Mapping[str, str], owner: str) -> bool:
    row, item = line.row, line.item
    wanted = (
        (chosen["progress"], item.progress),
        (chosen["verdict"], item.verdict or NONE),
        (chosen["computed"], row.computed),
        (chosen["kind"], row.kind),
        (chosen.get("binding", ""), item.binding or NONE),
        (chosen.get("again", ""), "yes" if item.confirm_again else NONE),
        (owner, str(item.owner_id)),
    )
    return all(not want or want == have for want, have in wanted)


def _holds(line: Line, section: Section, words: list[str]) -> bool:
    if not words:
        return True
    row, item = line.row, line.item
    text = " ".join(
        (section.title, row.id, row.title, row.question, row.citation_text, item.reason, item.note)
    ).casefold()
    return all(word in text for word in words)
