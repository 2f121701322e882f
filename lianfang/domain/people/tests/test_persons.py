"""Persons: refusals first, then added, edited, moved, cared for, settled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.domain.people.queries import (
    find_person,
    find_persons,
    identity_index,
    persons_by_identity_index,
    persons_by_names,
    persons_by_phone_index,
    phone_index,
    vulnerable_within,
)
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.domain.people.tests.test_households import refused
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.events.models import Event
from lianfang.kernel.errors import Problems
from lianfang.kernel.ids import uuid7


def test_a_person_belongs_somewhere(do: Do) -> None:
    assert refused(do, "grid", "people.add_person", name="王明").code == "input.missing"


def test_a_stranger_to_the_area_is_refused(do: Do, home: Household, person: Person) -> None:
    for who in ("neighbour", "outsider", "gate", "desk", "auditor"):
        assert refused(do, who, "people.add_person", household_id=str(home.pk), name="王明").code == "access.not_yours"
        no = refused(do, who, "people.edit_person", person_id=str(person.pk), version=1, note="x")
        assert no.code == "access.not_yours"
        no = refused(do, who, "people.set_vulnerability", person_id=str(person.pk), flags=["poor"])
        assert no.code == "access.not_yours"


def test_only_ones_own_new_entry_is_withdrawn(do: Do, home: Household, person: Person) -> None:
    """Not another's, not an edited one, and not one that work began with."""
    made = do("grid", "people.add_person", household_id=str(home.pk), name="单小红")
    assert refused(do, "neighbour", "people.withdraw_person", person_id=made["id"]).code == "access.not_yours"
    assert refused(do, "secretary", "people.withdraw_person", person_id=made["id"]).code == "people.entry_in_use"
    do("grid", "people.edit_person", person_id=made["id"], version=1, note="外出")
    assert refused(do, "grid", "people.withdraw_person", person_id=made["id"]).code == "people.entry_in_use"
    ward = do("grid", "people.add_person", household_id=str(home.pk), name="单小兰")
    carer = do("grid", "people.add_person", household_id=str(home.pk), name="单大兰")
    with writing():
        Person.objects.filter(pk=ward["id"]).update(guardian=carer["id"])
    assert refused(do, "grid", "people.withdraw_person", person_id=carer["id"]).code == "people.entry_in_use"
    assert Person.objects.filter(pk=carer["id"]).exists()


def test_a_new_entry_withdrawn_is_gone_and_the_household_counts_right(do: Do, home: Household, person: Person) -> None:
    made = do("grid", "people.add_person", household_id=str(home.pk), name="单小红")
    do("grid", made["undo"]["action"], **made["undo"]["input"])
    assert not Person.objects.filter(pk=made["id"]).exists()
    home.refresh_from_db()
    assert home.size == 1


def test_an_id_that_is_nobody_is_unknown(do: Do) -> None:
    no = refused(do, "grid", "people.edit_person", person_id=str(uuid7()), version=1, name="王明")
    assert no.code == "people.unknown_person"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"name": "=1+1"}, "name", "name.formula"),
        ({"identity_number": number("001")[:-1] + "?"}, "identity_number", "identity.characters"),
        ({"identity_number": number("001"), "born_on": "1980-01-02"}, "born_on", "people.birth_mismatch"),
        ({"identity_number": number("001"), "sex": "f"}, "sex", "people.sex_mismatch"),
        ({"born_on": "2020-02-04"}, "born_on", "people.born_in_future"),
        ({"phone": "1381234567"}, "phone", "phone.length"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    do: Do, home: Household, given: dict[str, str], field: str, code: str
) -> None:
    no = refused(do, "grid", "people.add_person", **{"household_id": str(home.pk), "name": "王明", **given})
    assert isinstance(no, Problems)
    assert [(one.field, one.code) for one in no.problems] == [(field, code)]
    assert not any(value in str(no.as_dict()) for value in given.values() if len(value) > 5)


def test_an_identity_number_tells_birth_date_and_sex_and_is_found_without_being_kept_clear(
    do: Do, home: Household
) -> None:
    made = do("grid", "people.add_person", household_id=str(home.pk), name="王 小明", identity_number=number("001"))
    [row] = persons_by_identity_index([identity_index(number("001"))])[identity_index(number("001"))]
    assert (str(row.pk), row.name, row.born_on, row.sex) == (made["id"], "王小明", date(1980, 1, 1), "m")
    raw = Person.objects.filter(pk=row.pk).extra(select={"raw": "identity_number"}).values_list("raw", flat=True)[0]
    assert number("001") not in raw


def test_people_are_found_by_phone_and_by_name(do: Do, person: Person) -> None:
    assert persons_by_phone_index([phone_index("13812345678")]) == {person.phone_index: [person]}
    assert persons_by_names(["单小明"], VILLAGE) == {"单小明": [person]}
    assert persons_by_names(["单小明"], NEIGHBOUR_GRID) == {}


def test_the_size_of_the_household_follows(do: Do, home: Household, person: Person, next_door: Household) -> None:
    home.refresh_from_db()
    assert home.size == 1
    do("town", "people.move_person", person_id=str(person.pk), household_id=str(next_door.pk), reason="投亲")
    home.refresh_from_db()
    next_door.refresh_from_db()
    assert (home.size, next_door.size) == (0, 1)


def test_nobody_moves_a_person_into_somebody_elses_area(do: Do, person: Person, next_door: Household) -> None:
    no = refused(
        do, "grid", "people.move_person", person_id=str(person.pk), household_id=str(next_door.pk), reason="投亲"
    )
    assert no.code == "access.not_yours"


