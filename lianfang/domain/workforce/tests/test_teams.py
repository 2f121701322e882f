"""Teams: numbers come from lists, every team has a lead, and nobody is sent where it would harm them unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.organisation.queries import responsibilities_of
from lianfang.domain.workforce.models.teams import Membership, Team

from .conftest import Do, Enlist, Refused, Rows

pytestmark = pytest.mark.django_db
TEAM = {"area_path": VILLAGE, "kind": "pioneer", "name": "城内村先锋队"}
Gaps = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def team(do: Do) -> Callable[..., str]:
    def set_up(**more: Any) -> str:
        return str(do("town", "workforce.set_up_team", **(TEAM | more))["id"])

    return set_up


def test_two_teams_of_an_area_have_two_names(team: Any, refused: Refused) -> None:
    team()
    assert refused("town", "workforce.set_up_team", **TEAM).code == "workforce.team_named_already"


def test_a_team_without_a_lead_does_not_go_on_duty_and_is_a_gap(
    team: Any, do: Do, refused: Refused, enlist: Enlist, gaps: Gaps
) -> None:
    one = team()
    assert refused("town", "workforce.activate_team", team_id=one).code == "workforce.team_without_lead"
    assert [item["subject_id"] for item in gaps("team_no_lead")] == [one]
    do("town", "workforce.name_team_lead", team_id=one, responder_id=str(enlist()))
    assert gaps("team_no_lead") == []
    assert do("town", "workforce.activate_team", team_id=one)["state"] == "active"


def test_the_number_of_members_is_counted_and_a_stated_one_is_held_against_it(
    team: Any, do: Do, enlist: Enlist, rows: Rows, gaps: Gaps
) -> None:
    one = team(stated=7)
    for number in range(6):
        do("town", "workforce.add_member", responder_id=str(enlist(f"队员{'一二三四五六'[number]}")), team_id=one)
    [shown] = rows("town", "workforce.teams")
    assert (shown["members"], shown["stated"], shown["differs"]) == (6, 7, True)
    assert [item["details"] for item in gaps("team_number_differs")] == [{"stated": 7, "listed": 6}]


def test_nobody_is_a_member_twice(team: Any, do: Do, refused: Refused, enlist: Enlist) -> None:
    one, row = team(), str(enlist())
    assert do("town", "workforce.add_member", responder_id=row, team_id=one)["members"] == 1
    assert refused("town", "workforce.add_member", responder_id=row, team_id=one).code == "workforce.member_already"


@pytest.mark.parametrize(
    ("about", "why"),
    [({"limits": ["pregnant"]}, "pregnant"), ({"limits": ["chronic_illness"]}, "chronic_illness"),
     ({"born_on": "1949-03-01"}, "age"), ({"limits": ["no_nights"]}, "no_nights")],
)  # fmt: skip
def test_nights_are_not_given_to_whom_they_harm_without_a_reason(
    team: Any, do: Do, refused: Refused, enlist: Enlist, about: dict[str, Any], why: str
) -> None:
    one, row = team(nights=True), str(enlist(**about))
    no = refused("town", "workforce.add_member", responder_id=row, team_id=one)
    assert (no.code, no.details["against"]) == ("workforce.unfit", (why,))
    do("town", "workforce.add_member", responder_id=row, team_id=one, despite="只排白天，有人陪同")
    assert Membership.objects.get().despite == "只排白天，有人陪同"


def test_by_day_and_without_exposure_nothing_speaks_against_anybody(team: Any, do: Do, enlist: Enlist) -> None:
    row = str(enlist(limits=["pregnant"], born_on="1949-03-01"))
    assert do("town", "workforce.add_member", responder_id=row, team_id=team())["members"] == 1


def test_a_lead_who_leaves_leaves_a_gap(team: Any, do: Do, enlist: Enlist, gaps: Gaps) -> None:
    one, row = team(), str(enlist())
    do("town", "workforce.name_team_lead", team_id=one, responder_id=row)
    do("town", "workforce.end_service", responder_id=row, reason="返校")
    assert [item["subject_id"] for item in gaps("team_no_lead")] == [one]
    assert Membership.objects.get().until_on is not None


def test_a_dissolved_team_keeps_who_was_in_it(team: Any, do: Do, refused: Refused, enlist: Enlist) -> None:
    one = team()
    do("town", "workforce.add_member", responder_id=str(enlist()), team_id=one)
    do("town", "workforce.dissolve_team", team_id=one, reason="任务结束")
    assert Membership.objects.get().reason == "任务结束"
    late = refused("town", "workforce.add_member", responder_id=str(enlist("李秀英")), team_id=one)
    assert late.code == "workforce.team_dissolved"


def test_one_takes_over_teams_lead_and_responsibilities_in_one_step(
    team: Any, do: Do, enlist: Enlist, accounts: Any
) -> None:
    elder = enlist("马俊英", account_id=str(accounts["grid"].pk))
    brother = enlist("马俊才", account_id=str(accounts["doctor"].pk))
    given = {"account_id": str(accounts["grid"].pk), "kind": "grid_lead", "agreed": True}
    do("town", "organisation.assign_responsibility", area_path=VILLAGE + "001", **given)
    one, two = team(), team(name="城内村劝导队", kind="persuasion")
    do("town", "workforce.name_team_lead", team_id=one, responder_id=str(elder))
    do("town", "workforce.add_member", team_id=two, responder_id=str(elder))
    done = do(
        "town", "workforce.succeed_responder", responder_id=str(elder), successor_id=str(brother), reason="车祸住院"
    )
    assert (done["teams"], done["led"], done["responsibilities"]) == (2, 1, 1)
    assert Team.objects.get(pk=one).lead_id == brother
    assert Team.objects.get(pk=two).lead_id is None
    assert _in_teams(elder) == 0
    assert _in_teams(brother) == 2
    assert [row.kind for row in responsibilities_of(accounts["doctor"].pk)] == ["grid_lead"]


def _in_teams(responder: UUID) -> int:
    return Membership.objects.filter(responder_id=responder, until_on__isnull=True).count()


def test_nobody_succeeds_oneself(refused: Refused, enlist: Enlist) -> None:
    row = str(enlist())
    no = refused("town", "workforce.succeed_responder", responder_id=row, successor_id=row, reason="轮换")
    assert no.code == "workforce.succeed_oneself"
