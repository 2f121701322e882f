"""A sheet that the county confirmed is there for its townships and villages, filled with their own rows only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.reports.tests.conftest import at
from lianfang.doors.files.sheets.tests.conftest import Clerk, observed
from lianfang.doors.files.sheets.tests.forms import police_form
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.reading import read
from lianfang.kernel.clock import fixed

pytestmark = pytest.mark.django_db
ELSEWHERE = "140826101"


@pytest.fixture
def sheet(signed_in: Callable[[str], Client], county: str) -> Any:
    """The police's list, confirmed by the county; one person under observation in the village, one in another town."""
    with fixed(at(10)):
        observed(1, "田小满")
        observed(2, "远乡人", f"{ELSEWHERE}200001")
        yield Clerk(signed_in("duty")).ready(police_form(), sender="公安局", name="人员名单")


def shared(actor: Actor) -> list[str]:
    return [one["cells"]["name"] for one in read(actor, "reports.shared_sheets").rows]


def test_nobody_outside_sees_or_opens_it(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    assert signed_in("outsider").get("/api/tables/reports.shared_sheets").status_code == 403
    assert signed_in("outsider").get(f"/api/sheets/{sheet}").status_code == 403


def test_a_draft_is_shared_with_nobody(sheet: str, cast: dict[str, Actor], signed_in: Any) -> None:
    draft = Clerk(signed_in("duty")).take(police_form(), name="还没确认").json()["sheet"]["id"]
    assert shared(cast["town"]) == ["人员名单"]
    assert signed_in("town").get(f"/api/sheets/{draft}").status_code == 403


@pytest.mark.parametrize(("who", "area"), [("town", TOWN), ("secretary", VILLAGE)])
def test_a_township_and_a_village_fill_it_with_their_own_rows(
    sheet: str, cast: dict[str, Actor], signed_in: Any, who: str, area: str
) -> None:
    assert shared(cast[who]) == ["人员名单"]
    clerk = Clerk(signed_in(who))
    assert clerk.browser.get(f"/api/sheets/{sheet}").json()["sheet"]["area"] == COUNTY
    page = clerk.filled(sheet)["名单"]
    assert [row[0] for row in page.iter_rows(min_row=2, values_only=True) if row[0]] != []
    [fill] = read(cast[who], "reports.sheet_fills").rows
    assert (fill["area"], fill["cells"]["rows"]) == (area, 1)


@pytest.mark.parametrize("area", [COUNTY, ELSEWHERE])
def test_nobody_below_fills_it_for_the_county_or_a_neighbour(sheet: str, signed_in: Any, area: str) -> None:
    refused = Clerk(signed_in("town")).act("reports.fill_sheet", template_id=sheet, area_path=area)
    assert refused.json()["code"] == "access.not_yours"


def test_nobody_below_changes_what_the_county_confirmed(sheet: str, signed_in: Any) -> None:
    clerk = Clerk(signed_in("town"))
    assert clerk.act("reports.confirm_sheet", template_id=sheet, mapping=[]).status_code in (403, 422)
    retired = clerk.act("reports.retire_sheet", template_id=sheet, reason="不想填")
    assert retired.json()["code"] == "access.not_yours"


def test_the_county_itself_is_offered_none_from_above(sheet: str, cast: dict[str, Actor]) -> None:
    assert shared(cast["duty"]) == []
