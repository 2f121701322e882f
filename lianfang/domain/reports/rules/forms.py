"""What a ready-made form is: its parts, what fills each column, what is missing, whether it can be used. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from lianfang.kernel.text import Bilingual, both

Standing = Literal["ready", "partly", "not_yet"]
STANDINGS: dict[Standing, Bilingual] = {
    "ready": both("可用", "ready"),
    "partly": both("部分可用", "partly ready"),
    "not_yet": both("尚缺数据，可打印空表", "not yet; a blank one can be printed"),
}
MISSING, WITHHELD, LETTER, WORD = "no:", "no:never.", "letter", "word:"
# filled without any record: the running number, the unit's own name, what stands above the table, what the pen writes
UNRECORDED = frozenset({"serial", "area", "head", "hand"})


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column (or line) of a form: its words, what fills it, which words of the requirement it answers."""

    label: Bilingual
    fill: str
    asks: tuple[str, ...]

    @property
    def missing(self) -> str:
        """Return the key of the fact that is missing; "" for none."""
        return self.fill.removeprefix(MISSING) if self.fill.startswith(MISSING) else ""

    @property
    def is_withheld(self) -> bool:
        """Is it left out on purpose, so that not even a blank is printed for it?"""
        return self.fill.startswith(WITHHELD)


@dataclass(frozen=True, slots=True)
class FormPart:
    """One table of a form: rows of a list, a row per unit, or (with `level`) a line per figure of a daily report.

    `day` names the column whose moments on the form's day are listed; without it the list stands as it is now.
    `incident` names the column that says to which incident a row belongs.
    """

    title: Bilingual
    columns: tuple[FormColumn, ...]
    table: str = ""
    level: str = ""
    areas: bool = False
    where: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    incident: str = ""

    @property
    def printed(self) -> tuple[FormColumn, ...]:
        """Return the columns that stand on paper."""
        return tuple(one for one in self.columns if not one.is_withheld)

    @property
    def is_gathered(self) -> bool:
        """Are there any records or figures to put in?"""
        return bool(self.table or self.level or self.areas)


@dataclass(frozen=True, slots=True)
class Form:
    """A form every county needs: F01 to F42 of the requirements.

    `letter` is printed for one person at a time from their record. `digest` names columns of the first part whose
    counts may go to a chat group.
    """

    code: str
    title: Bilingual
    parts: tuple[FormPart, ...]
    landscape: bool = False
    signed: bool = False
    letter: str = ""
    digest: tuple[str, ...] = ()

    def columns(self) -> Iterator[tuple[FormPart, FormColumn]]:
        """Yield every column with its part."""
        yield from ((part, column) for part in self.parts for column in part.columns)


def standing(form: Form, missing: int, recorded: int) -> Standing:
    """Return how a form stands, from how many of its columns are missing and how many come from records."""
    if not recorded and missing:
        return "not_yet"
    return "partly" if missing else "ready"
