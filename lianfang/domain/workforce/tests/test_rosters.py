"""Rosters from input to published shifts, edits by hand, substitutes and swaps: refusals first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift, Swap
from lianfang.domain.workforce.tests.conftest import START, Do, People, Refused
from lianfang.domain.workforce.tests.test_posts import GATE
from lianfang.foundation.access.actor import Actor, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.clock import CHINA, now

PLAN, PUBLISH = "workforce.plan_roster", "workforce.publish_roster"


def test_nobody_plans_or_publishes_outside_the_own_area(
    refused: Refused, do: Do, post: UUID, people: People, planned: Callable[..., Roster]
) -> None:
    given = {"post_id": str(post), "starts_on": START.isoformat()}
    for who in ("grid", "neighbour", "gate", "outsider", "auditor"):
        assert refused(who, PLAN, **given).code == "access.not_yours"
    people(8)
    roster = planned()
    assert refused("grid", PUBLISH, roster_id=str(roster.pk)).code == "access.not_yours"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"area_path": VILLAGE, "starts_on": "2020-02-02"}, "workforce.roster_in_the_past"),
        ({"area_path": VILLAGE, "starts_on": "2020-02-04"}, "workforce.nothing_to_staff"),
        ({"starts_on": "2020-02-04"}, "workforce.unknown_post"),
        ({"area_path": VILLAGE, "starts_on": "2020-02-04", "days": 32}, "input.invalid"),
    ],
)
def test_what_makes_no_sense_is_not_planned(refused: Refused, given: dict[str, Any], code: str) -> None:
    assert refused("secretary", PLAN, **given).code == code


def test_a_draft_tells_nobody_and_publishing_tells_everybody(
    do: Do, refused: Refused, people: People, planned: Callable[..., Roster], cast: dict[str, Actor]
) -> None:
    people(10)
    roster = planned()
    shifts = Shift.objects.filter(roster=roster)
    assert (roster.state, roster.cost["unfilled"], shifts.count()) == ("draft", 0, 12)
    assert set(shifts.values_list("state", flat=True)) == {"planned"}
    [row] = read(cast["secretary"], "workforce.rosters", Query(offers=True)).rows
    assert row["cells"]["shifts"] == 12
    assert "workforce.publish_roster" in row["can"]
    do("secretary", PUBLISH, roster_id=str(roster.pk))
    assert set(shifts.values_list("state", flat=True)) == {"notified"}
    assert refused("secretary", PUBLISH, roster_id=str(roster.pk)).code == "workforce.roster_not_draft"


def test_every_planned_shift_lies_at_its_own_hours(people: People, planned: Callable[..., Roster]) -> None:
    people(10)
    first = Shift.objects.filter(roster=planned(), kind="4x6.m").earliest("starts_at")
    assert first.starts_at == datetime(2020, 2, 4, 6, tzinfo=CHINA)
    assert first.ends_at - first.starts_at == timedelta(hours=6)
    assert (first.on, first.worker) == (START, first.responder.name)


def test_too_few_people_leave_shifts_open_that_are_named(people: People, planned: Callable[..., Roster]) -> None:
    people(1)
    roster = planned()
    assert roster.cost["unfilled"] > 0
    assert roster.unfilled[0]["name"] == "K001 城内村东口"


def test_a_draft_that_no_longer_holds_is_not_published(
    do: Do, refused: Refused, people: People, planned: Callable[..., Roster], post: UUID
) -> None:
    people(10)
    roster = planned()
    taken = Shift.objects.filter(roster=roster, kind="4x6.a").earliest("starts_at")
    given = {"post_id": str(post), "on": START.isoformat(), "kind": "4x6.a", "responder_id": str(taken.responder_id)}
    do("secretary", "workforce.put_on_shift", **given)
    assert refused("secretary", PUBLISH, roster_id=str(roster.pk)).code == "workforce.roster_no_longer_holds"


def test_a_roster_that_is_being_planned_is_stopped_and_withdrawn(
    do: Do, refused: Refused, people: People, post: UUID, settle: Callable[[], None]
) -> None:
    people(10)
    made = do("secretary", PLAN, post_id=str(post), starts_on=START.isoformat(), days=2, seconds=0)
    gone = {"roster_id": made["id"], "reason": "不排了"}
    assert refused("secretary", "workforce.withdraw_roster", **gone).code == "workforce.roster_withdrawn"
    Job.objects.filter(pk=made["job_id"]).update(cancel_asked=True)
    settle()
    assert Roster.objects.get(pk=made["id"]).state == "draft"
    assert do("secretary", "workforce.withdraw_roster", **gone)["cancelled"] == 8
    assert set(Shift.objects.values_list("state", flat=True)) == {"cancelled"}


def test_an_edit_by_hand_is_refused_with_the_rule_it_breaks(
    do: Do, refused: Refused, people: People, post: UUID
) -> None:
    [one] = people(1)
    given = {"post_id": str(post), "on": START.isoformat(), "responder_id": str(one.pk)}
    do("secretary", "workforce.put_on_shift", **given, kind="4x6.m")
    no = refused("secretary", "workforce.put_on_shift", **given, kind="4x6.a")
    assert (no.code, no.status) == ("workforce.breaks_duty_rules", 409)
    assert no.message.zh.startswith("不能这样排：")
    assert refused("secretary", "workforce.put_on_shift", **given, kind="3x8.m").code == "workforce.no_such_shift"


def test_limits_of_health_keep_somebody_from_nights_without_saying_which(
    refused: Refused, people: People, post: UUID
) -> None:
    [one] = people(1, limits="pregnant")
    given = {"post_id": str(post), "on": START.isoformat(), "responder_id": str(one.pk), "kind": "4x6.n"}
    no = refused("secretary", "workforce.put_on_shift", **given)
    assert no.code == "workforce.breaks_duty_rules"
    assert not [word for word in ("孕", "pregnan", "病") if word in str(no.as_dict())]


def test_a_coming_shift_without_people_is_a_gap_until_somebody_is_put_on(
    do: Do, people: People, post: UUID, planned: Callable[..., Roster]
) -> None:
    everyone = people(10)
    roster = planned(1)
    do("secretary", PUBLISH, roster_id=str(roster.pk))
    short = GAPS["shift_short_of_people"]
    assert list(short.find(VILLAGE, now())) == []
    off = Shift.objects.filter(roster=roster, kind="4x6.n").latest("pk")
    do("secretary", "workforce.take_off_shift", shift_id=str(off.pk), reason="生病")
    [one] = short.find(VILLAGE, now())
    assert one.subject_id == str(post)
    assert short.says is not None
    assert short.says(one.details).zh == "缺 1 人次，最早 2020-02-04 夜班"
    free = next(each for each in everyone if each.pk != off.responder_id
                and not Shift.objects.filter(responder=each).exists())  # fmt: skip
    given = {"post_id": str(post), "on": START.isoformat(), "kind": "4x6.n", "responder_id": str(free.pk)}
    do("secretary", "workforce.put_on_shift", **given)
    assert list(short.find(VILLAGE, now())) == []


def test_a_substitute_is_suggested_who_breaks_no_rule_and_put_in_one_step(
    do: Do, refused: Refused, people: People, post: UUID, planned: Callable[..., Roster]
) -> None:
    people(9)
    do("secretary", PUBLISH, roster_id=str(planned(2).pk))
    shift = Shift.objects.filter(kind="4x6.m").earliest("starts_at")
    told = do("secretary", "workforce.find_substitutes", shift_id=str(shift.pk))["substitutes"]
    assert told
    assert str(shift.responder_id) not in {one["id"] for one in told}
    assert told[0]["why"]["zh"]
    made = do("secretary", "workforce.put_substitute", shift_id=str(shift.pk), reason="家中有事")
    assert made["name"] == told[0]["name"]
    stands = Shift.objects.get(pk=made["id"])
    assert (stands.state, stands.replaces_id, stands.starts_at) == ("notified", shift.pk, shift.starts_at)
    again = {"shift_id": str(shift.pk), "reason": "再换"}
    assert refused("secretary", "workforce.put_substitute", **again).code == "workforce.unknown_shift"


def test_where_nobody_may_take_a_shift_it_is_said(do: Do, refused: Refused, people: People, post: UUID) -> None:
    [one] = people(1)
    given = {"post_id": str(post), "on": START.isoformat(), "kind": "4x6.m", "responder_id": str(one.pk)}
    shift = do("secretary", "workforce.put_on_shift", **given)["id"]
    no = refused("secretary", "workforce.put_substitute", shift_id=shift, reason="生病")
    assert no.code == "workforce.no_substitute"


def test_a_swap_needs_both_and_the_lead(
    do: Do, refused: Refused, people: People, post: UUID, accounts: dict[str, Account]
) -> None:
    first, second = people(2)
    with writing():
        for person, who in ((first, "grid"), (second, "doctor")):
            Responder.objects.filter(pk=person.pk).update(account=accounts[who])
    given = {"post_id": str(post), "on": START.isoformat()}
    mine = do("secretary", "workforce.put_on_shift", **given, kind="4x6.m", responder_id=str(first.pk))["id"]
    theirs = do("secretary", "workforce.put_on_shift", **given, kind="4x6.e", responder_id=str(second.pk))["id"]
    ask = {"shift_id": mine, "responder_id": str(second.pk), "other_id": theirs}
    assert refused("doctor", "workforce.propose_swap", **ask).code == "workforce.unknown_shift"
    assert refused("grid", "workforce.propose_swap", **ask | {"other_id": mine}).code == "workforce.not_their_shift"
    swap = do("grid", "workforce.propose_swap", **ask)["id"]
    assert refused("grid", "workforce.propose_swap", **ask).code == "workforce.swap_open"
    assert refused("grid", "workforce.agree_swap", swap_id=swap).code == "workforce.unknown_swap"
    assert refused("secretary", "workforce.approve_swap", swap_id=swap).code == "workforce.swap_not_agreed"
    do("doctor", "workforce.agree_swap", swap_id=swap)
    assert refused("doctor", "workforce.approve_swap", swap_id=swap).code == "access.not_yours"
    do("secretary", "workforce.approve_swap", swap_id=swap)
    stands = Shift.objects.filter(state="notified").order_by("starts_at").values_list("responder_id", "kind")
    assert list(stands) == [(second.pk, "4x6.m"), (first.pk, "4x6.e")]
    assert set(Shift.objects.filter(pk__in=[mine, theirs]).values_list("state", flat=True)) == {"swapped"}
    assert Swap.objects.get(pk=swap).state == "approved"


def test_a_swap_that_breaks_a_rule_is_refused_and_one_that_is_declined_changes_nothing(
    do: Do, refused: Refused, people: People, post: UUID, accounts: dict[str, Account]
) -> None:
    first, second = people(2)
    with writing():
        for person, who in ((first, "grid"), (second, "doctor")):
            Responder.objects.filter(pk=person.pk).update(account=accounts[who])
    given = {"post_id": str(post), "on": START.isoformat()}
    mine = do("secretary", "workforce.put_on_shift", **given, kind="4x6.m", responder_id=str(first.pk))["id"]
    do("secretary", "workforce.put_on_shift", **given, kind="4x6.a", responder_id=str(second.pk))
    swap = do("grid", "workforce.propose_swap", shift_id=mine, responder_id=str(second.pk))["id"]
    do("doctor", "workforce.agree_swap", swap_id=swap)
    assert refused("secretary", "workforce.approve_swap", swap_id=swap).code == "workforce.breaks_duty_rules"
    do("doctor", "workforce.decline_swap", swap_id=swap)
    assert Shift.objects.get(pk=mine).state == "notified"


def test_people_of_the_unit_that_runs_a_post_serve_there_from_wherever_they_are(
    do: Do, people: People, settle: Callable[[], None]
) -> None:
    unit = do("duty", "organisation.add_unit", area_path="140826", kind="police", name="交警大队")["id"]
    people(8, unit_id=UUID(unit))
    post = do("duty", "workforce.add_post", **GATE | {"area_path": NEIGHBOUR_VILLAGE, "unit_id": unit})["id"]
    made = do("duty", PLAN, post_id=post, starts_on=START.isoformat(), days=1, seconds=0)
    settle()
    assert Roster.objects.get(pk=made["id"]).cost["unfilled"] == 0


def test_whoever_is_on_duty_sees_a_published_shift_and_not_a_draft(
    do: Do, people: People, planned: Callable[..., Roster], accounts: dict[str, Account]
) -> None:
    everyone = people(4)
    with writing():
        Responder.objects.filter(pk=everyone[0].pk).update(account=accounts["grid"])
    roster = planned()
    me = replace(actor_for(accounts["grid"], on=START, door="sync"), device_id="a phone")
    assert read(me, "workforce.my_shifts").rows == []
    do("secretary", PUBLISH, roster_id=str(roster.pk))
    mine = Shift.objects.filter(responder=everyone[0]).count()
    assert mine > 0
    assert len(read(me, "workforce.my_shifts").rows) == mine
    assert run(me, "workforce.accept_shifts", {})["accepted"] == mine


def test_when_somebody_falls_ill_a_published_roster_changes_for_them_alone(
    do: Do, refused: Refused, people: People, planned: Callable[..., Roster]
) -> None:
    people(10)
    roster = planned()
    anew = {"roster_id": str(roster.pk), "reason": "值守0 生病"}
    assert refused("secretary", "workforce.replan_roster", **anew).code == "workforce.roster_not_published"
    do("secretary", PUBLISH, roster_id=str(roster.pk))
    before = set(Shift.objects.filter(state="notified").values_list("responder_id", "starts_at"))
    ill = Shift.objects.filter(state="notified").earliest("starts_at").responder_id
    with writing():
        Responder.objects.filter(pk=ill).update(availability=[{"from": "2020-03-01", "to": "", "parts": ["day"]}])
    told = do("secretary", "workforce.replan_roster", **anew)["changes"]
    after = set(Shift.objects.filter(state="notified").values_list("responder_id", "starts_at"))
    assert not [one for one in after if one[0] == ill]
    assert {one for one in before if one[0] != ill} <= after
    assert len(after) == len(before)
    assert {one["what"] for one in told} == {"removed", "added"}
    assert Roster.objects.get(pk=roster.pk).changes[0]["reason"] == "值守0 生病"
    assert do("secretary", "workforce.replan_roster", **anew)["changes"] == []
