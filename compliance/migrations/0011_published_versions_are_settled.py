"""The database itself refuses to change or remove a published version of a framework."""

from django.db import migrations

from compliance.guards import Guard

PUBLISHED = Guard(
    table="compliance_frameworkversion",
    name="framework_version",
    settled="OLD.published_at IS NOT NULL",
    sentence="A published version of a framework is never changed.",
)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0010_guests")]

    operations = [PUBLISHED.operation()]
