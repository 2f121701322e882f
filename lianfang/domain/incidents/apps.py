"""The incidents app."""

from typing import Any

from django.db.models.signals import post_migrate

from lianfang.foundation.declaring import DeclaringApp


class IncidentsConfig(DeclaringApp):
    name = "lianfang.domain.incidents"

    def ready(self) -> None:
        super().ready()
        from lianfang.domain.incidents.queries import rule_by_area
        from lianfang.foundation.privacy.retaining import SCHEDULE

        SCHEDULE[:] = [rule_by_area]
        post_migrate.connect(_load, sender=self, dispatch_uid="incidents.rulebook")


def _load(**_: Any) -> None:
    """Load the shipped rule packs after every migration, so that the list of rules is never empty or behind."""
    from lianfang.domain.incidents.management.rulebook import load_shipped

    load_shipped()
