"""Who may be the same person, and what a merge fills in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.people.rules import (
    KEYS_LENGTH,
    Likeness,
    common_area,
    filled_by_merge,
    is_minor,
    judge_same,
    name_keys,
    restored_by_unmerge,
)

WANG = Likeness("王小明", "140826100201001", "m", date(1980, 1, 1), "", "")


def like(**changes: object) -> Likeness:
    values = {name: getattr(WANG, name) for name in WANG.__slots__}
    return Likeness(**{**values, **changes})


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (like(identity_index="1"), like(identity_index="2")),
        (WANG, like(name="王小华")),
        (like(phone_index="p", name="王小华"), like(phone_index="p")),
        (WANG, like(born_on=date(1985, 6, 7))),
        (like(born_on=None), like(area_path="140826100202001")),
        (like(born_on=None), like(born_on=None, sex="f")),
    ],
)
def test_two_people_are_left_alone(a: Likeness, b: Likeness) -> None:
    assert judge_same(a, b) is None
    assert judge_same(b, a) is None


@pytest.mark.parametrize(
    ("a", "b", "why"),
    [
        (like(identity_index="1", name="王小名"), like(identity_index="1"), "identity"),
        (like(phone_index="p", born_on=date(1990, 1, 1)), like(phone_index="p"), "phone"),
        (like(area_path="140826101201001"), WANG, "birth"),
        (like(born_on=None, area_path="140826100201002"), WANG, "place"),
        (like(born_on=None, sex=""), WANG, "place"),
        (like(born_on=date(1981, 1, 1)), WANG, "slip"),
        (like(born_on=date(1980, 11, 2)), like(born_on=date(1980, 2, 11)), "slip"),
        (like(name="王晓明"), WANG, "written"),
        (like(name="王晓明", phone_index="p", area_path="140826101201001"), like(phone_index="p"), "written"),
    ],
)
def test_one_person_entered_twice_is_suggested(a: Likeness, b: Likeness, why: str) -> None:
    found = judge_same(a, b)
    assert found is not None
    assert found.why == why
    assert judge_same(b, a) == found


def test_a_name_is_found_by_pinyin_and_initials_as_surnames_are_read() -> None:
    keys = name_keys("单小明", "3号")
    assert {" 单小明", " shanxiaoming", " sxm", " 3号"} <= {f" {key}" for key in keys.split()}
    assert keys.startswith(" 单小明 shanxiaoming sxm")


@given(st.text(max_size=60), st.text(max_size=30))
def test_keys_fit_their_column(name: str, house: str) -> None:
    assert len(name_keys(name, house)) <= KEYS_LENGTH


def test_the_smallest_common_area_is_a_real_level() -> None:
    assert common_area(["140826100201001", "140826100202001"]) == "140826100"
    assert common_area(["140826100201001", "140826100201001"]) == "140826100201001"
    assert common_area(["140826100201001", "140826100201"]) == "140826100201"
    assert common_area(["140826", "150826"]) == ""
    assert common_area([]) == ""


def test_a_birthday_makes_an_adult() -> None:
    assert is_minor(date(2002, 2, 4), date(2020, 2, 3))
    assert not is_minor(date(2002, 2, 3), date(2020, 2, 3))
    assert not is_minor(None, date(2020, 2, 3))


values = st.fixed_dictionaries(
    {
        "phone": st.sampled_from(["", "1", "2"]),
        "note": st.sampled_from(["", "a", "b"]),
        "vulnerabilities": st.lists(st.sampled_from(["poor", "disabled", "dialysis"]), unique=True),
    }
)


@given(values, values)
def test_a_merge_loses_no_flag_and_overwrites_no_value(kept: dict[str, object], merged: dict[str, object]) -> None:
    after = {**kept, **filled_by_merge(kept, merged)}
    assert set(after["vulnerabilities"]) == {*kept["vulnerabilities"], *merged["vulnerabilities"]}  # type: ignore[misc]
    assert all(after[name] == kept[name] for name in ("phone", "note") if kept[name])
    assert all(after[name] == merged[name] for name in ("phone", "note") if not kept[name])


@given(values, values)
def test_a_merge_taken_apart_leaves_what_was(kept: dict[str, object], merged: dict[str, object]) -> None:
    filled = filled_by_merge(kept, merged)
    now = {**kept, **filled}
    before = {name: kept[name] for name in filled}
    assert {**now, **restored_by_unmerge(now, filled, before)} == kept


def test_what_was_edited_after_the_merge_stays() -> None:
    assert restored_by_unmerge({"phone": "3", "note": "a"}, {"phone": "1", "note": "a"}, {"phone": "", "note": ""}) == {
        "note": ""
    }
