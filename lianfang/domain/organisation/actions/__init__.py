"""What people do about responsibility: assign, accept, end, hand over, deactivate; and how it follows the register."""

from lianfang.domain.organisation.actions import (
    assigning,
    following,
    handing,
    notices,
    sharing,
    standing_in,
    ticking,
    units,
    workers,
)

__all__ = ["assigning", "following", "handing", "notices", "sharing", "standing_in", "ticking", "units", "workers"]
