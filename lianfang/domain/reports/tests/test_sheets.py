"""What sheets ask and nobody has recorded passes the burden gate; newer editions, daily filling, the burden meter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.reports.models import SheetSchedule, SheetVersion
from lianfang.domain.reports.queries.burden import burden, held_as, re_asked
from lianfang.domain.reports.queries.forms.catalogue import find_form
from lianfang.domain.reports.queries.forms.filling import Sought, fill_form
from lianfang.domain.reports.rules.sheets import changes, is_due, read_mapping
from lianfang.domain.reports.tests.conftest import at
from lianfang.doors.files.sheets.tests.conftest import Clerk, observed, suggested
from lianfang.doors.files.sheets.tests.forms import label_form, opened, police_form, saved, street_form
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.attachments.storing import GONE, read_file, store
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.retention.erasing import erase_due
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.clock import fixed
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(signed_in: Any, county: str) -> Any:
    with fixed(at(10)):
        observed(1, "田小满")
        yield Clerk(signed_in("duty"))


def asked(cast: dict[str, Actor]) -> dict[str, dict[str, Any]]:
    rows = read(cast["duty"], "reports.asked_fields", Query(limit=100)).rows
    return {row["cells"]["header"]: {"id": row["id"], **row["cells"]} for row in rows}


JUSTIFIED = {"purpose": "出入境核查", "owner": "县公安局", "basis": "县指挥部通知", "expires_on": "2020-03-01"}


def test_a_field_nobody_has_recorded_is_listed_with_who_asks(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.ready(police_form(), sender="公安局")
    assert set(asked(cast)) == {"护照号码"}
    assert asked(cast)["护照号码"]["sender"] == "公安局"


def test_a_field_that_is_held_already_is_not_asked_of_anybody(clerk: Clerk, cast: dict[str, Actor]) -> None:
    taken = clerk.take(police_form()).json()
    mapping = suggested(taken)
    mapping[0]["list"]["columns"][2]["meaning"] = ""
    mapping[0]["list"]["columns"][2]["header"] = "电话"
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    phone = asked(cast)["电话"]
    assert phone["held_as"].endswith("电话")
    answer = clerk.act("reports.request_field", field_id=phone["id"], **JUSTIFIED)
    assert answer.json()["code"] == "reports.already_held"


def test_a_new_field_says_purpose_owner_basis_and_expiry(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.ready(police_form())
    bare = clerk.act("reports.request_field", field_id=asked(cast)["护照号码"]["id"])
    assert {one["field"] for one in bare.json()["problems"]} == {"purpose", "owner", "basis", "expires_on"}
    past = clerk.act(
        "reports.request_field", field_id=asked(cast)["护照号码"]["id"], **JUSTIFIED | {"expires_on": "2020-02-02"}
    )
    assert past.json()["code"] == "input.out_of_range"


def test_nobody_decides_on_their_own_request(clerk: Clerk, cast: dict[str, Actor], signed_in: Any) -> None:
    clerk.ready(police_form())
    field = asked(cast)["护照号码"]["id"]
    assert clerk.act("reports.request_field", field_id=field, **JUSTIFIED).status_code == 200
    mine = clerk.act("reports.decide_field", field_id=field, approve=True, note="同意")
    assert mine.json()["code"] == "reports.own_request"


def test_another_person_approves_and_the_decision_is_kept(clerk: Clerk, cast: dict[str, Actor], send: Any) -> None:
    sheet = clerk.ready(police_form(), within=TOWN)
    field = asked(cast)["护照号码"]["id"]
    clerk.act("reports.request_field", field_id=field, **JUSTIFIED)
    assert (
        send("town", "reports.decide_field", {"field_id": field, "approve": False, "note": "已有登记"}).status_code
        == 200
    )
    assert (asked(cast)["护照号码"]["state"], asked(cast)["护照号码"]["template"]) == ("refused", sheet)


def test_what_a_list_asks_of_each_person_is_not_asked_as_a_number_of_each_village(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    clerk.ready(police_form(), within=TOWN)
    field = asked(cast)["护照号码"]["id"]
    clerk.act("reports.request_field", field_id=field, **JUSTIFIED)
    refused = send("town", "reports.decide_field", {"field_id": field, "approve": True, "note": "同意"})
    assert (refused.status_code, refused.json()["code"]) == (409, "reports.asked_of_each")
    assert asked(cast)["护照号码"]["state"] == "requested"
    assert read(cast["secretary"], "reports.field_answers").rows == []
    no = send("town", "reports.decide_field", {"field_id": field, "approve": False, "note": "登记在各人页面上"})
    assert no.status_code == 200


def test_what_one_sheet_asks_of_each_person_and_another_as_a_number_may_be_asked(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    clerk.ready(police_form(), within=TOWN)
    book = opened(label_form())
    book["表一"]["A6"] = "护照号码"
    clerk.ready(saved(book), within=TOWN)
    field = asked(cast)["护照号码"]["id"]
    clerk.act("reports.request_field", field_id=field, **JUSTIFIED)
    agreed = send("town", "reports.decide_field", {"field_id": field, "approve": True, "note": "同意"})
    assert agreed.status_code == 200, agreed.content


def approved(clerk: Clerk, cast: dict[str, Actor], send: Any) -> str:
    """Have the township's sheet ask how many slogans hang, and each of its villages asked once; returns the field."""
    clerk.ready(label_form(), within=TOWN, sender="宣传部")
    field = str(asked(cast)["标语条数"]["id"])
    assert clerk.act("reports.request_field", field_id=field, **JUSTIFIED).status_code == 200
    agreed = send("town", "reports.decide_field", {"field_id": field, "approve": True, "note": "只问一次"})
    assert agreed.status_code == 200, agreed.content
    return field


