"""The models of gates and permits, by topic."""

from lianfang.domain.checkpoints.models.passages import GateMemory, Passage
from lianfang.domain.checkpoints.models.permits import Permit, PermitHold, PermitKey, PermitSeries
from lianfang.domain.checkpoints.models.sheets import SheetRun, SheetSeries
from lianfang.domain.checkpoints.models.slips import Slip

__all__ = [
    "GateMemory",
    "Passage",
    "Permit",
    "PermitHold",
    "PermitKey",
    "PermitSeries",
    "SheetRun",
    "SheetSeries",
    "Slip",
]
