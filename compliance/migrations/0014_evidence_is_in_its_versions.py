from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0013_carry_evidence_into_versions'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='evidence',
            name='effective_on',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='file_name',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='kind',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='media_type',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='note',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='sha256',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='size',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='source',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='system',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='url',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='valid_until',
        ),
    ]
