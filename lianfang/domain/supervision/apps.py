"""The supervision app."""

from lianfang.foundation.declaring import DeclaringApp


class SupervisionConfig(DeclaringApp):
    name = "lianfang.domain.supervision"
