"""Departments' letters and lists in .docx: refusals first, then each filled in its own layout."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx.oxml.ns import qn

from lianfang.config.demo.cast import COUNTY
from lianfang.doors.files.sheets.filling import blank_form
from lianfang.doors.files.sheets.kinds import open_form
from lianfang.doors.files.sheets.suggesting import suggest
from lianfang.doors.files.sheets.template import Merge
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.watermark import find_marks
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel.errors import Refusal

from .conftest import NAMES, Clerk, suggested
from .letters import figures_letter, list_letter, notice_letter, read_document, rows, saved_document, texts
from .test_bad_forms import changed, same

pytestmark = pytest.mark.django_db
MASKED = ["田*满", "白*生", "霜*儿", "惊*明", "谷*晴"]
MAIN = "word/document.xml"


def refusal_of(body: bytes) -> str:
    with pytest.raises(Refusal) as no:
        open_form(body)
    return str(no.value.code)


def with_body(inner: str, links: str = "", **more: bytes) -> bytes:
    """Return the list with something a stranger put in front of its text, and relations of theirs."""

    def change(name: str, part: bytes) -> bytes:
        if name == MAIN:
            spaces = (
                b'<w:body xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
                b' xmlns:o="urn:schemas-microsoft-com:office:office">'
            )
            return part.replace(b"<w:body>", spaces + inner.encode(), 1)
        if name == "word/_rels/document.xml.rels":
            return part.replace(b"</Relationships>", links.encode() + b"</Relationships>")
        return part

    return changed(list_letter(), change, **more)


def kept(body: bytes) -> bytes:
    """Return every part of the form as it is kept, in one."""
    form = open_form(body)
    with zipfile.ZipFile(io.BytesIO(blank_form(form, suggest(form, COUNTY, {})))) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> str:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationship Id="rIdX" Type="{space}/{kind}" Target="{target}"{mode}/>'


def test_macros_are_refused() -> None:
    assert refusal_of(changed(list_letter(), same, word__vbaProject_dot_bin=b"x")) == "intake.macros"


def test_a_document_cut_off_or_without_sense_is_refused() -> None:
    body = list_letter()
    assert refusal_of(body[: len(body) // 2]) in ("intake.damaged", "sheets.not_xlsx")
    assert refusal_of(changed(body, lambda name, part: b"<w:doc" if name == MAIN else part)) == "intake.damaged"
    deep = "<w:p>" * 20_000 + "</w:p>" * 20_000
    assert refusal_of(with_body(deep)) == "intake.damaged"


def test_a_document_type_is_refused() -> None:
    body = changed(list_letter(), lambda name, part: b"<!DOCTYPE a []>" + part if name == MAIN else part)
    assert refusal_of(body) == "intake.damaged"


def test_a_bomb_is_not_unpacked() -> None:
    assert refusal_of(changed(list_letter(), same, word__media__a_dot_xml=b" " * (64 * 2**20))) in (
        "intake.bomb",
        "sheets.too_large",
    )


def test_a_table_that_spans_more_columns_than_any_is_too_wide() -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="300"/></w:tcPr><w:p/></w:tc>'
    assert refusal_of(with_body(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")) == "intake.too_wide"
    narrow = cell.replace("300", "200")
    assert refusal_of(with_body(f"<w:tbl><w:tr>{narrow * 2}</w:tr></w:tbl>")) == "intake.too_wide"
    row = '<w:tr><w:trPr><w:gridBefore w:val="9999"/></w:trPr><w:tc><w:p/></w:tc></w:tr>'
    assert refusal_of(with_body(f"<w:tbl>{row}</w:tbl>")) == "intake.too_wide"


def test_more_merged_cells_than_a_form_needs_are_refused() -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p/></w:tc>'
    table = f"<w:tbl>{f'<w:tr>{cell}</w:tr>' * 2_600}</w:tbl>"
    assert refusal_of(with_body(table * 2)) == "sheets.too_many_merges"


def test_wide_merges_of_a_table_are_looked_up_by_their_ends() -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="250"/>{}</w:tcPr><w:p/></w:tc>'
    first, more = cell.format('<w:vMerge w:val="restart"/>'), cell.format("<w:vMerge/>")
    table = f"<w:tbl><w:tr>{first}</w:tr>{f'<w:tr>{more}</w:tr>' * 300}</w:tbl>"
    page = open_form(with_body(table)).page("表1")
    assert page is not None
    assert page.merge_at(301, 250) == page.merges[0] == Merge(1, 1, 301, 250)
    assert len(page.merges) == 1


def test_another_kind_of_archive_or_an_old_document_is_refused(clerk: Clerk) -> None:
    for body in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, b"%PDF-1.7"):
        assert clerk.take(body, file_name="函.docx").json()["code"].startswith(("intake.", "sheets."))


@pytest.mark.parametrize(
    ("inner", "links", "gone"),
    [
        ('<w:p><w:hyperlink r:id="rIdX"><w:r><w:t>看这里</w:t></w:r></w:hyperlink></w:p>',
         relation("hyperlink", "http://evil.example/"), "evil.example"),
        ('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\evil "x"</w:instrText>'
         '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>', "", "DDEAUTO"),
        ('<w:p><w:r><w:instrText>INCLUDE</w:instrText><w:instrText>TEXT evil</w:instrText></w:r></w:p>',
         "", "TEXT evil"),
        ('<w:p><w:fldSimple w:instr="INCLUDEPICTURE &quot;http://evil.example&quot;"><w:r><w:t>图</w:t></w:r>'
         '</w:fldSimple></w:p>', "", "evil.example"),
        ('<w:p><w:r><w:object><o:OLEObject r:id="rIdX"/></w:object></w:r></w:p>',
         relation("oleObject", "embeddings/evil.bin", ""), "OLEObject"),
        ('<w:altChunk r:id="rIdX"/>', relation("aFChunk", "http://evil.example/a.html"), "evil.example"),
        ('<w:subDoc r:id="rIdX"/>', relation("subDocument", "http://evil.example/a.docx"), "evil.example"),
    ],
)  # fmt: skip
def test_nothing_that_leads_outside_or_runs_is_passed_on(inner: str, links: str, gone: str) -> None:
    body = with_body(inner, links, word__embeddings__evil_dot_bin=b"MZ evil")
    assert gone.encode() not in kept(body)
    assert b"evil" not in kept(body)
    assert open_form(body).removed


def test_an_outside_template_is_left_out_and_said_so() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation("attachedTemplate", "http://evil.example/t.dotm")}</Relationships>'  # noqa: E501

    def change(name: str, part: bytes) -> bytes | None:
        return None if name == "word/settings.xml" else part

    settings = (
        f'<w:settings xmlns:w="{space}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<w:attachedTemplate r:id="rIdX"/></w:settings>'
    )
    body = changed(list_letter(), change, word__settings_dot_xml=settings.encode(),
                   word___rels__settings_dot_xml_dot_rels=rels.encode())  # fmt: skip
    assert b"evil" not in kept(body)
    assert [one.en for one in open_form(body).removed] == ["an outside template", "what 2 rows of “表1” held"]


def test_nobodys_name_lies_in_the_form_that_is_kept() -> None:
    assert "王旧名".encode() not in kept(list_letter())


# --- filled --------------------------------------------------------------------------------------------------------


def of_document(clerk: Clerk, body: bytes, **said: str) -> Any:
    return read_document(clerk.fill(clerk.ready(body, file_name="函.docx", **said)))


def test_a_list_fills_itself_in_their_layout_as_long_as_it_has_to_be(clerk: Clerk) -> None:
    document = of_document(clerk, list_letter())
    table = rows(document.tables[0])
    assert [row[1] for row in table[:2]] == ["姓名", "姓名"]
    assert sorted(row[1] for row in table[2:7]) == sorted(MASKED)
    assert [row[0] for row in table[2:8]] == ["1", "2", "3", "4", "5", "合计"]
    assert table[8] == ["审核人：          填表人："] * 5
    run = document.tables[0].cell(6, 1).paragraphs[0].runs[0]
    assert (run.font.name, run.font.size.pt, str(run.font.color.rgb)) == ("仿宋", 14, "123456")
    assert document.tables[0].style.name == "Table Grid"


def test_blanks_in_text_header_and_footer_are_filled_and_page_numbers_stay(clerk: Clerk) -> None:
    document = of_document(clerk, list_letter())
    assert "绛县" in texts(document)[1]
    assert "2020年" in texts(document)[1]
    assert "绛县" in document.sections[0].header.paragraphs[0].text
    assert "PAGE" in document.sections[0].footer._element.xml


def test_a_letter_comes_once_to_each_person(clerk: Clerk) -> None:
    body = clerk.fill(clerk.ready(notice_letter(), file_name="告知书.docx"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        letters = [read_document(archive.read(name)) for name in archive.namelist()]
    assert len(letters) == 5
    named = [texts(one)[1].split("，")[0].removeprefix("姓名：") for one in letters]
    assert sorted(named) == sorted(MASKED)
    assert all(one.paragraphs[1].runs[1].bold for one in letters)
    assert all("{{" not in "".join(texts(one)) and "【" not in "".join(texts(one)) for one in letters)


def test_more_letters_than_an_archive_should_hold_are_refused(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianfang.doors.files.sheets.jobs.MOST_LETTERS", 4)
    asked = clerk.act("reports.fill_sheet", template_id=clerk.ready(notice_letter(), file_name="告知书.docx"))
    run_waiting()
    job = clerk.browser.get(f"/api/jobs/{asked.json()['result']['job_id']}").json()
    assert (job["state"], job["refusal"]["code"]) == ("failed", "reports.sheet_too_long")


def test_content_controls_are_blanks_and_keep_nobodys_name(clerk: Clerk) -> None:
    inner = (
        '<w:p><w:r><w:t>姓名是</w:t></w:r><w:sdt><w:sdtPr><w:alias w:val="姓名"/></w:sdtPr><w:sdtContent><w:r><w:rPr>'
        '<w:b/></w:rPr><w:t>赵旧名</w:t></w:r></w:sdtContent></w:sdt></w:p><w:sdt><w:sdtPr><w:alias w:val="身份证号"/>'
        "<w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>点击输入</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    body = with_body(inner)
    assert "赵旧名".encode() not in kept(body)
    columns = clerk.take(body, file_name="函.docx").json()["pages"][0]["list"]["columns"]
    assert [(one["header"], one["meaning"]) for one in columns][:2] == [
        ("姓名", "col:name"), ("身份证号", "col:identity_number")]  # fmt: skip


def test_blanks_among_words_in_a_cell_are_found_and_filled(clerk: Clerk) -> None:
    letter = read_document(notice_letter())
    table = letter.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "联系电话：____（本人）"
    body = clerk.fill(clerk.ready(saved_document(letter), file_name="函.docx"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        cells = [rows(read_document(archive.read(name)).tables[0])[0][0] for name in archive.namelist()]
    assert all(cell.startswith("联系电话：139") and cell.endswith("（本人）") for cell in cells)


def test_figures_stand_beside_their_labels(clerk: Clerk) -> None:
    document = of_document(clerk, figures_letter())
    table = rows(document.tables[0])
    assert (table[0][1], table[0][3]) == ("5", "绛县")
    assert table[1][1] == ""


def test_a_newer_edition_keeps_what_was_confirmed(clerk: Clerk) -> None:
    taken = clerk.take(notice_letter(), file_name="告知书.docx").json()
    template_id = taken["sheet"]["id"]
    mapping = suggested(taken)
    for one in mapping[0]["list"]["columns"]:
        if one["header"] == "出生日期":
            one["meaning"] = "col:area_path#full"
    assert clerk.act("reports.confirm_sheet", template_id=template_id, mapping=mapping).status_code == 200
    newer = read_document(notice_letter())
    newer.add_paragraph("现住址：____")
    again = clerk.take(saved_document(newer), file_name="告知书.docx", template_id=template_id).json()
    meant = {one["header"]: one["meaning"] for one in again["pages"][0]["list"]["columns"]}
    assert meant["出生日期"] == "col:area_path#full"
    assert again["sheet"]["changes"]["new"] == ["现住址"]


def test_a_named_list_carries_its_marks_on_every_page(clerk: Clerk) -> None:
    given = {"named": True, "purpose": "流调协查", "recipient": "卫健局王科长", "expires_on": "2020-02-15"}
    body = clerk.fill(clerk.ready(list_letter(), file_name="函.docx"), **given)
    document = read_document(body)
    section = document.sections[0]
    assert all("卫健局王科长" in header.paragraphs[0].text
               for header in (section.header, section.first_page_header, section.even_page_header))  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"lianfang.seal" in archive.read("docProps/custom.xml")


def test_every_name_on_a_named_list_carries_the_mark_that_nobody_sees(clerk: Clerk) -> None:
    given = {"named": True, "purpose": "流调协查", "recipient": "卫健局王科长", "expires_on": "2020-02-15"}
    document = read_document(clerk.fill(clerk.ready(list_letter(), file_name="函.docx"), **given))
    listed = rows(document.tables[0])[2:7]
    assert [find_marks(row[1]) for row in listed] == [{NamedExport.objects.get().mark}] * 5
    assert sorted(row[1][:3] for row in listed) == sorted(NAMES)


def test_a_masked_list_says_who_had_it_made_its_serial_pages_and_as_of_time(clerk: Clerk) -> None:
    template = clerk.ready(without_surroundings(list_letter()), file_name="函.docx")
    asked = clerk.act("reports.fill_sheet", template_id=template).json()["result"]["id"]
    run_waiting()
    body = b"".join(clerk.browser.get(f"/api/sheets/fills/{asked}/file").streaming_content)
    section = read_document(body).sections[0]
    serial = f"20200203-{COUNTY}-{asked[-8:].upper()}"
    assert section.header.paragraphs[0].text.startswith("脱敏　周值班 2020-02-03 10:00")
    assert serial in section.header.paragraphs[0].text
    below = section.footer.paragraphs[0]
    assert below.text == f"编号 {serial}　第  页　共  页　截至 2020-02-03 10:00"
    assert [one.text for one in below._p.iter(qn("w:instrText"))] == [" PAGE ", " NUMPAGES "]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert "docProps/custom.xml" not in archive.namelist()


def test_a_masked_list_keeps_the_header_and_footer_it_has(clerk: Clerk) -> None:
    section = of_document(clerk, list_letter()).sections[0]
    assert [one.text for one in section.header.paragraphs] == ["单位：绛县"]
    assert "编号" not in section.footer._element.xml


def test_a_letter_to_one_person_carries_no_line_of_the_house(clerk: Clerk) -> None:
    body = clerk.fill(clerk.ready(notice_letter(), file_name="告知书.docx"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            section = read_document(archive.read(name)).sections[0]
            assert (section.header.is_linked_to_previous, section.footer.is_linked_to_previous) == (True, True)


def without_surroundings(body: bytes) -> bytes:
    """Return a letter whose clerk gave it neither header nor footer."""
    document = read_document(body)
    section = document.sections[0]
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = True
    return saved_document(document)
