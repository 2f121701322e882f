"""The intake app."""

from lianfang.foundation.declaring import DeclaringApp


class IntakeConfig(DeclaringApp):
    name = "lianfang.foundation.intake"
