"""What evidence must be like before it is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from compliance.evidence.keeping import LegalHold
from compliance.evidence.models import Confidentiality, Evidence
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership, Role

# Files that a browser or a desktop runs when they are opened; evidence is read, never run.
REFUSED_ENDINGS = frozenset(
    "exe dll msi bat cmd com scr ps1 vbs vbe js jse wsf wsh hta jar lnk reg cpl app dmg pkg deb rpm sh apk".split()
)
TITLE_LENGTH = 200
READS_PRIVILEGED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.LEGAL_REVIEWER})
TAG_LENGTH = 40
MOST_TAGS = 20
MOST_FILES = 50


def check_title(title: str) -> None:
    """A title is needed and has at most 200 characters."""
    if not title:
        raise Refused(Problem("evidence-without-title", _("The evidence needs a title."), column="title"))
    if len(title) > TITLE_LENGTH:
        sentence = _("The title has {found} characters; at most {most} are possible.")
        sentence = sentence.format(found=len(title), most=TITLE_LENGTH)
        raise Refused(Problem("title-too-long", sentence, column="title", found=str(len(title))))


def check_file_name(name: str) -> None:
    """A file needs a name, and may not be a program."""
    if not name:
        raise Refused(Problem("file-without-name", _("The file has no name."), column="file"))
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in REFUSED_ENDINGS:
        raise Refused(
            Problem(
                "program-refused",
                _("{name} is a program or script, and programs are not kept as evidence.").format(name=name),
                _("Put it into a ZIP file, or describe it in a note."),
                column="file",
                found=f".{ending}",
            )
        )


def check_files(names: Sequence[str]) -> None:
    """A version has one file or several, each with a name of its own."""
    if not names:
        raise Refused(Problem("no-file", _("Choose at least one file."), column="file"))
    if len(names) > MOST_FILES:
        sentence = _("There are {found} files; one version holds at most {most}.")
        sentence = sentence.format(found=len(names), most=MOST_FILES)
        raise Refused(Problem("too-many-files", sentence, _("Put them into a ZIP file."), column="file"))
    for name in names:
        check_file_name(name)
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        sentence = _("Two of the files are called {name}, so nobody could tell them apart.").format(name=doubled)
        raise Refused(Problem("file-named-twice", sentence, column="file", found=doubled))


def check_confidentiality(word: str) -> None:
    """How confidential a piece is, is one of four words."""
    if word not in Confidentiality.values:
        sentence = _("There is no confidentiality {word!r}.").format(word=word)
        raise Refused(Problem("unknown-confidentiality", sentence, column="confidentiality", found=word))


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in lower case, each once and in order; Refused where one is too long or there are too many.

    >>> clean_tags([" Bias ", "HR", "bias", ""])
    ['bias', 'hr']
    """
    plain = (unicodedata.normalize("NFC", tag) for tag in tags)
    plain = ("".join(c for c in tag if unicodedata.category(c)[0] != "C") for tag in plain)
    found = sorted({" ".join(tag.split()).lower() for tag in plain} - {""})
    for tag in found:
        if len(tag) > TAG_LENGTH:
            sentence = _("The tag “{tag}” has {found} characters; at most {most} are possible.")
            sentence = sentence.format(tag=tag, found=len(tag), most=TAG_LENGTH)
            raise Refused(Problem("tag-too-long", sentence, column="tags", found=tag))
    if len(found) > MOST_TAGS:
        sentence = _("There are {found} tags; at most {most} are possible.").format(found=len(found), most=MOST_TAGS)
        raise Refused(Problem("too-many-tags", sentence, column="tags", found=str(len(found))))
    return found


def check_new_version(evidence: Evidence, *, differs: bool) -> None:
    """A withdrawn piece gets no newer version, and a version has something new in it: bytes, days or origin."""
    if evidence.withdrawn_at:
        sentence = _("“{title}” was withdrawn, so it takes no newer version.").format(title=evidence.title)
        raise Refused(Problem("evidence-withdrawn", sentence, _("Add a new piece of evidence instead.")))
    if not differs:
        sentence = _("Version {number} holds the same bytes with the same dates and origin, so nothing here is new.")
        raise Refused(Problem("same-bytes", sentence.format(number=evidence.newest.number), column="file"))


