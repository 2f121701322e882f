"""The privacy app; lays the append-only triggers after every migration, and guards the making of keys."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    name = "lianfang.foundation.privacy"

    def ready(self) -> None:
        from lianfang.foundation.privacy.appendonly import lay_triggers
        from lianfang.foundation.privacy.keeping import refuse_if_sealed
        from lianfang.foundation.privacy.keys import BEFORE_MAKING

        post_migrate.connect(lay_triggers, dispatch_uid="lianfang.append_only")
        if refuse_if_sealed not in BEFORE_MAKING:
            BEFORE_MAKING.append(refuse_if_sealed)
