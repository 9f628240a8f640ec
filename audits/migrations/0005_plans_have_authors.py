"""A draft counts its changes, and remembers everybody who wrote in it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WROTE = ("bias.plan_drafted", "bias.plan_changed")


def writers_are_authors(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now the last one who changed a plan counted as its author; the trail names those before."""
    entries = apps.get_model("compliance", "TrailEntry").objects
    members = apps.get_model("compliance", "Membership").objects.select_related("user")
    for plan in apps.get_model("audits", "BiasPlan").objects.all():
        wrote = entries.filter(organisation_id=plan.organisation_id, subject_id=str(plan.id), verb__in=WROTE)
        users = set(wrote.values_list("actor_id", flat=True))
        known = [one for one in members.filter(organisation_id=plan.organisation_id) if str(one.user_id) in users]
        plan.authors = [{"id": str(one.id), "name": one.user.name} for one in known]
        plan.save(update_fields=["authors"])


class Migration(migrations.Migration):
    dependencies = [("audits", "0004_intakes"), ("compliance", "0002_trail_is_append_only")]

    operations = [
        migrations.AddField("biasplan", "revision", models.PositiveIntegerField(default=0)),
        migrations.AddField("biasplan", "authors", models.JSONField(default=list)),
        migrations.RunPython(writers_are_authors, migrations.RunPython.noop),
    ]
