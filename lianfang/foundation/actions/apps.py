"""Installs the write guard."""

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "lianfang.foundation.actions"

    def ready(self) -> None:
        from lianfang.foundation.actions.guard import install  # models must be loaded first

        install()
