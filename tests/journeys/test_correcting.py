"""A vehicle with driver and occupants, corrected at the console person by person; the list and the slips follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.asking import act
from tests.journeys.test_walk import SLOW, Desk

pytestmark = pytest.mark.browser

DRIVER = {"name": "沈大河", "phone": "13700001001", "temperature_c": 36.5}
UNWELL = {"name": "沈小溪", "phone": "13700001002", "temperature_c": 38.1, "again_c": 37.9}
CHILD = {"name": "沈小海", "temperature_c": 36.8}


def _recorded(gate: Page, plate: str) -> dict[str, Any]:
    """Record the vehicle as the gate did: everybody goes on but for one, who is sent to a health worker."""
    post = gate.request.get("/api/sync/bundle").json()["gates"]["posts"][0]["id"]
    given = {"post_id": post, "direction": "in", "plate": plate, "people": [DRIVER, UNWELL, CHILD]}
    return act(gate, "checkpoints.record_passage", **given, decision="refer_health")


def _each(desk: Desk, number: int) -> Callable[[str], Locator]:
    """Return the fields of one person in the form, by name."""
    return lambda field: desk.form.locator(f"[id$='persons-{number - 1}-{field}']")


def _row(desk: Desk, plate: str) -> Locator:
    desk.page.goto(f"/console/tables/checkpoints.passages?q={plate}", wait_until="networkidle")
    row = desk.page.locator("main tbody tr")
    expect(row).to_have_count(1)
    return row


def test_each_person_of_a_vehicle_is_corrected_and_the_list_follows(visit: Callable[..., Page]) -> None:
    plate = f"陕A{uuid4().hex[:5].upper()}"
    [slip] = _recorded(visit("gate", "/console/"), plate)["slips"]
    desk = Desk(visit("secretary", "/console/"))
    row = _row(desk, plate)
    expect(row).to_contain_text("沈大河、沈小溪、沈小海")
    expect(row).to_contain_text("36.5、38.1 → 37.9、36.8")
    expect(row).to_contain_text("转诊")
    row.click()
    desk.act(desk.drawer, "更正通行记录")
    driver, unwell, child = (_each(desk, number) for number in (1, 2, 3))
    expect(driver("name")).to_have_attribute("placeholder", "沈大河")
    expect(unwell("temperature_c")).to_have_attribute("placeholder", "38.1 → 37.9")
    driver("name").fill("沈大和")
    unwell("temperature_c").fill("36.4")
    desk.form.get_by_role("group", name="第 2 项").get_by_label("休息后复测", exact=True).check()
    child("phone").fill("13700001003")
    desk.fill(reason="看错体温，驾驶人写错字")
    desk.submit()

    row = _row(desk, plate)
    expect(row).to_contain_text("沈大和、沈小溪、沈小海")
    expect(row).to_contain_text("13700001001、13700001002、13700001003")
    expect(row).to_contain_text("36.5、36.4、36.8")
    expect(row).to_contain_text("登记放行")
    referrals = visit("doctor", f"/console/tables/checkpoints.referrals?q={slip}")
    expect(referrals.locator("main tbody tr")).to_contain_text("作废")

    row.click()
    expect(desk.drawer).to_contain_text("看错体温，驾驶人写错字", timeout=SLOW)
    desk.page.goto("/console/tables/checkpoints.corrected_passages", wait_until="networkidle")
    expect(desk.page.locator("main tbody tr", has_text="沈大河、沈小溪、沈小海")).to_have_count(1)
