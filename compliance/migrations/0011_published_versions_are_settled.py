"""The database refuses to change a published version of a framework: since then by compliance/frameworks/guards.py."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("compliance", "0010_guests")]

    operations: list[object] = []
