"""The database refuses to change a locked plan and a declaration: since then by audits/bias/guards.py."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audits", "0005_plans_have_authors")]

    operations: list[object] = []
