"""Papers of those who serve: a pledge names nobody, a certificate its person, a code no place out of reach."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from lianfang.config.demo.cast import COUNTY, NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.tables.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(moment: Any) -> Iterator[None]:
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def certificate(cast: Any) -> str:
    """A certificate of six hours."""
    given = {"area_path": VILLAGE, "name": "王建国", "origin": "volunteer"}
    row = run(cast["town"], "workforce.register_responder", given)["id"]
    run(cast["town"], "workforce.record_hours", {"responder_id": row, "hours": 6, "what": "卡点值守"})
    return str(run(cast["town"], "workforce.issue_certificate", {"responder_id": row})["id"])


def words(response: Any) -> str:
    pages = PdfReader(io.BytesIO(response.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_a_pledge_to_sign_says_that_it_is_an_example(cast: Any, signed_in: Any) -> None:
    pledge = run(cast["duty"], "workforce.add_pledge", {"area_path": COUNTY, "example": "serve"})["id"]
    shown = words(signed_in("duty").get(f"/api/pledges/{pledge}.pdf"))
    assert "示例文本" in shown
    assert "签名" in shown
    assert "第1页共1页" in shown


def test_somebody_out_of_reach_prints_no_certificate(signed_in: Any, certificate: str) -> None:
    for who in ("neighbour", "grid", "outsider"):
        assert signed_in(who).get(f"/api/certificates/{certificate}.pdf").status_code in (403, 404)


def test_a_certificate_is_printed_with_the_whole_name_and_written_down(signed_in: Any, certificate: str) -> None:
    shown = words(signed_in("town").get(f"/api/certificates/{certificate}.pdf"))
    assert "王建国" in shown
    assert "6.0小时" in shown
    assert AuditLine.objects.filter(action="workforce.print_certificate").count() == 1


def test_a_withdrawn_certificate_is_not_printed(cast: Any, signed_in: Any, certificate: str) -> None:
    row = read(cast["town"], "workforce.certificates").rows[0]["id"]
    run(cast["town"], "workforce.withdraw_certificate", {"certificate_id": row, "reason": "时长有误"})
    assert signed_in("town").get(f"/api/certificates/{certificate}.pdf").status_code == 404


def test_the_code_of_a_community_is_printed_for_who_works_there(signed_in: Any, accounts: Any) -> None:
    assert f"LF-REPORT:{VILLAGE}" in words(signed_in("secretary").get(f"/api/check-in/{VILLAGE}.pdf"))
    assert signed_in("secretary").get(f"/api/check-in/{NEIGHBOUR_VILLAGE}.pdf").status_code == 404
    assert signed_in("duty").get("/api/check-in/999999.pdf").status_code == 404


def test_the_sheet_of_a_community_with_a_page_carries_its_address_and_how_long_it_holds(
    cast: Any, signed_in: Any
) -> None:
    made = run(cast["secretary"], "workforce.issue_check_in_code", {"area_path": VILLAGE})
    shown = words(signed_in("secretary").get(f"/api/check-in/{VILLAGE}.pdf"))
    assert "本码有效至2020年3月4日" in shown
    assert "LF-REPORT" not in shown
    run(cast["secretary"], "workforce.revoke_check_in_code", {"code_id": made["id"]})
    assert "LF-REPORT" in words(signed_in("secretary").get(f"/api/check-in/{VILLAGE}.pdf"))
