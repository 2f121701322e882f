"""Care for those who serve: asked for and answered, two people for money, thanks with grounds, hours counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.certificates import service_by_number
from lianfang.domain.workforce.queries.hours import minutes_of
from lianfang.domain.workforce.rules.fitness import warnings
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock

from .conftest import Do, Enlist, Refused, Rows

pytestmark = pytest.mark.django_db
Gaps = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def own(enlist: Enlist, accounts: Any) -> UUID:
    """The grid worker's own entry."""
    return enlist("赵网格", account_id=str(accounts["grid"].pk), area_path=GRID)


# --- what speaks against a post ---


def test_a_birthday_makes_one_older_on_its_day() -> None:
    born = Responder(born_on=date(1955, 2, 3))
    assert born.age_on(date(2020, 2, 2)) == 64
    assert born.age_on(date(2020, 2, 3)) == 65
    assert Responder(born_on=None).age_on(date(2020, 2, 3)) is None


BARRED = {"no_nights": ["night"], "no_exposure": ["exposure"], "age": ["night", "exposure"],
          "pregnant": ["night", "exposure"], "chronic_illness": ["night", "exposure"]}  # fmt: skip


def test_by_day_nothing_speaks_against_anybody() -> None:
    assert warnings(["pregnant", "no_nights"], 71, BARRED, nights=False, exposed=False, oldest_below=65) == ()


def test_exposure_and_nights_are_told_apart() -> None:
    both = ["no_nights", "no_exposure"]
    assert warnings(both, 30, BARRED, nights=True, exposed=False, oldest_below=65) == ("no_nights",)
    assert warnings(both, 30, BARRED, nights=False, exposed=True, oldest_below=65) == ("no_exposure",)
    assert warnings([], 65, BARRED, nights=False, exposed=True, oldest_below=65) == ("age",)


# --- what people on duty ask for ---


def test_who_is_not_on_the_list_is_told_whom_to_ask(refused: Refused) -> None:
    assert refused("grid", "workforce.ask_care", kind="rest").code == "workforce.not_on_the_list"


def test_nobody_asks_in_anothers_name_without_looking_after_them(own: UUID, enlist: Enlist, refused: Refused) -> None:
    other = str(enlist("王建国", area_path=GRID))
    assert refused("grid", "workforce.ask_care", responder_id=other, kind="rest").code == "access.not_yours"


def test_what_somebody_asks_for_is_answered_or_a_gap(
    own: UUID, do: Do, refused: Refused, moment: Any, gaps: Gaps
) -> None:
    one = do("grid", "workforce.ask_care", kind="relief", what="连续值守两天")["id"]
    assert gaps("care_unanswered") == []
    with clock.fixed(moment + timedelta(hours=5)):
        assert [item["subject_id"] for item in gaps("care_unanswered")] == [one]
        do("secretary", "workforce.take_care_request", request_id=one)
        assert gaps("care_unanswered") == []
    do("secretary", "workforce.settle_care_request", request_id=one, answer="李秀英顶替")
    assert refused("secretary", "workforce.settle_care_request", request_id=one, answer="再").code == "input.invalid"
    assert refused("secretary", "workforce.take_care_request", request_id=one).code == "workforce.not_now"


def test_who_asks_sees_their_own_request_and_no_others(own: UUID, enlist: Enlist, do: Do, rows: Rows) -> None:
    do("grid", "workforce.ask_care", kind="meals")
    do("town", "workforce.ask_care", responder_id=str(enlist("王建国", area_path=GRID)), kind="talk", what="压力大")
    assert [one["kind"] for one in rows("grid", "workforce.care_requests")] == ["meals"]
    assert {one["what"] for one in rows("town", "workforce.care_requests")} == {"", "压力大"}


# --- injuries, the fund, thanks ---

HURT = {"happened_at": "2020-02-02T14:00:00+08:00", "place": "国道卡点", "what": "搬运帐篷时扭伤", "witness": "李秀英"}


def test_an_injury_ahead_is_refused(own: UUID, refused: Refused) -> None:
    given = HURT | {"responder_id": str(own), "happened_at": "2020-02-04T14:00:00+08:00"}
    assert refused("town", "workforce.record_injury", **given).code == "workforce.day_ahead"


