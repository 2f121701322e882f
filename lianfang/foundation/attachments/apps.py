"""The attachments app."""

from lianfang.foundation.declaring import DeclaringApp


class AttachmentsConfig(DeclaringApp):
    name = "lianfang.foundation.attachments"
