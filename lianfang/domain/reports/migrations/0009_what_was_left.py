"""Keeps what a filling left blank or out, so that it is said beside the file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0008_who_asks"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetfill",
            name="left",
            field=models.JSONField(default=list),
        ),
    ]
