"""Ready-made forms as real workbooks and PDFs: refusals, masking, frame, the database's numbers, named export."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
from django.test import Client

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.reports.tests.conftest import DAY, at, create, incident, lead, visit
from lianfang.doors.files.sheets.tests.conftest import NAMES, observed
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.tests.unlocking import unlocked
from lianfang.foundation.exports.watermark import find_marks
from lianfang.foundation.privacy.models import Reveal
from lianfang.kernel.clock import fixed
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
MASKED = ["田*满", "白*生", "霜*儿", "惊*明", "谷*晴"]
SAID = {"purpose": "入户核对", "recipient": "古绛镇政府", "expires_on": "2020-02-05"}
HEAD = 4


@pytest.fixture
def desk(signed_in: Callable[[str], Client], county: str) -> Iterator[Client]:
    """The duty officer's browser, with five people under observation in one grid."""
    with fixed(at(10)):
        for number, name in enumerate(NAMES, start=1):
            observed(number, name)
        forget_rules()
        yield signed_in("duty")


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def book(browser: Client, code: str, **asked: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body(browser.get(f"/api/forms/{code}/form.xlsx", asked))))


def pdf(browser: Client, code: str, **asked: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(body(browser.get(f"/api/forms/{code}/form.pdf", asked))))


def column(sheet: Any, head: str) -> list[Any]:
    """Return what stands below a head, to the end of the table."""
    place = next(cell.column for cell in sheet[HEAD] if cell.value == head)
    return [sheet.cell(row, place).value for row in range(HEAD + 1, sheet.max_row + 1)]


def lines(sheet: Any) -> dict[str, Any]:
    """Return the items of a daily report with their numbers."""
    return {row[0].value: row[2].value for row in sheet.iter_rows(min_row=HEAD + 1)}


def export(browser: Client, **given: Any) -> Any:
    sent = {"id": str(uuid7()), "input": given}
    return browser.post("/api/actions/reports.export_form", sent, content_type="application/json")


# --- refusals ----------------------------------------------------------------------------------------------------


def test_whoever_has_no_grant_sees_no_form(desk: Client, signed_in: Callable[[str], Client]) -> None:
    outsider = signed_in("outsider")
    for address in ("forms", "forms/F05", "forms/F05/form.xlsx", "forms/F05/form.pdf", "forms/F05/digest"):
        assert outsider.get(f"/api/{address}", {"within": TOWN}).status_code == 403


def test_nobody_has_a_form_of_an_area_that_is_not_theirs(desk: Client, signed_in: Callable[[str], Client]) -> None:
    secretary = signed_in("secretary")
    for address in ("F05", "F05/form.xlsx", "F05/form.pdf", "F05/digest", "F12/form.xlsx"):
        assert secretary.get(f"/api/forms/{address}", {"within": "140826101"}).status_code == 403


def test_a_form_of_lists_that_somebody_may_not_read_is_not_filled_for_them(
    desk: Client, signed_in: Callable[[str], Client]
) -> None:
    answer = signed_in("desk").get("/api/forms/F05/form.xlsx", {"within": COUNTY})
    assert (answer.status_code, answer.json()["code"]) == (403, "access.not_yours")
    assert signed_in("desk").get("/api/forms/F05/digest", {"within": COUNTY}).status_code == 403


