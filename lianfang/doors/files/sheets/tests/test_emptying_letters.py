"""A letter that came with last week's people: they are in no table of what is stored, nor is a number in its text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from lianfang.doors.files.sheets.kinds import open_form

from .letters import read_document, rows, saved_document, texts
from .test_emptying import HEADS, PEOPLE, found_in, kept, secrets

SOME = PEOPLE[:4]
TEXT = f'xmlns:w="{qn("w:t")[1:-2]}"'


def made(build: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    build(document)
    return saved_document(document)


def table_of(document: Any, lines: list[tuple[Any, ...]]) -> Any:
    table = document.add_table(rows=len(lines), cols=max(map(len, lines)), style="Table Grid")
    for number, line in enumerate(lines):
        for column, said in enumerate(line):
            table.cell(number, column).text = str(said)
    return table


def two_lists_in_one_table(document: Any) -> None:
    table_of(document, [HEADS, *SOME[:2], ("合计",), HEADS, *SOME[2:], ("审核人：",)])


def columns_nobody_knows(document: Any) -> None:
    table_of(document, [("编组", "成员", "证件", "手机", "落脚点", "说明"), *SOME])


def card_of_one_person(document: Any) -> None:
    _, name, document_number, phone, address, _ = SOME[0]
    table_of(document, [("姓名", name, "身份证号", document_number), ("联系电话", phone, "现住址", address)])


def list_within_a_cell(document: Any) -> None:
    inner = table_of(document, [HEADS, *SOME])
    outer = document.add_table(rows=1, cols=2, style="Table Grid")
    outer.cell(0, 0).text = "附名单"
    outer.cell(0, 1)._tc.append(inner._tbl)


@pytest.mark.parametrize(
    "build", [two_lists_in_one_table, columns_nobody_knows, card_of_one_person, list_within_a_cell]
)
def test_nobody_of_last_week_is_in_a_stored_letter(build: Callable[[Any], None]) -> None:
    body = made(build)
    held = [one for one in secrets(SOME) if found_in(body, [one])]
    assert held
    stored = kept(body)
    assert found_in(stored, held) == []
    assert not open_form(stored).removed  # nothing is left to go when it is opened again


def test_what_makes_the_form_stays() -> None:
    document = read_document(kept(made(two_lists_in_one_table)))
    table = rows(document.tables[0])
    below = [[label, *[""] * 5] for label in ("合计", "审核人：")]
    assert [line for line in table if any(line)] == [list(HEADS), below[0], list(HEADS), below[1]]
    assert len(table) == 8
    card = rows(read_document(kept(made(card_of_one_person))).tables[0])
    assert card == [["姓名", "", "身份证号", ""], ["联系电话", "", "现住址", ""]]


def test_whoever_brings_it_reads_what_went() -> None:
    said = [one.zh for one in open_form(made(two_lists_in_one_table)).removed]
    assert said == ["“表1”里原有的 4 行内容"]
    assert not open_form(made(lambda document: table_of(document, [HEADS, ("",) * 6]))).removed


def test_a_number_goes_from_text_header_and_box_and_the_one_to_call_stays() -> None:
    _, _, number, phone, _, _ = SOME[0]

    def build(document: Any) -> None:
        line = document.add_paragraph("兹证明持证人（身份证号：")
        line.add_run(number).bold = True
        line.add_run(f"，电话{phone}）已满观察期。").italic = True
        document.add_paragraph("如有发热，请拨打村医电话13512345678。")
        document.sections[0].header.paragraphs[0].text = f"证件 {number}"
        box = document.add_paragraph()
        box._p.append(parse_xml(
            f'<w:r {TEXT}><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:rect><v:textbox><w:txbxContent><w:p><w:r>'
            f"<w:t>{number}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></w:r>"
        ))  # fmt: skip

    body = kept(made(build))
    assert found_in(body, [number, phone]) == []
    document = read_document(body)
    assert "如有发热，请拨打村医电话13512345678。" in texts(document)
    first = document.paragraphs[0]
    assert first.text.replace(" ", "") == "兹证明持证人（身份证号：，电话）已满观察期。"
    assert [run.italic for run in first.runs if "已满" in run.text] == [True]
