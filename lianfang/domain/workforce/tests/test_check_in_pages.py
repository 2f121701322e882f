"""What is sent by a community's page: nothing by itself, answered once, one person once, erased with the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.workforce.models.check_ins import CheckInRequest
from lianfang.domain.workforce.queries.check_ins import CheckInPage, check_in_page, reporter
from lianfang.foundation.actions.running import run
from lianfang.foundation.retention.erasing import erase_due
from lianfang.kernel import clock

from .conftest import Do, Enlist, Refused, Rows

pytestmark = pytest.mark.django_db
Gaps = Callable[[str], list[dict[str, Any]]]
REQUESTS = "workforce.check_in_requests"
Send = Callable[..., None]


@pytest.fixture
def code(do: Do) -> dict[str, Any]:
    return dict(do("secretary", "workforce.issue_check_in_code", area_path=VILLAGE))


@pytest.fixture
def page(code: dict[str, Any], moment: Any) -> CheckInPage:
    found = check_in_page(code["path"].removeprefix("/checkin/"), moment)
    assert found is not None
    return found


@pytest.fixture
def send(page: CheckInPage) -> Send:
    """Send a check-in as somebody without login."""

    def by_page(name: str = "王建国", phone: str = "13812345678", **more: Any) -> None:
        given = {"area_path": page.area_path, "code_id": str(page.code_id), "name": name, "phone": phone, **more}
        run(reporter(page), "workforce.report_by_page", given)

    return by_page


def only(rows: Rows, table: str = REQUESTS) -> dict[str, Any]:
    [one] = rows("secretary", table)
    return one


# --- codes ---


def test_a_town_has_no_door(refused: Refused) -> None:
    assert refused("town", "workforce.issue_check_in_code", area_path=TOWN).field == "area_path"


def test_nobody_makes_or_revokes_the_code_of_another_community(refused: Refused, do: Do, code: dict[str, Any]) -> None:
    for who in ("grid", "neighbour", "outsider"):
        assert refused(who, "workforce.issue_check_in_code", area_path=VILLAGE).code == "access.not_yours"
        assert refused(who, "workforce.revoke_check_in_code", code_id=code["id"]).code == "access.not_yours"
    assert refused("secretary", "workforce.issue_check_in_code", area_path=NEIGHBOUR_VILLAGE).code == "access.not_yours"


def test_a_code_is_revoked_once(do: Do, refused: Refused, code: dict[str, Any]) -> None:
    do("secretary", "workforce.revoke_check_in_code", code_id=code["id"])
    no = refused("secretary", "workforce.revoke_check_in_code", code_id=code["id"])
    assert no.code == "workforce.check_in_code_over"


def test_a_page_reports_at_its_own_community_alone(page: CheckInPage, refused: Refused, do: Do) -> None:
    other = do("duty", "workforce.issue_check_in_code", area_path=NEIGHBOUR_VILLAGE)["id"]
    given = {"area_path": VILLAGE, "code_id": other, "name": "王建国", "phone": "13812345678"}
    for area, no in ((VILLAGE, "workforce.check_in_code_over"), (NEIGHBOUR_VILLAGE, "access.not_yours")):
        with pytest.raises(Exception) as refusal:
            run(reporter(page), "workforce.report_by_page", given | {"area_path": area})
        assert getattr(refusal.value, "code", "") == no
    assert not CheckInRequest.objects.exists()


def test_who_works_there_scans_the_same_sheet(do: Do, refused: Refused, code: dict[str, Any], rows: Rows) -> None:
    address = f"https://lianfang.example{code['path']}"
    assert do("secretary", "workforce.check_in", code=address, names="王建国")["checked_in"] == 1
    do("secretary", "workforce.revoke_check_in_code", code_id=code["id"])
    no = refused("secretary", "workforce.check_in", code=address, names="李秀英")
    assert no.code == "workforce.not_a_community_code"
    assert do("secretary", "workforce.check_in", code=f"LF-REPORT:{VILLAGE}", names="李秀英")["checked_in"] == 1


# --- answers ---


def test_nobody_answers_for_another_community(send: Send, refused: Refused, rows: Rows) -> None:
    send()
    for who in ("grid", "neighbour", "outsider"):
        for action in ("workforce.accept_check_in", "workforce.refuse_check_in"):
            assert refused(who, action, request_id=only(rows)["id"]).code == "access.not_yours"


def test_one_person_who_sends_it_again_is_joined(send: Send, rows: Rows) -> None:
    send(skills=["driving"], unit_name="县财政局")
    send(skills=["medic"], part="day")
    one = only(rows)
    assert (one["times"], one["skills"], one["unit_name"], one["part"]) == (2, ["driving", "medic"], "县财政局", "day")


def test_two_people_who_share_a_phone_are_two(send: Send, rows: Rows) -> None:
    send()
    send(name="李秀英")
    assert len(rows("secretary", REQUESTS)) == 2


def test_who_is_accepted_is_on_the_list_of_those_who_serve(do: Do, send: Send, rows: Rows, unit: UUID) -> None:
    send(skills=["driving"], part="night", unit_name="县财政局")
    do("secretary", "workforce.accept_check_in", request_id=only(rows)["id"])
    person, check_in = only(rows, "workforce.responders"), only(rows, "workforce.check_ins")
    assert (person["name"], person["phone"], person["state"]) == ("王建国", "13812345678", "screened")
    assert (person["skills"], person["availability"], person["unit_name"]) == (
        ["driving"],
        ["夜间 At night"],
        "县财政局",
    )
    assert (check_in["name"], check_in["way"], check_in["unit_name"]) == ("王建国", "page", "县财政局")
    assert [one["reported"] for one in rows("duty", "workforce.units")] == [1]


def test_who_is_on_the_list_already_is_not_entered_twice(do: Do, send: Send, rows: Rows, enlist: Enlist) -> None:
    enlist(phone="13812345678")
    send()
    assert do("secretary", "workforce.accept_check_in", request_id=only(rows)["id"])["known"]
    assert only(rows, "workforce.responders")["state"] == "trained"
    send()
    [newer] = [one for one in rows("secretary", REQUESTS) if one["state"] == "waiting"]
    do("secretary", "workforce.accept_check_in", request_id=newer["id"])
    assert len(rows("secretary", "workforce.check_ins")) == 1


@pytest.mark.parametrize(("action", "state"), [("accept", "accepted"), ("refuse", "refused")])
def test_an_answer_is_given_once_and_leaves_no_name(
    do: Do, send: Send, rows: Rows, refused: Refused, action: str, state: str
) -> None:
    send(unit_name="县财政局")
    request = only(rows)["id"]
    do("secretary", f"workforce.{action}_check_in", request_id=request)
    one = CheckInRequest.objects.get()
    assert (one.state, one.name, one.phone, one.phone_index, one.unit_name) == (state, "", "", "", "")
    for again in ("accept", "refuse"):
        no = refused("secretary", f"workforce.{again}_check_in", request_id=request)
        assert no.code == "workforce.no_check_in_waiting"


def test_a_refused_stranger_is_in_no_register(do: Do, send: Send, rows: Rows) -> None:
    send()
    do("secretary", "workforce.refuse_check_in", request_id=only(rows)["id"])
    assert rows("secretary", "workforce.responders") == rows("secretary", "workforce.check_ins") == []


def test_a_check_in_nobody_answers_is_a_gap_after_its_time(send: Send, gaps: Gaps, moment: Any) -> None:
    send()
    assert gaps("check_in_unanswered") == []
    with clock.fixed(moment + timedelta(hours=25)):
        assert len(gaps("check_in_unanswered")) == 1


def test_a_check_in_nobody_answers_is_erased_in_time(send: Send, moment: Any) -> None:
    send()
    erase_due(moment + timedelta(days=13))
    assert CheckInRequest.objects.get().state == "waiting"
    erase_due(moment + timedelta(days=15))
    one = CheckInRequest.objects.get()
    assert (one.state, one.name, one.phone, one.phone_index) == ("lapsed", "", "", "")
