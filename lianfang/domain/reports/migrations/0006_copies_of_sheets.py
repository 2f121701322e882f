"""Keeps what each unit's copy of a filled sheet asked, spared and left to the pen."""

import django.db.models.deletion
from django.db import migrations, models

import lianfang.foundation.privacy.fields
import lianfang.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_sheets_without_times"),
    ]

    operations = [
        migrations.CreateModel(
            name="SheetCopy",
            fields=[
                ("id", models.UUIDField(default=lianfang.kernel.ids.uuid7, primary_key=True, serialize=False)),
                ("area_path", lianfang.foundation.privacy.fields.AreaPathField(max_length=24)),
                ("on", models.DateField()),
                ("asked", models.PositiveSmallIntegerField()),
                ("held", models.PositiveSmallIntegerField()),
                ("by_hand", models.PositiveSmallIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("spared", models.PositiveIntegerField()),
                ("typed", models.PositiveIntegerField()),
                (
                    "fill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="reports.sheetfill"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["on", "area_path"], name="reports_she_on_7601b5_idx")],
            },
        ),
    ]
