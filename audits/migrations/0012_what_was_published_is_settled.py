"""What was published, told or answered never changes: since then by audits/publication/guards.py."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audits", "0011_publication")]

    operations: list[object] = []
