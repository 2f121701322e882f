"""The organisation app."""

from lianfang.foundation.declaring import DeclaringApp


class OrganisationConfig(DeclaringApp):
    name = "lianfang.domain.organisation"
