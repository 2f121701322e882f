"""What people do at gates and about permits, by topic."""

from lianfang.domain.checkpoints.actions import passages, permits, sheets, slips

__all__ = ["passages", "permits", "sheets", "slips"]
