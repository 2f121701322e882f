"""Three departments, three layouts, the same people: each sheet fills itself in its own layout, nothing is typed."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.domain.reports.tests.conftest import lead
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.tests.unlocking import unlocked
from lianfang.foundation.exports.watermark import find_marks
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.privacy.models import Reveal

from .conftest import NAMES, Clerk, observed, suggested
from .forms import figures_form, health_form, label_form, opened, police_form, saved, street_form

pytestmark = pytest.mark.django_db
MASKED = ["田*满", "白*生", "霜*儿", "惊*明", "谷*晴"]


def column(sheet: Any, letter: str, first: int, last: int) -> list[Any]:
    return [sheet[f"{letter}{row}"].value for row in range(first, last + 1)]


def test_three_sheets_with_different_headers_are_filled_for_the_same_people_without_typing(clerk: Clerk) -> None:
    health = clerk.filled(clerk.ready(health_form(), sender="卫健局"))["居家观察"]
    police = clerk.filled(clerk.ready(police_form(), sender="公安局"))["名单"]
    civil = clerk.filled(clerk.ready(street_form(), sender="民政局")).active
    assert sorted(column(health, "B", 5, 9)) == sorted(MASKED)
    assert sorted(column(police, "B", 2, 6)) == sorted(MASKED)
    assert sorted(column(civil, "B", 5, 9)) == sorted(MASKED)
    assert column(police, "D", 2, 6) == ["古绛镇"] * 5
    assert column(civil, "C", 5, 9) == ["***"] * 5
    assert column(civil, "D", 5, 9) == [31] * 5
    assert column(health, "A", 5, 9) == [1, 2, 3, 4, 5]


def test_the_layout_stays_to_the_last_border_when_the_list_outgrows_it(clerk: Clerk) -> None:
    before = opened(health_form())["居家观察"]
    book = clerk.filled(clerk.ready(health_form()))
    sheet = book["居家观察"]
    assert sheet["A10"].value == "合计"
    assert sheet["I10"].value == "=SUM(I5:I9)"
    assert sheet["I9"].value == '=IF(F9="","",G9-F9+1)'
    assert book["汇总"]["B1"].value == "=居家观察!I10"
    assert sheet["A11"].value.startswith("审核人：")
    assert {str(one) for one in sheet.merged_cells.ranges} >= {"A1:I1", "A3:A4", "E3:G3", "A10:B10", "A11:I11"}
    assert [sheet.row_dimensions[row].height for row in (5, 6, 9)] == [27, 27, 27]
    assert sheet["B9"].fill.fgColor.rgb == before["B5"].fill.fgColor.rgb
    assert sheet["C9"].border.left.style == sheet["I10"].border.left.style == "thin"
    assert sheet.print_area == "'居家观察'!$A$1:$I$11"
    assert sheet.print_title_rows == "$1:$4"
    assert (sheet.page_setup.orientation, sheet.oddFooter.center.text) == ("landscape", "第 &P 页 共 &N 页")
    assert sheet.column_dimensions["D"].width == 24.5


def test_dates_are_dates_where_the_sheet_shows_dates_and_text_elsewhere(clerk: Clerk) -> None:
    sheet = clerk.filled(clerk.ready(health_form()))["居家观察"]
    assert all(isinstance(value, datetime) for value in column(sheet, "F", 5, 9))
    assert sheet["F5"].number_format == "yyyy/m/d"


def test_blanks_within_words_take_the_unit_and_the_day(clerk: Clerk) -> None:
    sheet = clerk.filled(clerk.ready(health_form()))["居家观察"]
    assert sheet["A2"].value == "填报单位（盖章）：绛县　填报日期：2020年2月3日"


def test_rows_that_are_left_over_stay_blank_for_the_pen(clerk: Clerk) -> None:
    sheet = clerk.filled(clerk.ready(street_form())).active
    assert column(sheet, "B", 10, 14) == [None] * 5
    assert sheet["B14"].border.left.style == "thin"
    assert sheet.max_row == 14


def test_a_sheet_with_named_units_gets_their_figures_row_by_row(clerk: Clerk) -> None:
    for path in (VILLAGE, VILLAGE, "140826101200"):
        lead(path, outcome="confirmed_new")
    sheet = clerk.filled(clerk.ready(figures_form(["横水镇", "古绛镇人民政府"])))["日报"]
    assert column(sheet, "A", 4, 5) == ["横水镇", "古绛镇人民政府"]
    assert column(sheet, "B", 4, 6) == [1, 2, "=SUM(B4:B5)"]
    assert column(sheet, "F", 4, 5) == [None, None]
    assert sheet["A1"].value == "疫情防控工作日报表（截至2020年2月3日10时）"


def test_a_township_fills_its_own_row_and_leaves_its_neighbours_blank(clerk: Clerk) -> None:
    for path in (VILLAGE, VILLAGE, "140826101200"):
        lead(path, outcome="confirmed_new")
    sheet = clerk.ready(figures_form(["横水镇", "古绛镇人民政府"]))
    filled = clerk.filled(sheet, area_path=TOWN)["日报"]
    assert [column(filled, letter, 4, 5) for letter in "BD"] == [[None, 2], [None, 0]]


def test_a_village_never_fills_the_row_of_its_township(clerk: Clerk) -> None:
    for path in (VILLAGE, VILLAGE, f"{TOWN}202"):
        lead(path, outcome="confirmed_new")
    sheet = clerk.ready(figures_form(["横水镇", "古绛镇", "城内村"]))
    filled = clerk.filled(sheet, area_path=VILLAGE)["日报"]
    assert column(filled, "B", 4, 6) == [None, None, 2]
    assert column(clerk.filled(sheet, area_path=TOWN)["日报"], "B", 4, 6) == [None, 3, 2]


def test_figures_beside_their_labels_are_filled_and_the_rest_is_left_to_the_pen(clerk: Clerk) -> None:
    lead(VILLAGE, outcome="confirmed_new")
    sheet = clerk.filled(clerk.ready(label_form()))["表一"]
    assert column(sheet, "B", 3, 6) == [5, 0, 1, None]


def test_every_village_gets_its_own_copy_in_one_archive(clerk: Clerk) -> None:
    books = clerk.filled_each(clerk.ready(health_form()), each="village", area_path=TOWN)
    mine = next(book for name, book in books.items() if name.startswith(VILLAGE[-6:]))
    other = next(book for name, book in books.items() if not name.startswith(VILLAGE[-6:]))
    assert sorted(column(mine["居家观察"], "B", 5, 9)) == sorted(MASKED)
    assert column(other["居家观察"], "B", 5, 6) == [None, None]
    assert mine["居家观察"]["A2"].value.startswith("填报单位（盖章）：古绛镇城内村")


def test_rows_that_lie_in_no_village_are_said_beside_the_archive(clerk: Clerk) -> None:
    observed(6, "镇上人", TOWN)
    asked = clerk.act("reports.fill_sheet", template_id=clerk.ready(police_form()), each="village", area_path=TOWN)
    run_waiting()
    result = clerk.browser.get(f"/api/jobs/{asked.json()['result']['job_id']}").json()["result"]
    assert result["rows"] == len(NAMES)
    assert [one["zh"] for one in result["left"]] == ["有 1 行没有落到各份的单位（古绛镇），哪一份里都没有。"]


def test_a_value_that_looks_like_a_formula_stays_a_text(clerk: Clerk) -> None:
    observed(9, '=HYPERLINK("http://x")')
    sheet = clerk.filled(clerk.ready(police_form()))["名单"]
    assert [cell.data_type for cell in sheet["B"][1:]] == ["s"] * 6


def test_a_sheet_without_header_or_footer_gets_serial_as_of_time_pages_and_watermark(clerk: Clerk) -> None:
    asked = clerk.act("reports.fill_sheet", template_id=clerk.ready(police_form())).json()["result"]["id"]
    run_waiting()
    fetched = clerk.browser.get(f"/api/sheets/fills/{asked}/file")
    sheet = opened(b"".join(fetched.streaming_content))["名单"]
    serial = f"20200203-{COUNTY}-{asked[-8:].upper()}"
    assert sheet.oddFooter.left.text == f"编号 {serial}"
    assert sheet.oddFooter.center.text == "第 &P 页　共 &N 页"
    assert sheet.oddFooter.right.text == "截至 2020-02-03 10:00"
    assert sheet.oddHeader.center.text.startswith("脱敏　周值班")
    assert serial in sheet.oddHeader.center.text


def test_a_sheet_keeps_the_footer_it_has_and_gets_the_watermark_it_lacks(clerk: Clerk) -> None:
    sheet = clerk.filled(clerk.ready(health_form()))["居家观察"]
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert "编号 20200203-" in sheet.oddHeader.center.text


def test_a_sheet_keeps_its_own_header_and_first_page(clerk: Clerk) -> None:
    book = opened(police_form())
    sheet = book["名单"]
    sheet.oddHeader.center.text, sheet.firstHeader.center.text = "绛县公安局", "首页"
    sheet.HeaderFooter.differentFirst = True
    filled = clerk.filled(clerk.ready(saved(book)))["名单"]
    assert (filled.oddHeader.center.text, filled.firstHeader.center.text) == ("绛县公安局", "首页")
    assert filled.HeaderFooter.differentFirst
    assert filled.oddFooter.left.text.startswith("编号 ")


def test_every_units_copy_has_its_own_serial(clerk: Clerk) -> None:
    books = clerk.filled_each(clerk.ready(police_form()), each="village", area_path=TOWN)
    serials = {book["名单"].oddFooter.left.text for book in books.values()}
    assert len(serials) == len(books)


def test_names_leave_only_with_purpose_recipient_and_expiry(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form())
    refused = clerk.act("reports.fill_sheet", template_id=sheet, named=True)
    assert refused.status_code == 422
    assert refused.json()["code"] == "input.missing"


def test_a_sheet_with_names_is_a_named_export_with_both_watermarks(clerk: Clerk) -> None:
    said = {"purpose": "公安核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    sheet = clerk.filled(clerk.ready(police_form()), named=True, **said)["名单"]
    export = NamedExport.objects.get()
    names = column(sheet, "B", 2, 6)
    assert sorted("".join(letter for letter in one if "\u4e00" <= letter <= "\u9fff") for one in names) == sorted(NAMES)
    assert [find_marks(name) for name in names] == [{export.mark}] * 5
    assert export.mark in sheet.oddHeader.center.text
    assert (export.rows, export.recipient, Reveal.objects.filter(via_id=export.pk).count()) == (5, "县公安局", 5)


def test_every_villages_sheet_with_names_is_locked_and_all_open_with_one_password(clerk: Clerk) -> None:
    said = {"purpose": "公安核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    body, password = clerk.fetch(clerk.ready(police_form()), each="village", area_path=TOWN, named=True, **said)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        copies = {name: archive.read(name) for name in archive.namelist()}
    assert len(copies) > 1
    assert not any(body.startswith(b"PK") for body in copies.values())
    names = [name for one in copies.values() for name in column(opened(unlocked(one, password))["名单"], "B", 2, 6)]
    assert len([name for name in names if name]) == len(NAMES)


def test_a_long_purpose_leaves_number_day_and_recipient_on_every_page(clerk: Clerk) -> None:
    said = {"purpose": "公安核查" * 50, "recipient": "县公安局" * 30, "expires_on": "2020-02-05"}
    sheet = clerk.filled(clerk.ready(police_form()), named=True, **said)["名单"]
    for part in (NamedExport.objects.get().mark, "2020-02-05 前销毁", said["recipient"], "用途 公安核查"):
        assert part in sheet.oddHeader.center.text


def test_more_rows_with_names_than_the_county_allows_are_refused_and_nothing_is_kept(
    clerk: Clerk, settings: Any
) -> None:
    said = {"purpose": "公安核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    settings.LIANFANG_NAMED_EXPORT_ROWS = 4
    asked = clerk.act("reports.fill_sheet", template_id=clerk.ready(police_form()), named=True, **said).json()
    run_waiting()
    job = clerk.browser.get(f"/api/jobs/{asked['result']['job_id']}").json()
    assert (job["state"], job["refusal"]["code"]) == ("failed", "privacy.too_many_rows")
    assert clerk.browser.get(f"/api/sheets/fills/{asked['result']['id']}/file").status_code == 404
    assert not NamedExport.objects.exists()
    settings.LIANFANG_NAMED_EXPORT_ROWS = 5
    clerk.filled(clerk.ready(police_form()), named=True, **said)
    assert NamedExport.objects.get().rows == 5


def test_a_clerk_without_the_right_to_export_names_gets_none(signed_in: Any, people: Any) -> None:
    clerk = Clerk(signed_in("town"))
    sheet = clerk.ready(police_form(), within=TOWN)
    said = {"purpose": "公安核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    assert clerk.act("reports.fill_sheet", template_id=sheet, named=True, **said).status_code == 403


def test_nothing_is_filled_while_exports_are_frozen(clerk: Clerk) -> None:
    sheet = clerk.ready(police_form())
    clerk.act("privacy.freeze_exports", area_path=COUNTY, reason="泄露调查")
    assert clerk.act("reports.fill_sheet", template_id=sheet).json()["code"] == "privacy.exports_frozen"


def test_somebody_elses_filling_is_not_fetched(clerk: Clerk, signed_in: Any) -> None:
    asked = clerk.act("reports.fill_sheet", template_id=clerk.ready(police_form()))
    run_waiting()
    answer = signed_in("town").get(f"/api/sheets/fills/{asked.json()['result']['id']}/file")
    assert answer.status_code == 403


def test_a_list_that_never_leaves_with_names_does_not_in_another_layout_either(clerk: Clerk) -> None:
    taken = clerk.take(police_form()).json()
    mapping = suggested(taken)
    columns = mapping[0]["list"]["columns"]
    mapping[0]["list"] |= {"table": "screening.leads", "columns": [{**columns[1], "meaning": "col:name"}]}
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    said = {"purpose": "公安核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    refused = clerk.act("reports.fill_sheet", template_id=taken["sheet"]["id"], named=True, **said)
    assert refused.json()["code"] == "privacy.not_exportable"


def test_a_count_tells_nothing_that_the_askers_own_list_hides(clerk: Clerk) -> None:
    taken = clerk.take(label_form()).json()
    mapping = suggested(taken)
    mapping[0]["cells"] = [{"place": "B3", "header": "不适", "meaning": "count:screening.visits?unwell__gte=1"}]
    clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    asked = clerk.act("reports.fill_sheet", template_id=taken["sheet"]["id"]).json()["result"]
    run_waiting()
    job = clerk.browser.get(f"/api/jobs/{asked['job_id']}").json()
    assert (job["state"], job["refusal"]["code"]) == ("failed", "table.unknown_column")


def test_a_list_that_ends_before_it_begins_is_refused(clerk: Clerk) -> None:
    taken = clerk.take(police_form()).json()
    mapping = suggested(taken)
    mapping[0]["list"]["last"] = 1
    refused = clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping)
    assert refused.json()["code"] == "reports.bad_rows"
