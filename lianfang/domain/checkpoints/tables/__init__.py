"""What is seen of gates and permits, by topic."""

from lianfang.domain.checkpoints.tables import passages, permits, slips

__all__ = ["passages", "permits", "slips"]
