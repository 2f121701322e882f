"""The administration app."""

from lianfang.foundation.declaring import DeclaringApp


class AdministrationConfig(DeclaringApp):
    name = "lianfang.foundation.administration"
