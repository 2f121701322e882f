"""How long what gates keep is kept, by topic."""

from lianfang.domain.checkpoints.retention import passages, permits

__all__ = ["passages", "permits"]
