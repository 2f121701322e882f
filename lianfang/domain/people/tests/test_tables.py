"""What people see of the register: scope, masks, search."""

from __future__ import annotations

import pytest

from lianfang.domain.people.models import Household, Person
from lianfang.domain.people.rules import name_keys
from lianfang.domain.people.tables import mask_sides
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal


def found(viewer: Actor, table: str, search: str) -> list[str]:
    return [row["id"] for row in read(viewer, table, Query(search=search)).rows]


def test_who_has_no_part_in_it_sees_no_table(cast: dict[str, Actor], person: Person) -> None:
    for who in ("outsider", "gate", "desk", "auditor"):
        with pytest.raises(Refusal):
            read(cast[who], "people.persons")
    assert read(cast["neighbour"], "people.persons").rows == []


def test_names_and_numbers_are_masked(cast: dict[str, Actor], person: Person) -> None:
    [row] = read(cast["duty"], "people.persons").rows
    cells = row["cells"]
    assert (cells["name"], cells["phone"]) == ("单*明", "138****5678")
    assert cells["identity_number"].endswith(number("001")[-4:])
    assert cells["identity_number"].startswith("*" * 14)
    assert cells["born_on"] is None
    assert read(cast["grid"], "people.persons").rows[0]["cells"]["age"] == 40


@pytest.mark.parametrize("who", ["duty", "town", "health", "tracer"])
def test_names_stay_masked_for_who_does_not_visit(cast: dict[str, Actor], person: Person, who: str) -> None:
    assert read(cast[who], "people.persons").rows[0]["cells"]["name"] == "单*明"


@pytest.mark.parametrize("who", ["grid", "doctor", "secretary"])
def test_who_visits_sees_the_names_of_the_own_area_and_no_number(
    cast: dict[str, Actor], person: Person, neighbour_person: Person, who: str
) -> None:
    [row] = read(cast[who], "people.persons").rows
    assert row["cells"]["name"] == "单小明"
    assert row["cells"]["identity_number"].startswith("*" * 14)
    assert row["cells"]["born_on"] is None


@pytest.mark.parametrize(
    "text", ["单小明", "小明", "sxm", "shanxiaoming", "SXM", "shanx", "13812345678", "138 1234 5678", number("001")]
)
def test_a_person_is_found_however_one_looks(cast: dict[str, Actor], person: Person, text: str) -> None:
    assert found(cast["grid"], "people.persons", text) == [str(person.pk)]


@pytest.mark.parametrize("text", ["xiaoming", "13812345679", number("003"), "王", "%", "_"])
def test_nobody_is_found_by_what_is_not_theirs(cast: dict[str, Actor], person: Person, text: str) -> None:
    assert found(cast["grid"], "people.persons", text) == []


@pytest.mark.parametrize("text", ["3号", "单小明", "sxm", "13812345678"])
def test_a_household_is_found_by_number_head_or_phone(cast: dict[str, Actor], home: Household, text: str) -> None:
    assert found(cast["grid"], "people.households", text) == [str(home.pk)]


def test_a_confidential_address_shows_to_nobody_in_lists(do: Do, cast: dict[str, Actor], home: Household) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, confidential_address=True)
    [row] = read(cast["grid"], "people.households").rows
    assert row["cells"]["address"] == "地址保密"
    assert row["cells"]["quiet_address"] == "***"


def test_those_who_need_care_are_filtered_by_category(do: Do, cast: dict[str, Actor], person: Person) -> None:
    do("grid", "people.set_vulnerability", person_id=str(person.pk), flags=["dialysis"], medicine="碳酸钙")
    [row] = read(cast["grid"], "people.vulnerable", Query(where={"category__contains": '"dialysis"'})).rows
    assert (row["cells"]["vulnerabilities"], row["cells"]["medicine"]) == (["dialysis"], "碳酸钙")
    assert read(cast["grid"], "people.vulnerable", Query(where={"category__contains": '"poor"'})).rows == []


def test_both_sides_of_a_conflict_are_masked_by_their_field() -> None:
    shown = "姓名：王小明 ⇄ 王小华；出生日期：1980-01-01 ⇄ 空；电话：13812345678 ⇄ 13912345678"
    assert mask_sides(shown) == ("姓名：王*明 ⇄ 王*华；出生日期：*** ⇄ ***；电话：138****5678 ⇄ 139****5678")


NAMES = ("单小明", "单小", "艾力·买买提", "O'Neil", "Anna Li", "a\\b", "李a明", "%_", "𠮷田", "")


@pytest.mark.django_db
def test_the_index_of_words_finds_what_reading_every_name_would() -> None:
    with writing():
        for name in NAMES:
            Person.objects.create(name=name, keys=name_keys(name, "012"), area_path="140826100201")
    whole = " ".join(Person.objects.values_list("keys", flat=True)) + " ' '' \\ : * & | ! ( <-> 王 '王':* "
    asked = {whole[start : start + length] for start in range(len(whole)) for length in (1, 2, 3, 4, 9)}
    for text in asked:
        every = set(Person.objects.filter(keys__contains=text).values_list("pk", flat=True))
        if text.isascii() and not text.startswith(" "):  # letters are asked for from their first only
            continue
        assert set(Person.objects.filter(keys__worded=text).values_list("pk", flat=True)) == every, text
