"""Reports through the doors: refusals first, then a day from the snapshot to the publication."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.reports.actions.ticking import mark_states, tick
from lianfang.domain.reports.models import DailyReport, Publication, ReportFigure
from lianfang.domain.reports.tests import conftest as made
from lianfang.domain.reports.tests.conftest import DAY, at
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import Progress
from lianfang.kernel.clock import fixed
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
GAPS = ("reports_late", "reports_unconfirmed")


def run_clock() -> None:
    tick({}, Progress(Job()))


def report_of(path: str) -> DailyReport:
    return DailyReport.objects.get(area_path=path, report_on=DAY)


def given(report: DailyReport, **more: Any) -> dict[str, Any]:
    return {"report_id": str(report.pk), "version": report.version, **more}


def page(client: Any, path: str, on: str = "2020-02-03") -> Any:
    return client.get(f"/api/reports/{path}?on={on}")


def figures(body: Any) -> dict[str, Any]:
    return {one["code"]: one for section in body["sections"] for one in section["figures"]}


# --- refusals ---


@pytest.mark.parametrize("tail", ["", "/report.xlsx", "/public"])
def test_nobody_reads_a_report_without_signing_in(client: Any, county: str, tail: str) -> None:
    assert client.get(f"/api/reports/{VILLAGE}{tail}").status_code == 401


@pytest.mark.parametrize("tail", ["", "/report.xlsx", "/public"])
@pytest.mark.parametrize("who", ["outsider", "neighbour", "grid", "gate"])
def test_who_has_no_part_in_reports_reads_none(signed_in: Any, who: str, tail: str) -> None:
    response = signed_in(who).get(f"/api/reports/{VILLAGE}{tail}")
    assert (response.status_code, response.json()["code"]) == (403, "access.not_yours")


def test_a_secretary_reads_neither_the_next_village_nor_the_town(signed_in: Any) -> None:
    client = signed_in("secretary")
    assert [page(client, one).status_code for one in (NEIGHBOUR_VILLAGE, TOWN, COUNTY)] == [403, 403, 403]


@pytest.mark.parametrize("path", [GRID, "140826999", "999999", "14"])
def test_what_does_not_report_is_refused(signed_in: Any, path: str) -> None:
    response = page(signed_in("duty"), path)
    assert response.status_code in (403, 404)
    assert response.json()["code"] in ("reports.no_unit", "access.not_yours")


@pytest.mark.parametrize("on", ["yesterday", "2020-02-31", "0001-01-01", "9999-12-31", "2020-2-3\u0000", "'"])
def test_a_day_that_is_none_is_refused(signed_in: Any, on: str) -> None:
    response = signed_in("duty").get(f"/api/reports/{COUNTY}", {"on": on})
    assert (response.status_code, response.json()["code"]) == (400, "http.bad_value")


@pytest.mark.parametrize("path", ["14082%00", "绛县", "140826'--", "1" * 40])
def test_a_path_that_is_none_is_refused(signed_in: Any, path: str) -> None:
    assert signed_in("duty").get(f"/api/reports/{path}").status_code in (400, 404)


def test_nothing_is_prepared_before_the_snapshot(send: Any, county: str) -> None:
    with fixed(at(14, 59)):
        response = send("secretary", "reports.prepare_report", {"area_path": VILLAGE, "on": "2020-02-03"})
    assert response.json()["code"] == "reports.too_early"
    assert not DailyReport.objects.exists()


def test_a_grid_has_no_report(send: Any, afternoon: Any) -> None:
    response = send("secretary", "reports.prepare_report", {"area_path": GRID, "on": "2020-02-03"})
    assert response.json()["code"] == "reports.no_unit"


def test_the_neighbour_confirms_no_report_of_ours(send: Any, afternoon: Any, cast: Any) -> None:
    run_clock()
    for who in ("neighbour", "outsider", "grid"):
        response = send(who, "reports.confirm_report", given(report_of(VILLAGE)))
        assert (response.status_code, response.json()["code"]) == (403, "access.not_yours")
    response = send("secretary", "reports.confirm_report", given(report_of(NEIGHBOUR_VILLAGE)))
    assert response.status_code == 403
    assert report_of(VILLAGE).confirmed_at is None


def test_a_report_that_is_not_there_is_refused(send: Any, afternoon: Any) -> None:
    for action, more in (("confirm", {}), ("reopen", {"reason": "更正"}), ("publish", {})):
        body = {"report_id": str(uuid7()), "version": 1, **more}
        response = send("duty", f"reports.{action}_report", body)
        assert (response.status_code, response.json()["code"]) == (404, "reports.unknown")


def test_a_nil_report_with_a_new_returnee_is_refused(send: Any, afternoon: Any) -> None:
    made.lead(outcome="confirmed_new", answered_at=at(10))
    run_clock()
    response = send("secretary", "reports.confirm_report", given(report_of(VILLAGE), nil=True))
    assert response.json()["code"] == "reports.nil_with_figures"
    assert response.json()["details"] == {"figures": ["returnees.new"]}
    assert report_of(VILLAGE).confirmed_at is None


def test_an_older_version_is_refused(send: Any, afternoon: Any) -> None:
    run_clock()
    stale = given(report_of(VILLAGE)) | {"version": 7}
    assert send("secretary", "reports.confirm_report", stale).json()["code"] == "record.stale"


def test_a_phone_number_in_the_remarks_is_refused_and_not_repeated(send: Any, afternoon: Any) -> None:
    run_clock()
    response = send("secretary", "reports.confirm_report", given(report_of(VILLAGE), issues="请联系 13900000000"))
    assert response.json()["code"] == "reports.personal_data"
    assert "13900000000" not in response.content.decode()


def test_a_figure_cannot_be_typed(send: Any, afternoon: Any) -> None:
    run_clock()
    response = send("secretary", "reports.confirm_report", given(report_of(VILLAGE), figures={"returnees.new": 0}))
    assert response.json()["problems"][0]["code"] == "input.unknown_field"


def test_a_confirmed_report_is_neither_confirmed_nor_prepared_again(send: Any, afternoon: Any) -> None:
    run_clock()
    send("secretary", "reports.confirm_report", given(report_of(VILLAGE)))
    again = send("secretary", "reports.confirm_report", given(report_of(VILLAGE)))
    anew = send("secretary", "reports.prepare_report", {"area_path": VILLAGE, "on": "2020-02-03"})
    assert [again.json()["code"], anew.json()["code"]] == ["reports.already_confirmed"] * 2


def test_only_a_confirmed_county_report_is_published(send: Any, afternoon: Any) -> None:
    run_clock()
    assert send("duty", "reports.publish_report", given(report_of(COUNTY))).json()["code"] == "reports.not_confirmed"
    assert send("duty", "reports.publish_report", given(report_of(TOWN))).json()["code"] == "reports.not_public"
    assert send("duty", "reports.reopen_report", given(report_of(COUNTY), reason="更正")).json()["code"] == (
        "reports.not_confirmed"
    )


# --- the day ---


def test_the_clock_prepares_each_level_at_its_own_snapshot(county: str) -> None:
    levels = []
    for hour, minute in ((14, 59), (15, 0), (15, 30), (16, 0)):
        with fixed(at(hour, minute)):
            run_clock()
        levels.append(sorted(set(DailyReport.objects.values_list("level", flat=True))))
    assert levels == [[], ["village"], ["town", "village"], ["county", "town", "village"]]


def test_every_village_has_its_report_though_nothing_happened_there(county: str, afternoon: Any) -> None:
    from lianfang.domain.areas.queries import areas_of_level

    run_clock()
    villages = {area.path for area in areas_of_level("village", COUNTY)}
    prepared = DailyReport.objects.filter(level="village")
    assert {one.area_path for one in prepared} == villages
    assert all(set(one.figures.values()) == {0} for one in prepared)
    assert ReportFigure.objects.filter(level="village").count() == sum(len(one.figures) for one in prepared)


def test_the_clock_repeated_changes_nothing(county: str, afternoon: Any) -> None:
    run_clock()
    before = list(DailyReport.objects.order_by("pk").values())
    run_clock()
    assert list(DailyReport.objects.order_by("pk").values()) == before


def test_after_a_night_without_power_yesterday_is_prepared_too(county: str) -> None:
    with fixed(at(16, 10, day=2)):
        run_clock()
    with fixed(at(16, 10, day=4)):
        run_clock()
    assert sorted(set(DailyReport.objects.values_list("report_on", flat=True))) == [
        DAY - timedelta(days=1), DAY, DAY + timedelta(days=1),
    ]  # fmt: skip


def test_before_the_snapshot_the_page_tells_the_figures_so_far(signed_in: Any, county: str) -> None:
    made.lead(outcome="confirmed_new", answered_at=at(10))
    with fixed(at(11)):
        body = page(signed_in("secretary"), VILLAGE).json()
    assert body["report"]["state"] == "awaited"
    assert body["report"]["id"] is None
    assert figures(body)["returnees.new"]["value"] == 1


def test_a_person_confirms_with_remarks_and_the_report_says_who(send: Any, signed_in: Any, afternoon: Any) -> None:
    run_clock()
    response = send("secretary", "reports.confirm_report", given(report_of(VILLAGE), remarks="一切正常"))
    assert response.json()["result"]["undo"]["action"] == "reports.reopen_report"
    head = page(signed_in("secretary"), VILLAGE).json()["report"]
    assert (head["state"], head["confirmed_by"]["name"], head["remarks"]) == ("confirmed", "王支书", "一切正常")
    assert head["can"] == ["prepare", "confirm", "reopen", "publish"]


def test_nil_silence_and_not_yet_synced_show_as_three_states(
    send: Any, signed_in: Any, accounts: Any, county: str
) -> None:
    other = "140826100203"
    made.phone(accounts["neighbour"], at(9), NEIGHBOUR_VILLAGE + "001")
    with fixed(at(15, 5)):
        run_clock()
        send("secretary", "reports.confirm_report", given(report_of(VILLAGE), nil=True))
    with fixed(at(17)):
        run_clock()
        units = {one["path"]: one for one in page(signed_in("town"), TOWN).json()["units"]}
    states = [units[one]["state"] for one in (VILLAGE, NEIGHBOUR_VILLAGE, other)]
    assert states == ["nil", "not_synced", "late"]
    assert units[NEIGHBOUR_VILLAGE]["phones_unheard"] == 1
    assert [report_of(one).state for one in (VILLAGE, NEIGHBOUR_VILLAGE, other)] == states


def test_a_phone_that_calls_again_ends_the_excuse(accounts: Any, county: str) -> None:
    phone = made.phone(accounts["neighbour"], at(9), NEIGHBOUR_VILLAGE + "001")
    with fixed(at(17)):
        run_clock()
    type(phone).objects.filter(pk=phone.pk).update(last_seen_at=at(17, 5))
    with writing():
        mark_states(at(17, 10))
    assert report_of(NEIGHBOUR_VILLAGE).state == "late"


def test_a_worker_who_took_a_new_phone_is_heard(accounts: Any, county: str) -> None:
    made.phone(accounts["neighbour"], at(9), NEIGHBOUR_VILLAGE + "001")
    made.phone(accounts["neighbour"], at(16, 55), NEIGHBOUR_VILLAGE + "001")
    with fixed(at(17)):
        run_clock()
    assert report_of(NEIGHBOUR_VILLAGE).state == "late"


def test_silent_units_stand_on_the_gap_board_and_first_in_the_list(send: Any, signed_in: Any, county: str) -> None:
    with fixed(at(15, 30)):
        run_clock()
        sweep_all(names=GAPS)
        assert GapItem.objects.filter(gap="reports_unconfirmed", area_path=VILLAGE).exists()
        send("secretary", "reports.confirm_report", given(report_of(VILLAGE)))
    with fixed(at(16, 1)):
        run_clock()
        sweep_all(names=GAPS)
        rows = signed_in("town").get("/api/tables/reports.reports?limit=100").json()["rows"]
    late = set(GapItem.objects.filter(gap="reports_late").values_list("area_path", flat=True))
    assert VILLAGE not in late
    assert NEIGHBOUR_VILLAGE in late
    assert GapItem.objects.get(gap="reports_late", area_path=NEIGHBOUR_VILLAGE).since == at(15)
    assert [rows[0]["cells"]["state"], rows[-1]["cells"]["state"]] == ["late", "confirmed"]
    assert rows[0]["cells"]["unit_name"]


def test_every_figure_opens_its_list_through_the_door(signed_in: Any, afternoon: Any) -> None:
    made.lead(outcome="confirmed_new", answered_at=at(10))
    made.visit(outcome="refused")
    made.timetable()
    made.slot(state="recorded")
    made.request()
    client = signed_in("duty")
    shown = figures(page(client, COUNTY).json())
    assert len(shown) > 25
    for one in shown.values():
        behind = one["behind"]
        where = {**behind["where"], "within": behind["within"], "count": "1"}
        listed = client.get(f"/api/tables/{behind['table']}", where).json()
        assert listed["count"] == one["value"], one["code"]
    assert shown["returnees.new"]["value"] == shown["observation.standing"]["value"] == 1


def test_who_may_not_open_a_list_sees_the_number_alone(signed_in: Any, afternoon: Any) -> None:
    shown = figures(page(signed_in("leader"), TOWN).json())
    assert shown["sweep.visits_today"]["behind"] is None
    assert shown["observation.slots_due"]["behind"] is not None


def test_a_later_correction_shows_beside_what_was_confirmed(send: Any, signed_in: Any, afternoon: Any) -> None:
    lead = made.lead(outcome="confirmed_new", answered_at=at(10))
    run_clock()
    send("secretary", "reports.confirm_report", given(report_of(VILLAGE)))
    with writing():
        type(lead).objects.filter(pk=lead.pk).update(outcome="wrong_info")
    one = figures(page(signed_in("secretary"), VILLAGE).json())["returnees.new"]
    assert (one["value"], one["confirmed"], one["changed"]) == (0, 1, True)


def test_reopened_with_a_reason_it_can_be_confirmed_anew(send: Any, afternoon: Any) -> None:
    run_clock()
    send("secretary", "reports.confirm_report", given(report_of(VILLAGE)))
    response = send("secretary", "reports.reopen_report", given(report_of(VILLAGE), reason="漏记两户"))
    assert response.json()["result"]["state"] == "draft"
    assert AuditLine.objects.filter(action="reports.reopen_report", details__reason="漏记两户").exists()
    assert send("secretary", "reports.confirm_report", given(report_of(VILLAGE))).json()["status"] == "done"


# --- to print, and outside ---


@pytest.mark.parametrize(
    ("who", "path", "form", "sheets"),
    [
        ("secretary", VILLAGE, "F12", ["村（社区）防控日报"]),
        ("town", TOWN, "F13", ["乡镇防控日报", "下级单位", "公开版"]),
        ("duty", COUNTY, "F14", ["县指挥部日报", "下级单位", "公开版"]),
    ],
)
def test_the_sheet_follows_the_form_on_a4(
    signed_in: Any, send: Any, afternoon: Any, who: str, path: str, form: str, sheets: list[str]
) -> None:
    made.lead(outcome="confirmed_new", answered_at=at(10))
    run_clock()
    send(who, "reports.confirm_report", given(report_of(path), remarks="=1+1"))
    response = signed_in(who).get(f"/api/reports/{path}/report.xlsx?on=2020-02-03")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == sheets
    sheet = book.worksheets[0]
    cells = {row[1].value: row[3].value for row in sheet.iter_rows(min_row=5) if row[1].value}
    assert cells["今日新增返乡"] == 1
    assert cells["消杀面积"] == "—"
    assert str(sheet.page_setup.paperSize) == "9"
    text = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(form in one for one in text)
    assert "情况说明：=1+1" in text
    assert AuditLine.objects.filter(action="reports.download", area_path=path).exists()


def test_the_public_text_tells_sums_and_withholds_small_counts_of_people(signed_in: Any, afternoon: Any) -> None:
    for number in range(7):
        made.lead(outcome="confirmed_new", name=f"测试{number}", answered_at=at(10, day=1))
    made.timetable()
    body = signed_in("duty").get(f"/api/reports/{COUNTY}/public?on=2020-02-03").json()
    shown = {one["code"]: one["shown"] for one in body["lines"]}
    assert shown["returnees.total"] == "7"
    assert shown["observation.standing"] == "<5"
    assert "绛县" in body["text"]["zh"]
    assert "测试" not in str(body)


def test_no_township_is_shown_whose_count_could_be_worked_out(signed_in: Any, afternoon: Any) -> None:
    for path, count in ((GRID, 3), ("140826101200001", 9)):
        for _ in range(count):
            made.lead(path, outcome="confirmed_new")
    body = signed_in("duty").get(f"/api/reports/{COUNTY}/public?on=2020-02-03").json()
    shown = {one["path"]: one["shown"]["returnees.total"] for one in body["by_area"]}
    assert set(shown.values()) == {"—"}


def test_what_was_published_stays_word_for_word(send: Any, signed_in: Any, afternoon: Any) -> None:
    leads = [made.lead(outcome="confirmed_new", answered_at=at(10)) for _ in range(6)]
    run_clock()
    send("duty", "reports.confirm_report", given(report_of(COUNTY), remarks="内部说明"))
    assert send("duty", "reports.publish_report", given(report_of(COUNTY))).json()["status"] == "done"
    with writing():
        type(leads[0]).objects.filter(pk=leads[0].pk).update(outcome="wrong_info")
    body = signed_in("duty").get(f"/api/reports/{COUNTY}/public?on=2020-02-03").json()
    assert {one["code"]: one["shown"] for one in body["lines"]}["returnees.new"] == "6"
    assert body["published_at"]
    assert "内部说明" not in str(Publication.objects.get().content)


def test_a_reopened_report_is_no_longer_what_is_public(send: Any, signed_in: Any, afternoon: Any) -> None:
    run_clock()
    send("duty", "reports.confirm_report", given(report_of(COUNTY)))
    send("duty", "reports.publish_report", given(report_of(COUNTY)))
    send("duty", "reports.reopen_report", given(report_of(COUNTY), reason="数字有误"))
    body = signed_in("duty").get(f"/api/reports/{COUNTY}/public?on=2020-02-03").json()
    assert body["published_at"] is None
    assert Publication.objects.count() == 1
