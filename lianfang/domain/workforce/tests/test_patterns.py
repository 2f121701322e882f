"""A county's own patterns of shifts: what is impossible is refused, and posts and rosters go by what holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.sheets import printed_roster
from lianfang.domain.workforce.tests.conftest import GATE, START, Do, People, Refused, Rows
from lianfang.kernel.clock import CHINA

ADD = "workforce.add_pattern"
COUNTY = VILLAGE[:6]
TWELVES = "白班 / Day / 07:30 / 12\n夜班 / Night / 19:30 / 12"
DAYTIME = "早班 / Morning / 06:00 / 8\n晚班 / Evening / 14:00 / 8"


def pattern(**more: Any) -> dict[str, Any]:
    return {
        "area_path": COUNTY,
        "code": "2x12",
        "name_zh": "两班倒",
        "name_en": "Two shifts",
        "shifts": TWELVES,
        **more,
    }


@pytest.mark.parametrize(
    ("lines", "more", "code"),
    [
        ("白班 07:30 12 小时", {}, "pattern_line"),
        ("白班 / Day / 25:00 / 8", {}, "pattern_line"),
        ("白班 / Day / 07:30 / 0", {}, "pattern_line"),
        ("\n".join(f"班{hour} / S{hour} / 0{hour}:00 / 1" for hour in range(7)), {}, "pattern_too_many"),
        ("早班 / Morning / 06:00 / 8\n中班 / Noon / 13:00 / 8", {}, "pattern_overlaps"),
        ("白班 / Day / 08:00 / 12\n夜班 / Night / 21:00 / 12", {}, "pattern_overlaps"),
        ("长班 / Long / 08:00 / 16", {}, "pattern_too_long"),
        ("全天 / All / 08:00 / 25", {"most_hours_in_24": 24}, "pattern_too_long"),
    ],
)
def test_an_impossible_pattern_is_refused(refused: Refused, lines: str, more: dict[str, int], code: str) -> None:
    assert refused("duty", ADD, **pattern(shifts=lines, **more)).code == f"workforce.{code}"


def test_shifts_that_follow_one_another_past_midnight_do_not_overlap(do: Do, rows: Rows) -> None:
    made = do("duty", ADD, **pattern())
    assert made["nights"] == ["2"]
    [row] = rows("duty", "workforce.patterns")
    assert row["shifts"] == "白班 / Day / 07:30 / 12；夜班 / Night / 19:30 / 12"


def test_a_longer_shift_stands_where_the_pattern_says_what_it_allows(do: Do) -> None:
    assert do("duty", ADD, **pattern(code="16+", shifts="长班 / Long / 08:00 / 16", most_hours_in_24=16))["id"]


def test_a_code_is_given_once(do: Do, refused: Refused) -> None:
    do("duty", ADD, **pattern())
    assert refused("duty", ADD, **pattern()).code == "workforce.pattern_code_taken"
    assert refused("duty", ADD, **pattern(code="4x6")).code == "workforce.pattern_code_taken"


def test_a_pattern_for_the_county_is_not_made_in_a_village(refused: Refused) -> None:
    assert refused("secretary", ADD, **pattern()).code == "access.not_yours"


def test_a_post_names_the_own_pattern_it_keeps(do: Do, refused: Refused) -> None:
    own = do("duty", ADD, **pattern())["id"]
    elsewhere = do("duty", ADD, **pattern(area_path=COUNTY + "101", code="town"))["id"]
    asked = GATE | {"pattern": "own"}
    missing = "workforce.own_pattern_missing"
    assert refused("secretary", "workforce.add_post", **asked).code == missing
    assert refused("secretary", "workforce.add_post", **asked, own_pattern_id=elsewhere).code == missing
    assert refused("secretary", "workforce.add_post", **GATE, own_pattern_id=own).code == "input.not_a_choice"
    post = do("secretary", "workforce.add_post", **asked, own_pattern_id=own)["id"]
    assert refused("duty", "workforce.end_pattern", pattern_id=own).code == "workforce.pattern_in_use"
    do("secretary", "workforce.edit_post", post_id=post, version=1, pattern="3x8")
    assert Post.objects.get(pk=post).own_pattern_id is None
    do("duty", "workforce.end_pattern", pattern_id=own)
    back = {"post_id": post, "version": 2, "pattern": "own", "own_pattern_id": own}
    assert refused("secretary", "workforce.edit_post", **back).code == missing


def test_a_post_does_not_move_to_where_its_own_pattern_is_not_meant_for(do: Do, refused: Refused) -> None:
    own = do("duty", ADD, **pattern(area_path=VILLAGE))["id"]
    post = do("duty", "workforce.add_post", **GATE | {"pattern": "own", "own_pattern_id": own})["id"]
    asked = {"post_id": post, "area_path": NEIGHBOUR_VILLAGE, "position": "桥头", "reason": "修路"}
    assert refused("duty", "workforce.move_post", **asked).code == "workforce.own_pattern_missing"
    do("duty", "workforce.edit_post", post_id=post, version=1, pattern="4x6")
    assert do("duty", "workforce.move_post", **asked)["version"] == 3


def test_a_post_that_must_never_be_alone_takes_no_pattern_with_gaps(do: Do, refused: Refused) -> None:
    own = do("duty", ADD, **pattern(code="2x8", shifts=DAYTIME))["id"]
    asked = GATE | {"pattern": "own", "own_pattern_id": own}
    no = refused("secretary", "workforce.add_post", **asked, round_the_clock=True)
    assert (no.code, "16" in no.message.zh) == ("workforce.pattern_leaves_gaps", True)
    post = do("secretary", "workforce.add_post", **asked)["id"]
    later = {"post_id": post, "version": 1, "round_the_clock": True}
    assert refused("secretary", "workforce.edit_post", **later).code == "workforce.pattern_leaves_gaps"
    do("secretary", "workforce.edit_post", post_id=post, version=1, pattern="4x6", round_the_clock=True)


def test_a_roster_is_planned_and_printed_by_the_own_pattern(do: Do, people: People, settle: Any) -> None:
    own = do("duty", ADD, **pattern(rest_hours=24))["id"]
    post = do("secretary", "workforce.add_post", **GATE | {"pattern": "own", "own_pattern_id": own})["id"]
    people(8)
    made = do("secretary", "workforce.plan_roster", post_id=post, starts_on=START.isoformat(), days=2, seconds=0)
    settle()
    shifts = Shift.objects.filter(roster_id=made["id"]).order_by("starts_at")
    assert [one.kind for one in shifts] == ["own.1", "own.2", "own.1", "own.2"]
    assert shifts[0].starts_at == datetime(2020, 2, 4, 7, 30, tzinfo=CHINA).astimezone(UTC)
    assert shifts[1].ends_at - shifts[1].starts_at == timedelta(hours=12)
    assert Roster.objects.get(pk=made["id"]).cost["unfilled"] == 0
    sheet = printed_roster(UUID(made["id"]))
    assert sheet is not None
    assert sheet.grids[0].shifts == ("白班 07:30–19:30", "夜班 19:30–07:30")


def test_somebody_is_put_by_hand_on_a_shift_of_the_own_pattern(do: Do, refused: Refused, people: People) -> None:
    own = do("duty", ADD, **pattern())["id"]
    post = do("secretary", "workforce.add_post", **GATE | {"pattern": "own", "own_pattern_id": own})["id"]
    [one] = people(1)
    given = {"post_id": post, "on": START.isoformat(), "responder_id": str(one.pk)}
    assert refused("secretary", "workforce.put_on_shift", **given, kind="own.3").code == "workforce.no_such_shift"
    assert do("secretary", "workforce.put_on_shift", **given, kind="own.2")["id"]
