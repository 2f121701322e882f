"""Edits made on top of one's own, without a network; what is kept beside a record, settled, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.people.models import Household, Person, RecordConflict
from lianfang.domain.people.queries import open_conflicts
from lianfang.domain.people.tests.conftest import Do
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.tables.reading import read_one
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


class Phone:
    """Somebody's phone without a network: every edit starts from version 1 and names the earlier ones."""

    def __init__(self, who: Actor, home: Household) -> None:
        self.who, self.home, self.made = who, home, list[tuple[Any, dict[str, Any]]]()

    def edits(self, **values: Any) -> None:
        after = [str(id) for id, _ in self.made]
        given = {"household_id": str(self.home.pk), "version": 1, "after": after, **values}
        self.made.append((uuid7(), given))

    def uploads(self, which: int) -> dict[str, Any]:
        id, given = self.made[which]
        return dict(run(self.who, "people.edit_household", given, id=id))


@pytest.fixture
def phone(cast: dict[str, Actor], moment: Any, home: Household) -> Phone:
    return Phone(cast["grid"], home)


def conflict_of(cast: dict[str, Actor], home: Household, **values: Any) -> RecordConflict:
    """Return the conflict of an edit that somebody makes of version 1, which is gone."""
    made = run(cast["doctor"], "people.edit_household", {"household_id": str(home.pk), "version": 1, **values})
    return RecordConflict.objects.get(pk=made["conflict_id"])


def refusal_of(do: Do, who: str, action: str, **given: Any) -> str:
    with pytest.raises(Refusal) as no:
        do(who, action, **given)
    return str(no.value.code)


def test_only_who_settles_may_take_a_choice_back_and_only_while_nobody_edited_since(
    do: Do, cast: dict[str, Actor], home: Household
) -> None:
    do("grid", "people.edit_household", household_id=str(home.pk), version=1, note="有狗")
    kept = conflict_of(cast, home, note="养猫", phone="13900000002")
    open_one = {"conflict_id": str(kept.pk)}
    assert refusal_of(do, "secretary", "people.reopen_conflict", **open_one) == "people.edited_since"
    assert refusal_of(do, "secretary", "people.reopen_conflict", conflict_id=str(home.pk)) == "people.no_conflict"
    settled = do("secretary", "people.settle_conflict", **open_one, take=["note"])
    assert refusal_of(do, "grid", "people.reopen_conflict", **open_one) == "access.not_yours"
    do("grid", "people.edit_household", household_id=str(home.pk), version=settled["version"], number="5号")
    assert refusal_of(do, "secretary", "people.reopen_conflict", **open_one) == "people.edited_since"


def test_a_choice_taken_back_leaves_both_edits_side_by_side(do: Do, cast: dict[str, Actor], home: Household) -> None:
    do("grid", "people.edit_household", household_id=str(home.pk), version=1, note="有狗")
    kept = conflict_of(cast, home, note="养猫", phone="13900000002")
    undo = do("secretary", "people.settle_conflict", conflict_id=str(kept.pk), take=["note", "phone"])["undo"]
    home.refresh_from_db()
    assert (home.note, home.phone) == ("养猫", "13900000002")
    assert not open_conflicts(VILLAGE).exists()
    do("secretary", undo["action"], **undo["input"])
    home.refresh_from_db()
    assert (home.note, home.phone) == ("有狗", "13812345678")
    cells = read_one(cast["secretary"], "people.conflicts", str(kept.pk))["cells"]
    assert (cells["care_sides"], cells["settled_at"], cells["taken"]) == ("备注：有狗 ⇄ 养猫", None, [])
    assert (cells["record_name"], cells["device_id"]) == ("3号 单小明", "")


def test_a_phone_edits_on_top_of_its_own_edits_without_a_conflict(phone: Phone, home: Household) -> None:
    phone.edits(note="有狗")
    phone.edits(note="狗没了", phone="13900000001")
    phone.edits(number="3号乙")
    assert [phone.uploads(which)["version"] for which in (0, 0, 1, 0, 1, 2, 2)] == [2, 2, 3, 2, 3, 4, 4]
    home.refresh_from_db()
    assert (home.note, home.phone, home.number, home.version) == ("狗没了", "13900000001", "3号乙", 4)
    assert not RecordConflict.objects.exists()


def test_an_edit_in_between_by_somebody_else_is_never_written_over(do: Do, phone: Phone, home: Household) -> None:
    phone.edits(note="有狗")
    phone.uploads(0)
    phone.edits(note="狗没了")
    do("secretary", "people.edit_household", household_id=str(home.pk), version=2, note="有两条狗")
    assert phone.uploads(1)["conflict_id"]
    home.refresh_from_db()
    assert home.note == "有两条狗"


def test_two_edits_of_one_phone_beside_another_s_are_one_choice(do: Do, phone: Phone, home: Household) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, note="有两条狗")
    phone.edits(note="有狗")
    phone.edits(phone="13900000001")
    assert phone.uploads(0)["conflict_id"] == phone.uploads(1)["conflict_id"]
    [kept] = open_conflicts(GRID)
    assert kept.fields == ["note", "phone"]


def test_a_phone_that_comes_round_to_what_the_record_says_leaves_nothing_to_choose(
    do: Do, phone: Phone, home: Household
) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, note="有两条狗")
    phone.edits(note="有狗")
    phone.edits(note="有两条狗")
    assert phone.uploads(0)["conflict_id"]
    assert phone.uploads(1)["conflict_id"] is None
    assert not open_conflicts(GRID).exists()


def test_nobody_changes_another_s_second_edit_by_naming_it(
    do: Do, cast: dict[str, Actor], phone: Phone, home: Household
) -> None:
    do("secretary", "people.edit_household", household_id=str(home.pk), version=1, note="有两条狗")
    phone.edits(note="有狗")
    mine = phone.uploads(0)["conflict_id"]
    theirs = conflict_of(cast, home, note="没狗", after=[mine])
    assert str(theirs.pk) != mine
    assert "有狗" in RecordConflict.objects.get(pk=mine).care_sides


def test_a_version_that_never_was_is_stale(do: Do, home: Household) -> None:
    assert do("grid", "people.edit_household", household_id=str(home.pk), version=7, note="有狗")["conflict_id"]


def test_needs_named_on_two_phones_both_stand(do: Do, person: Person) -> None:
    do("system", "people.set_vulnerability", person_id=str(person.pk), flags=["poor"])
    for who, flags in (("grid", ["poor", "disabled"]), ("doctor", ["dialysis"])):
        do(who, "people.set_vulnerability", person_id=str(person.pk), flags=flags, was=["poor"])
    person.refresh_from_db()
    assert person.vulnerabilities == ["disabled", "dialysis"]


def test_two_edits_of_one_record_are_a_gap_until_somebody_chooses(
    do: Do, cast: dict[str, Actor], home: Household, moment: Any
) -> None:
    find = GAPS["record_edited_twice"].find
    do("grid", "people.edit_household", household_id=str(home.pk), version=1, note="有狗")
    kept = conflict_of(cast, home, note="养猫")
    assert [(one.subject_id, one.area_path) for one in find(VILLAGE, kept.at)] == [(str(kept.pk), GRID)]
    do("secretary", "people.settle_conflict", conflict_id=str(kept.pk), take=[])
    assert list(find(VILLAGE, kept.at)) == []
    told = Event.objects.filter(name__in=["people.conflict_kept", "people.conflict_settled"])
    assert sorted(told.values_list("name", flat=True)) == ["people.conflict_kept", "people.conflict_settled"]
