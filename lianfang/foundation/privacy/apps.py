"""The privacy app; lays the append-only triggers after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    name = "lianfang.foundation.privacy"

    def ready(self) -> None:
        from lianfang.foundation.privacy.appendonly import lay_triggers

        post_migrate.connect(lay_triggers, dispatch_uid="lianfang.append_only")
