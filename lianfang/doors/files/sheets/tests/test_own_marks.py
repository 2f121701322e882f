"""Serial, as-of moment, day of filling and pages stand where the department wants them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import openpyxl
import pytest

from lianfang.config.demo.cast import COUNTY, TOWN
from lianfang.doors.files.sheets.layout import with_marks

from .conftest import Clerk, suggested
from .forms import ruled, saved, sheet_of
from .letters import read_document, saved_document, texts

pytestmark = pytest.mark.django_db
SERIAL = f"20200203-{COUNTY}-"


def form() -> bytes:
    """A sheet that asks for its serial within words, and for moments in cells beside their labels."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "名单")
    sheet["A1"] = "编号：________    统计时间：    年  月  日  时"
    sheet["A2"], sheet["C2"] = "截至时间", "填报日期"
    sheet["D2"].number_format = "yyyy/m/d"
    sheet["A3"] = "表编号："
    for column, header in zip("ABCD", ("姓名", "身份证号", "手机", "编号"), strict=True):
        sheet[f"{column}4"] = header
    ruled(sheet, "A4:D8")
    ruled(sheet, "A2:D2")
    sheet["A9"] = "第   页 共   页"
    return saved(book)


def letter(*lines: str) -> bytes:
    document = docx.Document()
    for one in lines:
        document.add_paragraph(one)
    document.sections[0].footer.paragraphs[0].text = "第    页 共    页"
    return saved_document(document)


def test_a_number_of_a_person_is_not_taken_for_the_sheets_own(clerk: Clerk) -> None:
    taken = clerk.take(form()).json()["pages"][0]
    columns = {one["header"]: one["meaning"] for one in taken["list"]["columns"]}
    assert not columns["编号"].startswith("mark:")
    assert not columns["身份证号"].startswith("mark:")


@pytest.mark.parametrize("words", ["出生日期：____", "身份证编号：____", "入晋时间："])
def test_a_blank_of_somebody_is_not_taken_for_the_sheets_own(words: str) -> None:
    assert with_marks(words) == ""


def test_a_sheet_says_its_serial_its_moment_and_its_day_where_it_has_blanks_for_them(clerk: Clerk) -> None:
    taken = clerk.take(form()).json()
    meant = {one["place"]: one["meaning"] for one in taken["pages"][0]["cells"]}
    assert (meant["B2"], meant["D2"]) == ("mark:as_of", "mark:on")
    sheet = clerk.filled(clerk.ready(form()))["名单"]
    assert sheet["A1"].value.startswith(f"编号：{SERIAL}")
    assert sheet["A1"].value.endswith("统计时间：2020-02-03 10:00")
    assert sheet["B2"].value == "2020-02-03 10:00"
    assert sheet["D2"].value == datetime(2020, 2, 3)  # noqa: DTZ001  (a spreadsheet's days have no zone)
    assert sheet["A3"].value.startswith(f"表编号：{SERIAL}")
    assert sheet["A1"].value.split("：")[1].split("　")[0] == sheet.oddFooter.left.text.removeprefix("编号 ")
    assert sheet["A9"].value == "第   页 共   页"


def test_every_units_copy_says_its_own_serial(clerk: Clerk) -> None:
    books = clerk.filled_each(clerk.ready(form()), each="village", area_path=TOWN)
    said = {book["名单"]["A3"].value for book in books.values()}
    assert len(said) == len(books) > 1


def test_what_was_chosen_for_a_label_is_remembered(clerk: Clerk) -> None:
    taken = clerk.take(form()).json()
    mapping = suggested(taken)
    mapping[0]["cells"] = [{"place": "B2", "header": "截至时间", "meaning": "mark:serial"}]
    assert clerk.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=mapping).status_code == 200
    again = clerk.take(form()).json()["pages"][0]["cells"]
    assert next(one for one in again if one["place"] == "B2")["meaning"] == "mark:serial"


def test_marks_are_asked_of_nobody(clerk: Clerk) -> None:
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "表")
    sheet["A1"], sheet["A2"] = "编号", "总户数"
    ruled(sheet, "A1:B2")
    taken = clerk.take(saved(book)).json()
    assert taken["pages"][0]["cells"][0]["meaning"] == "mark:serial"
    confirmed = clerk.confirm(taken).json()["result"]
    assert (confirmed["asked"], confirmed["by_hand"]) == (1, 0)


def test_a_document_says_them_and_counts_its_own_pages(clerk: Clerk) -> None:
    body = letter("编号：____", "截至时间：____，总户数：____", "各村：", "填报日期：    年  月  日")
    document = read_document(clerk.fill(clerk.ready(body, file_name="函.docx")))
    said = texts(document)
    assert said[0].startswith(f"编号：{SERIAL}")
    assert said[1] == "截至时间：2020-02-03 10:00，总户数：5"
    assert said[3] == "填报日期：2020年2月3日"
    foot = document.sections[0].footer.paragraphs[0]
    assert foot.text == "第页 共页"
    asked = [one.text.strip() for one in foot._p.iter() if one.tag.endswith("}instrText")]
    assert asked == ["PAGE", "NUMPAGES"]


def test_every_letter_has_a_serial_of_its_own(clerk: Clerk) -> None:
    body = letter("编号：____", "姓名：____，身份证号：____，联系电话：____，出生日期：____")
    packed = clerk.fill(clerk.ready(body, file_name="告知书.docx"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        said = [texts(read_document(archive.read(name)))[0] for name in sorted(archive.namelist())]
    assert [one.rpartition("-")[2] for one in said] == ["0001", "0002", "0003", "0004", "0005"]
    assert all(one.startswith(f"编号：{SERIAL}") for one in said)
