"""The people app."""

from lianfang.foundation.declaring import DeclaringApp


class PeopleConfig(DeclaringApp):
    name = "lianfang.domain.people"
