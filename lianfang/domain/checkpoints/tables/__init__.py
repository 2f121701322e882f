"""What is seen of gates and permits, by topic."""

from lianfang.domain.checkpoints.tables import paper, passages, permits, slips

__all__ = ["paper", "passages", "permits", "slips"]