def test_an_injury_is_followed_to_its_settlement(own: UUID, do: Do, refused: Refused, rows: Rows) -> None:
    one = do("town", "workforce.record_injury", responder_id=str(own), **HURT)["id"]
    do("town", "workforce.follow_injury", injury_id=one, claim_number="2020-18")
    assert rows("grid", "workforce.injuries")[0]["state"] == "filed"
    do("town", "workforce.follow_injury", injury_id=one, claim_number="2020-18", settled_on="2020-02-03")
    again = refused("town", "workforce.follow_injury", injury_id=one, claim_number="2020-19")
    assert again.code == "workforce.not_now"


def test_money_takes_two_people(own: UUID, do: Do, refused: Refused, rows: Rows) -> None:
    one = do("town", "workforce.nominate_help", responder_id=str(own), amount="500.50", basis="家中老人住院")["id"]
    assert refused("town", "workforce.decide_help", entry_id=one).code == "workforce.fund_by_another"
    assert refused("town", "workforce.note_payment", entry_id=one, voucher="12").code == "workforce.not_now"
    do("duty", "workforce.decide_help", entry_id=one)
    do("town", "workforce.note_payment", entry_id=one, voucher="12")
    [shown] = rows("town", "workforce.fund_entries")
    assert (shown["amount"], shown["state"], shown["voucher"]) == ("500.50", "paid", "12")


def test_nobody_is_recognised_without_records(own: UUID, refused: Refused) -> None:
    given = {"responder_id": str(own), "kind": "praise", "deed": "连续值守", "approved_by": "镇党委", "grounds": " "}
    assert refused("town", "workforce.give_recognition", **given).code == "input.missing"


def test_somebody_sees_the_grounds_of_their_recognition(own: UUID, do: Do, rows: Rows) -> None:
    given = {"kind": "praise", "deed": "连续值守", "approved_by": "镇党委", "grounds": "班次0201\n班次0202"}
    do("town", "workforce.give_recognition", responder_id=str(own), **given)
    assert rows("grid", "workforce.recognitions")[0]["grounds"] == ["班次0201", "班次0202"]


# --- hours and certificates ---


def test_a_day_has_24_hours(own: UUID, do: Do, refused: Refused) -> None:
    given = {"responder_id": str(own), "what": "卡点值守"}
    do("town", "workforce.record_hours", **given, hours=20, on="2020-02-02")
    no = refused("town", "workforce.record_hours", **given, hours=4.5, on="2020-02-02")
    assert no.code == "workforce.too_long_a_day"
    assert minutes_of([own]) == {own: 1200}


def test_nobody_gets_a_certificate_without_hours(own: UUID, refused: Refused) -> None:
    assert refused("town", "workforce.issue_certificate", responder_id=str(own)).code == "workforce.no_hours"


def test_a_certificate_holds_the_hours_of_its_days(own: UUID, do: Do, rows: Rows) -> None:
    given = {"responder_id": str(own), "what": "卡点值守"}
    for day, hours in (("2020-02-01", 6), ("2020-02-02", 6.5), ("2020-02-03", 4)):
        do("town", "workforce.record_hours", **given, hours=hours, on=day)
    made = do("town", "workforce.issue_certificate", responder_id=str(own), from_on="2020-02-01", until_on="2020-02-02")
    assert made["hours"] == 12.5
    card = service_by_number(made["number"])
    assert card is not None
    assert (card.name, card.hours, card.from_on) == ("赵*格", "12.5", "2020-02-01")
    assert rows("town", "workforce.responders")[0]["hours"] == "16.5"
    assert rows("town", "workforce.responders")[0]["certificate"] == made["number"]


def test_a_withdrawn_certificate_is_genuine_no_more(own: UUID, do: Do, cast: Any) -> None:
    do("town", "workforce.record_hours", responder_id=str(own), what="卡点值守", hours=6)
    number = do("town", "workforce.issue_certificate", responder_id=str(own))["number"]
    row = read(cast["town"], "workforce.certificates").rows[0]["id"]
    do("town", "workforce.withdraw_certificate", certificate_id=row, reason="时长有误")
    assert service_by_number(number) is None


def test_serving_without_insurance_is_a_gap(enlist: Enlist, do: Do, gaps: Gaps) -> None:
    row = str(enlist())
    do("town", "workforce.begin_service", responder_id=row)
    assert [one["subject_id"] for one in gaps("serving_uninsured")] == [row]
    do("town", "workforce.note_insurance", responder_id=row, until="2020-12-31")
    assert gaps("serving_uninsured") == []
