"""A phone takes along its own grids as its holder may see them, and not a door more."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import orjson
import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.models import Device

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(cast: Any) -> dict[str, str]:
    """One household with one person in the worker's grid and in the neighbour's."""
    made = {}
    for path, name in ((GRID, "王小明"), (NEIGHBOUR_GRID, "钱一")):
        home = run(cast["system"], "people.add_household",
                   {"area_path": path, "number": "3号", "head_name": name, "address": "城内村3号"})["id"]  # fmt: skip
        given = {"household_id": home, "name": name, "phone": "13812345678", "identity_number": "11010519491231002X"}
        made[path] = run(cast["system"], "people.add_person", given)["id"]
    return made


def fetch(browser: Any, **headers: str) -> Any:
    return browser.get("/api/sync/bundle", headers=headers)


def test_nobody_takes_a_grid_along_without_a_session(client: Any) -> None:
    assert fetch(client).json()["code"] == "session.none"


@pytest.mark.parametrize("who", ["outsider", "auditor", "duty", "town"])
def test_nobody_takes_a_town_or_more_along(signed_in: Any, register: Any, who: str) -> None:
    packed = fetch(signed_in(who)).json()
    assert packed["households"] == packed["persons"] == packed["visits_open"] == packed["slots"] == []


def test_a_worker_takes_only_the_own_grid_along(signed_in: Any, register: Any) -> None:
    packed = fetch(signed_in("grid")).json()
    assert {one["area"] for one in packed["households"]} == {GRID}
    assert [one["id"] for one in packed["persons"]] == [register[GRID]]
    assert "钱" not in orjson.dumps(packed).decode()


def test_no_identity_number_leaves_the_server_and_names_come_clear_for_who_visits(
    signed_in: Any, register: Any
) -> None:
    packed = fetch(signed_in("grid")).json()
    text = orjson.dumps(packed).decode()
    assert "11010519491231002X" not in text
    assert "csrf" not in text
    [person] = packed["persons"]
    assert (person["name"], person["initials"], person["phone"]) == ("王小明", "wxm", "13812345678")
    assert packed["households"][0]["head"] == "王小明"


def test_a_lost_phone_gets_nothing_but_the_order_to_wipe(signed_in: Any, accounts: Any, register: Any) -> None:
    browser = signed_in("grid")
    browser.get("/api/sync/bundle?device_id=phone-1")
    Device.objects.update(lost_at=Device.objects.get().first_seen_at)
    response = browser.get("/api/sync/bundle?device_id=phone-1")
    assert (response.status_code, response.json()["code"]) == (403, "devices.lost")
    assert response.json()["details"] == {"wipe": True}
    assert fetch(browser).status_code == 401


def test_what_did_not_change_is_not_sent_again(signed_in: Any, cast: Any, register: Any) -> None:
    browser = signed_in("grid")
    tag = fetch(browser)["ETag"]
    assert fetch(browser, if_none_match=tag).status_code == 304
    run(cast["system"], "people.add_household", {"area_path": GRID, "number": "4号"})
    assert fetch(browser, if_none_match=tag).status_code == 200


def test_it_comes_compressed_where_the_phone_takes_it(signed_in: Any, register: Any) -> None:
    response = fetch(signed_in("grid"), accept_encoding="gzip, br")
    assert response["Content-Encoding"] == "gzip"
    assert orjson.loads(gzip.decompress(response.content))["version"] == 1


def test_open_doors_of_a_running_sweep_are_work(signed_in: Any, cast: Any, accounts: Any, register: Any) -> None:
    given = {"name": "返乡排查", "purpose": "找人", "area_path": TOWN, "ends_on": date(2099, 2, 9),
             "owner_id": accounts["town"].pk}  # fmt: skip
    sweep = run(cast["town"], "screening.plan_campaign", given)["id"]
    run(cast["town"], "screening.approve_campaign", {"campaign_id": sweep})
    run(cast["town"], "screening.start_campaign", {"campaign_id": sweep})
    [open_door] = fetch(signed_in("grid")).json()["visits_open"]
    assert (open_door["campaign_id"], open_door["title"]["zh"]) == (sweep, "返乡排查")
    visit = {"household_id": open_door["household_id"], "campaign_id": sweep, "outcome": "done"}
    run(cast["grid"], "screening.record_visit", visit)
    assert fetch(signed_in("grid")).json()["visits_open"] == []


def test_the_shape_is_the_one_phones_read(signed_in: Any, register: Any) -> None:
    packed = fetch(signed_in("grid")).json()
    assert set(packed) == {"version", "as_of", "me", "areas", "households", "persons", "observations", "slots",
                           "errands", "visits_open", "leads", "referrals", "escalations",
                           "notices", "rules", "responsible", "keep_days"}  # fmt: skip
    assert packed["rules"]["fever_threshold_c"] == 37.3
    assert {"path", "name", "level", "full_name"} == set(packed["areas"][0])


def test_a_phone_is_told_for_how_many_days_it_may_hold_the_grid(signed_in: Any, register: Any, settings: Any) -> None:
    settings.LIANFANG_PHONE_DAYS = 3
    assert fetch(signed_in("grid")).json()["keep_days"] == 3
