"""The figures and the trail, computed again from what is embedded."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from audits.dossiers import words
from audits.dossiers.manifest import BiasAudit, Entry, Manifest
from audits.dossiers.verification.report import Broken, Unknown
from audits.metrics.outcome_counts import PARTS
from audits.metrics.recheck import recheck
from audits.timestamps.check import judge
from compliance.lib import canonical
from compliance.trail import chain

COUNTS_HEAD = ["sex", "race_ethnicity", "applicants", "selected"]


def check_files(manifest: Manifest, files: dict[str, bytes], own: str) -> str:
    """Compare each embedded file but the manifest, `own`, with what the manifest lists; return what was got."""
    listed = {item.name: item for item in manifest.attachments}
    for name in sorted(listed.keys() - files.keys()):
        raise Broken(f"The embedded file {name} is missing.", "missing")
    for name in sorted(files.keys() - listed.keys() - {own}):
        raise Broken(f"The document embeds {name}, which the manifest does not list.", canonical.sha256(files[name]))
    for name, item in listed.items():
        found = canonical.sha256(files[name])
        if found != item.sha256 or len(files[name]) != item.bytes:
            raise Broken(f"The embedded file {name} is not the one that the manifest lists.", found)
    return f"{len(listed)} listed, {len(files) - 1} embedded, all digests equal"


def check_results(manifest: Manifest, files: dict[str, bytes]) -> str:
    """Compare the result and the counts that are embedded with those in the manifest; return what was got."""
    for audit in manifest.bias_audits:
        data = files.get(audit.attachment, b"")
        if canonical.sha256(data) != audit.result_sha256:
            raise Broken(f"The embedded result of {audit.title} has another digest.", canonical.sha256(data))
        if data != canonical.dump(audit.result):
            raise Broken(f"The embedded result of {audit.title} is not the one in the manifest.", audit.attachment)
        evidence = next(one for one in manifest.evidence if one.id == audit.evidence)
        if evidence.sha256 != audit.result_sha256:
            raise Broken(f"The evidence of {audit.title} has another digest than its result.", evidence.sha256)
        counts = read_counts(files.get(audit.counts_attachment, b""), audit)
        if counts != _listed(audit.result):
            raise Broken(f"The embedded counts of {audit.title} are not those of its result.", audit.counts_attachment)
    return f"{words.amount(len(manifest.bias_audits), 'bias audit', 'bias audits')}, results and counts equal"


def _listed(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the counts of a result as its counts file lists them: with those by outcome beside, where it has them."""
    counts: list[dict[str, Any]] = result.get("counts", [])
    if "outcomes" not in result:
        return counts
    beside = {(one["sex"], one["race_ethnicity"]): one for one in result["outcomes"]["counts"]}
    return [{**one, **beside.get((one["sex"], one["race_ethnicity"]), dict.fromkeys(PARTS, 0))} for one in counts]


def read_counts(data: bytes, audit: BiasAudit) -> list[dict[str, Any]]:
    """Read a counts file: `sex,race_ethnicity,applicants,selected`, an empty category being unknown.

    Where true outcomes are given, their six counts follow in the same line.
    """
    try:
        head, *lines = csv.reader(io.StringIO(data.decode("utf-8")), strict=True)
        names = [*COUNTS_HEAD, *(PARTS if "outcomes" in audit.result else ())]
        if head != names:
            raise ValueError("other columns")
        return [
            {"sex": sex or None, "race_ethnicity": race or None}
            | {name: int(number) for name, number in zip(names[2:], numbers, strict=True)}
            for sex, race, *numbers in lines
        ]
    except (ValueError, csv.Error):
        raise Broken(f"The embedded counts of {audit.title} cannot be read.", audit.counts_attachment) from None


def check_figures(manifest: Manifest) -> str:
    """Compute every number of every result again from its counts; return what was got."""
    total = 0
    for audit in manifest.bias_audits:
        checks = recheck(audit.result)
        total += len(checks)
        wrong = [check for check in checks if not check.holds]
        if wrong:
            first = wrong[0]
            sentence = f"In {audit.title}, {first.where} does not follow from the counts; {len(wrong)} figures differ."
            raise Broken(sentence, f"{first.got!r} where the counts give {first.expected!r}")
    audits = words.amount(len(manifest.bias_audits), "bias audit", "bias audits")
    return f"{words.count(total)} figures of {audits} computed again, all equal"


def check_timestamps(manifest: Manifest, trusted: Sequence[bytes]) -> tuple[str, str]:
    """Judge the time stamp of every plan that a bias audit ran under; return what was got, and a sentence."""
    found = []
    for audit in manifest.bias_audits:
        plan = audit.result["conduct"]["plan"]
        if plan and plan.get("timestamp"):
            judged = judge(plan["timestamp"], plan["sha256"], trusted)
            got = f"{judged.state}, {judged.authority or 'no authority'}"
            if judged.state == "broken":
                raise Broken(f"The time stamp of the plan of {audit.title} is broken. {judged.sentence}", got)
            if judged.state != "fine":
                raise Unknown(f"The plan of {audit.title}: {judged.state}. {judged.sentence}", got)
            found.append(f"{judged.at:%Y-%m-%dT%H:%M:%SZ} by {judged.authority}")
    if not found:
        return "none", "No plan in this dossier carries a time stamp."
    return "; ".join(found), "Every plan was there, as it stands, when a trusted authority stamped its digest."


def check_trail(manifest: Manifest) -> str:
    """Compute each entry's digest again, and each link between neighbours; return what was got."""
    entries, head = manifest.trail.entries, manifest.trail.head
    for before, entry in zip([None, *entries], entries, strict=False):
        if canonical.digest(entry.body) != entry.sha256:
            raise Broken(f"Entry {entry.seq} of the trail does not give its digest.", canonical.digest(entry.body))
        if entry.body.get("seq") != entry.seq or entry.body.get("prev") != entry.prev:
            raise Broken(f"Entry {entry.seq} of the trail names another place than its content.", entry.prev)
        if _told(entry) != (entry.actor, entry.verb, entry.at[:19]):
            raise Broken(f"Entry {entry.seq} of the trail is told otherwise than its content.", entry.sentence)
        if before is not None and before.seq >= entry.seq:
            raise Broken(f"Entry {entry.seq} of the trail stands out of order.", str(before.seq))
        if before is not None and before.seq + 1 == entry.seq and before.sha256 != entry.prev:
            raise Broken(f"Entry {entry.seq} of the trail does not continue entry {before.seq}.", entry.prev)
    if entries and (entries[-1].seq > head.seq or (entries[-1].seq == head.seq and entries[-1].sha256 != head.sha256)):
        raise Broken("The trail's head is not the last of its entries.", head.sha256)
    return f"{len(entries)} entries, head {head.seq}"


def _told(entry: Entry) -> tuple[str, str, str]:
    """Return who, what and when as the entry's content says it, with what it seals opened."""
    texts = {}
    for one in entry.personal:
        if chain.seal_of(one.salt, one.value) != one.sha256:
            raise Broken(f"A name in entry {entry.seq} of the trail does not give its digest.", one.value)
        texts[one.sha256] = one.value
    body = chain.opened(entry.body, texts)
    actor = body.get("actor")
    name = actor.get("name") if isinstance(actor, dict) else actor
    return str(name), str(body.get("verb")), str(body.get("at"))[:19]
