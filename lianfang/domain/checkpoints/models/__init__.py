"""The models of the gates, by topic."""

from lianfang.domain.checkpoints.models.permits import Permit, PermitKey, PermitSeries

__all__ = ["Permit", "PermitKey", "PermitSeries"]
