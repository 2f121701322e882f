"""The national division register of 31 October 2019, read from the package one city at a time."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from lianfang.kernel.areas import COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.errors import refusal

AreaLevel = Literal["province", "city", "county", "town", "village"]

UNKNOWN_AREA = refusal(
    "area.unknown_code",
    "区划登记册里没有这个代码：{code}。",
    "The division register has no such code: {code}.",
    status=404,
)

_LEVELS: dict[int, AreaLevel] = {
    2: "province", 4: "city", COUNTY_DIGITS: "county", TOWN_DIGITS: "town", VILLAGE_DIGITS: "village",
}  # fmt: skip
# Levels that exist on paper only, between a municipality and its districts and the like.
_NAMELESS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True, slots=True)
class Area:
    """One division: its code, registered name, level and the code above it."""

    code: str
    name: str
    level: AreaLevel
    parent: str | None


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of 2016 that the register of 2019 has changed; `old_town` when the village has moved since."""

    code: str
    old_town: str
    old_name: str


def canonical(code: str) -> str:
    """Return a code without the zeros that fill it up to twelve digits. Raises `area.unknown_code`."""
    for length in _LEVELS if len(code) in _LEVELS else ():
        if len(code) >= length and not code[length:].strip("0") and _may_end(code, length):
            return code[:length]
    raise UNKNOWN_AREA(code=code[:12])


def areas_within(code: str) -> Iterator[Area]:
    """Yield the area itself and everything below it, from the top, in the order of codes."""
    within = canonical(code)
    yield from _upper_areas(within)
    for city in cities_of(within):
        yield from (area for area in _lower_areas(city) if area.code.startswith(within))


def path_of(code: str, names: dict[str, str]) -> str:
    """Return the full name, 山东省/聊城市/阳谷县/阎楼镇; `names` knows the towns and villages."""
    known = upper_names()
    parts = (known.get(code[:length]) or names.get(code[:length]) for length in _LEVELS if length <= len(code))
    return "/".join(part for part in parts if part and part not in _NAMELESS)


@cache
def upper_names() -> dict[str, str]:
    """Return the names of all provinces, cities and counties by code."""
    lines = (line for file in ("provinces", "cities", "counties") for line in _text(f"{file}.txt").splitlines())
    return dict(line.split(",", 1) for line in lines)


@cache
def aliases() -> tuple[Alias, ...]:
    """Return the known older names."""
    return tuple(Alias(**row) for row in csv.DictReader(_text("aliases.csv").splitlines()))


def cities_of(within: str) -> list[str]:
    """Return the codes of the cities that hold an area."""
    if len(within) >= 4:
        return [within[:4]]
    return [code for code in upper_names() if len(code) == 4 and code.startswith(within)]


def _may_end(code: str, length: int) -> bool:
    """Say whether a code can stop at this length: 441900 is a county although it ends in zeros."""
    if length in (2, 4) and len(code) > length and code[:6] in upper_names():
        return False
    return code[:length] in upper_names() if length <= 6 else code[:6] in upper_names()


def _upper_areas(within: str) -> Iterator[Area]:
    for code, name in sorted(upper_names().items()):
        if code.startswith(within):
            yield Area(code, name, _LEVELS[len(code)], code[:-2] or None)


def _lower_areas(city: str) -> Iterator[Area]:
    file = files("lianfang.data") / "register" / "cities" / f"{city}.gz"
    if not file.is_file():
        return
    town = ""
    for line in gzip.decompress(file.read_bytes()).decode("utf-8").splitlines():
        if line[9:10] == ",":
            town = line[:9]
            yield Area(town, line[10:], "town", line[:6])
        else:
            yield Area(town + line[:3], line[3:], "village", town)


def _text(file: str) -> str:
    return (files("lianfang.data") / "register" / file).read_text(encoding="utf-8")
