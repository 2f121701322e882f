"""What people and the clock do with reports and with other people's sheets."""

from lianfang.domain.reports.actions import asking, confirming, forms, preparing, sheets, ticking

__all__ = ["asking", "confirming", "forms", "preparing", "sheets", "ticking"]
