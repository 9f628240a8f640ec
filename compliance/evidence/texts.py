"""Take out the text inside kept files, in a worker, and bring the words of the pieces up to date."""

from __future__ import annotations

import json

from compliance.evidence import blobs, child, words
from compliance.evidence.extraction import OFFICE, PAGES, TEXTS
from compliance.evidence.jobs import Job, claim, nudge
from compliance.evidence.keeping import FileText
from compliance.evidence.models import Evidence, EvidenceVersion, Kind
from compliance.lib.problems import Refused

TASK = "compliance.evidence.read_text"
ENDINGS = TEXTS | PAGES | OFFICE.keys() | {"pdf", "ipynb"}
SECONDS = 90
MOST_WRITTEN = 32 * 1024 * 1024


def ask(version: EvidenceVersion) -> None:
    """Have the files of a version read, each digest of an organisation once."""
    if version.kind != Kind.FILE:
        return
    for file in version.kept:
        if file.file_name.rpartition(".")[2].lower() not in ENDINGS:
            continue
        text, new = FileText.objects.get_or_create(
            organisation_id=version.evidence.organisation_id,
            sha256=file.sha256,
            defaults={"media_type": file.media_type, "file_name": file.file_name},
        )
        if new:
            nudge(TASK, text.pk)


def read(pk: int) -> FileText | None:
    """Read one file that waits, and find its pieces by its words from now on; None where nobody waits for it."""
    text = claim(FileText, pk)
    if text is None:
        return None
    try:
        found = _extract(text)
    except Refused as refused:
        found = {"said": refused.problems[0].sentence}
    text.text, text.pages, text.said = (
        str(found.get("text", "")),
        int(found.get("pages", 0)),
        str(found.get("said", "")),
    )
    text.state = Job.State.FAILED if text.said else Job.State.DONE
    text.save()
    files = {"latest__files__sha256": text.sha256, "organisation_id": text.organisation_id}
    words.index(Evidence.objects.filter(**files).distinct())
    return text


def _extract(text: FileText) -> dict[str, str | int]:
    if text.tries > Job.MOST_TRIES:
        return {"said": "Reading the file ended the worker several times, so it is not tried again."}
    with blobs.local_path(text.organisation_id, text.sha256) as path:
        said = child.run("extraction", path, text.file_name, seconds=SECONDS, most=MOST_WRITTEN)
    found: dict[str, str | int] = json.loads(said)
    return found
