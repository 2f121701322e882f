"""Many at once: judged row by row, all or none, taken back whole."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.people.models import DuplicateSuggestion, Household, Person
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.domain.people.tests.test_households import refused
from lianfang.foundation.events.models import Event
from lianfang.kernel.errors import Problems
from lianfang.kernel.ids import uuid7


def many(count: int = 3) -> dict[str, Any]:
    homes = [{"id": str(uuid7()), "area_path": GRID, "number": f"{n}号", "order": n} for n in range(count)]
    people = [
        {"household_id": home["id"], "name": "王明", "identity_number": number(f"{n:03d}"), "vulnerabilities": ["poor"]}
        for n, home in enumerate(homes)
    ]
    return {"batch": "b1", "households": homes, "persons": people}


def test_a_row_outside_the_own_area_refuses_the_whole_batch(do: Do) -> None:
    given = many()
    given["households"][2]["area_path"] = NEIGHBOUR_GRID
    assert refused(do, "secretary", "people.add_many", **given).code == "access.not_yours"
    assert refused(do, "grid", "people.add_many", **many()).code == "access.not_yours"
    assert not Household.objects.exists()


def test_every_bad_row_is_named_and_nothing_is_written(do: Do, home: Household) -> None:
    given = many()
    given["persons"][1]["phone"] = "123"
    given["persons"] += [{"household_id": str(uuid7()), "name": "李红"}, {"name": "张三"}]
    given["households"][0]["head_name"] = "合计"
    no = refused(do, "secretary", "people.add_many", **given)
    assert isinstance(no, Problems)
    assert [(one.field, one.code) for one in no.problems] == [
        ("persons.1.phone", "phone.length"),
        ("persons.3.household_id", "people.unknown_household"),
        ("persons.4.household_id", "input.missing"),
        ("households.0.head_name", "name.placeholder"),
    ]
    assert (Household.objects.count(), Person.objects.count()) == (1, 0)


@pytest.mark.parametrize("mask", ["三教寺村***", "**村**号", "幸福小区3栋＊＊＊"])
def test_a_masked_address_is_refused_on_its_row_with_all_else_that_is_wrong(do: Do, mask: str) -> None:
    given = many()
    given["households"][2] |= {"address": mask, "phone": "138****5678"}
    given["persons"][1] |= {"name": "王*", "note": "＊＊＊", "medicine": "***"}
    no = refused(do, "secretary", "people.add_many", **given)
    assert isinstance(no, Problems)
    assert {(one.field, one.code) for one in no.problems} == {
        ("persons.1.note", "people.copied_mask"),
        ("persons.1.medicine", "people.copied_mask"),
        ("persons.1.name", "name.characters"),
        ("households.2.address", "people.copied_mask"),
        ("households.2.phone", "phone.characters"),
    }
    assert not Household.objects.exists()


def test_a_batch_is_written_with_sizes_flags_and_one_fact(do: Do) -> None:
    result = do("secretary", "people.add_many", **many())
    assert (result["households"], result["persons"]) == (3, 3)
    assert set(Household.objects.values_list("size", "source")) == {(1, "b1")}
    assert (
        Person.objects.filter(vulnerable=True, area_path=GRID, sex="f").count() + Person.objects.filter(sex="m").count()
        == 3
    )
    assert Event.objects.get(name="people.people_added").body | {"households": 3, "persons": 3, "area_path": GRID} == (
        Event.objects.get(name="people.people_added").body
    )


def test_doubles_by_identity_number_are_told(do: Do, person: Person) -> None:
    given = many()
    result = do("secretary", "people.add_many", **given)
    assert [pair["why"] for pair in result["duplicates"]] == ["identity"]
    assert DuplicateSuggestion.objects.count() == 1


def test_people_join_households_that_are_there(do: Do, home: Household) -> None:
    do("secretary", "people.add_many", batch="b2", persons=[{"household_id": str(home.pk), "name": "王明"},
                                                              {"area_path": VILLAGE, "name": "李红"}])  # fmt: skip
    home.refresh_from_db()
    assert home.size == 1
    assert Person.objects.get(name="李红").household_id is None


def test_a_batch_is_taken_back_whole(do: Do) -> None:
    undo = do("secretary", "people.add_many", **many())["undo"]
    assert refused(do, "neighbour", undo["action"], **undo["input"]).code == "access.not_yours"
    assert do("secretary", undo["action"], **undo["input"]) == {"persons": 3, "households": 3}
    assert not Person.objects.exists()
    assert refused(do, "secretary", undo["action"], **undo["input"]).code == "people.no_batch"


def test_a_batch_somebody_worked_with_stays(do: Do, home: Household) -> None:
    undo = do("secretary", "people.add_many", **many())["undo"]
    row = Person.objects.filter(source="b1").first()
    assert row is not None
    do("grid", "people.edit_person", person_id=str(row.pk), version=1, note="已入户")
    assert refused(do, "secretary", undo["action"], **undo["input"]).code == "people.work_started"
    assert Person.objects.filter(source="b1").count() == 3


def test_a_household_others_joined_stays(do: Do) -> None:
    given = many()
    undo = do("secretary", "people.add_many", **given)["undo"]
    do("grid", "people.add_person", household_id=given["households"][0]["id"], name="李红")
    assert refused(do, "secretary", undo["action"], **undo["input"]).code == "people.work_started"
    assert Person.objects.count() == 4
