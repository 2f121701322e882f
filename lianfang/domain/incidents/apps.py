"""The incidents app."""

from lianfang.foundation.declaring import DeclaringApp


class IncidentsConfig(DeclaringApp):
    name = "lianfang.domain.incidents"
