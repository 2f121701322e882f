"""Offers, calls, pledges, secondments, check-ins, recalls: everybody is answered, and every sum is added from rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.calls import answers_over_time
from lianfang.domain.workforce.queries.secondments import sums_of
from lianfang.domain.workforce.rules.offers import area_of_code, may_follow, split_names, sums_by_rank
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock

from .conftest import Do, Enlist, Refused, Rows

pytestmark = pytest.mark.django_db
Gaps = Callable[[str], list[dict[str, Any]]]
NUMERALS = "零一二三四五六七八九"


def named(prefix: str, count: int) -> str:
    """Return so many different names, one a line."""
    return "\n".join(f"{prefix}{NUMERALS[n // 10]}{NUMERALS[n % 10]}" for n in range(count))


def test_names_of_a_pasted_list_are_split_and_kept_once() -> None:
    assert split_names("王建国、李秀英\n张伟；王建国\n\n") == ["王建国", "李秀英", "张伟"]


# --- offers ---


def test_an_offer_names_somebody(refused: Refused) -> None:
    no = refused("town", "workforce.record_offer", area_path=VILLAGE, names="、\n", channel="phone")
    assert no.code == "input.missing"


def test_everybody_who_signed_a_letter_waits_for_an_answer(do: Do, rows: Rows) -> None:
    given = {"area_path": VILLAGE, "names": "王建国\n李秀英\n张伟", "text": "我们自愿请战"}
    assert do("secretary", "workforce.record_offer", **given)["people"] == 3
    [offer] = rows("secretary", "workforce.offers")
    assert (offer["people"], offer["waiting"], offer["text"]) == (3, 3, "我们自愿请战")


def test_who_rang_twice_is_on_the_list_once(do: Do) -> None:
    given = {"area_path": VILLAGE, "names": "王建国", "phone": "13812345678", "channel": "phone"}
    do("town", "workforce.record_offer", **given)
    again = do("town", "workforce.record_offer", **given)
    assert (again["people"], again["known"]) == (0, 1)


def test_an_offer_without_an_answer_is_a_gap_after_its_time(do: Do, moment: Any, gaps: Gaps) -> None:
    do("town", "workforce.record_offer", area_path=VILLAGE, names="王建国", channel="paper")
    assert gaps("offer_unanswered") == []
    with clock.fixed(moment + timedelta(hours=25)):
        assert len(gaps("offer_unanswered")) == 1
        do("town", "workforce.screen_responder", responder_id=str(Responder.objects.get().pk), accepted=True)
        assert gaps("offer_unanswered") == []


def test_who_is_not_needed_is_told_and_the_offer_ends(do: Do, refused: Refused) -> None:
    do("town", "workforce.record_offer", area_path=VILLAGE, names="王建国", channel="paper")
    row = str(Responder.objects.get().pk)
    do("town", "workforce.screen_responder", responder_id=row, accepted=False, note="人手已够，谢谢")
    assert Responder.objects.get().ended_reason == "人手已够，谢谢"
    again = refused("town", "workforce.screen_responder", responder_id=row, accepted=True)
    assert again.code == "workforce.service_ended"


def test_the_way_from_offer_to_service(do: Do, refused: Refused, rows: Rows) -> None:
    do("town", "workforce.record_offer", area_path=VILLAGE, names="王建国", channel="paper", part="night")
    row = str(Responder.objects.get().pk)
    assert refused("town", "workforce.note_training", responder_id=row).code == "workforce.not_now"
    for step in ("screen_responder", "note_training", "sign_undertaking", "begin_service"):
        do("town", f"workforce.{step}", responder_id=row)
    kept = Responder.objects.get()
    assert (kept.state, kept.availability[0]["parts"]) == ("serving", ["night"])
    given = {"available_from": "2020-02-08", "weekdays": ["5", "6"], "part": "day"}
    do("town", "workforce.set_availability", responder_id=row, **given)
    assert rows("town", "workforce.responders")[0]["availability"] == ["2020-02-08 – … 周六日 白天 By day"]


# --- calls ---


def test_a_call_counts_what_came_within_its_hours(do: Do, moment: Any, rows: Rows) -> None:
    call = do("town", "workforce.open_call", area_path=TOWN, title="突击队招募", within_hours=48)["id"]
    with clock.fixed(moment + timedelta(hours=3)):
        do("town", "workforce.record_offer", area_path=VILLAGE, names=named("先", 80), call_id=call)
    with clock.fixed(moment + timedelta(hours=47)):
        for part, count in (("锋", 100), ("队", 100), ("员", 9)):
            do("town", "workforce.record_offer", area_path=VILLAGE, names=named(part, count), call_id=call)
        for number in range(20):
            given = {"area_path": VILLAGE, "kind": "surge", "name": f"第{number + 1}突击队"}
            do("town", "workforce.set_up_team", **given, call_id=call)
    with clock.fixed(moment + timedelta(hours=50)):
        do("town", "workforce.record_offer", area_path=VILLAGE, names="迟到的人", call_id=call)
    [shown] = rows("town", "workforce.calls")
    assert (shown["teams_in_time"], shown["people_in_time"], shown["people"]) == (20, 289, 290)
    course = {one.hours: (one.teams, one.people) for one in answers_over_time(UUID(call))}
    assert course == {1: (0, 0), 4: (0, 80), 12: (0, 80), 24: (0, 80), 48: (20, 289), 72: (20, 290)}
    with clock.fixed(moment + timedelta(hours=50)):
        assert rows("town", "workforce.calls")[0]["course"][-2:] == ["24 h: 0 / 80", "48 h: 20 / 289"]
    said = answers_over_time(UUID(call), [48])[0].said
    assert said.zh == "48 小时：20 支队伍，289 人"
    assert said.en == "48 h: 20 teams, 289 people"


def test_a_closed_call_takes_no_more(do: Do, refused: Refused) -> None:
    call = do("town", "workforce.open_call", area_path=TOWN, title="突击队招募")["id"]
    do("town", "workforce.close_call", call_id=call)
    no = refused("town", "workforce.record_offer", area_path=VILLAGE, names="王建国", call_id=call)
    assert no.code == "workforce.unknown_call"


# --- pledges ---


def test_a_number_that_is_not_the_lists_is_refused(do: Do, refused: Refused, unit: UUID) -> None:
    pledge = do("duty", "workforce.add_pledge", area_path=COUNTY, example="serve")["id"]
    given = {"pledge_id": pledge, "names": named("签", 6), "unit_id": str(unit)}
    no = refused("duty", "workforce.sign_pledge", **given, stated=7)
    assert no.code == "workforce.stated_number_differs"
    assert "说是 7 人，名单上是 6 人" in no.message.zh


def test_signatures_of_a_batch_are_counted_by_unit(do: Do, refused: Refused, rows: Rows, unit: UUID) -> None:
    pledge = do("duty", "workforce.add_pledge", area_path=COUNTY, example="serve")["id"]
    given = {"pledge_id": pledge, "unit_id": str(unit)}
    assert do("duty", "workforce.sign_pledge", **given, names=named("签", 18), stated=18)["signed"] == 18
    assert do("duty", "workforce.sign_pledge", **given, names=named("签", 20))["signed"] == 2
    assert refused("duty", "workforce.sign_pledge", **given, names="签零零").code == "workforce.signed_before"
    assert [one["signed"] for one in rows("duty", "workforce.units")] == [20]
    [shown] = rows("duty", "workforce.pledges")
    assert (shown["is_example"], shown["signed"], shown["units"]) == (True, 20, 1)


def test_a_shipped_text_says_that_it_is_an_example_until_it_is_edited(do: Do, rows: Rows) -> None:
    pledge = do("duty", "workforce.add_pledge", area_path=COUNTY, example="home")["id"]
    assert "示例文本" in rows("duty", "workforce.pledges")[0]["text"]
    do("duty", "workforce.edit_pledge", pledge_id=pledge, version=1, text="我承诺如实报告。")
    assert rows("duty", "workforce.pledges")[0]["is_example"] is False


def test_words_that_somebody_signed_stay(do: Do, refused: Refused) -> None:
    pledge = do("duty", "workforce.add_pledge", area_path=COUNTY, example="serve")["id"]
    do("duty", "workforce.sign_pledge", pledge_id=pledge, names="王建国")
    no = refused("duty", "workforce.edit_pledge", pledge_id=pledge, version=1, text="别的内容")
    assert no.code == "workforce.pledge_signed"


# --- secondments ---


def test_sums_by_rank_add_up_from_rows() -> None:
    ranks = ["county_head"] * 17 + ["county_deputy"] * 60 + ["section"] * 53
    assert sums_by_rank(ranks) == ({"county_head": 17, "county_deputy": 60, "section": 53}, 130)


def test_130_people_of_three_ranks_add_up(do: Do, refused: Refused, unit: UUID, cast: Any) -> None:
    given = {"area_path": TOWN, "from_unit_id": str(unit), "post": "高速路口"}
    no = refused("duty", "workforce.request_secondments", **given, names=named("正", 16), rank="county_head", stated=17)
    assert no.code == "workforce.stated_number_differs"
    for rank, prefix, count in (("county_head", "正", 17), ("county_deputy", "副", 60), ("section", "优", 53)):
        done = do("duty", "workforce.request_secondments", **given, names=named(prefix, count), rank=rank, stated=count)
    assert done == {"people": 53, "by_rank": {"county_head": 17, "county_deputy": 60, "section": 53}, "total": 130}
    assert sums_of(unit)[1] == sums_of(area_path=TOWN)[1] == 130


def test_who_is_let_go_and_does_not_arrive_is_a_gap(
    do: Do, refused: Refused, unit: UUID, moment: Any, gaps: Gaps
) -> None:
    do("duty", "workforce.request_secondments", area_path=TOWN, from_unit_id=str(unit), names="王建国")
    [row] = Responder.objects.get().secondments.all()
    assert refused("town", "workforce.note_arrival", secondment_id=str(row.pk)).code == "workforce.not_now"
    with clock.fixed(moment + timedelta(days=1)):
        assert [one["subject_id"] for one in gaps("secondment_unanswered")] == [str(row.pk)]
    do("desk", "workforce.release_secondment", secondment_id=str(row.pk))
    assert gaps("secondment_not_arrived") == []
    with clock.fixed(moment + timedelta(days=1)):
        assert gaps("secondment_unanswered") == []
        assert [one["subject_id"] for one in gaps("secondment_not_arrived")] == [str(row.pk)]
        do("town", "workforce.note_arrival", secondment_id=str(row.pk))
        assert gaps("secondment_not_arrived") == []
    assert Responder.objects.get().state == "assigned"


def test_nobody_is_seconded_twice_at_once(do: Do, refused: Refused, enlist: Enlist, unit: UUID) -> None:
    row = str(enlist(unit_id=str(unit)))
    do("town", "workforce.second_responder", responder_id=row, area_path=TOWN)
    no = refused("town", "workforce.second_responder", responder_id=row, area_path=TOWN)
    assert no.code == "workforce.seconded_already"


def test_the_end_of_a_secondment_leaves_the_person_on_the_list(do: Do, enlist: Enlist, unit: UUID) -> None:
    row = str(enlist(unit_id=str(unit)))
    one = do("town", "workforce.second_responder", responder_id=row, area_path=TOWN)["id"]
    do("town", "workforce.end_secondment", secondment_id=one, reason="任务结束")
    assert (sums_of(unit)[1], Responder.objects.get().state) == (0, "trained")


# --- check-ins ---


def test_another_code_is_no_communitys(refused: Refused) -> None:
    assert refused("grid", "workforce.check_in", code="https://example.org").code == "workforce.not_a_community_code"


def test_members_report_by_code_and_on_paper_and_nobody_twice_a_day(do: Do, rows: Rows, unit: UUID) -> None:
    code = {"code": f"LF-REPORT:{VILLAGE}", "unit_id": str(unit)}
    assert area_of_code(code["code"]) == VILLAGE
    assert do("secretary", "workforce.check_in", **code, names="王建国、李秀英")["checked_in"] == 2
    again = do("secretary", "workforce.check_in", area_path=VILLAGE, unit_id=str(unit), names="王建国、张伟")
    assert again == {"checked_in": 1, "known": 1}
    assert sorted(one["way"] for one in rows("secretary", "workforce.check_ins")) == ["paper", "qr", "qr"]
    assert [one["reported"] for one in rows("duty", "workforce.units")] == [3]


def test_a_whole_unit_reports_without_names(do: Do, refused: Refused, unit: UUID) -> None:
    assert refused("secretary", "workforce.check_in", area_path=VILLAGE).code == "input.missing"
    assert do("secretary", "workforce.check_in", area_path=VILLAGE, unit_id=str(unit))["checked_in"] == 1


# --- recalls ---


@pytest.mark.parametrize(("before", "after"), [("arrived", "on_the_way"), ("excused", "arrived"),
                                               ("on_the_way", "acknowledged")])  # fmt: skip
def test_an_answer_does_not_go_back(before: str, after: str) -> None:
    assert not may_follow(before, after)


def test_nobody_is_called_back_where_nobody_serves(refused: Refused) -> None:
    assert refused("town", "workforce.call_back", area_path=TOWN, reason="新增病例").code == "workforce.recall_nobody"


def test_who_does_not_answer_a_recall_is_a_gap(do: Do, rows: Rows, enlist: Enlist, moment: Any, gaps: Gaps) -> None:
    enlist("王建国")
    enlist("李秀英")
    do("town", "workforce.call_back", area_path=VILLAGE, reason="新增病例", report_to="村委会")
    first, second = rows("town", "workforce.recalled")
    do("town", "workforce.answer_recall", recalled_id=first["id"], answer="on_the_way")
    with clock.fixed(moment + timedelta(minutes=31)):
        assert [one["subject_id"] for one in gaps("recall_unanswered")] == [second["id"]]
        do("town", "workforce.answer_recall", recalled_id=second["id"], answer="arrived")
        assert gaps("recall_unanswered") == []
    [shown] = rows("town", "workforce.recalls")
    assert (shown["called"], shown["silent"], shown["coming"], shown["there"]) == (2, 0, 1, 1)


def test_somebody_called_back_answers_for_themselves_and_sees_nobody_else(
    do: Do, refused: Refused, rows: Rows, enlist: Enlist, accounts: Any, cast: Any
) -> None:
    enlist("赵网格", account_id=str(accounts["grid"].pk), area_path=VILLAGE + "001")
    enlist("王建国", area_path=VILLAGE + "001")
    do("town", "workforce.call_back", area_path=VILLAGE, reason="新增病例")
    [mine] = rows("grid", "workforce.recalled")
    [other] = [one for one in rows("town", "workforce.recalled") if one["id"] != mine["id"]]
    no = refused("grid", "workforce.answer_recall", recalled_id=other["id"], answer="arrived")
    assert no.code == "access.not_yours"
    assert run(cast["grid"], "workforce.answer_recall", {"recalled_id": mine["id"], "answer": "acknowledged"})
