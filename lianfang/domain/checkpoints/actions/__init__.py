"""What people do at gates, by topic."""

from lianfang.domain.checkpoints.actions import permits

__all__ = ["permits"]
