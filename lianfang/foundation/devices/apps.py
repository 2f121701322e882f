"""The devices app."""

from lianfang.foundation.declaring import DeclaringApp


class DevicesConfig(DeclaringApp):
    name = "lianfang.foundation.devices"
