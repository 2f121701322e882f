"""The lists of reports and of other people's sheets."""

from lianfang.domain.reports.tables import daily, sheets

__all__ = ["daily", "sheets"]
