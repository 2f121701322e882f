"""Made-up letters and lists of departments, as their clerks make them in a word processor."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Pt, RGBColor


def saved_document(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read_document(body: bytes) -> Any:
    return docx.Document(io.BytesIO(body))


def texts(document: Any) -> list[str]:
    return [one.text for one in document.paragraphs]


def rows(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def list_letter() -> bytes:
    """A list to be filled, merged headers and total below, the unit and day above, a page number at the foot."""
    document = docx.Document()
    title = document.add_heading("居家观察人员登记表", level=1)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("填报单位：__________    填报日期：    年  月  日")
    table = document.add_table(rows=6, cols=5, style="Table Grid")
    for column, header in enumerate(("序号", "姓名", "联系方式", "", "居住状态")):
        table.cell(0, column).text = header
    table.cell(1, 2).text, table.cell(1, 3).text = "电话", "身份证号"
    table.cell(0, 2).merge(table.cell(0, 3))
    for column in (0, 1, 4):
        table.cell(0, column).merge(table.cell(1, column))
    for row in (2, 3):
        run = table.cell(row, 1).paragraphs[0].add_run("王旧名")
        run.font.name, run.font.size, run.font.color.rgb = "仿宋", Pt(14), RGBColor(0x12, 0x34, 0x56)
    table.cell(4, 0).text = "合计"
    table.cell(5, 0).merge(table.cell(5, 4)).text = "审核人：          填表人："
    foot = document.sections[0].footer.paragraphs[0]
    foot.add_run("第 ")
    for kind, said in (("begin", ""), ("", "PAGE"), ("end", "")):
        inner = f'<w:fldChar w:fldCharType="{kind}"/>' if kind else f"<w:instrText>{said}</w:instrText>"
        foot._p.append(parse_xml(f'<w:r xmlns:w="{qn("w:r")[1:-2]}">{inner}</w:r>'))
    document.sections[0].header.paragraphs[0].text = "单位：________"
    return saved_document(document)


def notice_letter() -> bytes:
    """A letter to each person, with blanks of every kind."""
    document = docx.Document()
    document.add_heading("居家观察告知书", level=1)
    line = document.add_paragraph("姓名：")
    line.add_run("____").bold = True
    line.add_run("，身份证号：{{身份证号}}，")
    line.add_run("联系电话：【】。")
    lined = document.add_paragraph("出生日期：")
    lined.add_run("        ").underline = True
    lined.add_run("（以证件为准）")
    document.add_paragraph("    年   月   日")
    return saved_document(document)


def figures_letter() -> bytes:
    """A short report of figures: labels beside empty cells."""
    document = docx.Document()
    document.add_paragraph("报送单位：____")
    table = document.add_table(rows=2, cols=4, style="Table Grid")
    table.cell(0, 0).text, table.cell(0, 2).text = "总户数", "乡镇"
    table.cell(1, 0).text = "其他事项"
    return saved_document(document)
