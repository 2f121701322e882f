"""The workforce app."""

from lianfang.foundation.declaring import DeclaringApp


class WorkforceConfig(DeclaringApp):
    name = "lianfang.domain.workforce"
