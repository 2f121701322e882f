"""The register of posts: refusals first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.queries.checks import checklists_at
from lianfang.domain.workforce.queries.posts import find_post, lead_of, posts_within
from lianfang.domain.workforce.tests.conftest import GATE, Do, Refused
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.gaps.registry import GAPS, Open
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.clock import now
from lianfang.kernel.ids import uuid7

Accounts = dict[str, Account]
ADD = "workforce.add_post"
ROAD = {"area_path": TOWN, "kind": "expressway_exit", "tier": "county", "name": "闻垣高速绛县西", "pattern": "4x6"}


@pytest.fixture
def post(do: Do) -> UUID:
    return UUID(do("secretary", ADD, **GATE)["id"])


def leaderless(path: str = VILLAGE) -> dict[str, Open]:
    return {one.subject_id: one for one in GAPS["posts_without_lead"].find(path, now())}


def test_nobody_sets_up_a_post_outside_the_own_area(refused: Refused) -> None:
    for who in ("grid", "gate", "neighbour", "outsider", "leader", "auditor"):
        assert refused(who, ADD, **GATE).code == "access.not_yours"
    assert refused("secretary", ADD, **GATE | {"area_path": NEIGHBOUR_VILLAGE}).code == "access.not_yours"


@pytest.mark.parametrize("kind", ["trunk_road", "expressway_exit"])
def test_a_post_on_a_road_is_refused_without_its_approval(refused: Refused, do: Do, kind: str) -> None:
    no = refused("duty", ADD, **ROAD | {"kind": kind})
    assert (no.code, no.field) == ("workforce.post_needs_approval", "approval_number")
    made = do("duty", ADD, **ROAD | {"kind": kind, "approval_number": "绛防指〔2020〕5号"})
    assert find_post(UUID(made["id"])) is not None


def test_a_post_does_not_become_one_on_a_road_without_approval(refused: Refused, do: Do, post: UUID) -> None:
    edit = {"post_id": str(post), "version": 1, "kind": "trunk_road"}
    assert refused("duty", "workforce.edit_post", **edit).code == "workforce.post_needs_approval"
    do("duty", "workforce.edit_post", **edit, approval_number="绛防指〔2020〕6号")
    emptied = {"post_id": str(post), "version": 2, "approval_number": ""}
    assert refused("duty", "workforce.edit_post", **emptied).code == "workforce.post_needs_approval"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "castle"}, "input.invalid"),
        ({"skills": ["flying"]}, "input.not_a_choice"),
        ({"unit_id": str(uuid7())}, "workforce.unknown_unit"),
        ({"area_path": VILLAGE + "099"}, "workforce.unknown_area"),
        ({"staff": 0}, "input.invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Refused, given: dict[str, Any], code: str) -> None:
    assert refused("secretary", ADD, **GATE | given).code == code


def test_numbers_are_made_here_and_stand_once(do: Do, refused: Refused, post: UUID) -> None:
    assert Post.objects.get(pk=post).number == "K001"
    assert do("secretary", ADD, **GATE | {"name": "城内村西口"})["number"] == "K002"
    assert refused("secretary", ADD, **GATE | {"number": "K002"}).code == "workforce.post_number_taken"


def test_an_edit_of_an_older_version_is_refused(do: Do, refused: Refused, post: UUID) -> None:
    do("secretary", "workforce.edit_post", post_id=str(post), version=1, staff=3)
    old = {"post_id": str(post), "version": 1, "staff": 4}
    assert refused("secretary", "workforce.edit_post", **old).details == {"version": 2}
    assert Post.objects.get(pk=post).staff == 3


def test_a_withdrawn_post_is_changed_no_more_until_it_is_set_up_again(do: Do, refused: Refused, post: UUID) -> None:
    gone = {"post_id": str(post), "reason": "疫情形势好转"}
    assert refused("secretary", "workforce.withdraw_post", **gone, withdrawn_on="2020-02-02").code == (
        "workforce.post_ends_before_set_up"
    )
    assert refused("secretary", "workforce.reopen_post", post_id=str(post)).code == "workforce.post_stands"
    do("secretary", "workforce.withdraw_post", **gone)
    assert refused("secretary", "workforce.withdraw_post", **gone).code == "workforce.post_withdrawn"
    assert list(posts_within(VILLAGE)) == []
    do("secretary", "workforce.reopen_post", post_id=str(post))
    assert [one.pk for one in posts_within(VILLAGE)] == [post]


def test_a_post_without_a_lead_is_a_gap_until_somebody_is_named(
    do: Do, refused: Refused, accounts: Accounts, post: UUID, moment: Any
) -> None:
    assert leaderless()[str(post)].since == moment
    named = {"post_id": str(post), "account_id": str(accounts["grid"].pk), "agreed": True}
    do("secretary", "workforce.name_lead", **named)
    assert leaderless() == {}
    lead = lead_of(post)
    assert lead is not None
    assert lead.name == "赵网格"
    second = named | {"account_id": str(accounts["doctor"].pk)}
    assert refused("secretary", "workforce.name_lead", **second).code == "organisation.already_answered"
    do("secretary", "workforce.name_lead", **second, replace=True, reason="轮换")
    changed = lead_of(post)
    assert changed is not None
    assert changed.name == "陈村医"


def test_who_hands_over_everything_hands_over_the_post_too(do: Do, accounts: Accounts, post: UUID) -> None:
    do("secretary", "workforce.name_lead", post_id=str(post), account_id=str(accounts["grid"].pk), agreed=True)
    given = {"from_id": str(accounts["grid"].pk), "to_id": str(accounts["doctor"].pk), "reason": "顶替接岗"}
    do("secretary", "organisation.hand_over_all", **given)
    lead = lead_of(post)
    assert lead is not None
    assert lead.account_id == accounts["doctor"].pk


def test_the_lead_goes_where_the_post_goes_and_is_free_when_it_is_withdrawn(
    do: Do, refused: Refused, accounts: Accounts, post: UUID, settle: Callable[[], None], cast: dict[str, Actor]
) -> None:
    do("secretary", "workforce.name_lead", post_id=str(post), account_id=str(accounts["grid"].pk), agreed=True)
    moved = {"post_id": str(post), "position": "乔村路口", "reason": "改道"}
    assert refused("secretary", "workforce.move_post", **moved, area_path=NEIGHBOUR_VILLAGE).code == "access.not_yours"
    do("town", "workforce.move_post", **moved, area_path=NEIGHBOUR_VILLAGE)
    settle()
    held = read(cast["town"], "organisation.responsibilities", Query(where={"target_id": str(post)})).rows
    assert [(row["area"], row["cells"]["state"]) for row in held] == [(NEIGHBOUR_VILLAGE, "active")]
    do("town", "workforce.withdraw_post", post_id=str(post), reason="撤卡")
    settle()
    assert lead_of(post) is None
    steps = read(cast["town"], "workforce.post_steps", Query(where={"post": str(post)})).rows
    assert [row["cells"]["what"] for row in steps] == ["withdrawn", "moved", "set_up"]


def test_the_register_shows_the_lead_with_the_phone_masked(
    do: Do, accounts: Accounts, post: UUID, cast: dict[str, Actor]
) -> None:
    Account.objects.filter(pk=accounts["grid"].pk).update(phone="13900001234")
    do("secretary", "workforce.name_lead", post_id=str(post), account_id=str(accounts["grid"].pk), agreed=True)
    [row] = read(cast["duty"], "workforce.posts", Query(where={"state": "standing"})).rows
    assert row["cells"]["lead"] == "赵网格"
    assert "0000" not in row["cells"]["lead_phone"]
    [clear] = read(cast["secretary"], "workforce.posts", Query()).rows
    assert clear["cells"]["lead_phone"] == "13900001234"
    assert read(cast["duty"], "workforce.posts", Query(where={"lead": ""})).rows == []


def test_a_regime_has_no_contents_until_the_county_enters_them(do: Do, refused: Refused, post: UUID) -> None:
    row = Post.objects.get(pk=post)
    assert checklists_at([row]) == {}
    regime = {"area_path": "140826", "name": "五严五防", "kinds": ["village_gate"], "document": "绛防指〔2020〕8号"}
    assert refused("duty", "workforce.add_checklist", **regime, points="").code == "input.invalid"
    made = do("duty", "workforce.add_checklist", **regime, points="第一条（照文件）\n\n第二条（照文件）")
    assert [one.points for one in checklists_at([row])[row.pk]] == [["第一条（照文件）", "第二条（照文件）"]]
    assert refused("duty", "workforce.add_checklist", **regime, points="另一份").code == (
        "workforce.checklist_name_taken"
    )
    do("duty", "workforce.end_checklist", checklist_id=made["id"])
    assert checklists_at([row]) == {}


def test_posts_lie_where_they_stand(do: Do, post: UUID) -> None:
    do("secretary", ADD, **GATE | {"area_path": GRID, "name": "网格口", "kind": "estate_gate"})
    assert [one.name for one in posts_within(GRID)] == ["网格口"]
    assert [one.name for one in posts_within(TOWN, ["village_gate"])] == ["城内村东口"]
