"""The names of one scope, ready to be looked up. Holds what the register says, judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from pypinyin import lazy_pinyin

from lianfang.kernel.places.components import VARIANTS, taken_apart
from lianfang.kernel.places.register import UNKNOWN_AREA, Area, aliases, areas_within, canonical, upper_names
from lianfang.kernel.places.writing import VillageKind, town_base, village_base

# Marks a town by its name of 2016, for villages that have since moved to another.
MOVED = "@"
_SHORTENED = "庄屯寨"


@dataclass(frozen=True, slots=True)
class Form:
    """One writing of one area: how surely it means that area, and the town that it must be written with."""

    base: str
    code: str
    town: str
    kind: VillageKind
    trust: float


class Names:
    """Towns and villages of one scope by the forms of their names."""

    def __init__(self, within: str) -> None:
        self.within = canonical(within)
        areas = list(areas_within(self.within))
        self.areas: dict[str, Area] = {area.code: area for area in areas}
        if self.within not in self.areas:
            raise UNKNOWN_AREA(code=self.within)
        if len(self.within) > 9:
            areas += self._town_of_village()
        self.names = {area.code: area.name for area in areas}
        self.towns: dict[str, list[Form]] = defaultdict(list)
        self.villages: dict[str, list[Form]] = defaultdict(list)
        self._index(areas)
        self.longest = max(map(len, (*self.villages, *self.towns)), default=0)

    @cached_property
    def registered(self) -> list[Form]:
        """Return every village once, under its registered name."""
        return [form for forms in self.villages.values() for form in forms if form.trust >= 0.99]

    @cached_property
    def by_sound(self) -> dict[str, list[Form]]:
        """Return the villages by their pinyin, regional confusions merged."""
        return _grouped(self.registered, lambda form: near_sound(form.base))

    @cached_property
    def by_variant(self) -> dict[str, list[Form]]:
        """Return the villages by their names with variant characters merged."""
        return _grouped((form for forms in self.villages.values() for form in forms), lambda form: folded(form.base))

    @cached_property
    def by_gap(self) -> dict[tuple[str, str], list[Form]]:
        """Return the villages by what stands before and after each of their characters."""
        found: dict[tuple[str, str], list[Form]] = defaultdict(list)
        for form in self.registered:
            for place in range(len(form.base)):
                found[form.base[:place], form.base[place + 1 :]].append(form)
        return found

    def _town_of_village(self) -> list[Area]:
        return [area for area in areas_within(self.within[:9]) if area.level == "town"]

    def _index(self, areas: Iterable[Area]) -> None:
        for area in areas:
            if area.level == "town":
                self._add_town(area.name, area.code, 1.0)
            elif area.level == "village" and "虚拟" not in area.name:
                self._add_village(area.name, area.code, area.code[:9], 0.99)
        for alias in aliases():
            if alias.code in self.areas:
                self._add_alias(alias.old_name, alias.code, alias.old_town)

    def _add_town(self, name: str, code: str, trust: float) -> None:
        base = town_base(name)
        self.towns[base].append(Form(base, code, code, "other", trust))
        for apart in taken_apart(base):
            self.towns[apart].append(Form(apart, code, code, "other", trust - 0.04))
        # A development zone carries the names of province and county, which nobody writes.
        for above in (upper_names()[code[:2]][:2], upper_names()[code[:6]]):
            if base.startswith(above) and len(base) > len(above) + 2:
                base = base[len(above) :]
                self.towns[base].append(Form(base, code, code, "other", 0.95))

    def _add_village(self, name: str, code: str, town: str, trust: float) -> None:
        base, kind = village_base(name)
        form = Form(base, code, town, kind, trust)
        self.villages[base].append(form)
        for apart in taken_apart(base):
            self.villages[apart].append(replace(form, base=apart, trust=trust - 0.04))
        if base[-1] in _SHORTENED and len(base) > 2:
            self._add_short(form, trust - 0.19)

    def _add_short(self, form: Form, trust: float) -> None:
        short = form.base[:-1]
        self.villages[short].append(replace(form, base=short, trust=trust))
        for apart in taken_apart(short):
            self.villages[apart].append(replace(form, base=apart, trust=trust - 0.04))

    def _add_alias(self, old_name: str, code: str, old_town: str) -> None:
        if len(code) == 9:
            self._add_town(old_name, code, 0.9)
            return
        old_base, town = town_base(old_town), code[:9]
        moved = bool(old_town) and old_base != town_base(self.names.get(town, ""))
        if moved and all(form.code[0] != MOVED for form in self.towns[old_base]):
            self.towns[old_base].append(Form(old_base, MOVED + old_base, MOVED + old_base, "other", 0.9))
        self._add_village(old_name, code, MOVED + old_base if moved else town, 0.9)


def folded(name: str) -> str:
    """Return the name with characters that stand for one another merged."""
    return name.translate(VARIANTS)


def sound(name: str) -> str:
    """Return the pinyin without tones."""
    return " ".join(map(_reading, name))


def near_sound(name: str) -> str:
    """Return the pinyin in which zh, ch, sh and ng are z, c, s and n, as to many who type."""
    return " ".join(filter(None, map(_near_reading, name)))


@lru_cache(maxsize=16_384)
def _reading(letter: str) -> str:
    return "".join(lazy_pinyin([letter]))


@lru_cache(maxsize=16_384)
def _near_reading(letter: str) -> str:
    return " ".join(_plain(syllable) for syllable in _reading(letter).split())


def _plain(syllable: str) -> str:
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


def _grouped(forms: Iterable[Form], key: Callable[[Form], str]) -> dict[str, list[Form]]:
    found: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        found[key(form)].append(form)
    return found
