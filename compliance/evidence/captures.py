"""Capture what is behind a link when it is kept: only where the operator allows fetching, and only from the public
internet."""

from __future__ import annotations

from html.parser import HTMLParser

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.evidence import blobs
from compliance.evidence.jobs import Job, claim, nudge
from compliance.evidence.keeping import LinkCapture
from compliance.evidence.models import EvidenceVersion, Kind
from compliance.lib import outward
from compliance.lib.problems import Refused
from compliance.trail.actions import write
from compliance.trail.recorded import recorded

TASK = "compliance.evidence.capture"
MACHINE = {"id": "probanda", "name": "Probanda", "role": "software"}
MOST_BYTES = 5 * 1024 * 1024
SECONDS = 15.0
REDIRECTS = 5


def ask(version: EvidenceVersion) -> None:
    """Have the page behind a link fetched, where the operator allows it."""
    if version.kind == Kind.LINK and settings.FETCH_LINKS:
        nudge(TASK, LinkCapture.objects.create(version=version).pk)


@recorded
def capture(pk: int) -> LinkCapture | None:
    """Fetch one page that waits; None where nobody waits for it. What was refused or did not come is told."""
    found = claim(LinkCapture, pk)
    if found is None:
        return None
    answer, said = _fetch(found) if settings.FETCH_LINKS else (None, _("The operator does not allow fetching."))
    found.fetched_at, found.said = timezone.now(), said
    with transaction.atomic():
        found.state = Job.State.FAILED if answer is None else Job.State.DONE
        if answer is not None:
            kept = blobs.put_bytes(found.version.evidence.organisation_id, answer.body)
            found.sha256, found.size, found.address = kept.sha256, kept.size, answer.url[:2000]
            found.media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()[:100]
            found.title = title_of(answer.body)[:300]
        found.save()
        _record(found)
    return found


def _fetch(found: LinkCapture) -> tuple[outward.Answer | None, str]:
    if found.tries > Job.MOST_TRIES:
        return None, _("Fetching it ended the worker several times, so it is not tried again.")
    try:
        answer = outward.ask(
            found.version.url,
            headers={"User-Agent": "Probanda (capture of a link)", "Accept-Encoding": "identity"},
            seconds=SECONDS,
            limit=MOST_BYTES,
            redirects=REDIRECTS,
        )
    except Refused as refused:
        return None, refused.problems[0].sentence
    except outward.Unreachable as error:
        return None, str(error)
    if answer.status != 200:
        return None, _("The page answered with the status {status}.").format(status=answer.status)
    if answer.cut:
        return None, _("The page is larger than the {most} MB that are captured.").format(most=MOST_BYTES // 1048576)
    return answer, ""


def _record(found: LinkCapture) -> None:
    evidence = found.version.evidence
    write(
        organisation_id=evidence.organisation_id,
        actor=MACHINE,
        verb="evidence.captured" if found.sha256 else "evidence.not_captured",
        subject=evidence.subject,
        data={
            "version": found.version.number,
            "address": found.address,
            "sha256": found.sha256,
            "short": found.sha256[:12],
            "reason": found.said,
        },
    )


class _Title(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside, self.parts = False, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "title" and self.parts == [""]

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)


def title_of(data: bytes) -> str:
    """Return the title of an HTML page in one line; empty where it has none.

    >>> title_of(b"<html><head><title>Policy &amp; more</title><body><title>no</title>")
    'Policy & more'
    """
    reader = _Title()
    reader.feed(data[:200_000].decode("utf-8", "replace"))
    return " ".join("".join(reader.parts).split())
