"""What people do at gates and about permits, by topic."""

from lianfang.domain.checkpoints.actions import correcting, paper, passages, permits, sheets, slips

__all__ = ["correcting", "paper", "passages", "permits", "sheets", "slips"]
