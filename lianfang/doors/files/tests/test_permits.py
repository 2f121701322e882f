"""Cards of permits: printed only by whoever may issue them, ten to a sheet, with nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from lianfang.config.demo.cast import GRID, NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine

SignIn = Callable[[str], Client]
TERM = {"first_on": "2020-02-03", "last_on": "2020-02-09"}
SHEETS = f"/api/permits/cards.pdf?within={VILLAGE}"


@pytest.fixture
def permits(cast: dict[str, Actor], moment: Any) -> str:
    """Eleven households with a permit each."""
    for number in range(1, 12):
        home = {"area_path": GRID, "number": f"{number}号", "head_name": "单小明", "address": f"北街{number}号"}
        run(cast["system"], "people.add_household", home)
    run(cast["secretary"], "checkpoints.issue_many_permits", {"within": VILLAGE, **TERM})
    return SHEETS


def text_of(file: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "") for page in PdfReader(BytesIO(file)).pages]


@pytest.mark.parametrize("who", ["neighbour", "grid", "gate", "leader", "auditor", "outsider"])
def test_who_may_not_issue_a_permit_prints_none(signed_in: SignIn, permits: str, who: str) -> None:
    assert signed_in(who).get(permits).status_code == 404


@pytest.mark.parametrize("asked", ["", "?permit=1", "?within=", f"?within={NEIGHBOUR_VILLAGE}"])
def test_nothing_to_print_is_said(signed_in: SignIn, permits: str, asked: str) -> None:
    assert signed_in("secretary").get(f"/api/permits/cards.pdf{asked}").status_code == 404


def test_nobody_prints_without_signing_in(permits: str) -> None:
    assert Client().get(permits).status_code == 401


def test_a_sheet_holds_ten_cards_and_no_name(signed_in: SignIn, permits: str) -> None:
    answer = signed_in("secretary").get(permits)
    assert answer.status_code == 200, answer.content
    sheets = text_of(answer.content)
    assert len(sheets) == 2
    assert sheets[0].count("居民户出入证") == 10
    assert sheets[1].count("居民户出入证") == 1
    assert "2020-02-03 至 2020-02-09" in sheets[0]
    assert "必须放行" in sheets[0]
    assert "单小明" not in "".join(sheets)
    assert "北街" not in "".join(sheets)
    line = AuditLine.objects.get(action="checkpoints.print_permits")
    assert line.details == {"cards": 11}


def test_one_permit_is_printed_alone(signed_in: SignIn, cast: dict[str, Actor], moment: Any) -> None:
    given = {"area_path": VILLAGE, "holder_name": "赵一山", "phone_tail": "0070", "use": "供水抢修", **TERM}
    made = run(cast["secretary"], "checkpoints.issue_worker_permit", given)["id"]
    answer = signed_in("secretary").get(f"/api/permits/cards.pdf?permit={made}")
    [sheet] = text_of(answer.content)
    assert "手机尾号 0070" in sheet
    assert "供水抢修" in sheet
    assert "赵一山" not in sheet
    run(cast["secretary"], "checkpoints.revoke_permit", {"permit_id": made, "because": "ended"})
    assert signed_in("secretary").get(f"/api/permits/cards.pdf?permit={made}").status_code == 404


def test_the_holders_page_is_reached_by_whoever_may_issue(
    signed_in: SignIn, cast: dict[str, Actor], moment: Any
) -> None:
    given = {"area_path": VILLAGE, "plate": "晋M12345", "use": "生活物资", **TERM}
    made = run(cast["secretary"], "checkpoints.issue_vehicle_permit", given)
    address = f"/api/permits/{made['id']}/page"
    assert signed_in("neighbour").get(address).status_code == 404
    answer = signed_in("secretary").get(address)
    assert (answer.status_code, answer["Location"]) == (302, made["page"])
