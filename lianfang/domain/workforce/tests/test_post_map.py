"""Posts on the map: whose they are to see, where they stand, what is open there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.workforce.tests.conftest import Do, Refused
from lianfang.foundation.gaps.sweeping import sweep_all

LOCATE = "workforce.locate_post"


def test_nobody_sees_posts_outside_their_area(signed_in: Any, post: UUID) -> None:
    assert signed_in("neighbour").get(f"/api/posts/map?within={VILLAGE}").status_code == 403
    assert signed_in("secretary").get("/api/posts/map?within=..").status_code == 400
    assert signed_in("outsider").get(f"/api/posts/{post}/checks").status_code == 404
    assert signed_in("neighbour").get(f"/api/posts/{post}/checks").status_code == 404


def test_a_post_is_put_on_the_map_by_who_runs_it(do: Do, refused: Refused, post: UUID, signed_in: Any) -> None:
    where = {"post_id": str(post), "longitude": 111.5701234, "latitude": 35.49}
    for who in ("grid", "neighbour", "gate", "outsider"):
        assert refused(who, LOCATE, **where).code == "access.not_yours"
    [before] = signed_in("secretary").get("/api/posts/map").json()["posts"]
    assert (before["longitude"], before["latitude"]) == (None, None)
    do("secretary", LOCATE, **where)
    [after] = signed_in("secretary").get("/api/posts/map").json()["posts"]
    assert (after["longitude"], after["latitude"]) == (111.57012, 35.49)


def test_a_withdrawn_post_is_not_placed_and_not_shown(do: Do, refused: Refused, post: UUID, signed_in: Any) -> None:
    do("secretary", "workforce.withdraw_post", post_id=str(post), reason="撤点")
    where = {"post_id": str(post), "longitude": 111.57, "latitude": 35.49}
    assert refused("secretary", LOCATE, **where).code == "workforce.post_withdrawn"
    assert signed_in("secretary").get("/api/posts/map").json()["posts"] == []


@pytest.mark.usefixtures("moment")
def test_the_map_says_in_words_what_is_open_at_a_post(signed_in: Any, post: UUID) -> None:
    sweep_all()
    [told] = signed_in("duty").get("/api/posts/map").json()["posts"]
    assert told["id"] == str(post)
    assert "没有负责人的卡点" in [gap["title"]["zh"] for gap in told["gaps"]]
    assert not told["lead"]
