"""The retention app."""

from lianfang.foundation.declaring import DeclaringApp


class RetentionConfig(DeclaringApp):
    name = "lianfang.foundation.retention"
