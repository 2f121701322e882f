"""The workbench app."""

from lianfang.foundation.declaring import DeclaringApp


class WorkbenchConfig(DeclaringApp):
    name = "lianfang.foundation.workbench"
