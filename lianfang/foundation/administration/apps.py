"""The administration app."""

from lianfang.foundation.declaring import DeclaringApp


class AdministrationConfig(DeclaringApp):
    name = "lianfang.foundation.administration"

    def ready(self) -> None:
        super().ready()
        import lianfang.foundation.administration.codes  # noqa: F401  (it declares actions too)
