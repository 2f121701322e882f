"""What people do at gates, by topic."""

from lianfang.domain.checkpoints.actions import passages, sheets, slips

__all__ = ["passages", "sheets", "slips"]
