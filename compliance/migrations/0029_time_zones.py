"""The time zone belongs to the organisation as a whole, not to its mails alone; a person may choose one of their own."""

from django.db import migrations, models


def carry(apps, schema_editor):
    for rhythm in apps.get_model("compliance", "Rhythm").objects.select_related("organisation"):
        rhythm.organisation.time_zone = rhythm.time_zone
        rhythm.organisation.save(update_fields=["time_zone"])


def back(apps, schema_editor):
    for rhythm in apps.get_model("compliance", "Rhythm").objects.select_related("organisation"):
        rhythm.time_zone = rhythm.organisation.time_zone
        rhythm.save(update_fields=["time_zone"])


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0028_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=40, verbose_name="time zone"),
        ),
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="time zone"),
        ),
        migrations.RunPython(carry, back),
        migrations.RemoveField(
            model_name="rhythm",
            name="time_zone",
        ),
    ]
