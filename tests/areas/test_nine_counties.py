"""The registers of 2016 and 2019 of nine real counties: what became of every village, and what nobody can know."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from lianfang.domain.areas.rules.comparing import Comparison, Fate, Register, compare
from lianfang.kernel.places.register import areas_within

OLD = Path(__file__).parent / "register_2016.csv"


@cache
def compared(county: str) -> Comparison:
    """Return what became of a county's villages of 2016 by 2019."""
    with OLD.open(encoding="utf-8") as file:
        rows = {row["code"]: row["name"] for row in csv.DictReader(file) if row["code"].startswith(county)}
    return compare(_register(rows), _register({area.code: area.name for area in areas_within(county)}))


def _register(rows: dict[str, str]) -> Register:
    return Register(
        villages={code: name for code, name in rows.items() if len(code) == 12},
        towns={code: name for code, name in rows.items() if len(code) == 9},
    )


def fate(code: str) -> Fate:
    return compared(code[:6]).villages[code]


# what the nine counties come to; every row of 2016 is in exactly one column
COUNTS = {
    # county: same, renamed or recoded, merged, split, vanished, new in 2019 (towns and villages)
    "140826": (179, 0, 2, 1, 22, 19),
    "350626": (77, 0, 0, 0, 0, 3),
    "371521": (769, 104, 0, 0, 1, 0),
    "410602": (0, 81, 0, 0, 0, 0),
    "410603": (0, 101, 0, 0, 0, 0),
    "410611": (0, 139, 0, 0, 1, 18),
    "410621": (0, 464, 0, 0, 0, 5),
    "410622": (0, 176, 0, 0, 0, 0),
    "430302": (61, 46, 0, 0, 18, 3),
}


@pytest.mark.parametrize("county", sorted(COUNTS))
def test_every_village_of_2016_has_one_fate(county: str) -> None:
    found = compared(county)
    kinds = ("same", "renamed", "merged", "split", "vanished")
    assert (*(found.count(kind) for kind in kinds), len(found.added)) == COUNTS[county]
    assert sum(found.count(kind) for kind in kinds) == len(found.villages)


@pytest.mark.parametrize("county", sorted(COUNTS))
def test_every_village_of_2019_is_new_or_comes_from_somewhere_and_from_one_only_unless_merged(county: str) -> None:
    found = compared(county)
    new = {area.code for area in areas_within(county) if len(area.code) == 12}
    came = [one.heirs[0] for one in found.villages.values() if one.sure and one.kind != "merged"]
    assert len(came) == len(set(came))
    merged = {one.heirs[0] for one in found.villages.values() if one.kind == "merged"}
    assert {*came, *merged, *(code for code in found.added if len(code) == 12)} == new


def test_a_code_handed_to_another_community_takes_nobody_along() -> None:
    # 雨湖区: 430302003001 was 关圣殿社区 and is 万新社区 now; both went on under other codes
    assert fate("430302003001").heirs == ("430302001002",)
    assert fate("430302004001").heirs == ("430302003001",)
    assert fate("430302004001").because == "name"


def test_a_community_whose_code_and_name_are_both_gone_waits_for_a_decision() -> None:
    gone = fate("430302001002")  # 工人社区; its code is 关圣殿社区 now
    assert (gone.kind, gone.heirs, gone.sure) == ("vanished", (), False)


def test_villages_are_found_in_the_town_that_was_renumbered() -> None:
    assert fate("430302011203").heirs == ("430302007203",)  # 富强村, 万楼街道 was 011 and is 007
    assert compared("430302").towns["430302011"].heirs == ("430302007",)


def test_a_town_without_a_name_in_the_new_register_goes_where_its_communities_went() -> None:
    town = compared("430302").towns["430302006"]  # 中山路街道
    assert (town.kind, town.because, town.heirs) == ("merged", "villages", ("430302005",))


def test_two_villages_whose_names_became_one_name_are_merged() -> None:
    heirs = {fate("140826200209").heirs, fate("140826200214").heirs}  # 小山, 薛家洼 → 薛家洼小山
    assert heirs == {("140826200219",)}
    assert fate("140826200209").kind == "merged"


def test_a_community_cut_in_three_is_a_split_with_its_candidates() -> None:
    cut = fate("140826100001")  # 城关 → 东城, 中城, 西城
    assert (cut.kind, cut.heirs, cut.sure) == ("split", ("140826100002", "140826100003", "140826100004"), False)


def test_a_village_that_became_a_community_is_the_same_place() -> None:
    assert fate("410603006202").heirs == ("410603006013",)  # 东扒厂村村委会 → 东扒厂社区居民委员会


def test_a_village_and_a_community_of_one_name_are_not_confused() -> None:
    assert fate("410621003002").heirs == ("410621003005",)  # 方庄居委会 → 方庄社区居民委员会
    assert fate("410621003224").heirs == ("410621003225",)  # 方庄村委会 → 方庄村民委员会


def test_a_name_written_with_another_character_of_the_same_sound_is_found_in_its_town() -> None:
    found = fate("410603006204")  # 南爻 → 南窑
    assert (found.because, found.heirs) == ("sound", ("410603006015",))


def test_a_code_that_kept_its_village_under_another_name_is_a_rename() -> None:
    found = fate("371521103234")  # 位黄村 → 魏黄村
    assert (found.kind, found.because, found.heirs) == ("renamed", "code", ("371521103234",))
