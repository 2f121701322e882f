"""Made-up letters with text boxes and tables within tables, as word processors write them."""

from __future__ import annotations

from typing import Any

import docx
from docx.oxml.parser import parse_xml

from .letters import saved_document

_SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wp14": "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "w10": "urn:schemas-microsoft-com:office:word",
    }.items()
)
_COUNTED = iter(range(10, 10_000))


def line(text: str) -> str:
    """Return a paragraph of a box, its blank bold."""
    before, blank, behind = text.partition("____")
    return (
        f'<w:p><w:r><w:t xml:space="preserve">{before}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{blank}</w:t></w:r>'
        f"<w:r><w:t>{behind}</w:t></w:r></w:p>"
    )


def shape(content: str) -> str:
    """Return the newer copy of a box."""
    return (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="251659264"'
        ' behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<mc:AlternateContent><mc:Choice Requires="wp14"><wp:positionH relativeFrom="margin"><wp14:pctPosHOffset>1000'
        '</wp14:pctPosHOffset></wp:positionH></mc:Choice><mc:Fallback><wp:positionH relativeFrom="page"><wp:posOffset>'
        "3600000</wp:posOffset></wp:positionH></mc:Fallback></mc:AlternateContent>"
        '<wp:positionV relativeFrom="page"><wp:posOffset>900000</wp:posOffset></wp:positionV>'
        '<wp:extent cx="2400000" cy="900000"/><wp:wrapNone/>'
        f'<wp:docPr id="{next(_COUNTED)}" name="文本框"/><wp:cNvGraphicFramePr/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2400000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="6350"><a:solidFill><a:srgbClr val="FF0000"/>'
        f"</a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
        "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )


def old_shape(content: str, more: str = "", inner: str = "") -> str:
    """Return the older copy of a box."""
    return (
        '<w:pict><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/></v:shapetype><v:shape id="box" type="#_x0000_t202"'
        f' style="position:absolute;width:190pt;height:70pt" strokecolor="red"{more}>{inner}<v:textbox><w:txbxContent>'
        f'{content}</w:txbxContent></v:textbox><w10:wrap type="none"/></v:shape></w:pict>'
    )


def box(first: str, second: str = "") -> str:
    """Return a box in both copies."""
    return (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{shape(first)}</mc:Choice><mc:Fallback>'
        f"{old_shape(second or first)}</mc:Fallback></mc:AlternateContent>"
    )


def anchor(paragraph: Any, inner: str) -> None:
    """Put a box into a paragraph."""
    paragraph._p.append(parse_xml(f"<w:r {_SPACES}>{inner}</w:r>"))


def boxed_letter(inner: str, *, words: str = "各村要认真核对。") -> bytes:
    """Return a red-headed letter with what a test puts beside its first paragraph."""
    document = docx.Document()
    document.add_heading("绛县疫情防控指挥部文件", level=1)
    anchor(document.add_paragraph(words), inner)
    return saved_document(document)


def nested_form() -> bytes:
    """Return a form whose one big table holds a list with too few rows, and beside it a table of figures."""
    document = docx.Document()
    document.add_paragraph("重点人员情况表")
    table = document.add_table(rows=2, cols=2, style="Table Grid")
    table.cell(0, 0).text, table.cell(1, 0).text = "人员名单", "总体情况"
    listed = table.cell(0, 1).add_table(rows=3, cols=3)
    for column, header in enumerate(("序号", "姓名", "联系电话")):
        listed.cell(0, column).text = header
    listed.cell(1, 1).text = "王旧名"
    figures = table.cell(1, 1).add_table(rows=1, cols=2)
    figures.cell(0, 0).text = "总户数"
    for row in (0, 1):
        table.cell(row, 1).add_paragraph()
    return saved_document(document)
