"""Places: refusals first, then added, edited, closed and found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.places.models import Place
from lianfang.domain.places.queries import find_place, find_places, places_within
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

Do = Callable[..., Any]


@pytest.fixture
def mine(do: Do) -> Place:
    made = do("town", "places.add_place", area_path=VILLAGE, kind="factory", name="绛山水泥厂", headcount=320,
              contact_name="王厂长", contact_phone="0359-6521234", sector_owner="县工信局")  # fmt: skip
    return Place.objects.get(pk=made["id"])


def refused(do: Do, who: str, action: str, **given: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        do(who, action, **given)
    return no.value


def test_nobody_adds_a_place_elsewhere(do: Do) -> None:
    given = {"area_path": NEIGHBOUR_VILLAGE, "kind": "shop", "name": "供销社"}
    for who in ("secretary", "grid", "outsider", "auditor"):
        assert refused(do, who, "places.add_place", **given).code == "access.not_yours"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "castle"}, "input.invalid"),
        ({"contact_phone": "12"}, "phone.length"),
        ({"area_path": VILLAGE + "777"}, "places.unknown_area"),
    ],
)
def test_what_cannot_be_is_refused(do: Do, wrong: dict[str, str], code: str) -> None:
    assert (
        refused(
            do, "town", "places.add_place", **{"area_path": VILLAGE, "kind": "shop", "name": "供销社", **wrong}
        ).code
        == code
    )


def test_a_stale_edit_is_refused(do: Do, mine: Place) -> None:
    do("secretary", "places.edit_place", place_id=str(mine.pk), version=1, headcount=300)
    no = refused(do, "secretary", "places.edit_place", place_id=str(mine.pk), version=1, headcount=310)
    assert (no.code, no.details) == ("record.stale", {"version": 2})


def test_a_closed_place_is_not_edited_and_may_open_again(do: Do, mine: Place) -> None:
    undo = do("secretary", "places.close_place", place_id=str(mine.pk), reason="停产")["undo"]
    assert list(places_within(TOWN)) == []
    assert (
        refused(do, "secretary", "places.edit_place", place_id=str(mine.pk), version=2, note="x").code
        == "places.closed"
    )
    do("secretary", undo["action"], **undo["input"])
    assert refused(do, "secretary", undo["action"], **undo["input"]).code == "places.not_closed"
    assert list(places_within(TOWN, "factory")) == [mine]


def test_the_same_name_is_told(do: Do, mine: Place) -> None:
    made = do("town", "places.add_place", area_path=VILLAGE, kind="factory", name="绛山水泥厂")
    assert made["same_name"] == [str(mine.pk)]


@pytest.mark.parametrize("text", ["水泥", "jssnc", "jiangshan"])
def test_a_place_is_found_and_its_contact_masked(cast: dict[str, Actor], mine: Place, text: str) -> None:
    [row] = read(cast["duty"], "places.places", Query(search=text)).rows
    assert (row["cells"]["contact_name"], row["cells"]["contact_phone"]) == ("王*长", "0359-*****34")
    assert read(cast["desk"], "places.places").rows[0]["cells"]["contact_phone"] is None


def test_places_are_looked_up_by_id(mine: Place) -> None:
    assert find_place(mine.pk) == mine
    assert find_places([mine.pk]) == {mine.pk: mine}


def test_the_database_knows_when_a_place_closed(mine: Place) -> None:
    with pytest.raises(IntegrityError), writing(), transaction.atomic():
        Place.objects.filter(pk=mine.pk).update(status="closed")
