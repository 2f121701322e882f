"""What must hold at gates, by topic."""

from lianfang.domain.checkpoints.gaps import slips

__all__ = ["slips"]
