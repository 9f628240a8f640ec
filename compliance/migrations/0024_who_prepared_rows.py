"""Who prepared rows before this was kept apart: read from the trail, since each row was last accepted."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PREPARED = ("item.changed", "item.attached", "item.detached", "item.submitted", "item.confirmed")


def remember(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    item, entry, membership, preparer = (
        apps.get_model("compliance", name) for name in ("ChecklistItem", "TrailEntry", "Membership", "Preparer")
    )
    for organisation in item.objects.order_by().values_list("checklist__organisation_id", flat=True).distinct():
        members = {str(one.user_id): one.pk for one in membership.objects.filter(organisation_id=organisation)}
        open_ = set(
            item.objects.filter(checklist__organisation_id=organisation).exclude(progress="done").values_list("pk", flat=True)
        )
        found: dict[str, set[str]] = {}
        acts = entry.objects.filter(organisation_id=organisation, subject_type="item").order_by("seq")
        for subject, verb, actor in acts.values_list("subject_id", "verb", "actor_id").iterator(chunk_size=1000):
            if verb == "item.accepted":
                found[subject] = set()
            elif verb in PREPARED and actor in members:
                found.setdefault(subject, set()).add(actor)
        preparer.objects.bulk_create(
            [
                preparer(item_id=pk, member_id=members[actor])
                for pk in open_
                for actor in sorted(found.get(str(pk), ()))
            ],
            batch_size=500,
        )


class Migration(migrations.Migration):
    dependencies = [("compliance", "0023_quorum_and_delegations")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
