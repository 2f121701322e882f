"""How long it is known who passed and who was permitted to, by topic."""

from lianfang.domain.checkpoints.retention import passages

__all__ = ["passages"]
