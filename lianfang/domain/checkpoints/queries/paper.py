"""Reads of numbered paper: which sheets a number belongs to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from lianfang.domain.checkpoints.models.sheets import SheetRun
from lianfang.domain.checkpoints.rules.paper import place_of


@dataclass(frozen=True)
class Sheets:
    """Sheets of one form that were numbered at once for a post, as they are printed."""

    id: UUID
    area_path: str
    post_number: str
    post_name: str
    form: str
    first: int
    last: int
    lines: int


def find_sheets(run_id: UUID) -> Sheets | None:
    """Return sheets that were numbered at once."""
    found = SheetRun.objects.filter(pk=run_id).values(*(one.name for one in fields(Sheets))).first()
    return Sheets(**found) if found else None


def sheets_of(post_id: UUID, sheet_no: str) -> SheetRun | None:
    """Return the sheets of a post among which one of this number was printed, None for paper of another making."""
    place = place_of(sheet_no)
    if place is None:
        return None
    number, running = place
    among = SheetRun.objects.filter(post_id=post_id, first__lte=running, last__gte=running)
    return next((one for one in among if one.post_number.upper() == number), None)
