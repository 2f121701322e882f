"""Wishes for days off or on duty: whose they are, what is refused, and what rosters make of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.models.wishes import Wish
from lianfang.domain.workforce.queries.kept_wishes import kept_wishes, settled_days
from lianfang.domain.workforce.tests.conftest import START, Do, Enlist, People, Planned, Refused, Rows
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.privacy.retaining import KEPT
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

ENTER, ENTER_FOR = "workforce.enter_wish", "workforce.enter_wish_for"
BACK, BACK_FOR = "workforce.take_back_wish", "workforce.take_back_wish_for"
TODAY = "2020-02-03"


@pytest.fixture
def serving(enlist: Enlist, accounts: dict[str, Account]) -> Responder:
    """Whoever guards the gate, on the list of people who serve."""
    person = enlist("门口值守", account_id=str(accounts["gate"].pk), experienced=True)
    return Responder.objects.get(pk=person)


def test_who_does_not_serve_has_nothing_to_wish_for(refused: Refused) -> None:
    assert refused("gate", ENTER, from_on="2020-02-10").code == "workforce.not_serving"
    assert refused("outsider", ENTER, from_on="2020-02-10").code == "access.not_yours"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"from_on": "2020-02-02"}, "workforce.wish_in_the_past"),
        ({"from_on": "2020-02-10", "until_on": "2020-02-09"}, "workforce.ends_first"),
        ({"from_on": "2020-04-04"}, "workforce.wish_too_far"),
        ({"from_on": "2020-02-10", "until_on": "2020-02-24"}, "workforce.too_many_wishes"),
        ({"from_on": "2020-02-10", "wants": "away"}, "input.invalid"),
        ({"from_on": "2020-02-10", "part": ""}, "input.invalid"),
        ({}, "input.invalid"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    refused: Refused, serving: Responder, given: dict[str, str], code: str
) -> None:
    assert refused("gate", ENTER, **given).code == code
    assert not Wish.objects.exists()


def test_days_are_counted_over_all_that_still_lies_ahead(
    do: Do, refused: Refused, serving: Responder, cast: dict[str, Actor]
) -> None:
    do("gate", ENTER, from_on="2020-02-10", until_on="2020-02-22")
    do("gate", ENTER, from_on="2020-04-03")
    no = refused("gate", ENTER, from_on="2020-03-01")
    assert (no.code, no.message.zh) == (
        "workforce.too_many_wishes", "同时最多登记 14 天，已登记 14 天。先撤回别的愿望，或等已过的日子。",
    )  # fmt: skip


def test_the_same_time_is_not_wished_for_twice(do: Do, refused: Refused, serving: Responder) -> None:
    do("gate", ENTER, from_on="2020-02-10", until_on="2020-02-11", part="night")
    no = refused("gate", ENTER, from_on="2020-02-11", wants="serve")
    assert no.code == "workforce.wish_overlaps"
    assert "2020-02-10" in no.message.zh
    do("gate", ENTER, from_on="2020-02-11", wants="serve", part="day")


def test_nobody_takes_back_anothers_wish(
    do: Do, refused: Refused, serving: Responder, enlist: Enlist, accounts: dict[str, Account]
) -> None:
    enlist("网格值守", account_id=str(accounts["grid"].pk))
    made = do("gate", ENTER, from_on="2020-02-10")
    for wish in (made["id"], str(uuid4())):
        assert refused("grid", BACK, wish_id=wish).code == "workforce.unknown_wish"
    assert refused("grid", BACK_FOR, wish_id=made["id"]).code == "access.not_yours"
    assert refused("neighbour", BACK_FOR, wish_id=made["id"]).code == "access.not_yours"
    assert refused("secretary", BACK_FOR, wish_id=str(uuid4())).code == "workforce.unknown_wish"
    assert Wish.objects.count() == 1


def test_nobody_enters_a_wish_for_people_of_another_area(refused: Refused, people: People, do: Do) -> None:
    [here] = people(1)
    given = {"responder_id": str(here.pk), "from_on": "2020-02-10"}
    for who in ("grid", "gate", "neighbour", "outsider", "auditor"):
        assert refused(who, ENTER_FOR, **given).code == "access.not_yours"
    with writing():
        Responder.objects.filter(pk=here.pk).update(area_path=NEIGHBOUR_VILLAGE)
    assert refused("secretary", ENTER_FOR, **given).code == "access.not_yours"


def test_what_has_gone_by_is_not_taken_back(
    refused: Refused, serving: Responder, cast: dict[str, Actor], moment: datetime
) -> None:
    with writing():
        gone = Wish.objects.create(
            area_path=VILLAGE, responder=serving, from_on=date(2020, 1, 1), until_on=date(2020, 2, 2), wants="off",
            part="any", entered_at=moment,
        )  # fmt: skip
    for who, action in (("gate", BACK), ("secretary", BACK_FOR)):
        assert refused(who, action, wish_id=str(gone.pk)).code == "workforce.wish_in_the_past"


def test_one_enters_sees_and_takes_back_ones_own_wish_and_nothing_of_it_stays(
    do: Do, serving: Responder, rows: Rows
) -> None:
    made = do("gate", ENTER, from_on=TODAY, until_on="2020-02-04", part="night")
    assert made["told"] is None
    [mine] = rows("gate", "workforce.my_wishes")
    assert (mine["until_on"], mine["wants"], mine["by_proxy"]) == (START, "off", False)
    assert rows("secretary", "workforce.my_wishes") == []
    do("gate", made["undo"]["action"], **made["undo"]["input"])
    assert not Wish.objects.exists()


def test_a_lead_enters_for_somebody_who_called_and_takes_it_back(
    do: Do, people: People, rows: Rows, cast: dict[str, Actor]
) -> None:
    [one] = people(1)
    made = do("secretary", ENTER_FOR, responder_id=str(one.pk), from_on="2020-02-10")
    [row] = rows("secretary", "workforce.wishes")
    assert (row["name"], row["by_proxy"], row["area_path"]) == (one.name, True, VILLAGE)
    with pytest.raises(Refusal):
        rows("neighbour", "workforce.wishes")
    assert Wish.objects.get().entered_by == cast["secretary"].account_id
    do("secretary", made["undo"]["action"], **made["undo"]["input"])
    assert not Wish.objects.exists()


def test_a_wish_kept_on_a_phone_counts_from_when_it_was_made(
    serving: Responder, cast: dict[str, Actor], moment: datetime
) -> None:
    made = run(cast["gate"], ENTER, {"from_on": "2020-02-02"}, happened_at=moment - timedelta(days=2))
    assert Wish.objects.get(pk=made["id"]).from_on == date(2020, 2, 2)


def test_no_wish_says_why() -> None:
    assert {field.name for field in Wish._meta.get_fields()} == {
        "id", "area_path", "responder", "from_on", "until_on", "wants", "part", "by_proxy", "entered_at", "entered_by",
    }  # fmt: skip


def test_the_trail_says_that_a_wish_was_entered(do: Do, serving: Responder) -> None:
    made = do("gate", ENTER, from_on="2020-02-10")
    assert AuditLine.objects.filter(action=ENTER, subject=f"workforce.wishes/{made['id']}").count() == 1


def test_the_database_refuses_a_wish_that_ends_first(serving: Responder, moment: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), writing():
        Wish.objects.create(
            area_path=VILLAGE, responder=serving, from_on=START, until_on=START - timedelta(days=1), wants="off",
            part="any", entered_at=moment,
        )  # fmt: skip


def test_wishes_go_when_their_time_is_over(do: Do, serving: Responder, moment: datetime) -> None:
    do("gate", ENTER, from_on=TODAY)
    due = KEPT["workforce.wishes"].due
    assert not due(moment).exists()
    assert due(moment + timedelta(days=1)).count() == 1


def _wish(do: Do, person: Responder, on: date, **more: Any) -> None:
    do("secretary", ENTER_FOR, responder_id=str(person.pk), from_on=on.isoformat(), **more)


def _who(roster: Roster) -> set[UUID]:
    return set(Shift.objects.filter(roster=roster).values_list("responder_id", flat=True))


def test_a_plan_gives_the_day_off_where_others_can_serve(do: Do, people: People, planned: Planned, rows: Rows) -> None:
    people(10)
    picked = set(sorted(_who(planned(1)))[:2])
    for one in picked:
        _wish(do, Responder.objects.get(pk=one), START)
    roster = planned(1)
    assert not _who(roster) & picked
    assert roster.cost["unfilled"] == 0
    assert (roster.cost["wished"], roster.cost["kept"]) == (len(picked), len(picked))
    [row] = [one for one in rows("secretary", "workforce.rosters") if UUID(one["id"]) == roster.pk]
    assert (row["wished"], row["kept"]) == (len(picked), len(picked))


def test_a_plan_puts_on_duty_who_wishes_to_serve(do: Do, people: People, planned: Planned) -> None:
    everyone = people(10)
    idle = next(one for one in everyone if one.experienced and one.pk not in _who(planned(1)))
    _wish(do, idle, START, wants="serve")
    roster = planned(1)
    assert idle.pk in _who(roster)
    assert kept_wishes(roster).broken == ()


def test_posts_are_staffed_first_and_the_wish_that_is_not_kept_is_named(
    do: Do, people: People, planned: Planned
) -> None:
    everyone = people(4)
    for one in everyone:
        _wish(do, one, START)
    roster = planned(1)
    assert roster.cost["unfilled"] == 0
    told = kept_wishes(roster)
    served = set(Shift.objects.filter(roster=roster).values_list("responder_id", flat=True))
    assert (told.wished, told.kept, len(told.broken)) == (4, 4 - len(served), len(served))
    assert {UUID(one["who"]) for one in told.broken} == served
    first = told.broken[0]
    assert (first["on"], first["wants"], first["part"]) == (START.isoformat(), "off", "any")
    assert first["name"].startswith("值守")
    assert (roster.cost["wished"], roster.cost["kept"]) == (told.wished, told.kept)


def test_a_change_by_hand_is_counted_as_the_roster_stands(do: Do, people: People, planned: Planned) -> None:
    everyone = people(10)
    _wish(do, everyone[0], START)
    roster = planned(1)
    assert kept_wishes(roster).broken == ()
    off = Shift.objects.filter(roster=roster, kind="4x6.a").get()
    given = {"shift_id": str(off.pk), "responder_id": str(everyone[0].pk), "reason": "临时"}
    do("secretary", "workforce.put_substitute", **given)
    assert [one["who"] for one in kept_wishes(roster).broken] == [str(everyone[0].pk)]


def test_a_wish_for_published_days_is_taken_and_says_so(
    do: Do, serving: Responder, people: People, planned: Planned
) -> None:
    people(8)
    do("secretary", "workforce.publish_roster", roster_id=str(planned().pk))
    made = do("gate", ENTER, from_on=START.isoformat())
    assert "已发布" in made["told"]["zh"]
    assert do("gate", ENTER, from_on="2020-02-10")["told"] is None


def test_planning_anew_seeks_whoever_does_not_wish_to_be_off(do: Do, people: People, planned: Planned) -> None:
    everyone = people(10)
    roster = planned()
    do("secretary", "workforce.publish_roster", roster_id=str(roster.pk))
    gone = Shift.objects.filter(roster=roster, on=START + timedelta(days=2), kind="4x6.a").get()
    on_duty = set(Shift.objects.filter(roster=roster, on__gte=START + timedelta(days=1)).values_list(
        "responder_id", flat=True))  # fmt: skip
    free = [one for one in everyone if one.pk not in on_duty]
    *wishing, _ = free
    assert wishing
    for one in wishing:
        _wish(do, one, START + timedelta(days=2))
    with writing():
        Responder.objects.filter(pk=gone.responder_id).update(availability=[{"from": "2021-01-01"}])
    told = do("secretary", "workforce.replan_roster", roster_id=str(roster.pk), reason="家中有事")
    assert (told["wished"], told["kept"]) == (len(wishing), len(wishing))
    assert not kept_wishes(Roster.objects.get(pk=roster.pk)).broken


def test_what_became_of_ones_wish_is_told_once_the_roster_is_published(
    do: Do, serving: Responder, people: People, planned: Planned
) -> None:
    do("gate", ENTER, from_on=START.isoformat(), until_on=(START + timedelta(days=4)).isoformat())
    people(9)
    roster = planned(2)
    [wish] = Wish.objects.all()
    assert settled_days(serving, [wish]) == {wish.pk: (0, 0)}
    do("secretary", "workforce.publish_roster", roster_id=str(roster.pk))
    served = Shift.objects.filter(roster=roster, responder=serving).values("on").distinct().count()
    assert settled_days(serving, [wish]) == {wish.pk: (2, 2 - served)}


def test_a_roster_elsewhere_settles_nothing(
    do: Do, serving: Responder, people: People, planned: Planned, unit: UUID, post: UUID
) -> None:
    people(10)
    do("secretary", "workforce.publish_roster", roster_id=str(planned(1).pk))
    do("gate", ENTER, from_on=START.isoformat())
    with writing():
        Responder.objects.filter(pk=serving.pk).update(area_path=NEIGHBOUR_VILLAGE)
    [wish] = Wish.objects.all()
    moved = Responder.objects.get(pk=serving.pk)
    assert settled_days(moved, [wish]) == {wish.pk: (0, 0)}
    moved.unit_id = unit
    assert settled_days(moved, [wish]) == {wish.pk: (0, 0)}
    do("secretary", "workforce.edit_post", post_id=str(post), version=1, unit_id=str(unit))
    assert settled_days(moved, [wish])[wish.pk][0] == 1


def test_a_wish_entered_twice_by_a_phone_is_one(serving: Responder, cast: dict[str, Actor], moment: datetime) -> None:
    once = uuid7()
    for _ in range(2):
        assert run(cast["gate"], ENTER, {"from_on": "2020-02-10"}, id=once)["id"] == str(once)
    assert Wish.objects.count() == 1
