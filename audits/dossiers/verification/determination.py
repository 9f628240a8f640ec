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


def check(manifest: Manifest, files: dict[str, bytes]) -> str:
    """Compare the determination of the manifest with its embedded file, and perform it again; return what was got.

    It can be performed again where this copy holds the very text of the law, by its digest, that it was made from.
    """
    stated = manifest.determination
    if stated is None:
        return "no determination stands in this dossier"
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
        return f"{stated.sha256}; this copy has another text of the law, so the rows were not held against it again"
    if different := [name for name, found in _found(kept).items() if _found(again).get(name) != found]:
        named = f"{manifest.software.name} {manifest.software.version}"
        told = words.amount(len(different), "row, class or step", "rows, classes or steps")
        sentence = f"This copy comes to another result for {told} of the determination; it was made with {named}."
        raise Unknown(sentence, ", ".join(different[:5]))
    return f"{stated.sha256}; {words.amount(len(kept['rows']), 'row', 'rows')} held against the law again, all equal"


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
