"""The places app."""

from lianfang.foundation.declaring import DeclaringApp


class PlacesConfig(DeclaringApp):
    name = "lianfang.domain.places"
