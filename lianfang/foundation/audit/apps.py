"""The audit app."""

from lianfang.foundation.declaring import DeclaringApp


class AuditConfig(DeclaringApp):
    name = "lianfang.foundation.audit"
