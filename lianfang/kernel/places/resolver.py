"""Free text to division code. Refuses to guess: what has two readings or names another place stays without a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from lianfang.kernel.places.components import radical, radicals_of_part
from lianfang.kernel.places.index import MOVED, Form, Names, folded, near_sound, sound
from lianfang.kernel.places.register import path_of, upper_names
from lianfang.kernel.places.writing import (
    TOWN_ENDING,
    VillageKind,
    ending_at,
    is_house,
    is_street_address,
    splits,
    trust_in_tail,
    writings,
)

# Two readings as near as this are two answers, and therefore none.
_TOO_CLOSE = 0.045
_ENOUGH = 0.6
_LONGEST_TEXT = 120
_MOST_CANDIDATES = 8

# A character that tells neighbouring villages apart: 前刘 and 后刘 are not one another's slip of the pen.
_TELLING = frozenset("东西南北中前后上下左右内外大小新老旧高低头尾里一二三四五六七八九十百千两双单")
# In front of a surname these make the name of one of several villages: 西王庄, 后王庄.
_SIBLINGS = frozenset("东西南北中前后上下左右内外大小新老")
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅付沈曾彭吕苏卢蒋蔡贾丁魏位薛叶阎闫余潘杜戴代夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱丘秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦"
    "申尤毕聂丛焦向柳邢骆岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游裴席卫查屈鲍覃霍翁隋植甘景薄包司柏宁柯阮"
    "桂闵解强冀尚楚仝逯晁谷窦吉全穆木桑郜郇娄边亢敖巩仇郗蒲邰糜米井宫储宗房胥亓党席闵佟詹侍展刁国隗盖怀矫昝桓虞郏刑赫柴蔺苑蓝岑弓阳巴单栾戚粟缪干应丘来滑皮卞都印隆师巫车毋原靖相晋晏暴"
)
# What kind of settlement a name ends in: 王庄 and 王楼 are two villages.
_GENERIC = frozenset(
    "庄楼村集屯寨营店沟河湾坡岭山口堡桥铺庙寺街坊园场坑洼凹岗坪塘崖峪井门桥圈郭口里头家城关镇洞渠坟林涧江泉河水池"
)
_HERE = re.compile(r"(?:县城|城区|我县|本县|我市|本市|我区|本区|全县)(?:内|里|的)?")
_OF = re.compile(r"(?:下辖|所辖|辖区)?的?")


class Match(NamedTuple):
    """One reading of a text: the code and how far it can be believed."""

    code: str
    trust: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that the text may have meant."""

    code: str
    name: str
    path: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Resolved:
    """The answer: a code with name, full path and confidence from 0 to 1; or no code and the candidates, best first."""

    text: str
    code: str | None
    name: str | None
    path: str | None
    confidence: float
    candidates: tuple[Candidate, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the answer as the command line prints it."""
        return asdict(self) | {"candidates": [asdict(one) for one in self.candidates]}


class Register:
    """The division register of one county, city, province or town, that answers what a text means."""

    def __init__(self, within: str) -> None:
        self.index = Names(within)
        self.within = self.index.within
        self._cached = lru_cache(maxsize=131_072)(self._resolve)

    @classmethod
    def open(cls, within: str) -> Register:
        """Return the register of a scope, kept in memory. Raises `area.unknown_code`."""
        return _open(within)

    def resolve(self, text: str) -> Resolved:
        """Say which place of the scope a text names; equal texts are answered from memory."""
        return self._cached(text) if len(text) <= _LONGEST_TEXT else Resolved(text, None, None, None, 0.0)

    def name(self, code: str) -> str | None:
        """Return the registered name of a code in scope."""
        area = self.index.areas.get(code)
        return area.name if area else None

    def path(self, code: str) -> str:
        """Return the full name from the province down: 山东省/聊城市/阳谷县/阎楼镇/三教寺村委会."""
        return path_of(code, self.index.names)

    def _resolve(self, text: str) -> Resolved:
        ways = writings(text)
        if ways and re.fullmatch(r"\d{2,12}", ways[0]):
            return self._answer(text, self._by_code(ways[0]))
        for read in (self._read, self._guess):
            for way in ways:
                found = _best_of_each(read(way))
                if found:
                    return self._answer(text, found)
        return self._answer(text, [])

    def _answer(self, text: str, found: list[Match]) -> Resolved:
        """Return the code when one reading stands clear of the others, the candidates when none does."""
        found = sorted((one for one in found if one.code in self.index.areas), key=lambda one: (-one.trust, one.code))
        if not found:
            return Resolved(text, None, None, None, 0.0)
        best = found[0]
        rivals = [one for one in found if one.trust > best.trust - _TOO_CLOSE]
        if best.trust >= _ENOUGH and len(rivals) == 1:
            return Resolved(text, best.code, self.name(best.code), self.path(best.code), round(best.trust, 3))
        share = len(rivals) if len(rivals) > 1 else 1
        listed = tuple(self._candidate(one, share) for one in found[:_MOST_CANDIDATES])
        return Resolved(text, None, None, None, 0.0, listed)

    def _candidate(self, match: Match, share: int) -> Candidate:
        name = self.name(match.code) or ""
        return Candidate(match.code, name, self.path(match.code), round(match.trust / share, 3))

    def _by_code(self, digits: str) -> list[Match]:
        for length in (2, 4, 6, 9, 12):
            if digits[:length] in self.index.areas and not digits[length:].strip("0"):
                return [Match(digits[:length], 1.0)]
        return []

    # Reading: every part of the text is a registered name, an ending or a house number.

    def _read(self, text: str) -> Iterator[Match]:
        for place, above, trust in self._starts(text):
            if place == len(text):
                yield from self._upper_at_the_end(text)
                continue
            yield from (Match(one.code, one.trust * trust) for one in self._read_from_town(text, place, above))
            alone = self._villages_at(text, place, above)
            yield from (Match(one.code, one.trust * trust * (0.92 if one.trust > 0.82 else 0.7)) for one in alone)

    def _upper_at_the_end(self, text: str) -> Iterator[Match]:
        """Yield the county, city or province with which a text ends; out of scope it is no answer."""
        for length in range(min(self._longest_upper, len(text)), 1, -1):
            code = self._upper.get(text[-length:])
            if code:
                yield Match(code, 0.95)
                return

    def _read_from_town(self, text: str, place: int, above: str) -> Iterator[Match]:
        for town, end, trust in self._towns_at(text, place, above):
            if end == len(text):
                yield Match(town.code, trust)
                continue
            inside = list(self._villages_at(text, end, town.code))
            yield from (Match(one.code, one.trust * trust) for one in inside)
            if not inside and is_street_address(text[end:]):
                yield Match(town.code, 0.65 * trust)

    def _starts(self, text: str) -> list[tuple[int, str, float]]:
        """Return where the part below the county may begin, and under which code."""
        found = [(0, self.within, 1.0)]
        for place, above, trust in found:
            here = _HERE.match(text, place)
            if here and here.end() < len(text):
                found.append((here.end(), above, trust))
            for length in range(min(self._longest_upper, len(text) - place), 1, -1):
                code = self._upper.get(text[place : place + length])
                if code and (above.startswith(code) or code.startswith(above)):
                    found.append((place + length, max(code, above, key=len), trust))
            if len(found) > 12:
                break
        return found

    def _towns_at(self, text: str, place: int, above: str) -> Iterator[tuple[Form, int, float]]:
        """Yield the towns whose name begins here, with their ending and, less surely, without."""
        for length in range(min(self.index.longest, len(text) - place), 0, -1):
            end = place + length
            forms = self.index.towns.get(text[place:end])
            if not forms:
                continue
            written = TOWN_ENDING.match(text, end)
            for form in forms:
                if not _is_inside(form.code, above) and form.code[0] != MOVED:
                    continue
                if written:
                    after = _OF.match(text, written.end())
                    yield form, after.end() if after else written.end(), form.trust * self._fit(form, written.group())
                elif length > 1:
                    yield form, end, form.trust * (0.97 if end < len(text) else 0.91)

    def _fit(self, form: Form, ending: str) -> float:
        """Return how well a written ending fits: towns become sub-districts, and the old ending lives on."""
        name = self.index.names.get(form.code, "")
        if not name or name.endswith(ending) or (name.endswith("街道") and ending[0] in "街办"):
            return 1.0
        return 0.95

    def _villages_at(self, text: str, place: int, above: str) -> Iterator[Match]:
        """Yield the villages whose name begins here, the longest name first and only while the rest makes sense."""
        for length in range(min(self.index.longest, len(text) - place), 0, -1):
            end = place + length
            forms = self.index.villages.get(text[place:end])
            if not forms:
                continue
            kind, after = ending_at(text, end)
            tail = text[after:]
            trust = trust_in_tail(tail, after_ending=after > end)
            if trust == 0 or (length == 1 and after == end):
                continue
            found = [Match(form.code, form.trust * trust * _agree(form, kind)) for form in forms if _fits(form, above)]
            yield from found
            if found and after > end and tail and not is_house(tail):
                yield from self._villages_at(text, after, above[:9] if len(above) >= 9 else found[0].code[:9])
            if found:
                return

    # Guessing: one part of the text is written wrongly, the rest holds it in place.

    def _guess(self, text: str) -> Iterator[Match]:
        for place, above, trust in self._starts(text):
            rest = text[place:]
            if rest and not self._is_elsewhere(rest):
                yield from (Match(one.code, one.trust * trust) for one in self._guess_from(rest, above))

    def _guess_from(self, text: str, above: str) -> Iterator[Match]:
        named = list(self._towns_at(text, 0, above))
        for town, end, trust in named:
            if end < len(text):
                yield from (Match(one.code, one.trust * trust) for one in self._near(text[end:], town.code))
        explicit = next(TOWN_ENDING.finditer(text, 1), None)
        if any(end < len(text) and trust >= 0.95 for _, end, trust in named):
            yield from self._contradicted(text, named)
        elif explicit:
            yield from self._guess_town(text, explicit, above)
        else:
            yield from self._near(text, above)

    def _contradicted(self, text: str, named: list[tuple[Form, int, float]]) -> Iterator[Match]:
        """Yield, as candidates only, the town that was named and the same village name elsewhere."""
        for town, end, _ in named:
            yield Match(town.code, 0.4)
            elsewhere = self._villages_at(text, end, self.within)
            yield from (Match(one.code, 0.45 * one.trust) for one in elsewhere)

    def _guess_town(self, text: str, ending: re.Match[str], above: str) -> Iterator[Match]:
        """Yield readings whose town is misspelt while its village is not."""
        typed, rest = text[: ending.start()], text[ending.end() :]
        for base, forms in self.index.towns.items():
            trust = _likeness(typed, base, in_town=True)
            # A village that is found under it vouches for a town that only sounds right.
            if rest and sound(typed) == sound(base):
                trust = max(trust, 0.8)
            for form in forms if trust >= 0.7 else ():
                if not _is_inside(form.code, above):
                    continue
                inside = self._villages_at(rest, 0, form.code) if rest else [Match(form.code, 1.0)]
                yield from (Match(one.code, one.trust * trust) for one in inside)

    def _near(self, text: str, above: str) -> Iterator[Match]:
        """Yield villages whose name was probably meant, each with how far that can be believed."""
        in_town = len(above) >= 9 or above[0] == MOVED
        for core, kind, tail in splits(text):
            trust = trust_in_tail(tail, after_ending=bool(kind))
            if trust == 0 or len(core) < 2 or (in_town and self._is_known(core)):
                continue
            for form, likeness in self._alike(core, above, in_town=in_town):
                yield Match(form.code, likeness * trust * _agree(form, kind) * (1.0 if in_town else 0.92))

    def _is_known(self, name: str) -> bool:
        """Say whether a name is spelt right for some village in scope, so that it needs no guess."""
        return name in self.index.villages or name.removesuffix("村") in self.index.villages

    def _alike(self, core: str, above: str, *, in_town: bool) -> Iterator[tuple[Form, float]]:
        """Yield villages by variant characters, by parts of a character, by sound and by one wrong character."""
        short = core[:-1] if core.endswith("村") and len(core) > 2 else core
        for name in {core, short}:
            same = (form for form in self.index.by_variant.get(folded(name), ()) if _fits(form, above))
            yield from ((form, 0.95) for form in same)
            yield from self._by_parts(name, above, in_town=in_town)
            heard = (form for form in self.index.by_sound.get(near_sound(name), ()) if _fits(form, above))
            yield from ((form, _likeness(name, form.base, in_town=in_town)) for form in heard)
            yield from self._by_slip(name, above, in_town=in_town)

    def _by_parts(self, core: str, above: str, *, in_town: bool) -> Iterator[tuple[Form, float]]:
        """Yield villages where two typed characters are the radical and the sounding part of one: 土楞 for 塄."""
        for place in range(len(core) - 1):
            forms = self.index.by_gap.get((core[:place], core[place + 2 :]), ())
            for form in forms:
                if _fits(form, above) and _is_composed(form.base[place], core[place], core[place + 1]):
                    yield form, 0.85 if in_town or len(form.base) > 2 else 0.55

    def _by_slip(self, core: str, above: str, *, in_town: bool) -> Iterator[tuple[Form, float]]:
        if len(core) < 2:
            return
        bases = self._bases_in(above)
        for base, _, _ in extract(core, bases, scorer=Levenshtein.distance, score_cutoff=1, limit=12):
            trust = _likeness(core, base, in_town=in_town)
            yield from ((form, trust) for form in self.index.villages[base] if _fits(form, above))

    @lru_cache(maxsize=512)  # noqa: B019
    def _bases_in(self, above: str) -> tuple[str, ...]:
        return tuple({form.base for form in self.index.registered if _fits(form, above)})

    def _is_elsewhere(self, text: str) -> bool:
        """Say whether a text begins with the name of a province, city or county that is not ours."""
        return any(text[:length] in _foreign_names() for length in range(2, min(9, len(text)) + 1)) and not any(
            text.startswith(own) for own in self._upper
        )

    @cached_property
    def _upper(self) -> dict[str, str]:
        """Return the names of the areas above and in scope, down to counties, in full and without their ending."""
        found: dict[str, str] = {}
        for code, name in upper_names().items():
            if code.startswith(self.within[:6]) or self.within.startswith(code):
                found.update(dict.fromkeys(_short_and_full(name), code))
        return found

    @cached_property
    def _longest_upper(self) -> int:
        return max(map(len, self._upper), default=0)


def resolve(text: str, within: str) -> Resolved:
    """Say which place within a county, city or other area a text names. Raises `area.unknown_code`."""
    return Register.open(within).resolve(text)


def resolve_lines(within: str, texts: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield one line for each text for the command line: text, code, name, path, confidence, candidates."""
    register = Register.open(within)
    return (register.resolve(text).as_dict() for text in texts)


@lru_cache(maxsize=16)
def _open(within: str) -> Register:
    return Register(within)


def _best_of_each(found: Iterable[Match]) -> list[Match]:
    best: dict[str, float] = {}
    for code, trust in found:
        best[code] = max(trust, best.get(code, 0.0))
    return [Match(code, trust) for code, trust in best.items()]


def _is_inside(code: str, above: str) -> bool:
    return code.startswith(above) or (len(above) > 9 and above.startswith(code))


def _fits(form: Form, above: str) -> bool:
    """Say whether a form may be written under this area; a moved village is looked for under its old town."""
    if above[0] == MOVED:
        return form.town == above
    if form.town[0] == MOVED:
        return len(above) < 9 and form.code.startswith(above)
    return form.code.startswith(above)


def _agree(form: Form, kind: VillageKind | None) -> float:
    return 1.0 if kind is None or form.kind in (kind, "other") else 0.95


def _short_and_full(name: str) -> Iterator[str]:
    if len(name) < 2 or name in ("市辖区", "县"):
        return
    yield name
    short = re.sub(
        r"(?:(?:[\u4e00-\u9fff]{1,3}族)+自治[州县区]|维吾尔自治区|特别行政区|自治区|省|市|县|区|地区|盟)$", "", name
    )
    if len(short) > 1 and short != name:
        yield short


@cache
def _foreign_names() -> frozenset[str]:
    """Return all names of provinces, cities and counties; without their ending only provinces and cities."""
    full = {name for name in upper_names().values() if len(name) > 1}
    short = {way for code, name in upper_names().items() if len(code) < 6 for way in _short_and_full(name)}
    return frozenset(full | short)


def _is_composed(character: str, first: str, second: str) -> bool:
    """Say whether a character has one part as its radical and sounds like the other, up to its initial."""
    number = radical(character)
    if character in (first, second):
        return False
    for part, rest in ((first, second), (second, first)):
        if number in radicals_of_part(part) and _rhymes(character, rest):
            return True
    return False


def _rhymes(one: str, other: str) -> bool:
    return _final(sound(one)) == _final(sound(other))


def _final(syllable: str) -> str:
    return syllable.lstrip("bpmfdtnlgkhjqxzcsryw") or syllable


def _likeness(typed: str, base: str, *, in_town: bool) -> float:
    """Return how likely a name was meant by another that sounds the same or differs in one character.

    Characters that tell neighbours apart, kinds of settlement and surnames are not slips of the pen.
    """
    if folded(typed) == folded(base):
        return 0.95
    if _differs_tellingly(typed, base):
        return 0.4
    if near_sound(typed) == near_sound(base):
        return _trust_in_sound(typed, base, in_town=in_town)
    distance = Levenshtein.distance(typed, base)
    if distance > 1 or min(len(typed), len(base)) < 2:
        return 0.0
    return _trust_in_slip(typed, base, in_town=in_town)


def _trust_in_sound(typed: str, base: str, *, in_town: bool) -> float:
    if _is_name_like(typed, base):
        return 0.55
    same = sound(typed) == sound(base)
    if len(_own_part(base)) > 1:
        return (0.85 if same else 0.8) if in_town else 0.75 if same and len(base) > 2 else 0.55
    return 0.8 if same and in_town else 0.55


def _trust_in_slip(typed: str, base: str, *, in_town: bool) -> float:
    shortest = 3 if len(typed) == len(base) else 4
    if max(len(typed), len(base)) < shortest or _is_name_like(typed, base):
        return 0.5
    if base[0] in _SIBLINGS and len(_own_part(base)) < 2:
        return 0.5
    if len(typed) < len(base) and (set(base) - set(typed)) & (_GENERIC | _SURNAMES):
        return 0.5
    return 0.75 if in_town else 0.65 if len(base) > 3 else 0.5


def _is_name_like(typed: str, base: str) -> bool:
    """Say whether what was typed instead is itself at home in village names: 西宋庄 is no slip for 西王庄."""
    return bool((set(typed) - set(base)) & (_GENERIC | _SURNAMES))


def _own_part(name: str) -> str:
    """Return a name without directions, sizes, numbers and the kind of settlement: 西宋庄 → 宋."""
    kept = "".join(letter for letter in name if letter not in _TELLING)
    return kept[:-1] if len(kept) > 1 and kept[-1] in _GENERIC else kept


def _differs_tellingly(typed: str, base: str) -> bool:
    """Say whether a direction, size or number stands in one name and not in the other."""
    return [letter for letter in typed if letter in _TELLING] != [letter for letter in base if letter in _TELLING]
