"""What may be published: aggregates only, small counts of people withheld (P06, P14). Names no list and no remark."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lianfang.domain.reports.rules.figures import FIGURES, HOUSEHOLDS, PERSONS, SECTIONS, Figure
from lianfang.kernel.clock import CHINA
from lianfang.kernel.text import Bilingual, both


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """One published number: `value` None means too small to show; `shown` is what is printed."""

    code: str
    label: Bilingual
    unit: Bilingual
    value: int | float | None
    shown: str


def is_small(value: int | float | None, below: int) -> bool:
    """Is the count so small that somebody might be recognised in it? Nought tells of nobody."""
    return value is not None and 0 < value < below


def public_version(
    values: Mapping[str, int | float | None], *, below: int, required_by_law: Collection[str] = ()
) -> list[PublicFigure]:
    """Return the figures for publication: public ones only, small counts withheld, no remarks, no lists, no areas.

    Counts of things are shown as they are; counts of persons and households are withheld below `below`, except those
    whose publication the law requires.
    """
    public = [figure for figure in FIGURES if figure.public and values.get(figure.code) is not None]
    return [_public(figure, values[figure.code], 0 if figure.code in required_by_law else below) for figure in public]


def _public(figure: Figure, value: int | float | None, below: int) -> PublicFigure:
    of_people = figure.unit in (PERSONS, HOUSEHOLDS)
    if of_people and is_small(value, below):
        return PublicFigure(figure.code, figure.label, figure.unit, None, f"<{below}")
    return PublicFigure(figure.code, figure.label, figure.unit, value, digits(value))


def digits(value: int | float | None) -> str:
    """Return a number as people write it: whole where it is whole, "" for none."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else str(value)


def withheld(parts: Mapping[str, int], below: int) -> tuple[frozenset[str], bool]:
    """Return the areas whose count is withheld in a published table, and whether its total must be withheld too.

    One hidden count can be found from the total and the others, and so can several ones: the next smallest is hidden
    with them until it cannot. When none is left to hide, the total goes.
    """
    hidden = [area for area, value in parts.items() if is_small(value, below)]
    if not hidden:
        return frozenset(), False
    others = sorted((value, area) for area, value in parts.items() if value >= below)
    while others and _is_deducible([parts[area] for area in hidden], below):
        hidden.append(others.pop(0)[1])
    return frozenset(hidden), _is_deducible([parts[area] for area in hidden], below)


def _is_deducible(values: Sequence[int], below: int) -> bool:
    total, count = sum(values), len(values)
    return count < 2 or total < below or total in (count, count * (below - 1))


def shown_parts(parts: Mapping[str, int], below: int) -> dict[str, str] | None:
    """Return what a table shows beside its total, "—" where withheld; None when the total would betray it."""
    hidden, betrayed_by_total = withheld(parts, below)
    if betrayed_by_total:
        return None
    return {area: "—" if area in hidden else str(value) for area, value in parts.items()}


def digest(unit: str, until_at: datetime, figures: Sequence[PublicFigure]) -> Bilingual:
    """Return a text for chat groups: sums of the whole area and nothing else, one line per section."""
    at = until_at.astimezone(CHINA)
    head = both(f"【{unit}防控日报】截至{at:%Y年%m月%d日%H:%M}", f"[{unit}: daily figures] as of {at:%Y-%m-%d %H:%M}")
    lines = [_line(section, [one for one in figures if one.code.split(".")[0] == section]) for section in SECTIONS]
    told = [line for line in lines if line is not None]
    foot = both("数字由记录汇总，不含个人信息。", "Counted from records; no personal data.")
    whole = (head, *told, foot)
    return Bilingual("\n".join(one.zh for one in whole), "\n".join(one.en for one in whole))


def _line(section: str, figures: Sequence[PublicFigure]) -> Bilingual | None:
    if not figures:
        return None
    zh = "，".join(f"{one.label.zh} {_told(one.shown, '不足')}{one.unit.zh}" for one in figures)
    en = ", ".join(f"{one.label.en} {_told(one.shown, 'under ')}" for one in figures)
    return Bilingual(f"{SECTIONS[section].zh}：{zh}。", f"{SECTIONS[section].en}: {en}.")


def _told(shown: str, under: str) -> str:
    return under + shown[1:] if shown.startswith("<") else shown
