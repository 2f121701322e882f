"""How alike two written particulars are: Chinese and Latin names, dates, numbers, places. Levels, told in words.

Made for `linkage`: each comparison gives a level and a sentence. Takes nothing for certain and corrects nothing.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA, JaroWinkler

from lianfang.kernel import names
from lianfang.kernel.linkage import MISSING, Comparison, Record
from lianfang.kernel.text import Bilingual, both

# Jaro-Winkler of two spellings of one word; Winkler's own examples of slips lie above, of different words below
_CLOSE = 0.88
_ONE_SLIP = 1
# the last level of `name_level` at which two names may be one, miswritten
TURNED = 3


@cache
def _taken_for() -> dict[str, frozenset[str]]:
    """Return each character with those it is taken for, in handwriting and in print."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in _lines("handwriting.txt"):
        for letter in group:
            found[letter] |= set(group) - {letter}
    for letter, _, others in (line.partition(" ") for line in _lines("look_alikes.txt")):
        found[letter] |= set(others)
    return {letter: frozenset(others) for letter, others in found.items()}


def _lines(name: str) -> list[str]:
    text = (files("lianfang.data") / "names" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def name_level(one: str, other: str) -> int:
    """Return 0 the same, 1 the same sound, 2 one look-alike character, 3 turned round, 4 one slip, 5 different."""
    one, other = names.normalise(one), names.normalise(other)
    if not one or not other:
        return MISSING
    if one == other:
        return 0
    if len(one) == len(other) and sounds_same(one, other):
        return 1
    if looks_same(one, other):
        return 2
    if _is_turned(one, other):
        return 3
    slip = OSA.distance(one, other) <= _ONE_SLIP
    # because of two characters one is the surname: half a name is shared by thousands
    return 4 if slip and min(len(one), len(other)) > 2 else 5


def sounds_same(one: str, other: str) -> bool:
    """Say whether two names are read alike without tones, in any reading of either."""
    return names.pinyin(one) in names.search_keys(other) or names.pinyin(other) in names.search_keys(one)


def looks_same(one: str, other: str) -> bool:
    """Say whether two names differ in exactly one character, which is taken for the other in writing."""
    if len(one) != len(other):
        return False
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and differing[0][1] in taken_for(differing[0][0])


def taken_for(letter: str) -> frozenset[str]:
    """Return the characters that one is taken for in handwriting or in print."""
    return _taken_for().get(letter, frozenset())


def text_level(one: str, other: str) -> int:
    """Return 0 the same, 1 close, 2 different."""
    if not one or not other:
        return MISSING
    if one == other:
        return 0
    return 1 if JaroWinkler.similarity(one, other) >= _CLOSE else 2


def day_level(one: str, other: str) -> int:
    """Return 0 the same day, 1 one digit wrong or changed with its neighbour, or day and month swapped, 2 different.

    Days are written as 19800102.
    """
    swapped = bool(one) and one[:4] + one[6:] + one[4:6] == other
    return 1 if swapped and one != other else digits_level(one, other)


def digits_level(one: str, other: str) -> int:
    """Return 0 the same, 1 one digit wrong, missing or changed with its neighbour, 2 different."""
    if not one or not other:
        return MISSING
    if one == other:
        return 0
    return 1 if OSA.distance(one, other) <= _ONE_SLIP else 2


def _is_turned(one: str, other: str) -> bool:
    """Say whether surname and given name changed places: 伟张 and 张伟, 建国李 and 李建国."""
    return len(one) == len(other) and any(one[cut:] + one[:cut] == other for cut in range(1, len(one)))


def chinese_name(field: str) -> Comparison:
    """Compare Chinese names."""
    told = (
        both("姓名相同", "the same name"),
        both("姓名读音相同、写法不同", "names that sound the same and are written differently"),
        both("姓名有一字形近", "names with one look-alike character"),
        both("姓和名颠倒", "surname and given name changed places"),
        both("姓名相差一字", "names one character apart"),
        both("姓名不同", "different names"),
    )
    return Comparison(field, lambda a, b: name_level(a.get(field, ""), b.get(field, "")), told)


def latin_name(field: str, turned_with: str, label: Bilingual) -> Comparison:
    """Compare one part of a Latin name that may stand in the other part's column."""

    def judge(one: Record, other: Record) -> int:
        level = text_level(one.get(field, ""), other.get(field, ""))
        turned = one.get(field) and one.get(field) == other.get(turned_with)
        return 2 if turned and level != 0 else 3 if level == 2 else level

    same, close, differs = _levels(label)
    told = (same, close, both(f"{label.zh}写在另一栏", f"{label.en} in the other column"), differs)
    return Comparison(field, judge, told)


def day(field: str, label: Bilingual) -> Comparison:
    """Compare days written as 19800102."""
    slip = both(f"{label.zh}相差一位或日月颠倒", f"{label.en} one digit apart, or day and month swapped")
    same, _, differs = _levels(label)
    return Comparison(field, lambda a, b: day_level(a.get(field, ""), b.get(field, "")), (same, slip, differs))


def text(field: str, label: Bilingual) -> Comparison:
    """Compare words: a street, a village, a place."""
    return Comparison(field, lambda a, b: text_level(a.get(field, ""), b.get(field, "")), _levels(label))


def digits(field: str, label: Bilingual) -> Comparison:
    """Compare digits: a day of birth, a telephone or identity number."""
    slip = both(f"{label.zh}相差一位", f"{label.en} one digit apart")
    same, _, differs = _levels(label)
    return Comparison(field, lambda a, b: digits_level(a.get(field, ""), b.get(field, "")), (same, slip, differs))


def token(field: str, label: Bilingual) -> Comparison:
    """Compare blind indexes and codes, of which only equality says anything."""
    same, _, differs = _levels(label)

    def judge(one: Record, other: Record) -> int:
        a, b = one.get(field, ""), other.get(field, "")
        return MISSING if not a or not b else int(a != b)

    return Comparison(field, judge, (same, differs))


def _levels(label: Bilingual) -> tuple[Bilingual, Bilingual, Bilingual]:
    return (
        both(f"{label.zh}相同", f"the same {label.en}"),
        both(f"{label.zh}相近", f"{label.en} nearly the same"),
        both(f"{label.zh}不同", f"different {label.en}"),
    )
