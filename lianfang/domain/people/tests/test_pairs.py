"""Pairs that may be one person: evidence in words, three answers and each taken back, two who answer at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.people.models import DuplicateSuggestion, Household, Person
from lianfang.domain.people.queries import evidence_words
from lianfang.domain.people.rules import TAKEN, filled_by_merge, proposed_merge, restored_by_unmerge
from lianfang.domain.people.tests.conftest import Do, number
from lianfang.domain.people.tests.test_doubles import columns, merge, refused, seek
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.progress import stop
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import Query, read, read_one
from lianfang.kernel import clock


def add(do: Do, name: str, who: str = "system", path: str = GRID, **more: Any) -> Person:
    return Person.objects.get(pk=do(who, "people.add_person", area_path=path, name=name, **more)["id"])


@pytest.fixture
def twins(do: Do, county: str) -> tuple[Person, Person]:
    """One person of the grid, heard and written down twice."""
    return add(do, "章建国", born_on="1962-03-15"), add(do, "张建国", born_on="1962-03-15", phone="13812345678")


@pytest.fixture
def pair(twins: tuple[Person, Person]) -> DuplicateSuggestion:
    return DuplicateSuggestion.objects.get()


def same(pair: DuplicateSuggestion, **more: Any) -> dict[str, Any]:
    return {"keep_id": str(pair.first_id), "merge_id": str(pair.second_id), "suggestion_id": str(pair.pk),
            "reason": "同一人", **more}  # fmt: skip


def test_the_best_kept_is_one_of_the_two_by_its_own_name(
    cast: dict[str, Actor], pair: DuplicateSuggestion, twins: tuple[Person, Person]
) -> None:
    cells = read_one(cast["secretary"], "people.duplicates", str(pair.pk))["cells"]
    assert cells["keep"] == str(twins[1].pk)
    assert cells["keep"] in (str(cells["first"]), str(cells["second"]))


def queue(actor: Actor) -> list[str]:
    rows = read(actor, "people.duplicates", Query(where={"settled_at": ""}, sort="turn")).rows
    return [row["id"] for row in rows]


# --- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["dismiss_duplicate", "postpone_duplicate"])
def test_a_neighbour_answers_nothing(do: Do, pair: DuplicateSuggestion, action: str) -> None:
    asked = {"suggestion_id": str(pair.pk), **({"reason": "父子"} if action == "dismiss_duplicate" else {})}
    assert refused(do, "neighbour", f"people.{action}", **asked).code == "access.not_yours"
    assert refused(do, "neighbour", "people.merge_persons", **same(pair)).code == "access.not_yours"
    assert refused(do, "neighbour", "people.seek_duplicates", area_path=VILLAGE).code == "access.not_yours"


def test_of_two_who_answer_at_once_the_second_is_told(do: Do, pair: DuplicateSuggestion) -> None:
    do("secretary", "people.dismiss_duplicate", suggestion_id=str(pair.pk), reason="父子")
    asked = {"suggestion_id": str(pair.pk)}
    assert refused(do, "town", "people.merge_persons", **same(pair)).code == "people.already_judged"
    assert refused(do, "town", "people.dismiss_duplicate", **asked, reason="x父子").code == "people.already_judged"
    assert refused(do, "town", "people.postpone_duplicate", **asked).code == "people.already_judged"
    assert Person.objects.filter(status="merged").count() == 0


def test_of_two_who_merge_at_once_the_second_is_told(do: Do, pair: DuplicateSuggestion) -> None:
    do("secretary", "people.merge_persons", **same(pair))
    assert refused(do, "town", "people.merge_persons", **same(pair)).code == "people.already_judged"


def test_an_answer_is_given_to_the_pair_that_was_shown(do: Do, pair: DuplicateSuggestion) -> None:
    third = add(do, "李红")
    given = {**same(pair), "merge_id": str(third.pk)}
    assert refused(do, "town", "people.merge_persons", **given).code == "people.other_pair"
    gone = {**same(pair), "suggestion_id": str(third.pk)}
    assert refused(do, "town", "people.merge_persons", **gone).code == "people.no_suggestion"


def test_only_what_can_be_taken_is_taken(do: Do, pair: DuplicateSuggestion) -> None:
    no = refused(do, "town", "people.merge_persons", **same(pair, take=["area_path"]))
    assert (no.code, no.field) == ("input.not_a_choice", "take")


def test_what_was_not_put_off_is_not_taken_up(do: Do, pair: DuplicateSuggestion) -> None:
    no = refused(do, "town", "people.take_up_duplicate", suggestion_id=str(pair.pk))
    assert no.code == "people.no_suggestion"


# --- evidence ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"name": "章建国", "born_on": "1962-03-15"}, {"name": "张建国", "born_on": "1962-03-15"},
         "姓名同音，出生日期相同，同村"),
        ({"name": "李小晴", "phone": "13812345678"}, {"name": "李小睛", "phone": "13812345678"},
         "姓名有一字形近，电话相同，同村"),
        ({"name": "王志强", "born_on": "1975-11-30"}, {"name": "志强王", "born_on": "1975-11-30"},
         "姓和名颠倒，出生日期相同，同村"),
        ({"name": "赵玉梅", "born_on": "1958-02-11"}, {"name": "赵玉梅", "born_on": "1958-11-02"},
         "姓名相同，出生日期相差一位或日月颠倒，同村"),
        ({"name": "孙大", "born_on": "1980-01-01", "identity_number": number("001")},
         {"name": "孙达成", "identity_number": number("001")[:6] + number("001")[8:17]},
         "身份证号相同，姓名不同，出生日期相同，同村"),
    ],
)  # fmt: skip
def test_the_evidence_is_told_in_plain_words(
    do: Do, county: str, one: dict[str, Any], other: dict[str, Any], words: str
) -> None:
    add(do, **one)
    add(do, **other)
    told = evidence_words(DuplicateSuggestion.objects.get().evidence)
    assert told.zh == words
    assert told.en


def test_who_sees_masks_learns_what_differs_and_not_what_it_says(
    cast: dict[str, Actor], pair: DuplicateSuggestion
) -> None:
    masked = read_one(cast["town"], "people.duplicates", str(pair.pk))["cells"]
    assert masked["marks"] == {"name": "differs", "sex": "none", "born_on": "same", "identity_number": "none",
                               "phone": "second", "guardian_name": "none"}  # fmt: skip
    assert not {"章建国", "张建国", "13812345678"} & {str(value) for value in masked.values()}
    assert "建国" not in str(masked)


def test_an_entry_merged_into_a_third_leaves_the_queue_and_comes_back(
    do: Do, cast: dict[str, Actor], twins: tuple[Person, Person], pair: DuplicateSuggestion
) -> None:
    third = add(do, "丁一")
    asked = {"keep_id": str(third.pk), "merge_id": str(twins[1].pk), "reason": "同一人", "take": ["name"]}
    undo = do("town", "people.merge_persons", **asked)["undo"]
    [shown] = queue(cast["town"])
    assert shown != str(pair.pk)
    assert {str(twins[0].pk), str(third.pk)} == {str(one) for one in DuplicateSuggestion.objects.exclude(
        pk=pair.pk).values_list("first_id", "second_id").get()}  # fmt: skip
    do("town", undo["action"], **undo["input"])
    assert queue(cast["town"]) == [str(pair.pk)]
    assert DuplicateSuggestion.objects.get() == pair


# --- answers, taken back -----------------------------------------------------------------------------------------


def test_every_answer_is_taken_back(do: Do, cast: dict[str, Actor], pair: DuplicateSuggestion) -> None:
    standing = (pair.settled_at, pair.settled_by, pair.outcome, pair.later_at)
    asked = {"suggestion_id": str(pair.pk)}
    before = [columns(one) for one in Person.objects.order_by("pk")]
    for action, answer in (
        ("people.merge_persons", same(pair)),
        ("people.dismiss_duplicate", {**asked, "reason": "父子"}),
        ("people.postpone_duplicate", asked),
    ):
        undo = do("town", action, **answer)["undo"]
        do("town", undo["action"], **undo["input"])
        pair.refresh_from_db()
        assert (pair.settled_at, pair.settled_by, pair.outcome, pair.later_at) == standing
        assert queue(cast["town"]) == [str(pair.pk)]
        assert [columns(one) for one in Person.objects.order_by("pk")] == before


def test_what_is_put_off_comes_last_and_taken_up_first(do: Do, cast: dict[str, Actor], county: str) -> None:
    for name, born_on in (("王志强", "1975-11-30"), ("赵玉梅", "1958-02-11"), ("章建国", "1962-03-15")):
        for _ in range(2):
            add(do, name, born_on=born_on)
    first, second, third = queue(cast["secretary"])
    undo = do("secretary", "people.postpone_duplicate", suggestion_id=first)["undo"]
    assert queue(cast["secretary"]) == [second, third, first]
    do("secretary", undo["action"], **undo["input"])
    assert queue(cast["secretary"]) == [first, second, third]


def test_the_surest_pairs_come_first(do: Do, cast: dict[str, Actor], county: str) -> None:
    for name, more in (("李红", {}), ("章建国", {"identity_number": number("001")})):
        for _ in range(2):
            add(do, name, **more)
    assert [DuplicateSuggestion.objects.get(pk=one).why for one in queue(cast["duty"])] == ["identity", "place"]


# --- which entry, which value ------------------------------------------------------------------------------------


def test_a_value_is_taken_from_the_other_entry_and_goes_back(do: Do, pair: DuplicateSuggestion) -> None:
    made = do("town", "people.merge_persons", **same(pair, take=["name"]))
    kept = Person.objects.get(pk=pair.first_id)
    assert (kept.name, kept.sound, kept.phone) == ("张建国", "guo jian zhang", "13812345678")
    assert " zhangjianguo" in kept.keys
    do("town", made["undo"]["action"], **made["undo"]["input"])
    kept.refresh_from_db()
    assert (kept.name, kept.phone) == ("章建国", "")


def test_an_identity_number_brings_its_birth_date_and_sex(do: Do, county: str) -> None:
    one = add(do, "李红", born_on="1990-09-09", sex="f", phone="13812345678")
    other = add(do, "李红", identity_number=number("001"), phone="13812345678")
    merge(do, one, other)
    one.refresh_from_db()
    assert (one.born_on, one.sex) == (other.born_on, other.sex)


END = {"id": "a", "name": "张伟", "sex": "", "born_on": None, "identity_index": "", "phone": "", "relation": "",
       "household_id": None, "status": "resident", "updated_at": "2020-02-01"}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "keep_second", "take"),
    [
        ({"status": "moved", "household_id": "h"}, {}, True, ()),
        ({}, {"household_id": "h"}, True, ()),
        ({"household_id": "h"}, {"identity_index": "i", "name": "章伟"}, False, ("name",)),
        ({"phone": "1"}, {"phone": "2", "updated_at": "2020-02-02"}, False, ("phone",)),
        ({"phone": "1", "updated_at": "2020-02-02"}, {"phone": "2"}, False, ()),
    ],
)  # fmt: skip
def test_the_better_entry_and_the_better_value_are_proposed(
    first: dict[str, Any], second: dict[str, Any], keep_second: bool, take: tuple[str, ...]
) -> None:
    proposal = proposed_merge(END | first, END | second)
    assert (proposal.keep_second, proposal.take) == (keep_second, take)


_texts = st.sampled_from(["", "一", "二"])
_entry = st.fixed_dictionaries({column: _texts for columns in TAKEN.values() for column in columns})


@given(kept=_entry, merged=_entry, take=st.sets(st.sampled_from(sorted(TAKEN))))
def test_whatever_is_taken_goes_back(kept: dict[str, Any], merged: dict[str, Any], take: set[str]) -> None:
    filled = filled_by_merge(kept, merged, take)
    now = kept | filled
    assert all(now[name] == merged[name] for name in take if merged[name] and name not in TAKEN["identity_number"])
    untouched = kept.keys() - {column for field in {*take, "identity_number"} for column in TAKEN[field]}
    assert all(now[name] == (kept[name] or merged[name]) for name in untouched)
    before = {name: kept[name] for name in filled}
    assert now | restored_by_unmerge(now, filled, before) == kept


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(take=st.sets(st.sampled_from(sorted(TAKEN))))
def test_merged_with_any_choice_and_taken_apart_the_register_is_as_before(
    do: Do, pair: DuplicateSuggestion, take: set[str]
) -> None:
    before = [columns(one) for one in Person.objects.order_by("pk")]
    undo = do("town", "people.merge_persons", **same(pair, take=sorted(take)))["undo"]
    do("town", undo["action"], **undo["input"])
    assert [columns(one) for one in Person.objects.order_by("pk")] == before


# --- searching an area -------------------------------------------------------------------------------------------


def test_a_search_that_is_stopped_ends_as_cancelled(do: Do, home: Household) -> None:
    started = do("town", "people.seek_duplicates", area_path=TOWN)
    job = Job.objects.get(pk=started["job_id"])
    stop(job)
    run_waiting()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_search_tells_how_far_it_is_and_keeps_each_pair_once(do: Do, home: Household) -> None:
    for path in (GRID, NEIGHBOUR_GRID):
        rows = [{"area_path": path, "name": "王明", "born_on": "1970-01-01"}]
        do("system", "people.add_many", batch=path, persons=rows)
    assert [seek(do, "town", TOWN), seek(do, "town", TOWN)] == [{"found": 1}, {"found": 1}]
    assert DuplicateSuggestion.objects.get().area_path == TOWN
    job = Job.objects.filter(name="people.seek_duplicates").latest("pk")
    assert (job.total, job.note) == (1, {"zh": "正在登记疑似重复", "en": "Keeping what was found"})


def test_a_pair_nobody_decides_about_is_a_gap_after_the_rulebook_s_days(
    do: Do, pair: DuplicateSuggestion, moment: Any
) -> None:
    gap = GAPS["doubles_undecided"]
    assert list(gap.find(TOWN, moment + timedelta(days=6))) == []
    [one] = gap.find(TOWN, moment + timedelta(days=8))
    assert (one.subject_id, one.area_path, one.since) == (str(pair.pk), GRID, moment)
    assert gap.says is not None
    assert gap.says(one.details).zh == "姓名同音，出生日期相同，同村"
    with clock.fixed(moment):
        do("secretary", "people.dismiss_duplicate", suggestion_id=str(pair.pk), reason="父子")
    assert list(gap.find(TOWN, moment + timedelta(days=8))) == []
