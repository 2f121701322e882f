"""A county's own pattern of shifts: read from lines as people write them, and what makes one impossible. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from lianfang.domain.workforce.rules.rostering import Limits, Span, night_of
from lianfang.domain.workforce.rules.rostering.numbers import minute_of
from lianfang.domain.workforce.rules.rostering.problem import DAY, HOUR
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

OWN = "own"
MOST_SHIFTS = 6
LABEL_LENGTH = 20

BAD_LINE = refusal(
    "workforce.pattern_line",
    "第 {line} 行看不懂。每班一行：中文名 / 英文名 / 开始时间 / 小时数，如“白班 / Day / 07:30 / 12”。",
    "Line {line} cannot be read. One shift a line: Chinese name / English name / start / hours, "
    "as “白班 / Day / 07:30 / 12”.",
)
TOO_MANY = refusal("workforce.pattern_too_many", "一个班制最多 {most} 班。", "A pattern has at most {most} shifts.")
OVERLAPS = refusal(
    "workforce.pattern_overlaps", "“{first}”与“{second}”时间重叠。", "“{first_en}” and “{second_en}” overlap."
)
TOO_LONG = refusal(
    "workforce.pattern_too_long",
    "“{name}”长 {hours} 小时，超过任意 24 小时内最多 {most} 小时，没有人能上。"
    "确属驻点轮休的，请填写本班制每 24 小时最长时数。",
    "“{name_en}” lasts {hours} hours, more than the {most} allowed in any 24: nobody could serve it. Where people take "
    "turns of sleep at the post, enter the hours this pattern allows.",
)

_LINE = re.compile(
    r"(?P<zh>[^/]+)/(?P<en>[^/]+)/\s*(?P<start>([01]\d|2[0-3]):[0-5]\d)\s*/\s*(?P<hours>\d{1,2}(\.\d)?)\s*"
)


def shifts_from(text: str) -> list[dict[str, Any]]:
    """Return the shifts of a pattern by their beginning, in the rulebook's shape, numbered 1, 2, 3 …

    Raises `workforce.pattern_line` and `workforce.pattern_too_many`.
    """
    lines = [line for line in text.replace("／", "/").replace("：", ":").splitlines() if line.strip()]
    if len(lines) > MOST_SHIFTS:
        raise TOO_MANY(field="shifts", most=MOST_SHIFTS)
    found = sorted((_shift(line, number) for number, line in enumerate(lines, 1)), key=lambda one: str(one["from"]))
    return [{"key": str(number), **one} for number, one in enumerate(found, 1)]


def _shift(line: str, number: int) -> dict[str, Any]:
    read = _LINE.fullmatch(line)
    zh, en = (read["zh"].strip(), read["en"].strip()) if read else ("", "")
    if read is None or not (0 < len(zh) <= LABEL_LENGTH and 0 < len(en) <= LABEL_LENGTH and float(read["hours"]) > 0):
        raise BAD_LINE(field="shifts", line=number)
    return {"zh": zh, "en": en, "from": read["start"], "hours": float(read["hours"])}


def check_shifts(shifts: Iterable[Mapping[str, Any]], most_hours: float) -> None:
    """Raise the refusal for shifts nobody could serve, or that overlap, the next day's counted too.

    `most_hours` is what somebody may serve in any 24: the pattern's own number, or the county's.
    """
    kept = list(shifts)
    for one in kept:
        if one["hours"] > most_hours:
            raise TOO_LONG(field="shifts", name=one["zh"], name_en=one["en"], hours=f"{one['hours']:g}",
                           most=f"{most_hours:g}")  # fmt: skip
    spans = [(_span(one), one) for one in kept]
    spans.append((Span(spans[0][0].starts + DAY, spans[0][0].ends + DAY), kept[0]))
    for (before, first), (after, second) in pairwise(spans):
        if before.meets(after):
            raise OVERLAPS(field="shifts", first=first["zh"], first_en=first["en"], second=second["zh"],
                           second_en=second["en"])  # fmt: skip


def _span(one: Mapping[str, Any]) -> Span:
    starts = minute_of(one["from"])
    return Span(starts, starts + round(one["hours"] * HOUR))


def nights_of(shifts: Iterable[Mapping[str, Any]], limits: Limits) -> list[str]:
    """Return the keys of the shifts that count as night duty by the county's rule."""
    return [one["key"] for one in shifts if night_of(limits, _span(one)) is not None]


def line_of(one: Mapping[str, Any]) -> str:
    """Return a shift as it is written on its line."""
    return f"{one['zh']} / {one['en']} / {one['from']} / {one['hours']:g}"


def own_shift_kinds() -> dict[str, Bilingual]:
    """Return the shifts an own pattern can have, by what a Shift keeps; its names stand in the pattern."""
    return {
        f"{OWN}.{number}": both(f"自定班制第 {number} 班", f"Own pattern, shift {number}")
        for number in range(1, MOST_SHIFTS + 1)
    }
