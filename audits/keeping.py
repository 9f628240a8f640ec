"""What bytes are kept here, for the nightly reading of every one: inputs and results of bias audits, and dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from audits.bias.models import BiasAudit, BiasSource
from audits.dossiers.models import Dossier
from compliance.evidence import blobs
from compliance.lib import canonical
from compliance.lib.problems import Refused


def bias(organisation_id: UUID) -> Iterator[tuple[str, str]]:
    """The files that bias audits count, from their arrival on, and the results."""
    sources = BiasSource.objects.exclude(sha256="")
    for holder in ("bias_audit", "intake"):
        named = sources.filter(**{f"{holder}__organisation": organisation_id})
        for sha256, name, title in named.values_list("sha256", "file_name", f"{holder}__title"):
            yield sha256, f"File {name} of the bias audit {title}"
    results = BiasAudit.objects.filter(organisation_id=organisation_id).exclude(result_sha256="")
    for sha256, title in results.values_list("result_sha256", "title"):
        yield sha256, f"Result of the bias audit {title}"


def dossiers(organisation_id: UUID) -> Iterator[tuple[str, str]]:
    """What every dossier was frozen from, its rendered file and its signed one."""
    for one in Dossier.objects.filter(organisation_id=organisation_id).order_by("frozen_at").iterator():
        yield one.manifest_sha256, f"Manifest of the dossier {one.title}"
        for name, sha256 in _attachments(one):
            yield sha256, f"{name} of the dossier {one.title}"
        if one.rendered_sha256:
            yield one.rendered_sha256, f"Dossier {one.title}, before it was signed"
        for sha256 in one.signatures.exclude(sha256="").order_by("position").values_list("sha256", flat=True):
            if sha256 != one.signed_sha256:
                yield sha256, f"Dossier {one.title}, before the next signature or time stamp"
        if one.signed_sha256:
            yield one.signed_sha256, f"Dossier {one.title}"


def _attachments(dossier: Dossier) -> list[tuple[str, str]]:
    """Return what the manifest names beside itself; nothing where it is damaged, which is found by its own digest."""
    try:
        manifest = canonical.load(blobs.read(dossier.organisation_id, dossier.manifest_sha256))
    except (Refused, OSError):
        return []
    return [(one["name"], one["sha256"]) for one in manifest["attachments"]]
