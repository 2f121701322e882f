"""The welfare app."""

from lianfang.foundation.declaring import DeclaringApp


class WelfareConfig(DeclaringApp):
    name = "lianfang.domain.welfare"
