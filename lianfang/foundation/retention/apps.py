"""The retention app; brings the inventory in line with the registries after every migration."""

from typing import Any

from django.db.models.signals import post_migrate

from lianfang.foundation.declaring import DeclaringApp


class RetentionConfig(DeclaringApp):
    name = "lianfang.foundation.retention"

    def ready(self) -> None:
        super().ready()
        post_migrate.connect(_load, sender=self, dispatch_uid="retention.inventory")


def _load(**_: Any) -> None:
    from lianfang.foundation.retention.inventory import load

    load()
