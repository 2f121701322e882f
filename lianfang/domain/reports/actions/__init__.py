"""What people and the clock do with reports."""

from lianfang.domain.reports.actions import confirming, preparing, ticking

__all__ = ["confirming", "preparing", "ticking"]
