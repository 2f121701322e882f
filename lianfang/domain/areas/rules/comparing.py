"""What became of every village and town between two division registers: by code, by name, by sound, never by wish.

A code alone is no proof: registers hand the code of one village to another. A name alone is none where two bear it.
What is not certain is left to people, with the candidates that speak for themselves.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pypinyin import lazy_pinyin

from lianfang.kernel.areas import TOWN_DIGITS
from lianfang.kernel.text import Bilingual, both, clean

Kind = Literal["same", "renamed", "merged", "split", "vanished"]

BECAUSE: dict[str, Bilingual] = {
    "told": both("新登记册写明原代码", "the new register names its old code"),
    "code_and_name": both("代码和名称一致", "code and name agree"),
    "name": both("名称一致，代码已换", "the name agrees under another code"),
    "name_of_other_kind": both("村改居或居改村，名称一致", "the name agrees, village and community changed"),
    "code": both("代码未变，名称相近或同一乡镇", "the code stayed; the names are alike or the town is the same"),
    "sound": both("同一乡镇内读音一致", "the names sound alike in one town"),
    "joined_name": both("新名称由几个旧名称合成", "the new name joins the old names"),
    "villages": both("所辖村大多归入", "most of its villages went there"),
    "several": both("有几个可能的去处", "several new ones may have come from it"),
    "nothing": both("新登记册里找不到去处", "the new register has nothing that came from it"),
}

_ENDINGS = (
    "社区居民委员会", "社区村民委员会", "社区居委会", "居民委员会", "村民委员会", "社区委员会", "居委会", "村委会",
    "社区",
)  # fmt: skip
_TOWN_ENDINGS = ("街道办事处", "办事处", "街道", "地区", "镇", "乡")
# characters that name a direction, a size or a kind of place: shared by names that have nothing to do with each other
_COMMON = frozenset("东西南北中上下前后左右大小新老旧村庄家街路社区一二三四五六七八九十屯营店镇乡里沟河山")


@dataclass(frozen=True)
class Register:
    """A division register of one county: names by code, and the old codes that its rows name, if they do."""

    villages: Mapping[str, str]
    towns: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # old code → new codes


@dataclass(frozen=True)
class Fate:
    """What became of one area. With `sure` its only heir is certain; else the heirs are candidates."""

    code: str
    name: str
    kind: Kind
    heirs: tuple[str, ...]
    because: str
    sure: bool


@dataclass(frozen=True)
class Comparison:
    """The fates of all old villages and towns by code, and the new areas that came from none of them."""

    villages: Mapping[str, Fate]
    towns: Mapping[str, Fate]
    added: tuple[str, ...]

    def count(self, kind: Kind) -> int:
        """Return how many old villages have this fate; the five kinds add up to all of them."""
        return sum(1 for fate in self.villages.values() if fate.kind == kind)

    @property
    def unsure(self) -> list[Fate]:
        """Return the areas, villages and then towns, that somebody has to decide about."""
        return [fate for fate in (*self.villages.values(), *self.towns.values()) if not fate.sure]


def compare(old: Register, new: Register) -> Comparison:
    """Return what became of every old village and town in the new register."""
    claims = _Claims(old, new)
    claims.settle()
    villages = {code: claims.fate(code) for code in sorted(old.villages)}
    towns = _towns(old, new, villages)
    came = {heir for fate in (*villages.values(), *towns.values()) if fate.sure for heir in fate.heirs}
    fresh = sorted(code for code in (*new.towns, *new.villages) if code not in came)
    return Comparison(villages, towns, tuple(fresh))


def stem(name: str) -> str:
    """Return what a village is called apart from what it is: 东扒厂村村委会 → 东扒厂, 庞村村民委员会 → 庞村."""
    text = re.sub(r"\s", "", clean(name))
    for ending in _ENDINGS:
        if text.endswith(ending) and len(text) > len(ending):
            text = text.removesuffix(ending)
            break
    return text.removesuffix("村") if len(text) > 2 else text


def town_stem(name: str) -> str:
    """Return what a town is called apart from what it is: 金山办事处 → 金山, 鹤岭镇 → 鹤岭."""
    text = re.sub(r"\s", "", clean(name))
    for ending in _TOWN_ENDINGS:
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending)
    return text


def _is_community(name: str) -> bool:
    return "居" in name or "社区" in name


def _sound(text: str) -> str:
    return " ".join(lazy_pinyin(text))


def _alike(one: str, other: str) -> bool:
    """Say whether two stems share a character or a syllable."""
    return bool(set(one) & set(other)) or bool(set(lazy_pinyin(one)) & set(lazy_pinyin(other)))


class _Claims:
    """Finds the heir of each old village, the surest evidence first; what has an heir is asked about no more."""

    def __init__(self, old: Register, new: Register) -> None:
        self.old, self.new = old, new
        self.heir: dict[str, str] = {}
        self.why: dict[str, str] = {}
        self.several: dict[str, tuple[str, ...]] = {}
        self.taken: set[str] = set()
        self.stems = {name: stem(name) for name in {*old.villages.values(), *new.villages.values()}}
        self.town = _same_town(old, new)

    def settle(self) -> None:
        """Go through the evidence."""
        self._same_code_and_name()
        self._told()
        self._same_code_and_stem()
        for why, by in (("name", self._kind_and_stem), ("name_of_other_kind", self._stem)):
            self._by_name(why, by, in_town=True)
            self._by_name(why, by, in_town=False)
        self._same_code()
        self._by_name("sound", self._stem_sound, in_town=True)
        self._joined()

    def fate(self, code: str) -> Fate:
        """Return what became of an old village."""
        name = self.old.villages[code]
        if code in self.heir:
            heir = self.heir[code]
            if self._is_merged(code, heir):
                kind: Kind = "merged"
            else:
                kind = "same" if (heir, self.new.villages[heir]) == (code, name) else "renamed"
            return Fate(code, name, kind, (heir,), self.why[code], sure=True)
        if code in self.several:
            return Fate(code, name, "split", self.several[code], "told", sure=False)
        apart = self._apart(code)
        kind, why = ("split", "several") if len(apart) > 1 else ("vanished", "nothing")
        return Fate(code, name, kind, apart, why, sure=False)

    # --- the kinds of evidence ------------------------------------------------------------------------------------

    def _told(self) -> None:
        for code, heirs in self.new.told.items():
            known = tuple(sorted({heir for heir in heirs if heir in self.new.villages}))
            if code not in self.old.villages or code in self.heir:
                continue
            if len(known) == 1:
                self._claim(code, known[0], "told")
            elif known:
                self.several[code] = known
                self.taken.update(known)

    def _same_code_and_name(self) -> None:
        """Match what the register has already: its remarks on old codes were about what these codes named before."""
        for code, name in self.old.villages.items():
            if self.new.villages.get(code) == name:
                self._claim(code, code, "code_and_name")

    def _same_code_and_stem(self) -> None:
        for code in self._left_old():
            if code not in self.new.villages:
                continue
            mine, now = self._stem(code, self.old), self._stem(code, self.new)
            # one that others were told to have joined may have been renamed for it: 赵庄 and 钱庄 → 新赵庄
            if mine == now or (code in self.taken and mine in now):
                self._claim(code, code, "code_and_name")

    def _by_name(self, why: str, by: Callable[[str, Register], Hashable], *, in_town: bool) -> None:
        """Match those whose name occurs once on either side: among what is left in one town, or in all the county."""
        left_old, left_new = self._left_old(), self._left_new()
        among_old: Iterable[str] = left_old if in_town else self.old.villages
        among_new: Iterable[str] = left_new if in_town else self.new.villages

        def key(code: str, register: Register) -> Hashable:
            town = code[:TOWN_DIGITS]
            place = (self.town.get(town, "") if register is self.old else town) if in_town else ""
            return place, by(code, register)

        olds = Counter(key(code, self.old) for code in among_old)
        news = Counter(key(code, self.new) for code in among_new)
        found = {key(code, self.new): code for code in left_new}
        for code in left_old:
            mine = key(code, self.old)
            if mine in found and olds[mine] == news[mine] == 1:
                self._claim(code, found[mine], why)

    def _same_code(self) -> None:
        for code in self._left_old():
            if code not in self.new.villages or code in self.taken:
                continue
            alike = _alike(self._stem(code, self.old), self._stem(code, self.new))
            if alike or self.town.get(code[:TOWN_DIGITS]) == code[:TOWN_DIGITS]:
                self._claim(code, code, "code")

    def _joined(self) -> None:
        """Match villages whose stems, one after the other, are the stem of a new village of their town."""
        by_town = defaultdict(list)
        for code in self._left_old():
            by_town[self.town.get(code[:TOWN_DIGITS], "")].append(code)
        for code in self._left_new():
            whole = self._stem(code, self.new)
            parts = [one for one in by_town[code[:TOWN_DIGITS]] if self._stem(one, self.old) in whole]
            names = [self._stem(one, self.old) for one in parts]
            if len(parts) > 1 and sorted("".join(names)) == sorted(whole):
                for one in parts:
                    self._claim(one, code, "joined_name")

    # --- helpers --------------------------------------------------------------------------------------------------

    def _apart(self, code: str) -> tuple[str, ...]:
        """Return the new villages of the town, of the same kind, whose name speaks for coming from an old one."""
        name = self.old.villages[code]
        mine = set(self._stem(code, self.old)) - _COMMON
        town = self.town.get(code[:TOWN_DIGITS])
        return tuple(
            one
            for one in self._left_new()
            if one[:TOWN_DIGITS] == town
            and _is_community(self.new.villages[one]) == _is_community(name)
            and mine & set(self._stem(one, self.new))
        )

    def _is_merged(self, code: str, heir: str) -> bool:
        sharing = [one for one in self.heirs_of(heir) if one != code]
        return bool(sharing) and self._first(heir) != code

    def heirs_of(self, heir: str) -> list[str]:
        """Return the old villages that a new one came from."""
        return [one for one, other in self.heir.items() if other == heir]

    def _first(self, heir: str) -> str:
        """Return the old village that goes on in a new one which several came from; "" where none of them does."""
        sharing = self.heirs_of(heir)
        if heir in sharing:
            return heir
        named = [one for one in sharing if self._stem(one, self.old) == self._stem(heir, self.new)]
        return named[0] if len(named) == 1 else ""

    def _claim(self, code: str, heir: str, why: str) -> None:
        self.heir[code], self.why[code] = heir, why
        self.taken.add(heir)

    def _left_old(self) -> list[str]:
        return [code for code in self.old.villages if code not in self.heir and code not in self.several]

    def _left_new(self) -> list[str]:
        return [code for code in self.new.villages if code not in self.taken]

    def _stem(self, code: str, register: Register) -> str:
        return self.stems[register.villages[code]]

    def _kind_and_stem(self, code: str, register: Register) -> Hashable:
        return _is_community(register.villages[code]), self._stem(code, register)

    def _stem_sound(self, code: str, register: Register) -> Hashable:
        return _sound(self._stem(code, register))


def _same_town(old: Register, new: Register) -> dict[str, str]:
    """Return the old towns that are there again: under their name, or under their code when no other took it."""
    news = defaultdict(list)
    for code, name in new.towns.items():
        news[town_stem(name)].append(code)
    olds = Counter(town_stem(name) for name in old.towns.values())
    found = {
        code: news[town_stem(name)][0]
        for code, name in old.towns.items()
        if len(news[town_stem(name)]) == olds[town_stem(name)] == 1
    }
    taken = set(found.values())
    for code in old.towns:
        if code not in found and code in new.towns and code not in taken:
            found[code] = code
    return found


def _towns(old: Register, new: Register, villages: Mapping[str, Fate]) -> dict[str, Fate]:
    """Return what became of every old town: itself again, or where most of its villages went."""
    again = _same_town(old, new)
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for fate in villages.values():
        if fate.sure:
            went[fate.code[:TOWN_DIGITS]][fate.heirs[0][:TOWN_DIGITS]] += 1
    told = {code: heirs[0] for code, heirs in new.told.items() if code in old.towns and len(heirs) == 1}
    return {code: _town(code, name, told.get(code) or again.get(code), went[code], new) for code, name in
            sorted(old.towns.items())}  # fmt: skip


def _town(code: str, name: str, again: str | None, went: Counter[str], new: Register) -> Fate:
    if again is not None:
        kind: Kind = "same" if (again, new.towns.get(again)) == (code, name) else "renamed"
        return Fate(code, name, kind, (again,), "code_and_name" if again == code else "name", sure=True)
    ranked = [heir for heir, _ in went.most_common()]
    if ranked and went[ranked[0]] * 2 > went.total():
        return Fate(code, name, "merged", (ranked[0],), "villages", sure=True)
    return Fate(code, name, "split" if len(ranked) > 1 else "vanished", tuple(ranked), "nothing", sure=False)
