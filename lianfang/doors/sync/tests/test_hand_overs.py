"""Two phones without a network: the card a phone takes along, and a hand-over uploaded with its records."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.cards import public_key, read_card
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.ids import uuid7
from tests.sync.papers import Signer

pytestmark = pytest.mark.django_db


def bundle(browser: Any, key: str = "", **headers: str) -> Any:
    return browser.get("/api/sync/bundle", {"device_id": "phone-a", "key": key}, headers=headers)


def command(action: str, **given: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "action": action, "input": given}


def test_what_is_no_key_is_refused(signed_in: Any) -> None:
    assert bundle(signed_in("grid"), "nonsense").json()["code"] == "http.bad_value"


def test_who_has_no_grid_gets_no_card(signed_in: Any) -> None:
    assert "card" not in bundle(signed_in("duty"), Signer().public).json()


def test_a_phone_that_shows_its_key_takes_a_card_along(signed_in: Any, accounts: Any) -> None:
    signer = Signer()
    packed = bundle(signed_in("grid"), signer.public).json()
    card = read_card(packed["card"])
    assert (card.account_id, card.paths, card.key) == (accounts["grid"].pk, (GRID,), signer.public)
    assert packed["card_key"] == public_key()
    assert "card" not in bundle(signed_in("grid")).json()


def test_the_card_of_a_stand_in_names_their_own_grid_alone(signed_in: Any, cast: Any, accounts: Any) -> None:
    run(cast["system"], "people.add_household", {"area_path": GRID, "number": "3号"})
    signer, taker = Signer(), signed_in("neighbour")
    handing = signer.hand_over(bundle(signed_in("grid"), signer.public).json()["card"], accounts["neighbour"].pk, GRID)
    body = {"commands": [command("organisation.hand_over_day", handing=handing)], "device_id": "phone-b"}
    [told] = taker.post("/api/sync/upload", body, content_type="application/json").json()["results"]
    assert told["status"] == "done"
    packed = bundle(taker, signer.public).json()
    assert any(one["area"] == GRID for one in packed["households"])
    assert read_card(packed["card"]).paths == (NEIGHBOUR_GRID,)


def test_a_card_does_not_make_an_unchanged_grid_come_again(signed_in: Any) -> None:
    signer, browser = Signer(), signed_in("grid")
    tag = bundle(browser, signer.public)["ETag"]
    assert bundle(browser, signer.public, **{"If-None-Match": tag}).status_code == 304
    assert bundle(browser, Signer().public, **{"If-None-Match": tag}).status_code == 200


def test_what_was_recorded_for_another_is_taken_in_the_same_upload_as_the_hand_over(
    signed_in: Any, cast: Any, accounts: Any
) -> None:
    home = run(cast["system"], "people.add_household", {"area_path": GRID, "number": "3号"})["id"]
    signer = Signer()
    card = bundle(signed_in("grid"), signer.public).json()["card"]
    handing = signer.hand_over(card, accounts["neighbour"].pk, GRID)
    visit = command("screening.record_visit", household_id=home, campaign_id=None, outcome="done")
    before = command("screening.record_visit", household_id=home, campaign_id=None, outcome="done")
    sent = [before, command("organisation.hand_over_day", handing=handing), visit]
    body = {"commands": sent, "device_id": "phone-b", "app_version": "0.1.0"}
    browser = signed_in("neighbour")
    results = browser.post("/api/sync/upload", body, content_type="application/json").json()["results"]
    assert [one["id"] for one in results] == [one["id"] for one in sent]
    assert [one["status"] for one in results] == ["refused", "done", "done"]
    assert [row["id"] for row in read(cast["system"], "screening.visits", Query()).rows] == [visit["id"]]
    again = browser.post("/api/sync/upload", body, content_type="application/json").json()["results"]
    assert [one["status"] for one in again] == ["done", "repeated", "repeated"]
    taken = bundle(browser).json()
    assert home in {one["id"] for one in taken["households"]}
