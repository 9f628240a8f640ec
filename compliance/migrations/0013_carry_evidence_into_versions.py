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


class Migration(migrations.Migration):
    dependencies = [("compliance", "0012_evidence_versions")]
    operations = [migrations.RunPython(carry)]
