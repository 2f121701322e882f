"""Counts anew who asks each unrecorded field, sheet by sheet: until now every confirming of one sheet counted again.

Apart from the new columns, because PostgreSQL alters no table with changes pending.
"""

from django.db import migrations


def asks(mapping):
    """Yield what an edition leaves to the pen, by header, and what approved fields fill, by meaning."""
    for sheet in mapping:
        for one in [*((sheet.get("list") or {}).get("columns") or []), *(sheet.get("cells") or [])]:
            meaning = one.get("meaning", "")
            yield one.get("header", "")[:120] if meaning in ("", "hand") else meaning


def count_anew(apps, schema_editor):
    alias = schema_editor.connection.alias
    field, template = apps.get_model("reports", "AskedField"), apps.get_model("reports", "SheetTemplate")
    asked = []
    for one in template.objects.using(alias).filter(state="ready").order_by("pk"):
        version = one.versions.using(alias).filter(confirmed_at__isnull=False).order_by("-number").first()
        asked.append((one, set(asks(version.mapping if version else []))))
    for one in field.objects.using(alias).all():
        by = {str(each.pk): each.sender for each, said in asked
              if each.area_path == one.area_path and said & {one.header, f"asked:{one.pk}"}}  # fmt: skip
        one.asked_by, one.times = by, len(by)
        one.sender = "、".join(dict.fromkeys(by.values()))[:400] or one.sender
        one.save(using=alias, update_fields=["asked_by", "times", "sender"])


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_askers"),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
