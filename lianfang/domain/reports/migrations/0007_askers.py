"""Keeps every sheet that asks what nobody has recorded, and names all who sent one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_copies_of_sheets"),
    ]

    operations = [
        migrations.AddField(
            model_name="askedfield",
            name="asked_by",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="askedfield",
            name="sender",
            field=models.CharField(max_length=400),
        ),
    ]
