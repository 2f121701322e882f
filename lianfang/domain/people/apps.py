"""The people app."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_migrate

from lianfang.foundation.declaring import DeclaringApp
from lianfang.foundation.tables.words import lay_index


class PeopleConfig(DeclaringApp):
    name = "lianfang.domain.people"

    def ready(self) -> None:
        super().ready()
        post_migrate.connect(_lay_indexes, sender=self, dispatch_uid="people.words")


def _lay_indexes(using: str, **_: Any) -> None:
    """Lay the indexes that names are searched by."""
    for table in ("people_household", "people_person"):
        lay_index(table, "keys", using)
