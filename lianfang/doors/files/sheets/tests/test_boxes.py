"""Text boxes and tables within tables: nothing of a stranger's passes by them, and both are filled."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
import pytest
from docx.shared import Cm

from lianfang.config.demo.cast import COUNTY
from lianfang.doors.files.sheets.filling import blank_form
from lianfang.doors.files.sheets.kinds import open_form
from lianfang.doors.files.sheets.suggesting import suggest

from .boxes import anchor, box, boxed_letter, line, nested_form, old_shape, shape
from .conftest import Clerk
from .letters import read_document, rows, saved_document

pytestmark = pytest.mark.django_db
MASKED = ["田*满", "白*生", "霜*儿", "惊*明", "谷*晴"]
MAIN = "word/document.xml"


def main_of(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(MAIN).decode()


def kept(body: bytes) -> str:
    form = open_form(body)
    return main_of(blank_form(form, suggest(form, COUNTY, {})))


def words_of_boxes(main: str) -> list[str]:
    """Return what every copy of every box says, in their order."""
    found = re.findall(r"<\w+:txbxContent>(.*?)</\w+:txbxContent>", main, re.DOTALL)
    return ["".join(re.findall(r"<\w+:t(?: [^>]*)?>([^<]*)<", one)) for one in found]


# --- nothing passes that leads outside or runs ----------------------------------------------------------------------

LINK = '<w:p><w:hyperlink w:anchor="evil"><w:r><w:t>看</w:t></w:r></w:hyperlink></w:p>'
FIELD = '<w:p><w:r><w:instrText>INCLUDEPICTURE "http://evil"</w:instrText></w:r></w:p>'


@pytest.mark.parametrize(
    "inner",
    [
        box(LINK),
        box(line("姓名"), LINK),
        box(FIELD),
        box(line("姓名"), FIELD),
        old_shape(LINK),
        old_shape(line("姓名"), ' href="http://evil"'),
        old_shape(line("姓名"), ' o:href="evil.hta" o:title="evil"'),
        old_shape(line("姓名"), ' style="behavior:url(evil)"').replace(' style="position', ' title="position'),
        old_shape(line("姓名"), "", '<v:imagedata src="http://evil/a.png" o:title="evil"/>'),
        old_shape(line("姓名"), "", '<v:fill type="frame" src="http://evil/a.png"/>'),
        old_shape(line("姓名"), "", '<o:OLEObject Type="Link" ProgID="evil"/>'),
        old_shape('<w:p><w:r><w:object><o:OLEObject ProgID="evil"/></w:object></w:r></w:p>'),
        old_shape('<w:p><w:r><w:control w:name="evil"/></w:r></w:p>'),
        shape(line("姓名")).replace('name="文本框"/>', 'name="文"><a:hlinkClick tooltip="evil"/></wp:docPr>'),
        shape(line("姓名")).replace("<wps:bodyPr/>", '<wps:bodyPr/><wps:evil val="evil"/>'),
        '<w:pict><v:shape id="a"><v:textpath string="evil"/></v:shape></w:pict>',
    ],
)  # fmt: skip
def test_nothing_that_leads_outside_or_runs_passes_by_a_box(inner: str) -> None:
    body = boxed_letter(inner)
    assert "evil" in main_of(body)
    assert "evil" not in kept(body)


def test_two_copies_that_say_different_things_become_alike() -> None:
    assert words_of_boxes(kept(boxed_letter(box(line("姓名：____"), line("账号：____"))))) == ["姓名：____"] * 2


def test_a_second_copy_with_other_boxes_is_left_out() -> None:
    two = f"<mc:AlternateContent><mc:Choice Requires='wps'>{shape(line('一'))}</mc:Choice><mc:Fallback>" + (
        f"{old_shape(line('二'))}{old_shape(line('三'))}</mc:Fallback></mc:AlternateContent>"
    )
    assert words_of_boxes(kept(boxed_letter(two))) == ["一"]


@pytest.mark.parametrize("inner", [shape, old_shape, box])
def test_a_box_in_a_box_is_left_out_and_said_so(inner: Any) -> None:
    nested = f"<w:p><w:r><w:t>外</w:t></w:r><w:r>{inner(line('内'))}</w:r></w:p>"
    body = boxed_letter(box(nested))
    assert words_of_boxes(kept(body)) == ["外"] * 2
    assert [one.zh for one in open_form(body).removed] == ["文本框里的文本框"]


def test_a_diagram_is_left_out_under_its_own_name() -> None:
    drawn = re.sub(r"<wps:wsp>.*</wps:wsp>", "", shape("")).replace("wordprocessingShape", "wordprocessingCanvas")
    assert [one.zh for one in open_form(boxed_letter(drawn)).removed] == ["图表或示意图"]


# --- said where it is left to the pen --------------------------------------------------------------------------------


def test_nothing_of_an_ordinary_form_is_left_unread(clerk: Clerk) -> None:
    assert clerk.take(nested_form(), file_name="表.docx").json()["unread"] == []


def test_more_tables_within_tables_than_are_read_are_said(clerk: Clerk) -> None:
    document = docx.Document()
    outer = document.add_table(rows=1, cols=1).cell(0, 0)
    for _ in range(39):
        outer.add_table(rows=1, cols=2).cell(0, 0).text = "总户数"
    taken = clerk.take(saved_document(document), file_name="表.docx").json()
    assert [one["zh"] for one in taken["unread"]] == ["第 39 张以后的套表"]
    assert [one["name"] for one in taken["pages"]][-1] == "表39"


def test_empty_cells_of_a_header_are_said_whenever_the_form_is_opened(clerk: Clerk) -> None:
    document = docx.Document()
    document.add_paragraph("填报单位：____")
    document.sections[0].header.add_table(1, 2, Cm(10)).cell(0, 0).text = "编号：____"
    taken = clerk.take(saved_document(document), file_name="函.docx").json()
    opened = clerk.browser.get(f"/api/sheets/{taken['sheet']['id']}").json()
    said = [{"zh": "页眉页脚里表格的空格子", "en": "empty cells of tables in headers and footers"}]
    assert (taken["unread"], opened["unread"]) == (said, said)


def test_an_ordinary_box_loses_nothing() -> None:
    body = boxed_letter(box(line("姓名：____")))
    main = kept(body)
    assert open_form(body).removed == ()
    assert 'Requires="wps"' in main
    assert "xmlns:wps=" in main
    assert 'prst="rect"' in main
    assert 'strokecolor="red"' in main
    assert "<wp14" not in main
    assert main.count("positionH") == 2


# --- filled ----------------------------------------------------------------------------------------------------------


def letters_of(clerk: Clerk, body: bytes) -> list[bytes]:
    packed = clerk.fill(clerk.ready(body, file_name="函.docx"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return [archive.read(name) for name in archive.namelist()]


@pytest.mark.parametrize(("inner", "copies"), [(box, 2), (shape, 1), (old_shape, 1)])
def test_blanks_in_boxes_are_filled_alike_in_every_copy(clerk: Clerk, inner: Any, copies: int) -> None:
    body = boxed_letter(inner(line("姓名：____") + line("联系电话：____（本人）")))
    filled = letters_of(clerk, body)
    said = [words_of_boxes(main_of(one)) for one in filled]
    assert [len(one) for one in said] == [copies] * 5
    assert all(len(set(one)) == 1 for one in said)
    assert sorted(one[0].removeprefix("姓名：").partition("联系")[0] for one in said) == sorted(MASKED)
    assert all(one[0].endswith("（本人）") and "139" in one[0] for one in said)


def test_the_words_around_a_box_stay_and_take_their_own_blanks(clerk: Clerk) -> None:
    body = boxed_letter(box(line("截至  月  日  时")), words="填报单位：____")
    filled = clerk.fill(clerk.ready(body, file_name="函.docx"))
    assert words_of_boxes(main_of(filled)) == ["截至2020年2月3日10时"] * 2
    assert [one.text for one in read_document(filled).paragraphs][1].startswith("填报单位：绛县")


def test_serial_receiver_and_day_in_boxes_of_the_page_and_its_head_are_filled(clerk: Clerk) -> None:
    document = docx.Document()
    anchor(document.sections[0].header.paragraphs[0], box(line("编号：____")))
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "总户数"
    anchor(table.cell(0, 1).add_paragraph("此表"), box(line("填报单位：____") + line("填报日期：    年  月  日")))
    filled = clerk.fill(clerk.ready(saved_document(document), file_name="函.docx"))
    with zipfile.ZipFile(io.BytesIO(filled)) as archive:
        [head] = [name for name in archive.namelist() if name.startswith("word/header")]
        serials = words_of_boxes(archive.read(head).decode())
    assert (len(serials), len(set(serials))) == (2, 1)
    assert serials[0].startswith(f"编号：20200203-{COUNTY}-")
    assert words_of_boxes(main_of(filled)) == ["填报单位：绛县填报日期：2020年2月3日"] * 2


def test_a_table_in_a_box_is_filled_alike_in_both_copies(clerk: Clerk) -> None:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{said}</w:t></w:r></w:p></w:tc>" for said in ("总户数", ""))
    body = boxed_letter(box(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl><w:p/>"))
    assert words_of_boxes(main_of(clerk.fill(clerk.ready(body, file_name="函.docx")))) == ["总户数5"] * 2


def test_a_list_within_a_cell_is_filled_as_long_as_it_has_to_be(clerk: Clerk) -> None:
    document = read_document(clerk.fill(clerk.ready(nested_form(), file_name="表.docx")))
    outer = document.tables[0]
    listed = rows(outer.cell(0, 1).tables[0])
    assert listed[0] == ["序号", "姓名", "联系电话"]
    assert [row[0] for row in listed[1:]] == ["1", "2", "3", "4", "5"]
    assert sorted(row[1] for row in listed[1:]) == sorted(MASKED)
    assert rows(outer.cell(1, 1).tables[0]) == [["总户数", "5"]]
    assert (outer.cell(0, 0).text, outer.cell(1, 0).text) == ("人员名单", "总体情况")
    assert outer.cell(0, 1).text.strip() == ""


def test_nobodys_name_lies_in_a_list_within_a_cell() -> None:
    assert "王旧名" in main_of(nested_form())
    assert "王旧名" not in kept(nested_form())
