"""Say something about a row, and tell those who are named."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import items
from compliance.discussion.mail import tell
from compliance.discussion.mentions import mentions
from compliance.discussion.models import Remark
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.trail.actions import write

LONGEST = 10_000


@transaction.atomic
def say(*, by: Membership, item: ChecklistItem, text: str) -> tuple[Remark, tuple[str, ...]]:
    """Keep a remark, and mail those whom it names once it is kept; returns also the names that nobody here has.

    Only members of the organisation can be named, and only they learn of it. A name that several members have is
    refused, since nobody guesses who was meant.
    """
    check_can(by, "view")
    check_member(by)
    item = items(by).get(pk=item.pk)
    text = text.strip()
    if not text:
        raise Refused(Problem("empty-remark", _("Write something first."), column="text"))
    if len(text) > LONGEST:
        sentence = _("A remark has at most {most} characters; this one has {found}.")
        raise Refused(Problem("long-remark", sentence.format(most=LONGEST, found=len(text)), column="text"))
    people = list(active_members(by))
    found = mentions(text, [(one.name, one.user.email) for one in people])
    if found.several:
        sentence = _("Several members are called {name}.").format(name=found.several[0])
        raise Refused(Problem("name-of-several", sentence, _("Write @ and the e-mail address."), column="text"))
    named = [people[place] for place in found.members]
    remark = Remark.objects.create(item=item, by=by, text=text)
    remark.named.set(named)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="item.discussed",
        subject=item.subject,
        system_id=item.checklist.system_id,
        data={"checklist": str(item.checklist_id), "text": text, "named": [one.personal_name for one in named]},
    )
    tell(by=by, item=item, members=[one for one in named if one.user_id != by.user_id])
    return remark, found.nobody


def check_member(by: Membership) -> None:
    """What members say to one another is not for the guests of an engagement."""
    if by.is_guest:
        sentence = _("The discussion is among the members of {organisation}.").format(organisation=by.organisation.name)
        raise Forbidden(Problem("not-for-guests", sentence))