def own_answer(cast: dict[str, Actor]) -> str:
    [mine] = read(cast["secretary"], "reports.field_answers").rows
    assert mine["area"] == VILLAGE
    return str(mine["id"])


def test_an_approved_field_is_answered_once_and_known_to_every_later_sheet(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    approved(clerk, cast, send)
    said = {"answer_id": own_answer(cast), "value": 12}
    assert send("secretary", "reports.answer_field", said).status_code == 200
    later = clerk.ready(label_form(), within=TOWN, sender="文明办")
    assert clerk.filled(later, area_path=VILLAGE)["表一"]["B6"].value == 12


def test_a_village_that_comes_to_be_later_is_asked_as_the_others_were(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    approved(clerk, cast, send)
    before = {row["area"] for row in read(cast["duty"], "reports.field_answers", Query(limit=100)).rows}
    new = f"{TOWN}299"
    with writing():
        apps.get_model("areas", "Area").objects.create(
            path=new, name="新分出来的村", level="village", parent=TOWN, valid_from="2020-02-03"
        )
    for hour in (11, 12):
        with fixed(at(hour)):
            enqueue("reports.tick", {})
            run_waiting()
    rows = read(cast["duty"], "reports.field_answers", Query(limit=100)).rows
    assert len(rows) == len(before) + 1
    assert {row["area"] for row in rows} == before | {new}
    assert new in {one.area_path for one in GAPS["fields_unanswered"].find(TOWN, at(13))}


def test_a_sum_is_written_when_every_unit_has_answered_and_says_until_then_who_has_not(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    approved(clerk, cast, send)
    send("secretary", "reports.answer_field", {"answer_id": own_answer(cast), "value": 12})
    later = clerk.ready(label_form(), within=TOWN, sender="文明办")
    assert clerk.filled(later)["表一"]["B6"].value is None
    [fill] = read(cast["duty"], "reports.sheet_fills").rows
    others = read(cast["duty"], "reports.field_answers", Query({"answered_at": ""}, limit=100)).rows
    [said] = fill["cells"]["left"]
    assert said["zh"].startswith(f"“标语条数”还有 {len(others)} 个单位没有填（")
    for one in others:
        answered = send("town", "reports.answer_field", {"answer_id": one["id"], "value": 1})
        assert answered.status_code == 200, answered.content
    assert clerk.filled(later)["表一"]["B6"].value == 12 + len(others)
    assert read(cast["duty"], "reports.sheet_fills").rows[0]["cells"]["left"] == []


def test_a_field_is_asked_suggested_and_filled_until_the_day_it_was_approved_for(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    approved(clerk, cast, send)
    said = {"answer_id": own_answer(cast), "value": 12}
    assert send("secretary", "reports.answer_field", said).status_code == 200
    later = clerk.ready(label_form(), within=TOWN, sender="文明办")
    kept = clerk.browser.get(f"/api/sheets/{later}").json()["mapping"]
    with fixed(at(10, day=1).replace(month=3)):
        assert clerk.filled(later, area_path=VILLAGE)["表一"]["B6"].value == 12
        assert clerk.take(label_form(), within=TOWN).json()["pages"][0]["cells"][3]["meaning"].startswith("asked:")
    with fixed(at(10, day=2).replace(month=3)):
        assert clerk.take(label_form(), within=TOWN, sender="文明办").json()["pages"][0]["cells"][3]["meaning"] == ""
        assert clerk.filled(later, area_path=VILLAGE)["表一"]["B6"].value is None
        [left] = read(cast["duty"], "reports.sheet_fills").rows[0]["cells"]["left"]
        assert left["zh"] == "“标语条数”只批准用到 2020-03-01，已到期，留空。"
        answered = send("secretary", "reports.answer_field", said)
        assert (answered.status_code, answered.json()["code"]) == (409, "reports.field_expired")
        again = clerk.act("reports.confirm_sheet", template_id=later, mapping=kept)
        assert again.json()["code"] == "reports.field_expired"


def test_a_field_that_is_needed_longer_is_asked_for_and_answered_anew(
    clerk: Clerk, cast: dict[str, Actor], send: Any
) -> None:
    field = approved(clerk, cast, send)
    old = own_answer(cast)
    send("secretary", "reports.answer_field", {"answer_id": old, "value": 12})
    justified = JUSTIFIED | {"expires_on": "2020-04-01"}
    assert clerk.act("reports.request_field", field_id=field, **justified).json()["code"] == "reports.no_asked_field"
    with fixed(at(10, day=2).replace(month=3)):
        assert clerk.act("reports.request_field", field_id=field, **justified).status_code == 200
        waiting = send("secretary", "reports.answer_field", {"answer_id": old, "value": 12})
        assert waiting.json()["code"] == "reports.no_asked_field"
        send("town", "reports.decide_field", {"field_id": field, "approve": True, "note": "还需要"})
        assert read(cast["secretary"], "reports.field_answers").rows[0]["cells"]["value"] is None
        asked_anew = GAPS["fields_unanswered"].find(VILLAGE, at(11, day=2).replace(month=3))
        assert [one.area_path for one in asked_anew] == [VILLAGE]
        answered = send("secretary", "reports.answer_field", {"answer_id": own_answer(cast), "value": 15})
        assert answered.status_code == 200


def test_who_was_asked_and_has_not_answered_is_a_gap(clerk: Clerk, cast: dict[str, Actor], send: Any) -> None:
    clerk.ready(label_form(), within=VILLAGE)
    field = asked(cast)["标语条数"]["id"]
    clerk.act("reports.request_field", field_id=field, **JUSTIFIED)
    assert not list(GAPS["fields_unanswered"].find(COUNTY, at(11)))
    send("secretary", "reports.decide_field", {"field_id": field, "approve": True, "note": "同意"})
    found = list(GAPS["fields_unanswered"].find(COUNTY, at(11)))
    assert [(one.area_path, one.details["field"]) for one in found] == [(VILLAGE, "标语条数")]


def test_a_second_sheet_that_asks_the_same_counts_and_is_listed_once(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.ready(police_form(), sender="公安局")
    clerk.ready(police_form(), sender="外事办")
    assert asked(cast)["护照号码"]["times"] == 2


def test_a_meaning_that_nothing_can_fill_is_refused(clerk: Clerk) -> None:
    taken = clerk.take(police_form()).json()
    mapping = suggested(taken)
    mapping[0]["list"]["columns"][0]["meaning"] = "col:password"
    refused = clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    assert refused.json()["code"] == "reports.bad_meaning"


def test_a_newer_edition_says_what_is_new_gone_and_moved_and_carries_the_rest_over(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form())
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "名单"
    page.append(["人员姓名", "公民身份号码", "手机号码", "所属乡镇", "所在村", "现居住地", "人员类型", "口罩数量"])
    answer = clerk.take(saved(book), template_id=sheet).json()
    assert answer["sheet"]["version"] == 2
    assert answer["sheet"]["changes"] == {
        "new": ["口罩数量"], "gone": ["护照号码"], "moved": [["人员姓名", "B", "A"], ["公民身份号码", "A", "B"]],
    }  # fmt: skip
    columns = {one["header"]: one for one in answer["pages"][0]["list"]["columns"]}
    assert columns["人员姓名"]["meaning"] == "col:name"
    assert columns["人员姓名"]["remembered"]


def test_until_it_is_confirmed_a_newer_edition_changes_nothing(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form())
    clerk.take(street_form(), template_id=sheet)
    assert clerk.filled(sheet).sheetnames == ["名单"]


def test_what_was_chosen_by_hand_comes_back_with_the_senders_next_sheet(clerk: Clerk) -> None:
    taken = clerk.take(police_form(), sender="公安局").json()
    mapping = suggested(taken)
    mapping[0]["list"]["columns"][7]["meaning"] = "col:basis"
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    again = clerk.take(police_form(), sender="公安局").json()["pages"][0]["list"]["columns"][7]
    assert (again["meaning"], again["remembered"]) == ("col:basis", True)
    other = clerk.take(police_form(), sender="交通局").json()["pages"][0]["list"]["columns"][7]
    assert other["meaning"] == ""


def test_a_sheet_fills_itself_once_a_day_at_its_time(clerk: Clerk, cast: dict[str, Actor]) -> None:
    sheet = clerk.ready(police_form())
    assert clerk.act("reports.schedule_sheet", template_id=sheet, fill_at="08:00", each="").status_code == 200
    for hour in (10, 11):
        with fixed(at(hour)):
            enqueue("reports.tick", {})
            run_waiting()
    rows = read(cast["duty"], "reports.sheet_fills").rows
    assert [(row["cells"]["scheduled"], row["cells"]["rows"], row["cells"]["named"]) for row in rows] == [
        (True, 1, False)
    ]


def test_a_daily_filling_whose_setter_is_gone_says_so(clerk: Clerk, cast: dict[str, Actor]) -> None:
    sheet = clerk.ready(police_form())
    clerk.act("reports.schedule_sheet", template_id=sheet, fill_at="08:00", each="")
    with writing():
        SheetSchedule.objects.update(account_id=uuid7())
    enqueue("reports.tick", {})
    run_waiting()
    cells = read(cast["duty"], "reports.sheet_schedules").rows[0]["cells"]
    assert (cells["filled_on"], cells["refused_code"]) == (None, "reports.sheet_without_setter")
    assert (cells["refused"]["zh"], cells["refused_at"]) == ("设定每天自动填的账号已不在，请重新设定。", at(10))


@pytest.mark.parametrize(
    ("fill_at", "filled_on", "due"),
    [("", None, False), ("10:30", None, False), ("09:59", None, True), ("09:59", date(2020, 2, 3), False),
     ("09:59", date(2020, 2, 2), True)],
)  # fmt: skip
def test_when_a_daily_sheet_is_due(fill_at: str, filled_on: date | None, due: bool) -> None:
    assert is_due(fill_at, filled_on, at(10)) is due


def test_a_retired_sheet_is_filled_no_more(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form())
    clerk.act("reports.retire_sheet", template_id=sheet, reason="与卫健局的表重复")
    assert clerk.act("reports.fill_sheet", template_id=sheet).json()["code"] == "reports.no_sheet"


def test_an_area_outside_the_sheets_is_refused(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form(), within=TOWN)
    assert clerk.act("reports.fill_sheet", template_id=sheet, area_path=COUNTY).json()["code"] == "reports.no_unit"


def test_the_meter_says_what_is_asked_again_and_which_sheet_could_go(clerk: Clerk, cast: dict[str, Actor]) -> None:
    first = clerk.ready(police_form(), sender="公安局", name="甲表")
    clerk.ready(police_form(), sender="外事办", name="乙表")
    clerk.fill(first)
    meter = burden(cast["duty"], COUNTY, date(2020, 2, 3))
    assert (meter["sheets"], meter["asked"], meter["re_asked"], meter["by_hand"]) == (2, 16, 14, 2)
    assert meter["spared"] == 7
    # 12 seconds a cell, in whole minutes: 2 cells by hand, 7 spared
    assert (meter["seconds_per_cell"], meter["minutes_by_hand"], meter["minutes_spared"]) == (12, 0, 1)
    assert [one["minutes_spared"] for one in meter["days_kept"]] == [1]
    assert meter["repeated"][0]["times"] == 2
    assert len(meter["droppable"]) == 1
    assert {one["sender"] for one in meter["senders"]} == {"公安局", "外事办"}
    assert re_asked(cast["duty"], COUNTY) == 14


def test_the_burden_report_tells_the_minutes_that_a_sheet_takes_by_hand(clerk: Clerk, cast: dict[str, Actor]) -> None:
    clerk.fill(clerk.ready(police_form(), sender="公安局"))
    cells = read(cast["duty"], "reports.sheets").rows[0]["cells"]
    # 12 seconds a cell: one cell left to the pen, seven spared
    assert (cells["minutes_by_hand"], cells["minutes_spared"]) == (0.2, 1.4)
    grid = fill_form(Sought(cast["duty"], find_form("F41"), COUNTY, date(2020, 2, 3), at(10))).grids[0]
    line = dict(zip(grid.heads, grid.rows[0], strict=True))
    assert (line["部门"], line["平均手填约需（分钟）"], line["平均免填约省（分钟）"]) == ("公安局", 0.2, 1.4)


def test_the_minutes_follow_the_seconds_that_a_county_timed(clerk: Clerk, cast: dict[str, Actor], do: Any) -> None:
    clerk.fill(clerk.ready(police_form()))
    timed = {"profile": "covid19", "key": "burden.seconds_per_cell", "value": "30", "area_path": COUNTY,
             "document": "县防指函〔2020〕3号", "until_on": "2020-06-30"}  # fmt: skip
    do("duty", "incidents.set_local_rule", **timed)
    assert read(cast["duty"], "reports.sheets").rows[0]["cells"]["minutes_by_hand"] == 0.5


def test_the_meter_is_not_for_outsiders(signed_in: Any, county: str) -> None:
    assert signed_in("outsider").get(f"/api/burden?within={COUNTY}").status_code == 403


def test_what_is_like_something_recorded_is_found_again() -> None:
    assert held_as("今日新增返乡人员（人）") == "今日新增返乡"
    assert held_as("口罩颜色") == ""


def test_two_columns_of_one_name_are_told_apart() -> None:
    def sheet(*columns: tuple[str, str]) -> Any:
        asked = [{"place": place, "header": header, "meaning": ""} for place, header in columns]
        return read_mapping([{"name": "表", "list": {"kind": "table", "first": 2, "last": 2, "columns": asked}}])

    differ = changes(sheet(("A", "电话"), ("B", "电话")), sheet(("A", "电话"), ("C", "电话")))
    assert differ.moved == (("电话", "B", "C"),)


def test_a_retired_forms_file_is_erased_after_its_days_and_one_in_use_stays(
    clerk: Clerk, django_capture_on_commit_callbacks: Any
) -> None:
    retired, kept = clerk.ready(police_form(), name="停用的"), clerk.ready(street_form(), name="在用的")
    files = {str(one.template_id): one.file_id for one in SheetVersion.objects.all()}
    never_a_form = store(SYSTEM, "没成表样.xlsx", [police_form()], "sheet_form", COUNTY).pk
    assert clerk.act("reports.retire_sheet", template_id=retired, reason="与卫健局的表重复").status_code == 200
    assert erase_due(at(10) + timedelta(days=29), names=["reports.retired_forms"]) == []
    with django_capture_on_commit_callbacks(execute=True):
        [certificate] = erase_due(at(10) + timedelta(days=30, minutes=1), names=["reports.retired_forms"])
    assert (certificate.count, certificate.rule_key) == (2, "retention.uploads_days")
    for gone in (files[retired], never_a_form):
        with pytest.raises(Refusal) as refused:
            read_file(gone)
        assert refused.value.code == GONE.code
    assert clerk.browser.get(f"/api/sheets/{kept}").status_code == 200
