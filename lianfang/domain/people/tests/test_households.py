"""Households: refusals first, then the life of a household."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.domain.people.queries import (
    household_cards,
    household_phone_index,
    households_by_phone_index,
    walking_order,
)
from lianfang.domain.people.tests.conftest import Do
from lianfang.foundation.actions.guard import WriteAroundActionError, writing
from lianfang.foundation.events.models import Event
from lianfang.kernel.errors import Problems, Refusal

SECOND_GRID = VILLAGE + "002"


def refused(do: Do, who: str, action: str, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        do(who, action, **given)
    return no.value


def test_a_neighbour_may_not_add_a_household_here(do: Do) -> None:
    assert refused(do, "neighbour", "people.add_household", area_path=GRID, number="1").code == "access.not_yours"


def test_an_outsider_may_not_edit_or_close(do: Do, home: Household) -> None:
    for who in ("outsider", "neighbour", "gate", "auditor"):
        edit = refused(do, who, "people.edit_household", household_id=str(home.pk), version=1, number="9")
        assert edit.code == "access.not_yours"
    assert (
        refused(do, "grid", "people.close_household", household_id=str(home.pk), reason="搬走").code
        == "access.not_yours"
    )


def test_a_household_needs_a_village_in_force(do: Do) -> None:
    assert (
        refused(do, "duty", "people.add_household", area_path=VILLAGE + "099", number="1").code == "people.unknown_area"
    )


def test_every_bad_field_is_named_at_once(do: Do) -> None:
    no = refused(do, "grid", "people.add_household", area_path=GRID, number="1", phone="12345678901", head_name="王2")
    assert isinstance(no, Problems)
    assert [(one.field, one.code) for one in no.problems] == [
        ("head_name", "name.digits"),
        ("phone", "phone.mobile_prefix"),
    ]


def test_a_household_with_people_is_not_closed(do: Do, home: Household, person: Person) -> None:
    no = refused(do, "secretary", "people.close_household", household_id=str(home.pk), reason="拆迁")
    assert (no.code, no.details) == ("people.household_not_empty", {"count": 1})


def test_a_household_is_not_moved_to_where_one_may_not_edit(do: Do, home: Household) -> None:
    no = refused(
        do, "secretary", "people.edit_household", household_id=str(home.pk), version=1, area_path=NEIGHBOUR_GRID
    )
    assert no.code == "access.not_yours"
    home.refresh_from_db()
    assert home.area_path == GRID


def test_writing_around_the_action_fails(home: Household) -> None:
    with pytest.raises(WriteAroundActionError):
        Household.objects.filter(pk=home.pk).update(number="x")


def test_a_grid_worker_adds_a_household_of_the_own_grid(do: Do) -> None:
    made = do("grid", "people.add_household", area_path=GRID, number="3号", head_name="单小明", phone="138 1234 5678")
    row = Household.objects.get(pk=made["id"])
    assert (row.phone, row.order, row.version, row.status) == ("13812345678", 1, 1, "occupied")
    assert list(households_by_phone_index([household_phone_index("13812345678")])) == [row.phone_index]
    assert Event.objects.get(name="people.household_added").body["household_id"] == str(row.pk)


def test_the_same_number_is_told_and_not_refused(do: Do, home: Household) -> None:
    made = do("grid", "people.add_household", area_path=GRID, number="3号")
    assert made["same_number"] == [str(home.pk)]


def test_an_edit_changes_what_is_given_and_leaves_the_rest(do: Do, home: Household) -> None:
    result = do("grid", "people.edit_household", household_id=str(home.pk), version=1, phone="", note="有狗")
    assert result == {"id": str(home.pk), "version": 2, "changed": ["phone", "note"]}
    home.refresh_from_db()
    assert (home.phone, home.phone_index, home.head_name) == ("", "", "单小明")


def test_an_edit_that_changes_nothing_keeps_the_version(do: Do, home: Household) -> None:
    assert do("grid", "people.edit_household", household_id=str(home.pk), version=1, number="3号")["version"] == 1


def test_a_stale_edit_is_kept_beside_the_record(do: Do, home: Household) -> None:
    do("grid", "people.edit_household", household_id=str(home.pk), version=1, phone="13900000001")
    result = do(
        "secretary", "people.edit_household", household_id=str(home.pk), version=1, phone="13900000002", note="新"
    )
    assert result["changed"] == []
    kept = RecordConflict.objects.get(pk=result["conflict_id"])
    assert (kept.base_version, kept.found_version, kept.fields) == (1, 2, ["phone", "note"])
    assert "13900000001" in kept.contact_sides
    assert "13900000002" in kept.contact_sides
    home.refresh_from_db()
    assert home.phone == "13900000001"


def test_a_stale_edit_that_says_the_same_leaves_no_conflict(do: Do, home: Household) -> None:
    do("grid", "people.edit_household", household_id=str(home.pk), version=1, note="有狗")
    again = do("secretary", "people.edit_household", household_id=str(home.pk), version=1, note="有狗")
    assert again["conflict_id"] is None
    assert not RecordConflict.objects.exists()


def test_a_household_moves_with_everybody_in_it(do: Do, home: Household, person: Person) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, area_path=SECOND_GRID)
    person.refresh_from_db()
    assert person.area_path == SECOND_GRID
    told = Event.objects.get(name="people.households_moved").body
    assert told["from_path"] == GRID
    assert told["household_ids"] == [str(home.pk)]
    assert told["person_ids"] == [str(person.pk)]


def test_an_empty_household_is_closed_and_opened_again(do: Do, home: Household) -> None:
    undo = do("secretary", "people.close_household", household_id=str(home.pk), reason="拆迁")["undo"]
    home.refresh_from_db()
    assert (home.status, str(home.closed_on)) == ("closed", "2020-02-03")
    assert walking_order(GRID) == []
    assert (
        refused(do, "grid", "people.add_person", household_id=str(home.pk), name="王明").code
        == "people.household_closed"
    )
    do("secretary", undo["action"], **undo["input"])
    assert walking_order(GRID) == [home.pk]


def test_a_new_household_is_taken_back_unless_somebody_lives_there_by_then(do: Do) -> None:
    empty, lived_in = (do("secretary", "people.add_household", area_path=GRID, number=one) for one in ("7号", "8号"))
    do("secretary", "people.add_person", household_id=lived_in["id"], name="王明")
    no = refused(do, "secretary", lived_in["undo"]["action"], **lived_in["undo"]["input"])
    assert no.code == "people.household_in_use"
    do("secretary", empty["undo"]["action"], **empty["undo"]["input"])
    assert walking_order(GRID) == [UUID(lived_in["id"])]


def test_only_ones_own_new_household_is_withdrawn(do: Do, home: Household) -> None:
    """Not another's, not an edited one, not one of the day before yesterday, and none outside one's area."""
    made = do("grid", "people.add_household", area_path=GRID, number="9号")["id"]
    assert refused(do, "neighbour", "people.withdraw_household", household_id=made).code == "access.not_yours"
    assert refused(do, "outsider", "people.withdraw_household", household_id=made).code == "access.not_yours"
    assert refused(do, "secretary", "people.withdraw_household", household_id=made).code == "people.household_in_use"
    with writing():
        Household.objects.filter(pk=made).update(added_at=F("added_at") - timedelta(days=2))
    assert refused(do, "grid", "people.withdraw_household", household_id=made).code == "people.household_in_use"
    edited = do("grid", "people.add_household", area_path=GRID, number="10号")["id"]
    do("grid", "people.edit_household", household_id=edited, version=1, number="11号")
    assert refused(do, "grid", "people.withdraw_household", household_id=edited).code == "people.household_in_use"
    assert set(walking_order(GRID)) >= {UUID(made), UUID(edited)}


def test_a_grid_worker_takes_back_what_was_added_by_mistake(do: Do) -> None:
    made = do("grid", "people.add_household", area_path=GRID, number="9号")
    do("grid", made["undo"]["action"], **made["undo"]["input"])
    assert not Household.objects.filter(pk=made["id"]).exists()
    assert refused(do, "grid", "people.withdraw_household", household_id=made["id"]).code == "people.unknown_household"


@pytest.mark.parametrize("mask", ["绛县***", "**村**号", "幸福小区3栋＊＊＊"])
def test_a_masked_address_is_not_written_as_an_address(do: Do, home: Household, mask: str) -> None:
    given = {"area_path": GRID, "number": "12号", "address": mask}
    for no in (
        refused(do, "grid", "people.add_household", **given),
        refused(do, "secretary", "people.edit_household", household_id=str(home.pk), version=1, address=mask),
    ):
        [problem] = getattr(no, "problems", [no])
        assert (problem.code, problem.field) == ("people.copied_mask", "address")
    assert not Household.objects.filter(number="12号").exists()


def test_a_masked_note_is_not_written_as_a_note(do: Do, home: Household) -> None:
    no = refused(do, "grid", "people.add_person", household_id=str(home.pk), name="王明", note="***")
    assert [(one.code, one.field) for one in getattr(no, "problems", [no])] == [("people.copied_mask", "note")]
    assert not Person.objects.filter(name="王明").exists()


def test_a_masked_medicine_is_not_written_as_a_medicine(do: Do, person: Person) -> None:
    do("grid", "people.set_vulnerability", person_id=str(person.pk), flags=["dialysis"], medicine="碳酸钙")
    no = refused(do, "grid", "people.set_vulnerability", person_id=str(person.pk), flags=["dialysis"], medicine="***")
    assert [(one.code, one.field) for one in getattr(no, "problems", [no])] == [("people.copied_mask", "medicine")]
    person.refresh_from_db()
    assert person.medicine == "碳酸钙"


@pytest.mark.parametrize(("field", "mask"), [("head_name", "单*明"), ("phone", "138****5678")])
def test_a_mask_is_refused_and_the_true_value_stays(do: Do, home: Household, field: str, mask: str) -> None:
    no = refused(do, "secretary", "people.edit_household", household_id=str(home.pk), version=1, **{field: mask})
    assert [one.field for one in getattr(no, "problems", [no])] == [field]
    home.refresh_from_db()
    assert (home.head_name, home.phone, home.version) == ("单小明", "13812345678", 1)


def test_households_are_walked_in_their_order(do: Do) -> None:
    made = [do("grid", "people.add_household", area_path=GRID, number=str(n), order=10 - n)["id"] for n in range(3)]
    assert [str(one) for one in walking_order(VILLAGE)] == made[::-1]


def test_a_card_is_shown_as_the_viewer_may_see_it(cast: dict[str, Any], home: Household, person: Person) -> None:
    assert household_cards(cast["neighbour"], [home.pk]) == {}
    [card] = household_cards(cast["grid"], [home.pk]).values()
    assert (card["head_name"], card["phone"], card["size"]) == ("单小明", "13812345678", 1)
    assert [one["name"] for one in card["persons"]] == ["单小明"]
    masked = household_cards(cast["duty"], [home.pk])[home.pk]
    assert (masked["head_name"], masked["phone"]) == ("单*明", "138****5678")
    assert [one["name"] for one in masked["persons"]] == ["单*明"]


def test_a_confidential_address_is_masked_even_at_the_door(do: Do, cast: dict[str, Any], home: Household) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, confidential_address=True)
    assert household_cards(cast["grid"], [home.pk])[home.pk]["address"] == "***"


def test_the_database_knows_no_merged_person_without_the_other(person: Person) -> None:
    with pytest.raises(IntegrityError), writing(), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(status="merged")
