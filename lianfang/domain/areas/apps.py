"""The areas app."""

from lianfang.foundation.declaring import DeclaringApp


class AreasConfig(DeclaringApp):
    name = "lianfang.domain.areas"
