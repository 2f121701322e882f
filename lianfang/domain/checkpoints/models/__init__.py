"""The models of the gates, by topic."""

from lianfang.domain.checkpoints.models.passages import GateMemory, Passage
from lianfang.domain.checkpoints.models.slips import Slip

__all__ = ["GateMemory", "Passage", "Slip"]
