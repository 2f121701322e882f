"""Takes the one time from a sheet: apart from the copying, because PostgreSQL alters no table with changes pending."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_schedules_of_areas"),
    ]

    operations = [
        migrations.RemoveField(model_name="sheettemplate", name=name)
        for name in ("fill_at", "fill_by", "fill_each", "filled_on")
    ]
