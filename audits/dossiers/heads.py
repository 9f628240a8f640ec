"""The end of the trail that a dossier names, for `trail_check --noted`."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from compliance.lib import canonical
from compliance.trail.heads import Noted


def of_dossier(path: Path) -> list[Noted] | None:
    """Return what a dossier, or the manifest taken out of one, notes; None where the file is neither.

    Each entry that it shows is noted too, with its place and digest: of a chain that was cut off and written anew, the
    first that differs is found. Whether the dossier itself is as it was signed, `verify_dossier` says.
    """
    from audits.dossiers.manifest import MANIFEST_NAME, SCHEMA  # heavy: only where a file is read

    with path.open("rb") as file:
        begin = file.read(5)
    if begin == b"%PDF-":
        import pikepdf  # heavy: only where there is a PDF

        from audits.dossiers.verification.contents import embedded_files

        with pikepdf.open(path) as document:
            data = embedded_files(document).get(MANIFEST_NAME, b"")
    else:
        data = path.read_bytes()
    if not canonical.is_canonical(data):
        return None
    manifest = canonical.load(data)
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        return None
    trail = manifest["trail"]
    ids = {UUID(one["body"]["organisation"]) for one in trail["entries"]}
    places = {one["seq"]: one["sha256"] for one in trail["entries"]}
    places[trail["head"]["seq"]] = trail["head"]["sha256"]
    return [(one, seq, sha256) for one in ids for seq, sha256 in sorted(places.items())]
