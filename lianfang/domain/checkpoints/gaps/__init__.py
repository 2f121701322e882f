"""What must hold at gates, by topic."""

from lianfang.domain.checkpoints.gaps import permits

__all__ = ["permits"]
