"""Gives a sheet's daily filling a row of its own, so that every area that uses the sheet can have a time of its own."""

import django.db.models.deletion
from django.db import migrations, models

import lianfang.foundation.privacy.fields
import lianfang.kernel.ids


def bring_over(apps, schema_editor):
    alias = schema_editor.connection.alias
    template, schedule = apps.get_model("reports", "SheetTemplate"), apps.get_model("reports", "SheetSchedule")
    schedule.objects.using(alias).bulk_create(
        schedule(
            template_id=one.pk, area_path=one.area_path, fill_at=one.fill_at, each=one.fill_each,
            filled_on=one.filled_on, account_id=one.fill_by, set_at=one.created_at,
        )
        for one in template.objects.using(alias).exclude(fill_at="")
    )  # fmt: skip


def bring_back(apps, schema_editor):
    alias = schema_editor.connection.alias
    template, schedule = apps.get_model("reports", "SheetTemplate"), apps.get_model("reports", "SheetSchedule")
    for one in schedule.objects.using(alias).filter(area_path=models.F("template__area_path")):
        template.objects.using(alias).filter(pk=one.template_id).update(
            fill_at=one.fill_at, fill_each=one.each, filled_on=one.filled_on, fill_by=one.account_id
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_field_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="SheetSchedule",
            fields=[
                ("id", models.UUIDField(default=lianfang.kernel.ids.uuid7, primary_key=True, serialize=False)),
                ("area_path", lianfang.foundation.privacy.fields.AreaPathField(max_length=24)),
                ("fill_at", models.CharField(max_length=5)),
                ("each", models.CharField(blank=True, max_length=10)),
                ("filled_on", models.DateField(blank=True, null=True)),
                ("account_id", models.UUIDField(null=True)),
                ("set_at", models.DateTimeField()),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="reports.sheettemplate",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["area_path", "id"], name="reports_she_area_pa_8b8516_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("template", "area_path"), name="sheet_scheduled_once_per_area")
                ],
            },
        ),
        migrations.RunPython(bring_over, bring_back),
    ]
