"""Installs the write guard."""

from lianfang.foundation.declaring import DeclaringApp


class ActionsConfig(DeclaringApp):
    name = "lianfang.foundation.actions"

    def ready(self) -> None:
        super().ready()
        from lianfang.foundation.actions.guard import install  # models must be loaded first

        install()