def test_one_who_left_stays_in_the_register(do: Do, person: Person) -> None:
    do("grid", "people.move_person", person_id=str(person.pk), status="moved", reason="外迁")
    person.refresh_from_db()
    assert (person.status, person.area_path) == ("moved", GRID)
    assert Event.objects.get(name="people.person_moved").body["status"] == "moved"
    assert persons_by_phone_index([person.phone_index]) == {}
    assert persons_by_identity_index([person.identity_index])[person.identity_index] == [person]


def test_a_second_entry_is_suggested_and_not_blocked(do: Do, person: Person, home: Household) -> None:
    made = do("grid", "people.add_person", household_id=str(home.pk), name="单小名", identity_number=number("001"))
    assert made["duplicates"] == [{"first": str(person.pk), "second": made["id"], "why": "identity"}]


def test_a_second_entry_in_another_area_is_counted_but_not_shown(do: Do, person: Person, next_door: Household) -> None:
    made = do(
        "neighbour", "people.add_person", household_id=str(next_door.pk), name="王明", identity_number=number("001")
    )
    assert made["duplicates"] == []
    assert made["duplicates_elsewhere"] == 1


def test_a_stale_edit_is_shown_side_by_side_and_settled(do: Do, cast: dict[str, Any], person: Person) -> None:
    from lianfang.foundation.tables.reading import read_one

    do("grid", "people.edit_person", person_id=str(person.pk), version=1, phone="13900000001", relation="父")
    kept = do("doctor", "people.edit_person", person_id=str(person.pk), version=1, phone="13900000002", name="单晓明",
              relation="子", born_on="1980-01-01")["conflict_id"]  # fmt: skip
    cells = read_one(cast["secretary"], "people.conflicts", kept)["cells"]
    assert cells["contact_sides"] == "电话：13900000001 ⇄ 13900000002"
    assert cells["name_sides"] == "姓名：单小明 ⇄ 单晓明"
    assert cells["identity_sides"] == ""
    assert cells["work_sides"] == "关系：父 ⇄ 子"
    assert refused(do, "grid", "people.settle_conflict", conflict_id=kept, take=["phone"]).code == "access.not_yours"
    assert (
        refused(do, "secretary", "people.settle_conflict", conflict_id=kept, take=["sex"]).code == "input.not_a_choice"
    )
    done = do("secretary", "people.settle_conflict", conflict_id=kept, take=["phone", "name"])
    assert sorted(done["changed"]) == ["name", "phone"]
    person.refresh_from_db()
    assert (person.name, person.phone, person.relation) == ("单晓明", "13900000002", "父")
    assert "单晓明" in person.keys
    again = refused(do, "secretary", "people.settle_conflict", conflict_id=kept, take=[])
    assert again.code == "people.no_conflict"


def test_a_conflict_may_be_settled_by_keeping_what_is(do: Do, person: Person) -> None:
    do("grid", "people.edit_person", person_id=str(person.pk), version=1, note="甲")
    kept = do("grid", "people.edit_person", person_id=str(person.pk), version=1, note="乙")["conflict_id"]
    do("secretary", "people.settle_conflict", conflict_id=kept, take=[])
    person.refresh_from_db()
    assert (person.note, person.version) == ("甲", 2)
    assert RecordConflict.objects.get(pk=kept).settled_at is not None


def test_a_guardian_is_somebody_else_and_grown_up(do: Do, person: Person, home: Household) -> None:
    child = do("grid", "people.add_person", household_id=str(home.pk), name="单小宝", born_on="2015-05-01")["id"]
    other = do("grid", "people.add_person", household_id=str(home.pk), name="单小贝", born_on="2017-05-01")["id"]
    for guardian, code in ((child, "people.own_guardian"), (other, "people.minor_guardian")):
        no = refused(
            do, "grid", "people.set_vulnerability", person_id=child, flags=["child_alone"], guardian_id=guardian
        )
        assert no.code == code
    do("grid", "people.set_vulnerability", person_id=child, flags=["child_alone"], guardian_id=str(person.pk))
    assert [str(one.pk) for one in vulnerable_within(VILLAGE)] == [child]


def test_flags_are_set_whole_and_undone(do: Do, person: Person) -> None:
    do("grid", "people.set_vulnerability", person_id=str(person.pk), flags=["dialysis"], medicine="碳酸钙")
    undo = do("grid", "people.set_vulnerability", person_id=str(person.pk), flags=["dialysis", "poor", "poor"])["undo"]
    person.refresh_from_db()
    assert (person.vulnerabilities, person.medicine) == (["dialysis", "poor"], "碳酸钙")
    do("grid", undo["action"], **undo["input"])
    do("grid", "people.set_vulnerability", person_id=str(person.pk), flags=[])
    person.refresh_from_db()
    assert (person.vulnerabilities, person.vulnerable) == ([], False)
    assert not vulnerable_within("").exists()


def test_a_person_without_a_household_waits_in_the_village(do: Do, home: Household) -> None:
    made = do("secretary", "people.add_person", area_path=VILLAGE, name="王明")
    do("secretary", "people.move_person", person_id=made["id"], household_id=str(home.pk), reason="落户")
    row = find_person(Person.objects.get(pk=made["id"]).pk)
    assert row is not None
    assert (row.household_id, row.area_path) == (home.pk, GRID)
    assert find_persons([uuid7()]) == {}