def check_dates(effective_on: date | None, valid_until: date | None) -> None:
    """Evidence cannot end before it begins."""
    if effective_on and valid_until and valid_until < effective_on:
        sentence = _("The evidence would be valid until {until}, before its effective date {since}.")
        sentence = sentence.format(until=valid_until.isoformat(), since=effective_on.isoformat())
        raise Refused(Problem("valid-before-effective", sentence, column="valid_until", found=valid_until.isoformat()))


def check_address(url: str) -> None:
    """A link is a whole http or https address, without a password in it."""
    try:
        URLValidator(schemes=["http", "https"])(url)
        secret = urlsplit(url).password
    except (ValidationError, ValueError):
        sentence = _("{url!r} is not a web address.").format(url=url[:200])
        hint = _("Write it whole, for instance https://example.org/policy.")
        raise Refused(Problem("not-an-address", sentence, hint, column="url", found=url[:200])) from None
    if secret is not None:
        sentence = _("The address holds a password, which would be kept and printed.")
        raise Refused(Problem("password-in-address", sentence, _("Leave the password out."), column="url"))


def check_restore(evidence: Evidence) -> None:
    """Only what was withdrawn comes back."""
    if not evidence.withdrawn_at:
        raise Refused(Problem("not-withdrawn", _("This evidence is not withdrawn.")))


def check_withdraw(evidence: Evidence, reason: str) -> None:
    """Withdrawing needs a reason and happens once."""
    if evidence.withdrawn_at:
        raise Refused(Problem("withdrawn-already", _("This evidence was withdrawn already.")))
    if LegalHold.objects.filter(evidence=evidence, lifted_at=None).exists():
        sentence = _("“{title}” is under a legal hold, so it cannot be withdrawn.").format(title=evidence.title)
        hint = _("A legal reviewer or an administrator may lift the hold.")
        raise Refused(Problem("under-legal-hold", sentence, hint))
    if not reason.strip():
        sentence = _("Say why the evidence is withdrawn.")
        raise Refused(Problem("withdrawn-without-reason", sentence, column="reason"))


def check_hold(evidence: Evidence, reason: str) -> None:
    """A piece is held once at a time, for a reason."""
    if LegalHold.objects.filter(evidence=evidence, lifted_at=None).exists():
        sentence = _("“{title}” is under a legal hold already.").format(title=evidence.title)
        raise Refused(Problem("held-already", sentence))
    if not reason.strip():
        sentence = _("Say why the evidence must be preserved.")
        raise Refused(Problem("hold-without-reason", sentence, column="reason"))


def check_lift(evidence: Evidence, reason: str) -> LegalHold:
    """Return the hold that may be lifted; Refused where there is none, or no reason is given."""
    found = LegalHold.objects.filter(evidence=evidence, lifted_at=None).first()
    if found is None:
        raise Refused(Problem("not-held", _("“{title}” is under no legal hold.").format(title=evidence.title)))
    if not reason.strip():
        raise Refused(Problem("lift-without-reason", _("Say why the hold is lifted."), column="reason"))
    return found


def check_read(by: Membership, evidence: Evidence) -> None:
    """What is privileged is read by administrators, auditors and legal reviewers of the house, and by who added it."""
    if evidence.confidentiality != Confidentiality.PRIVILEGED or evidence.added_by_id == by.pk:
        return
    if by.is_guest or by.role not in READS_PRIVILEGED:
        sentence = _("“{title}” is privileged, so its content is not shown to you.").format(title=evidence.title)
        hint = _("Administrators, auditors and legal reviewers of the organisation, and whoever added it, may read it.")
        raise Forbidden(Problem("privileged", sentence, hint))


def can_read(by: Membership, evidence: Evidence) -> bool:
    """The bool twin of :func:`check_read`."""
    try:
        check_read(by, evidence)
    except Forbidden:
        return False
    return True
