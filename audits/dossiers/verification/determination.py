"""The determination: its digest, what the document says of it, and the rows held against the law once more."""

from __future__ import annotations

from typing import Any

from audits.dossiers import determined, words
from audits.dossiers.manifest import Manifest
from audits.dossiers.verification.report import Broken, Unknown
from compliance.catalogue.known import read
from compliance.catalogue.loader import facts, load
from compliance.determinations import result
from compliance.lib import canonical
from compliance.lib.problems import Refused

_SAME = "What the document says of the determination is what its embedded file says"


def check(manifest: Manifest, files: dict[str, bytes]) -> tuple[str, str]:
    """Compare the determination of the manifest with its embedded file, and perform it again; return what was got.

    The second text says it in a sentence.

    It can be performed again where this copy holds the very text of the law, by its digest, that it was made from.
    """
    stated = manifest.determination
    if stated is None:
        return "none", "No determination stands in this dossier."
    data = files.get(stated.attachment, b"")
    if canonical.sha256(data) != stated.sha256:
        raise Broken(
            "The embedded determination has another digest than the one that was signed.", canonical.sha256(data)
        )
    if not canonical.is_canonical(data):
        raise Broken("The embedded determination is not canonical JSON.", f"{len(data)} bytes")
    kept = canonical.load(data)
    if determined.told(result.of(kept)) != stated.says.model_dump():
        raise Broken("The document tells the determination otherwise than its embedded file.", stated.attachment)
    again = _again(kept)
    if again is None:
        return stated.sha256, f"{_SAME}; this copy has another text of the law, so its rows were not worked out again."
    if different := [name for name, found in _found(kept).items() if _found(again).get(name) != found]:
        named = f"{manifest.software.name} {manifest.software.version}"
        told = words.amount(len(different), "row, class or step", "rows, classes or steps")
        sentence = f"This copy comes to another result for {told} of the determination; it was made with {named}."
        raise Unknown(sentence, ", ".join(different[:5]))
    got = f"{stated.sha256}; {words.amount(len(kept['rows']), 'row', 'rows')} worked out again, all equal"
    return got, f"{_SAME}, and every row follows from its facts."


def _found(kept: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return what was found, without the wording of its reasons, which may be told better later."""
    rows = {one["id"]: (one["state"], one["from"]) for one in kept["rows"]}
    classes = {f"{one['outcome']} {one['citation']}": (one["state"], one["from"]) for one in kept["outcomes"]}
    steps = {f"step {one['step']}": (one["state"], one["answer"], *one["may_be"]) for one in kept["steps"]}
    return {**rows, **classes, **steps}


def _again(kept: dict[str, Any]) -> dict[str, Any] | None:
    """Hold the kept facts against the same text of the law; None where this copy does not have that text."""
    try:
        law = load(kept["law"], kept["text_version"])
        known = read(kept["facts"], facts())
    except Refused:
        return None
    if law.digest != kept["catalogue_sha256"]:
        return None
    found, classes = result.hold(kept["law"], known, result.day_of(kept), kept["text_version"])
    return result.written(found, classes, system=kept["system"], remarks=kept["remarks"])
