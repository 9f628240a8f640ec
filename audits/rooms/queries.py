"""Find rooms of an organisation, and the one that a guest may enter."""

from __future__ import annotations

import hmac
from typing import Any

from django.db.models import Count, Q, QuerySet

from audits.dossiers.models import Dossier
from audits.rooms.models import Room
from compliance.evidence.models import EvidenceVersion
from compliance.people.models import Membership
from compliance.people.reach import only_members


def rooms(by: Membership) -> QuerySet[Room]:
    """Return the rooms of the organisation; a guest of an engagement sees none."""
    return Room.objects.filter(only_members(by)).select_related("dossier__system", "opened_by__user", "organisation")


def of_dossier(by: Membership, dossier: Dossier) -> QuerySet[Room]:
    """Return the rooms in which a dossier is shown, with how many questions wait (`waiting`)."""
    return rooms(by).filter(dossier=dossier).annotate(waiting=Count("questions", filter=Q(questions__answered_at=None)))


def behind(token_sha256: str) -> Room | None:
    """Return the room behind a link, open or not."""
    found = Room.objects.filter(token_sha256=token_sha256)
    return found.select_related("dossier__system", "dossier__organisation", "organisation").first()


def is_inside(room: Room, browser_sha256: str) -> bool:
    """Say whether a browser is the one that used the code, while the room is open."""
    return room.is_open and bool(room.browser_sha256) and hmac.compare_digest(room.browser_sha256, browser_sha256)


def shown(room: Room, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the evidence that the frozen manifest lists, with its files where the guest may have them.

    What a piece is called stands in the dossier anyway; its bytes are there only at the levels of the room. A piece
    whose level was raised after the dossier was frozen is held back too.
    """
    pks = [one["id"] for one in manifest["evidence"]]
    found = EvidenceVersion.objects.filter(pk__in=pks, evidence__organisation_id=room.organisation_id)
    versions = {str(one.pk): one for one in found.select_related("evidence").prefetch_related("files")}
    told = []
    for one in manifest["evidence"]:
        version = versions.get(one["id"])
        level = version.evidence.confidentiality if version else ""
        may = version is not None and {level, one.get("confidentiality") or level} <= set(room.levels)
        files = [(file.file_name, file.sha256, file.size) for file in version.kept] if may and version else []
        told.append({**one, "level": level, "may": may, "kept": files})
    return told