@pytest.mark.parametrize(
    ("address", "asked", "code"),
    [
        ("F99", {}, "reports.no_form"),
        ("F14", {"within": TOWN}, "reports.no_unit"),
        ("F05/form.xlsx", {"within": "140826999"}, "reports.no_unit"),
        ("F05/form.xlsx", {"on": "yesterday"}, "http.bad_value"),
        ("F05/form.xlsx", {"incident": "covid"}, "http.bad_value"),
        ("F06/form.xlsx", {}, "reports.form_one_by_one"),
        ("F31/form.pdf", {}, "reports.form_not_yet"),
        ("F26/digest", {}, "reports.no_digest"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_sentence(
    desk: Client, address: str, asked: dict[str, str], code: str
) -> None:
    answer = desk.get(f"/api/forms/{address}", asked)
    assert answer.json()["code"] == code
    assert all(answer.json()["message"].values())


def test_a_freeze_stops_every_form(desk: Client) -> None:
    sent = {"id": str(uuid7()), "input": {"area_path": COUNTY, "reason": "信息泄露"}}
    assert desk.post("/api/actions/privacy.freeze_exports", sent, content_type="application/json").status_code == 200
    assert desk.get("/api/forms/F05/form.xlsx").json()["code"] == "privacy.exports_frozen"
    assert desk.get("/api/forms/F05/form.pdf").json()["code"] == "privacy.exports_frozen"
    assert export(desk, code="F05", **SAID).json()["code"] == "privacy.exports_frozen"


# --- the list of forms -------------------------------------------------------------------------------------------


def test_all_forms_are_listed_with_what_is_missing(desk: Client) -> None:
    cards = {one["code"]: one for one in desk.get("/api/forms").json()["forms"]}
    assert len(cards) == 42
    assert cards["F25"]["standing"] == "ready"
    assert not cards["F25"]["missing"]
    assert cards["F31"]["standing"] == "not_yet"
    assert not cards["F31"]["may_fill"]
    waiting = cards["F05"]["missing"]
    assert [one["columns"][0]["zh"] for one in waiting] == ["物资需求"]
    assert "supplies" in waiting[0]["what"]["en"]


def test_a_look_shows_the_first_rows_masked(desk: Client) -> None:
    seen = desk.get("/api/forms/F05", {"within": TOWN}).json()
    place = seen["grids"][0]["heads"].index("姓名")
    assert sorted(row[place] for row in seen["grids"][0]["rows"]) == sorted(MASKED)
    assert seen["count"] == 5


# --- workbooks ---------------------------------------------------------------------------------------------------


def test_a_ledger_holds_the_same_people_as_the_database_masked(desk: Client) -> None:
    sheet = book(desk, "F05", within=TOWN).active
    assert sorted(filter(None, column(sheet, "姓名"))) == sorted([*MASKED])
    assert column(sheet, "类别")[:5] == ["返乡（来）人员"] * 5
    assert sorted(column(sheet, "开始日")[:5]) == [f"{DAY - timedelta(days=days)}" for days in range(5, 0, -1)]
    assert column(sheet, "序号")[:5] == [1, 2, 3, 4, 5]


def test_the_frame_stands_on_every_page_of_a_workbook(desk: Client) -> None:
    sheet = book(desk, "F05", within=TOWN).active
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.page_setup.blackAndWhite
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert "&P" in sheet.oddFooter.center.text
    assert "&N" in sheet.oddFooter.center.text
    assert sheet.oddFooter.right.text == "截至 2020-02-03 10:00"
    serial = sheet.oddFooter.left.text.removeprefix("编号 ")
    assert serial.startswith(f"F05-20200203-{TOWN}-")
    assert serial in sheet.oddHeader.center.text
    assert serial in sheet["A3"].value
    assert sheet["A1"].value == "F05 居家观察人员台账"
    for said in ("绛县 古绛镇", "测试事件", "周值班", "至 2020-02-03 10:00"):
        assert said in sheet["A2"].value
    assert all(cell.font.size >= 10.5 for row in sheet.iter_rows() for cell in row if cell.value)


def test_the_serial_leads_back_to_who_printed_what(desk: Client) -> None:
    sheet = book(desk, "F05", within=TOWN).active
    serial = sheet.oddFooter.left.text.removeprefix("编号 ")
    line = AuditLine.objects.get(action="reports.print_form")
    assert (line.subject, line.area_path) == ("reports.forms/F05", TOWN)
    assert line.details == {"serial": serial, "blank": False, "rows": 5}


def test_no_two_prints_have_one_serial(desk: Client) -> None:
    assert book(desk, "F05").active.oddFooter.left.text != book(desk, "F05").active.oddFooter.left.text


def test_a_name_that_looks_like_a_formula_stays_a_text(desk: Client) -> None:
    create("places.Place", area_path=VILLAGE, kind="shop", name='=HYPERLINK("http://x")')
    sheet = book(desk, "F28", within=TOWN).active
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value and "HYPERLINK" in str(cell.value))
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_a_form_with_nothing_to_tell_says_so_and_has_room_for_the_pen(desk: Client) -> None:
    sheet = book(desk, "F25", within=TOWN).active
    assert [sheet.cell(row, 1).value for row in range(5, 10)] == [None] * 5
    assert sheet["A9"].border.left.style == "thin"
    assert sheet["A10"].value == "本期无记录（零报告）"


def test_every_form_can_be_printed_blank_for_the_pen(desk: Client) -> None:
    for code in (f"F{number:02}" for number in range(1, 43)):
        sheets = book(desk, code, blank="1").worksheets
        assert sheets[0]["A1"].value.startswith(code)
        assert not any(name in str(cell.value) for name in MASKED for row in sheets[0].iter_rows() for cell in row)
    assert pypdf.PdfReader(io.BytesIO(body(desk.get("/api/forms/F31/form.pdf", {"blank": "1"})))).pages


def test_what_is_left_out_on_purpose_is_not_even_asked_by_a_blank(desk: Client) -> None:
    heads = [cell.value for cell in book(desk, "F01", blank="1").active[HEAD]]
    assert "返乡原因" in heads
    assert "来源地" not in heads


def test_what_nobody_records_is_named_below_the_table(desk: Client) -> None:
    sheet = book(desk, "F05", within=TOWN).active
    assert sheet.cell(sheet.max_row, 1).value == "手填栏（系统尚无记录）：物资需求"


def test_a_form_that_is_signed_has_room_for_it(desk: Client) -> None:
    sheet = book(desk, "F42", within=COUNTY)
    assert sheet.sheetnames == ["个人信息处理清单", "保存期限和到期", "销毁证明"]
    assert "审核人" in sheet["个人信息处理清单"].cell(sheet["个人信息处理清单"].max_row, 1).value


# --- what is counted ---------------------------------------------------------------------------------------------


def test_a_village_report_of_a_township_sums_its_villages(desk: Client) -> None:
    for path, outcome in ((VILLAGE, "confirmed_new"), (VILLAGE, "already_known"), ("140826100202", "confirmed_new")):
        lead(path, outcome=outcome)
    visit(VILLAGE)
    report = book(desk, "F12", within=TOWN)
    whole = lines(report.worksheets[0])
    assert (whole["今日新增返乡"], whole["累计返乡"], whole["累计返乡：大数据推送"]) == (3, 3, 3)
    assert whole["卡点数"] == 0
    assert whole["物资不足三天的点位"] is None
    below = report.worksheets[1]
    assert dict(zip(column(below, "单位"), column(below, "今日新增返乡"), strict=True))["城内村"] == 2
    assert sum(filter(None, column(below, "累计返乡"))) == 3


def test_a_village_report_of_a_township_is_of_the_villages_hours_not_the_townships(desk: Client) -> None:
    create("reports.DailyReport", area_path=TOWN, level="town", report_on=DAY, from_at=at(0), snapshot_at=at(23),
           state="nil", confirmed_at=at(23), prepared_at=at(23), place=1)  # fmt: skip
    found = lines(book(desk, "F12", within=TOWN, on="2020-02-03").worksheets[0])
    assert found["零报告"] == "☐ 零报告"
    assert found["填报截止时刻"] != "2020-02-03 23:00"
    assert lines(book(desk, "F13", within=TOWN, on="2020-02-03").worksheets[0])["需协调事项"] is None


def test_what_a_daily_report_cannot_count_says_why(desk: Client) -> None:
    sheet = book(desk, "F12", within=VILLAGE).active
    note = next(row[3].value for row in sheet.iter_rows(min_row=HEAD + 1) if row[0].value == "宣传户次")
    assert note.startswith("尚缺：")


def test_a_form_of_a_day_lists_that_day_only(desk: Client) -> None:
    lead(VILLAGE, name="今天来", received_at=at(9))
    lead(VILLAGE, name="昨天来", received_at=at(9, day=2))
    assert column(book(desk, "F15", on="2020-02-02").active, "姓名")[0] == "昨*来"
    assert column(book(desk, "F15", on="2020-02-03").active, "姓名")[0] == "今*来"


def test_a_form_of_an_incident_lists_its_people_only(desk: Client) -> None:
    mine, other = str(incident().pk), str(uuid7())
    assert len([one for one in column(book(desk, "F05", incident=mine).active, "姓名") if one]) == 5
    assert column(book(desk, "F05", incident=other).active, "姓名")[0] is None


def test_contacts_are_counted_unit_by_unit(desk: Client) -> None:
    mine = observed(9, "密接人")
    create("observation.Order", **{
        name: getattr(mine, name) for name in ("person", "incident", "disease", "last_exposure_on", "ends_on",
                                               "first_ends_on", "basis", "rule_key", "rule_days", "rule_edition",
                                               "rule_source", "ordered_at", "state", "area_path")
    }, category="close_contact", starts_on=DAY)  # fmt: skip
    sheet = book(desk, "F08", within=TOWN).active
    units = dict(zip(column(sheet, "单位"), column(sheet, "在观察"), strict=True))
    new = dict(zip(column(sheet, "单位"), column(sheet, "今日新增观察"), strict=True))
    assert (units["城内村委会"], new["城内村委会"]) == (1, 1)
    assert sum(filter(None, units.values())) == 1


def test_workers_are_named_to_colleagues_who_may_not_read_accounts(
    desk: Client, signed_in: Callable[[str], Client]
) -> None:
    grid = Account.objects.get(username="grid")
    home = create("people.Household", area_path=VILLAGE + "001", number="7", address="七号", head_name="七户主")
    create("welfare.ServiceRequest", area_path=VILLAGE + "001", household=home, kind="food", what="面粉", quantity="1",
           state="accepted", raised_at=at(9), due_at=at(18), accepted_by=grid.pk, accepted_at=at(9))  # fmt: skip
    sheet = book(signed_in("secretary"), "F25", within=VILLAGE).active
    assert column(sheet, "承办人")[0] == "赵网格"
    assert column(sheet, "户")[0] == "七*主"


def test_a_form_speaks_the_language_of_whoever_asks(desk: Client) -> None:
    Account.objects.filter(username="duty").update(language="en")
    sheet = book(desk, "F05", within=TOWN).active
    assert sheet["A1"].value == "F05 Home-observation ledger"
    assert column(sheet, "Category")[0] == "returnee"
    assert sheet.oddFooter.center.text == "Page &P of &N"
    assert sheet["A3"].value.startswith("Masked.")


def test_a_daily_report_taken_from_its_page_has_the_same_frame(desk: Client) -> None:
    answer = desk.get(f"/api/reports/{TOWN}/report.xlsx", {"on": "2020-02-03"})
    for sheet in openpyxl.load_workbook(io.BytesIO(body(answer))).worksheets:
        serial = sheet.oddFooter.left.text.removeprefix("编号 ")
        assert serial.startswith(f"F13-20200203-{TOWN}-")
        assert serial in sheet.oddHeader.center.text
        assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
        assert sheet.page_setup.blackAndWhite
    assert AuditLine.objects.get(action="reports.download").details == {"on": "2020-02-03", "serial": serial}


# --- paper -------------------------------------------------------------------------------------------------------


def test_a_print_is_a4_with_its_head_serial_and_page_on_every_page(desk: Client) -> None:
    for number in range(10, 70):
        observed(number, "长名单")
    pages = pdf(desk, "F05", within=TOWN).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        text = page.extract_text()
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (842, 595)
        assert f"第 {number} 页" in text
        assert f"共 {len(pages)} 页" in text
        assert "末次暴露" in text
        assert "截至 2020-02-03 10:00" in text
        assert f"编号 F05-20200203-{TOWN}" in text


def colours(page: pypdf.PageObject) -> set[tuple[float, ...]]:
    """Return every colour that a page is drawn in, of whatever operator; a picture or a shading has none to tell."""
    found = set()
    spaces = page["/Resources"].get("/ColorSpace", {})
    bare = ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK")
    for operands, operator in pypdf.generic.ContentStream(page.get_contents(), page.pdf).operations:
        assert operator not in (b"Do", b"sh", b"BI"), "not drawn in a colour that can be looked at"
        if operator in (b"cs", b"CS"):
            [name] = operands
            assert name in bare or spaces.get(name, [""])[0] == "/ICCBased", f"a colour space of its own: {name}"
        if operator.lower() in (b"g", b"rg", b"k", b"sc", b"scn"):
            found.add(tuple(float(one) for one in operands))
    return found


def is_grey(colour: tuple[float, ...]) -> bool:
    """Has it one component, three equal ones, or of four ink nowhere but in the black?"""
    return len(set(colour[:3])) == 1 and (len(colour) < 4 or colour[0] == 0)


def test_a_print_is_black_on_white(desk: Client) -> None:
    used = {one for page in pdf(desk, "F05", within=TOWN).pages for one in colours(page)}
    assert [one for one in used if not is_grey(one)] == []
    # because a print without any colour found would say nothing: the text, and the watermark that is read through
    assert {round(one[0], 2) for one in used} == {0, 0.85}


def test_more_rows_than_paper_should_hold_are_refused(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianfang.foundation.printing.paper.MOST_ROWS", 4)
    assert desk.get("/api/forms/F05/form.pdf").json()["code"] == "printing.too_long"


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", ["purpose", "recipient", "expires_on"])
def test_names_do_not_leave_without_purpose_recipient_and_expiry(desk: Client, left_out: str) -> None:
    answer = export(desk, code="F05", **{key: value for key, value in SAID.items() if key != left_out})
    assert answer.status_code == 422
    assert not NamedExport.objects.exists()


def test_whoever_may_not_export_names_has_none_in_a_form(desk: Client, signed_in: Callable[[str], Client]) -> None:
    for name in ("town", "secretary", "leader"):
        assert export(signed_in(name), code="F05", **SAID).json()["code"] == "access.not_yours"
    assert set(filter(None, column(book(signed_in("secretary"), "F05", within=VILLAGE).active, "姓名"))) == set(MASKED)


def test_a_form_whose_list_never_leaves_with_names_is_refused(desk: Client) -> None:
    assert export(desk, code="F01", **SAID).json()["code"] == "privacy.not_exportable"
    assert export(desk, code="F12", **SAID).json()["code"] == "privacy.not_exportable"


def test_names_above_the_cap_do_not_leave(desk: Client, settings: Any) -> None:
    settings.LIANFANG_NAMED_EXPORT_ROWS = 4
    assert export(desk, code="F05", **SAID).json()["code"] == "privacy.too_many_rows"
    assert not NamedExport.objects.exists()


def test_nobody_to_name_is_no_export(desk: Client) -> None:
    assert export(desk, code="F05", area_path="140826101", **SAID).json()["code"] == "privacy.nothing_to_export"


def fetched(browser: Client, result: dict[str, Any]) -> bytes:
    return unlocked(browser.get(f"/api/files/{result['file_id']}").content, result["password"])


def test_a_form_with_names_is_a_named_export_with_both_watermarks(desk: Client) -> None:
    answer = export(desk, code="F05", area_path=TOWN, **SAID)
    assert answer.status_code == 200, answer.content
    result = answer.json()["result"]
    found = openpyxl.load_workbook(io.BytesIO(fetched(desk, result)))
    sheet = found.worksheets[0]
    names = [one for one in column(sheet, "姓名") if one]
    assert all(find_marks(one) == {result["mark"]} for one in names)
    assert sorted("".join(letter for letter in one if letter.isprintable()) for one in names) == sorted(NAMES)
    for said in ("周值班", "入户核对", "古绛镇政府", result["mark"]):
        assert said in sheet["A3"].value
        assert said in sheet.oddHeader.center.text
    assert found["lianfang"].sheet_state == "veryHidden"
    assert {one.name: one.value for one in found.custom_doc_props.props}["lianfang.mark"] == result["mark"]


def test_a_form_with_names_stands_in_the_log_row_by_row(desk: Client) -> None:
    export(desk, code="F05", area_path=TOWN, **SAID)
    kept = NamedExport.objects.get()
    assert (kept.table, kept.rows, kept.purpose, kept.recipient) == ("observation.orders", 5, "入户核对", "古绛镇政府")
    assert len(kept.row_ids) == 5
    assert Reveal.objects.filter(via="export", via_id=kept.pk, person_id__isnull=False).count() == 5


def test_a_print_with_names_carries_both_marks(desk: Client) -> None:
    result = export(desk, code="F05", area_path=TOWN, kind="pdf", **SAID).json()["result"]
    found = pypdf.PdfReader(io.BytesIO(fetched(desk, result)))
    text = found.pages[0].extract_text()
    assert all(name in text for name in NAMES)
    assert result["mark"] in text
    assert "入户核对" in text
    assert f"mark={result['mark']}" in str(found.metadata.get("/Keywords"))


# --- the text for a chat group -----------------------------------------------------------------------------------


def text(browser: Client, code: str, **asked: str) -> str:
    return str(browser.get(f"/api/forms/{code}/digest", asked).json()["text"]["zh"])


def test_a_digest_tells_sums_and_nobody(desk: Client) -> None:
    said = text(desk, "F05", within=COUNTY)
    assert "合计：5条。" in said
    assert "观察中 5" in said
    assert "古绛镇 5" in said
    assert not any(name in said for name in (*NAMES, *MASKED))


def test_a_digest_withholds_small_numbers(desk: Client) -> None:
    lead(VILLAGE, outcome="confirmed_new")
    said = text(desk, "F01", within=TOWN)
    assert "合计：不足5条。" in said
    assert "城内村" not in said
    assert "漏排" not in said


def test_a_digest_withholds_what_could_be_worked_out(desk: Client) -> None:
    for number in range(20, 22):
        observed(number, "邻村人", path="140826100202001")
    said = text(desk, "F05", within=TOWN)
    assert "合计：7条。" in said
    assert "乔村" not in said or "乔村村委会 —" in said
    assert "城内村委会 5" not in said


def test_a_digest_of_a_daily_report_is_what_the_report_tells(desk: Client) -> None:
    on = {"on": "2020-02-03"}
    told = desk.get(f"/api/reports/{COUNTY}/public", on).json()["text"]["zh"]
    assert text(desk, "F14", within=COUNTY, **on) == told
