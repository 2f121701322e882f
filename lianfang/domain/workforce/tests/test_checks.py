"""Checklists at posts: answered point by point, left open, said no to, settled: refusals first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.workforce.models.checks import CheckAnswer
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.domain.workforce.tests.conftest import Do, Refused, Rows
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock

ANSWER, SETTLE = "workforce.answer_checklist", "workforce.settle_answer"
FIRST, SECOND = "第一条（照文件）", "第二条（照文件）"
Gaps = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def checklist(do: Do) -> str:
    given = {"area_path": "140826", "name": "某制度", "kinds": ["village_gate"], "document": "县指挥部通知",
             "points": f"{FIRST}\n{SECOND}"}  # fmt: skip
    return str(do("duty", "workforce.add_checklist", **given)["id"])


@pytest.fixture
def asked(post: UUID, checklist: str) -> dict[str, str]:
    return {"post_id": str(post), "checklist_id": checklist}


def _point(point: str, answer: str = "yes", note: str = "") -> dict[str, str]:
    return {"point": point, "answer": answer, "note": note}


def test_who_does_not_stand_there_or_run_the_post_answers_nothing(refused: Refused, asked: dict[str, str]) -> None:
    for who in ("neighbour", "gate", "desk", "outsider", "auditor"):
        assert refused(who, ANSWER, **asked, points=[_point(FIRST)]).code == "access.not_yours"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"points": [_point("自己编的")]}, "workforce.point_not_asked"),
        ({"points": [_point(FIRST, "no")]}, "workforce.no_needs_note"),
        ({"points": [_point(FIRST, "maybe")]}, "input.invalid"),
        ({"points": []}, "input.invalid"),
        ({"points": [_point(FIRST)], "checklist_id": str(uuid4())}, "workforce.unknown_checklist"),
        ({"points": [_point(FIRST)], "post_id": str(uuid4())}, "workforce.unknown_post"),
    ],
)
def test_what_cannot_be_an_answer_is_refused(
    refused: Refused, asked: dict[str, str], given: dict[str, Any], code: str
) -> None:
    assert refused("secretary", ANSWER, **asked | given).code in (code, "input.choice")
    assert not CheckAnswer.objects.exists()


def test_a_checklist_that_has_ended_is_not_asked(do: Do, refused: Refused, asked: dict[str, str]) -> None:
    do("duty", "workforce.end_checklist", checklist_id=asked["checklist_id"])
    assert refused("secretary", ANSWER, **asked, points=[_point(FIRST)]).code == "workforce.unknown_checklist"


def test_answers_are_kept_with_who_and_when_and_the_last_of_a_day_counts(
    do: Do, asked: dict[str, str], rows: Rows, moment: datetime
) -> None:
    do("secretary", ANSWER, **asked, points=[_point(FIRST), _point(SECOND, "na")])
    do("secretary", ANSWER, **asked, points=[_point(FIRST, "no", "测温枪没电")])
    told = {one["point"]: one for one in rows("secretary", "workforce.check_answers")}
    assert {point: one["answer"] for point, one in told.items()} == {FIRST: "no", SECOND: "na"}
    assert (told[FIRST]["by"], told[FIRST]["answered_at"]) == ("王支书", moment)
    assert rows("neighbour", "workforce.check_answers") == []


def test_the_history_of_a_post_says_in_words_that_its_checklist_was_answered(
    do: Do, asked: dict[str, str], signed_in: Callable[[str], Any]
) -> None:
    do("secretary", ANSWER, **asked, points=[_point(FIRST)])
    told = signed_in("secretary").get(f"/api/tables/workforce.posts/{asked['post_id']}").json()["history"]
    assert [line["title"]["zh"] for line in told] == ["回答制度清单", "设立卡点"]


def test_what_nobody_answered_today_is_open_until_the_last_point(do: Do, asked: dict[str, str], gaps: Gaps) -> None:
    [left] = gaps("checklist_unanswered")
    assert (left["subject_id"], left["details"]) == (asked["post_id"], {"left": 2})
    do("secretary", ANSWER, **asked, points=[_point(FIRST)])
    assert [one["details"] for one in gaps("checklist_unanswered")] == [{"left": 1}]
    do("secretary", ANSWER, **asked, points=[_point(SECOND, "na")])
    assert gaps("checklist_unanswered") == []


def test_yesterdays_answers_do_not_count_for_today(
    asked: dict[str, str], cast: dict[str, Actor], gaps: Gaps, moment: datetime
) -> None:
    given = asked | {"points": [_point(FIRST), _point(SECOND)]}
    with clock.fixed(moment - timedelta(days=1)):
        run(cast["secretary"], ANSWER, given)
    assert [one["details"] for one in gaps("checklist_unanswered")] == [{"left": 2}]


def test_a_no_is_open_until_somebody_says_what_was_done(
    do: Do, refused: Refused, asked: dict[str, str], gaps: Gaps
) -> None:
    do("secretary", ANSWER, **asked, points=[_point(FIRST, "no", "测温枪没电"), _point(SECOND)])
    [open_] = gaps("checklist_no")
    assert open_["details"] == {"note": "测温枪没电"}
    given = {"answer_id": open_["subject_id"], "settlement": "已换电池"}
    for who in ("neighbour", "gate", "outsider"):
        assert refused(who, SETTLE, **given).code == "access.not_yours"
    do("secretary", SETTLE, **given)
    assert gaps("checklist_no") == []
    assert refused("secretary", SETTLE, **given).code == "workforce.answer_settled"
    assert refused("secretary", SETTLE, answer_id=str(uuid4()), settlement="已换").code == "workforce.unknown_answer"


def test_a_no_answered_anew_with_yes_is_closed_and_a_new_no_is_open_again(
    do: Do, asked: dict[str, str], gaps: Gaps
) -> None:
    do("secretary", ANSWER, **asked, points=[_point(FIRST, "no", "测温枪没电")])
    do("secretary", SETTLE, answer_id=gaps("checklist_no")[0]["subject_id"], settlement="已换电池")
    do("secretary", ANSWER, **asked, points=[_point(FIRST, "no", "又没电了")])
    assert [one["details"] for one in gaps("checklist_no")] == [{"note": "又没电了"}]
    do("secretary", ANSWER, **asked, points=[_point(FIRST)])
    assert gaps("checklist_no") == []


def test_who_stands_at_the_post_answers_and_says_where_it_is(
    do: Do, refused: Refused, asked: dict[str, str], enlist: Callable[..., UUID], accounts: dict[str, Account]
) -> None:
    person = enlist("李值守", account_id=str(accounts["gate"].pk), experienced=True)
    where = {"longitude": 111.57, "latitude": 35.49}
    on_shift = {"post_id": asked["post_id"], "on": "2020-02-03", "kind": "4x6.m", "responder_id": str(person)}
    shift = do("secretary", "workforce.put_on_shift", **on_shift)["id"]
    assert refused("gate", "workforce.locate_here", shift_id=shift, **where).code == "workforce.not_signed_in"
    do("gate", "workforce.sign_in", shift_id=shift)
    do("gate", ANSWER, **asked, points=[_point(FIRST)])
    assert CheckAnswer.objects.get().shift_id == UUID(shift)
    assert refused("secretary", "workforce.locate_here", shift_id=shift, **where).code == "workforce.unknown_shift"
    do("gate", "workforce.locate_here", shift_id=shift, **where)
    post = find_post(UUID(asked["post_id"]))
    assert post is not None
    assert (post.longitude, post.latitude) == (111.57, 35.49)


def test_answers_after_midnight_belong_to_the_day_they_were_given(
    asked: dict[str, str], cast: dict[str, Actor]
) -> None:
    late = datetime(2020, 2, 3, 16, 30, tzinfo=UTC)
    with clock.fixed(late):
        run(cast["secretary"], ANSWER, asked | {"points": [_point(FIRST)]})
    assert str(CheckAnswer.objects.get().on) == "2020-02-04"
    assert CheckAnswer.objects.get().area_path == VILLAGE
