"""Gives everybody in the register the sound of their name, by which names that are heard alike are found."""

from itertools import islice

from django.db import migrations

from lianfang.kernel import names

AT_ONCE = 2000


def write_sounds(apps, schema_editor):
    person = apps.get_model("people", "Person")
    rows = person.objects.using(schema_editor.connection.alias).only("name").filter(sound="").exclude(name="")
    everybody = rows.order_by("pk").iterator(chunk_size=AT_ONCE)
    while portion := list(islice(everybody, AT_ONCE)):
        for row in portion:
            row.sound = names.sound(row.name)
        person.objects.using(schema_editor.connection.alias).bulk_update(portion, ["sound"])


class Migration(migrations.Migration):
    dependencies = [("people", "0003_doubles_with_evidence")]

    operations = [migrations.RunPython(write_sounds, migrations.RunPython.noop)]
