"""The lists of the gates, by topic."""

from lianfang.domain.checkpoints.tables import passages, slips

__all__ = ["passages", "slips"]
