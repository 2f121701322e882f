"""A print as PDF: the same frame and tables as the workbook, set on A4 with the watermark across every page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lianfang.foundation.printing.frame import AS_OF, PAGE, SERIAL, SIGNATURE, Frame, Grid, in_cell, widths
from lianfang.foundation.printing.typesetting import typeset
from lianfang.kernel.errors import refusal

MOST_ROWS = 1_000
TOO_LONG = refusal(
    "printing.too_long",
    "超过一次打印 {limit} 行的限制，请缩小范围，或下载表格。",
    "More than the {limit} rows printed at once; narrow it, or download the workbook.",
)
# because a row of digits has no place to break a line at
_UNBROKEN = re.compile(r"[0-9X*]{7,}")
_DAY = re.compile(r"(\d{4}-)(\d\d-\d\d)")
_EVERY = 4


def paper(frame: Frame, grids: Sequence[Grid]) -> bytes:
    """Return the PDF. Raises `printing.too_long`, `letters.no_chinese_font`."""
    if sum(len(grid.rows) + grid.blanks for grid in grids) > MOST_ROWS:
        raise TOO_LONG(limit=MOST_ROWS)
    return framed("form", frame, {
        "notes": list(frame.notes),
        "signature": [frame.say(one) for one in SIGNATURE] if frame.signed else [],
        "grids": [_grid(frame, grid, len(grids) > 1) for grid in grids],
    })  # fmt: skip


def framed(template: str, frame: Frame, inside: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template that is set in the frame of everything printed."""
    before, between, after = re.split(r"\{pages?\}", frame.say(PAGE))
    return typeset(template, {
        "title": frame.title, "facts": [list(one) for one in frame.facts], "mark": frame.mark,
        "landscape": frame.landscape,
        "language": "en" if frame.language.startswith("en") else "zh",
        "serial": f"{frame.say(SERIAL)} {frame.serial}", "as_of": f"{frame.say(AS_OF)} {frame.at}",
        "page": [before, between, after], "keywords": [f"{name}={value}" for name, value in frame.kept.items()],
        **inside,
    })  # fmt: skip


def _grid(frame: Frame, grid: Grid, titled: bool) -> dict[str, Any]:
    rows = [[_breakable(str(in_cell(value, frame.language))) for value in row] for row in grid.rows]
    blank = [""] * len(grid.heads)
    return {
        "title": grid.title if titled or grid.number else "", "number": grid.number, "heads": list(grid.heads),
        "widths": widths(grid, frame.language), "rows": rows + [blank] * grid.blanks,
        "tall": grid.blanks > 0 or grid.number != "",
    }  # fmt: skip


def _breakable(text: str) -> str:
    """Return a text in which days and long rows of digits may be broken, without a sign of it."""
    return _UNBROKEN.sub(_with_breaks, _DAY.sub("\\1\u200b\\2", text))


def _with_breaks(found: re.Match[str]) -> str:
    return "\u200b".join(found[0][start : start + _EVERY] for start in range(0, len(found[0]), _EVERY))
