"""A register in which people stand twice, miswritten, is searched as the console searches it: found and nobody else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN
from lianfang.domain.people.actions.searching import ENOUGH_PAIRS, KEEPING, seek
from lianfang.domain.people.models import DuplicateSuggestion, Person
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.kernel.text import Bilingual

SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "建国秀英桂志文玉春明丽军洋勇艳杰娟涛红梅晓静伟芳"
HEARD = {"伟": "维", "建": "剑", "国": "果", "志": "智", "文": "闻", "明": "鸣", "丽": "莉", "军": "君", "秀": "绣"}
SEEN = {"红": "江", "梅": "海", "洋": "祥", "娟": "捐", "静": "净", "晓": "骁"}
PEOPLE, TWICE = 900, 300

Entry = dict[str, Any]


def _made_up(draw: random.Random, serial: int) -> Entry:
    born = f"{draw.randint(1940, 1999)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    known = number(f"{serial % 1000:03d}", born) if serial % 2 else ""
    name = draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)
    return {"area_path": draw.choice((GRID, NEIGHBOUR_GRID)), "name": name, "identity_number": known,
            "born_on": f"{born[:4]}-{born[4:6]}-{born[6:]}", "phone": f"138{serial:08d}"}  # fmt: skip


def _without_number(entry: Entry, **changes: Any) -> Entry:
    return entry | {"identity_number": "", "phone": ""} | changes


def _swapped(entry: Entry, signs: dict[str, str]) -> Entry:
    name = entry["name"]
    letter = next((one for one in name[1:] if one in signs), None)
    return _without_number(entry, name=name[0] + name[1:].replace(letter, signs[letter], 1) if letter else name)


def _in_15_digits(entry: Entry) -> Entry:
    whole = entry["identity_number"]
    return entry | {"identity_number": whole[:6] + whole[8:17], "phone": ""} if whole else _without_number(entry)


def _one_digit_off(entry: Entry) -> Entry:
    year, month, day = entry["born_on"].split("-")
    return _without_number(entry, born_on=f"{year}-{month}-{day[::-1] if day[::-1] < '29' else day}")


SLIPS = (
    lambda entry: _swapped(entry, HEARD),
    lambda entry: _swapped(entry, SEEN),
    lambda entry: _without_number(entry, name=entry["name"][1:] + entry["name"][0]),
    _in_15_digits,
    _one_digit_off,
    lambda entry: _without_number(entry, phone=entry["phone"], born_on=None),
)  # fmt: skip


@pytest.fixture
def true_pairs(do: Do, county: str) -> set[frozenset[str]]:
    """The register, and which of its entries are one person."""
    draw = random.Random(7)
    people = [_made_up(draw, serial) for serial in range(PEOPLE)]
    again = [SLIPS[place % len(SLIPS)](people[place]) for place in range(TWICE)]
    do("system", "people.add_many", batch="first", persons=people, suggest_duplicates=False)
    do("system", "people.add_many", batch="again", persons=again, suggest_duplicates=False)
    first, second = (_ids(batch) for batch in ("first", "again"))
    return {frozenset(pair) for pair in zip(first[:TWICE], second, strict=True)}


def _ids(batch: str) -> list[str]:
    return [str(pk) for pk in Person.objects.filter(source=batch).order_by("pk").values_list("pk", flat=True)]


def _found() -> Iterator[frozenset[str]]:
    for first, second in DuplicateSuggestion.objects.order_by("turn", "pk").values_list("first_id", "second_id"):
        yield frozenset((str(first), str(second)))


def test_people_who_stand_twice_are_found_and_hardly_anybody_else(true_pairs: set[frozenset[str]], moment: Any) -> None:
    told: list[tuple[int, int, Bilingual]] = []
    count = seek(COUNTY, moment, lambda *report: told.append(report))
    found = list(_found())
    right = len(true_pairs & set(found))
    assert count == len(found) > ENOUGH_PAIRS
    assert right / len(true_pairs) >= 0.95
    assert right / len(found) >= 0.95
    assert [done for done, _, _ in told[:3]] == [0, 1, 2]
    assert told[-1][2] == KEEPING


def test_the_learnt_weights_put_the_likely_pairs_before_the_doubtful(
    true_pairs: set[frozenset[str]], moment: Any
) -> None:
    seek(COUNTY, moment, lambda *_: None)
    wrong = [place for place, pair in enumerate(_found()) if pair not in true_pairs]
    turns = list(DuplicateSuggestion.objects.order_by("turn").values_list("turn", "why"))
    assert {why for turn, why in turns if turn == 0} >= {"identity"}
    assert len({turn for turn, _ in turns}) > 1
    assert all(place > len(turns) // 4 for place in wrong)


def test_a_search_that_is_stopped_keeps_nothing_it_had_not_kept_before(
    true_pairs: set[frozenset[str]], moment: Any
) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, _: int, note: Bilingual) -> None:
        if note == KEEPING:
            raise Stopped

    with pytest.raises(Stopped):
        seek(TOWN, moment, stop)
    assert not DuplicateSuggestion.objects.exists()
