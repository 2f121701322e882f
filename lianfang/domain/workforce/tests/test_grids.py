"""A roster as a grid: who stands where, what is short, what is broken, and how a draft is changed by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.grids import roster_grid
from lianfang.domain.workforce.tests.conftest import START, Do, People, Planned, Refused
from lianfang.foundation.actions.guard import writing


def _cell(roster: Roster, kind: str, day: int = 0) -> dict[str, Any]:
    grid = roster_grid(roster.pk)
    assert grid is not None
    [line] = [one for one in grid["posts"][0]["lines"] if one["kind"] == kind]
    return dict(line["cells"][day])


def _slot(post: UUID, roster: Roster, kind: str) -> dict[str, str]:
    return {"post_id": str(post), "on": START.isoformat(), "kind": kind, "roster_id": str(roster.pk)}


def test_a_roster_that_is_gone_or_still_planned_has_no_grid(do: Do, people: People, planned: Planned) -> None:
    people(8)
    roster = planned()
    do("secretary", "workforce.withdraw_roster", roster_id=str(roster.pk), reason="重排")
    assert roster_grid(roster.pk) is None
    assert roster_grid(uuid4()) is None


def test_every_shift_of_every_day_has_a_cell_with_who_stands_there(people: People, planned: Planned) -> None:
    people(10)
    roster = planned()
    grid = roster_grid(roster.pk)
    assert grid is not None
    assert grid["days"] == ["2020-02-04", "2020-02-05", "2020-02-06"]
    [told] = grid["posts"]
    assert [(line["kind"], line["hours"], line["night"]) for line in told["lines"]][:2] == [
        ("4x6.n", "00:00–06:00", True), ("4x6.m", "06:00–12:00", False),
    ]  # fmt: skip
    cells = [cell for line in told["lines"] for cell in line["cells"]]
    assert [len(cell["people"]) for cell in cells] == [1] * 12
    assert not any(cell["lacks"] or cell["broken"] for cell in cells)


def test_a_shift_nobody_is_on_says_what_it_lacks(do: Do, people: People, planned: Planned) -> None:
    people(10)
    roster = planned()
    [gone] = _cell(roster, "4x6.m")["people"]
    do("secretary", "workforce.take_off_shift", shift_id=gone["shift"], reason="家中有事")
    lacks = _cell(roster, "4x6.m")["lacks"]
    assert {one["words"]["zh"]: one["missing"] for one in lacks} == {"人员": 1, "有经验人员": 1}


def test_a_rule_broken_since_stands_at_its_shift_in_words(people: People, planned: Planned, post: UUID) -> None:
    people(10)
    roster = planned()
    shift = Shift.objects.filter(roster=roster, kind="4x6.m").earliest("starts_at")
    with writing():
        Responder.objects.filter(pk=shift.responder_id).update(availability=[{"from": "2021-01-01"}])
    [broken] = _cell(roster, "4x6.m")["broken"]
    assert broken["who"] == str(shift.responder_id)
    assert "这段时间不能上岗" in broken["words"]["zh"]


def test_who_did_not_come_is_missing_and_still_named(do: Do, people: People, planned: Planned) -> None:
    people(10)
    roster = planned()
    do("secretary", "workforce.publish_roster", roster_id=str(roster.pk))
    shift = Shift.objects.filter(roster=roster, kind="4x6.m").earliest("starts_at")
    with writing():
        Shift.objects.filter(pk=shift.pk).update(state="no_show")
    cell = _cell(roster, "4x6.m")
    assert [(one["name"], one["state"]) for one in cell["people"]] == [(shift.worker, "no_show")]
    assert cell["lacks"]


def test_a_post_has_no_cells_on_days_before_it_stands(people: People, planned: Planned, post: UUID) -> None:
    people(8)
    roster = planned()
    with writing():
        Post.objects.filter(pk=post).update(set_up_on=START + timedelta(days=1))
    grid = roster_grid(roster.pk)
    assert grid is not None
    assert grid["posts"][0]["lines"][0]["cells"][0] is None


def test_nobody_is_put_on_a_roster_that_has_no_such_post_or_day(
    refused: Refused, people: People, planned: Planned, post: UUID
) -> None:
    [one, *_] = people(10)
    roster = planned()
    slot = _slot(post, roster, "4x6.a") | {"responder_id": str(one.pk)}
    far = {"on": (START + timedelta(days=9)).isoformat()}
    for wrong in (far, {"roster_id": str(uuid4())}):
        assert refused("secretary", "workforce.put_on_shift", **slot | wrong).code == "workforce.not_on_this_roster"


def test_what_a_draft_plans_counts_when_it_is_changed_by_hand(
    do: Do, refused: Refused, people: People, planned: Planned, post: UUID
) -> None:
    people(10)
    roster = planned()
    morning, noon = (Shift.objects.filter(roster=roster, kind=f"4x6.{one}").earliest("starts_at") for one in "ma")
    do("secretary", "workforce.take_off_shift", shift_id=str(noon.pk), reason="家中有事")
    slot = _slot(post, roster, "4x6.a")
    given = slot | {"responder_id": str(morning.responder_id)}
    assert refused("secretary", "workforce.put_on_shift", **given).code == "workforce.breaks_duty_rules"
    offered = do("secretary", "workforce.find_substitutes", **slot)["substitutes"]
    assert str(morning.responder_id) not in {one["id"] for one in offered}
    made = do("secretary", "workforce.put_on_shift", **slot | {"responder_id": offered[0]["id"]})
    shift = Shift.objects.get(pk=made["id"])
    assert (shift.state, shift.roster_id, shift.notified_at) == ("planned", roster.pk, None)
    do("secretary", "workforce.publish_roster", roster_id=str(roster.pk))


def test_whoever_is_put_on_a_published_roster_is_told_at_once(
    do: Do, people: People, planned: Planned, post: UUID
) -> None:
    people(10)
    roster = planned()
    do("secretary", "workforce.publish_roster", roster_id=str(roster.pk))
    gone = Shift.objects.filter(roster=roster, kind="4x6.a").earliest("starts_at")
    do("secretary", "workforce.take_off_shift", shift_id=str(gone.pk), reason="家中有事")
    slot = _slot(post, roster, "4x6.a")
    best = do("secretary", "workforce.find_substitutes", **slot)["substitutes"][0]
    made = do("secretary", "workforce.put_on_shift", **slot | {"responder_id": best["id"]})
    assert Shift.objects.get(pk=made["id"]).state == "notified"


def test_substitutes_for_a_shift_that_is_not_named_are_refused(refused: Refused, post: UUID) -> None:
    for given in ({}, {"post_id": str(post)}, {"post_id": str(uuid4()), "on": "2020-02-04", "kind": "4x6.a"}):
        assert refused("secretary", "workforce.find_substitutes", **given).code == "workforce.unknown_shift"
    slot = {"post_id": str(post), "on": "2020-02-04", "kind": "4x6.a"}
    assert refused("neighbour", "workforce.find_substitutes", **slot).code == "access.not_yours"
