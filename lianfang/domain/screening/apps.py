"""The screening app."""

from lianfang.foundation.declaring import DeclaringApp


class ScreeningConfig(DeclaringApp):
    name = "lianfang.domain.screening"
