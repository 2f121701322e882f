"""One person entered twice: merged only by a person, taken apart again, and nothing lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import COUNTY, GRID, TOWN
from lianfang.domain.people.models import DuplicateSuggestion, Household, MergeRecord, Person
from lianfang.domain.people.queries import find_person, find_persons
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.domain.people.tests.test_households import refused
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import Query, read

KEPT_OUT = {"version", "edits", "updated_at"}


@pytest.fixture
def twin(do: Do, next_door: Household) -> Person:
    made = do("neighbour", "people.add_person", household_id=str(next_door.pk), name="单小明", phone="13812345678",
              note="冬天回来")  # fmt: skip
    return Person.objects.get(pk=made["id"])


def columns(row: Person) -> dict[str, Any]:
    row.refresh_from_db()
    fields = (field.attname for field in Person._meta.concrete_fields if field.attname not in KEPT_OUT)
    return {name: getattr(row, name) for name in fields}


def merge(do: Do, keep: Person, other: Person, who: str = "town") -> Any:
    return do(who, "people.merge_persons", keep_id=str(keep.pk), merge_id=str(other.pk), reason="同一人")


def seek(do: Do, who: str, path: str) -> Any:
    """Search an area as the job does that the action starts, and return what it found."""
    started = do(who, "people.seek_duplicates", area_path=path)
    run_waiting()
    return Job.objects.get(pk=started["job_id"]).result


def test_nobody_merges_across_the_own_border(do: Do, person: Person, twin: Person) -> None:
    for who in ("secretary", "neighbour", "grid", "outsider"):
        no = refused(do, who, "people.merge_persons", keep_id=str(person.pk), merge_id=str(twin.pk), reason="同一人")
        assert no.code == "access.not_yours"


def test_an_entry_is_not_merged_with_itself(do: Do, person: Person) -> None:
    no = refused(do, "town", "people.merge_persons", keep_id=str(person.pk), merge_id=str(person.pk), reason="同一人")
    assert no.code == "people.same_entry"


def test_two_identity_numbers_are_two_people(do: Do, person: Person, home: Household) -> None:
    other = do("grid", "people.add_person", household_id=str(home.pk), name="单小明", identity_number=number("003"))
    no = refused(do, "town", "people.merge_persons", keep_id=str(person.pk), merge_id=other["id"], reason="同一人")
    assert no.code == "people.two_identity_numbers"


def test_a_merge_is_taken_apart_once_and_in_order(do: Do, person: Person, twin: Person, home: Household) -> None:
    third = do("grid", "people.add_person", household_id=str(home.pk), name="单小明")
    first = merge(do, person, twin)
    second = merge(do, Person.objects.get(pk=third["id"]), person)
    no = refused(do, "town", "people.unmerge_persons", merge_id=first["merge_id"], reason="弄错")
    assert no.code == "people.merged_later"
    assert refused(do, "town", "people.edit_person", person_id=str(twin.pk), version=2, note="x").code == (
        "people.already_merged"
    )
    for one in (second, first):
        do("town", "people.unmerge_persons", merge_id=one["merge_id"], reason="弄错")
    no = refused(do, "town", "people.unmerge_persons", merge_id=first["merge_id"], reason="弄错")
    assert no.code == "people.no_merge"


def test_a_merge_fills_what_is_missing_and_leads_on_from_the_old_id(do: Do, person: Person, twin: Person) -> None:
    made = merge(do, person, twin)
    person.refresh_from_db()
    assert (person.note, made["filled"]) == ("冬天回来", ["note"])
    found = find_person(twin.pk)
    assert found is not None
    assert found.pk == person.pk
    assert find_persons([twin.pk, person.pk]) == {twin.pk: person, person.pk: person}
    assert Household.objects.get(pk=twin.household_id).size == 0


def test_what_was_edited_after_the_merge_stays_when_it_is_undone(do: Do, person: Person, twin: Person) -> None:
    undo = merge(do, person, twin)["undo"]
    person.refresh_from_db()
    do("grid", "people.edit_person", person_id=str(person.pk), version=person.version, note="常住")
    do("town", undo["action"], **undo["input"])
    person.refresh_from_db()
    assert person.note == "常住"


texts = st.sampled_from(["", "冬天回来", "腿脚不便"])
flags = st.lists(st.sampled_from(["poor", "disabled", "dialysis"]), unique=True, max_size=3)
entries = st.fixed_dictionaries({"note": texts, "medicine": texts, "flags": flags})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=entries, b=entries)
def test_merged_and_taken_apart_the_register_is_as_before(
    do: Do, person: Person, twin: Person, a: dict[str, Any], b: dict[str, Any]
) -> None:
    for row, values in ((person, a), (twin, b)):
        do("town", "people.set_vulnerability", person_id=str(row.pk), **values)
    before = columns(person), columns(twin)
    undo = merge(do, person, twin)["undo"]
    assert set(columns(person)["vulnerabilities"]) == {*a["flags"], *b["flags"]}
    do("town", undo["action"], **undo["input"])
    assert (columns(person), columns(twin)) == before


def test_the_pair_is_shown_to_who_covers_both(cast: dict[str, Any], do: Do, person: Person, twin: Person) -> None:
    [row] = read(cast["town"], "people.duplicates", Query(where={"settled_at": ""})).rows
    assert (row["area"], row["cells"]["why"], row["cells"]["first_name"]) == (TOWN, "phone", "单*明")
    assert read(cast["secretary"], "people.duplicates").rows == []
    merge(do, person, twin)
    assert read(cast["town"], "people.duplicates", Query(where={"settled_at": ""})).rows == []


def test_a_pair_judged_to_be_two_is_not_suggested_again(do: Do, person: Person, twin: Person) -> None:
    [pair] = DuplicateSuggestion.objects.all()
    assert refused(do, "secretary", "people.dismiss_duplicate", suggestion_id=str(pair.pk), reason="父子").code == (
        "access.not_yours"
    )
    do("town", "people.dismiss_duplicate", suggestion_id=str(pair.pk), reason="父子同名")
    seek(do, "duty", COUNTY)
    [pair] = DuplicateSuggestion.objects.all()
    assert pair.outcome == "two"


def test_a_judgement_of_two_people_is_taken_back_once_and_only_at_home(do: Do, person: Person, twin: Person) -> None:
    [pair] = DuplicateSuggestion.objects.all()
    asked = {"suggestion_id": str(pair.pk), "reason": "看错了"}
    assert refused(do, "town", "people.reopen_duplicate", **asked).code == "people.no_suggestion"
    undo = do("town", "people.dismiss_duplicate", **asked)["undo"]
    assert refused(do, "secretary", "people.reopen_duplicate", **asked).code == "access.not_yours"
    do("town", undo["action"], **undo["input"])
    pair.refresh_from_db()
    assert (pair.outcome, pair.settled_at, pair.settled_by) == ("", None, None)


def test_a_merged_pair_is_not_reopened(do: Do, person: Person, twin: Person) -> None:
    merge(do, person, twin)
    [pair] = DuplicateSuggestion.objects.all()
    no = refused(do, "town", "people.reopen_duplicate", suggestion_id=str(pair.pk), reason="看错了")
    assert no.code == "people.no_suggestion"


@pytest.mark.parametrize(
    ("name", "born_on", "found"),
    [("单晓明", "1970-01-01", ["written"]), ("小明单", "1970-01-01", ["written"]), ("单晓明", "1970-01-02", []),
     ("单大明", "1970-01-01", [])],
)  # fmt: skip
def test_an_area_is_searched_for_names_written_otherwise(
    do: Do, home: Household, name: str, born_on: str, found: list[str]
) -> None:
    for who, born in (("单小明", "1970-01-01"), (name, born_on)):
        do("grid", "people.add_person", household_id=str(home.pk), name=who, born_on=born)
    seek(do, "duty", COUNTY)
    assert [pair.why for pair in DuplicateSuggestion.objects.all()] == found


def test_an_area_is_searched_for_people_entered_twice(do: Do, home: Household) -> None:
    rows = [
        {"household_id": str(home.pk), "name": "王明", "born_on": "1970-01-01"},
        {"household_id": str(home.pk), "name": "王明", "born_on": "1970-01-01"},
        {"household_id": str(home.pk), "name": "王明", "born_on": "1985-06-07"},
        {"household_id": str(home.pk), "name": "李红"},
        {"household_id": str(home.pk), "name": "李红", "sex": "f"},
        {"household_id": str(home.pk), "name": "张三"},
    ]
    do("secretary", "people.add_many", batch="b1", persons=rows)
    assert not DuplicateSuggestion.objects.exists()
    assert seek(do, "secretary", GRID[:12]) == {"found": 2}
    assert sorted(DuplicateSuggestion.objects.values_list("why", flat=True)) == ["birth", "place"]


def test_each_merge_stands_in_a_table(cast: dict[str, Any], do: Do, person: Person, twin: Person) -> None:
    merge(do, person, twin)
    [row] = read(cast["secretary"], "people.merges", Query(where={"kept": str(person.pk)})).rows
    assert row["cells"]["filled"] == ["note"]
    assert MergeRecord.objects.get().before.startswith("{")
