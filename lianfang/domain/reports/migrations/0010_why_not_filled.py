"""Keeps why a sheet did not fill itself, so that whoever set its time sees it and somebody answers for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0009_what_was_left"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetschedule",
            name="refused_code",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="sheetschedule",
            name="refused",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="sheetschedule",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
