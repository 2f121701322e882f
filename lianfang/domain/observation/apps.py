"""The observation app."""

from lianfang.foundation.declaring import DeclaringApp


class ObservationConfig(DeclaringApp):
    name = "lianfang.domain.observation"
