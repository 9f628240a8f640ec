"""Each piece of evidence that was kept before there were versions becomes its first version; no digest changes.

Which version of an AI system a piece spoke of was not kept, so it stays unsaid.
"""

from django.db import migrations


def carry(apps, schema_editor):
    Evidence = apps.get_model("compliance", "Evidence")
    EvidenceVersion = apps.get_model("compliance", "EvidenceVersion")
    EvidenceFile = apps.get_model("compliance", "EvidenceFile")
    SpeaksOf = apps.get_model("compliance", "SpeaksOf")
    for piece in Evidence.objects.filter(latest=None).iterator(chunk_size=500):
        version = EvidenceVersion.objects.create(
            evidence=piece,
            number=1,
            kind=piece.kind,
            source=piece.source,
            effective_on=piece.effective_on,
            valid_until=piece.valid_until,
            url=piece.url,
            note=piece.note,
            sha256=piece.sha256,
            size=piece.size,
            added_by_id=piece.added_by_id,
            added_at=piece.added_at,
        )
        EvidenceFile.objects.create(
            version=version,
            file_name=piece.file_name,
            media_type=piece.media_type,
            sha256=piece.sha256,
            size=piece.size,
        )
        if piece.system_id is not None:
            SpeaksOf.objects.create(version=version, system_id=piece.system_id)
        Evidence.objects.filter(pk=piece.pk).update(latest=version)


def carry_back(apps, schema_editor):
    """Only what was one file, one link or one note about at most one system has a place to go back to."""
    Evidence = apps.get_model("compliance", "Evidence")
    for piece in Evidence.objects.select_related("latest").iterator(chunk_size=500):
        version = piece.latest
        (file,) = version.files.all()
        systems = list(version.speaks_of.values_list("system_id", flat=True))
        if piece.versions.count() > 1 or len(systems) > 1:
            raise ValueError(f"The evidence {piece.pk} has several versions or systems, which cannot be taken back.")
        for name in ("kind", "source", "effective_on", "valid_until", "url", "note", "sha256", "size"):
            setattr(piece, name, getattr(version, name))
        piece.file_name, piece.media_type = file.file_name, file.media_type
        piece.system_id, piece.latest = systems[0] if systems else None, None
        piece.save()


class Migration(migrations.Migration):
    dependencies = [("compliance", "0012_evidence_versions")]
    operations = [migrations.RunPython(carry, carry_back)]
