"""What must hold of gates and permits, by topic."""

from lianfang.domain.checkpoints.gaps import permits, slips

__all__ = ["permits", "slips"]
