"""The lists of the gates, by topic."""

from lianfang.domain.checkpoints.tables import permits

__all__ = ["permits"]
