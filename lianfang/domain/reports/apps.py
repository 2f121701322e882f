"""The reports app."""

from lianfang.foundation.declaring import DeclaringApp


class ReportsConfig(DeclaringApp):
    name = "lianfang.domain.reports"
