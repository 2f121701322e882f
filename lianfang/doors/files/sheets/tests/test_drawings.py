"""Pictures and shapes of a department's sheet: links, macros and addresses go and are said, the rest stays."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from lianfang.doors.files.sheets.template import open_template
from lianfang.doors.files.sheets.writing import write

from .test_bad_forms import changed
from .test_exact_layout import PNG, filled, made, part, removed, with_part

LINKED = "links or macros on pictures and shapes"
RARE = "pictures of a rare kind, too large or outside the file"


def test_a_picture_with_a_link_stays_without_it() -> None:
    def put(_: Any, sheet: Any) -> None:
        sheet.insert_image("E1", "a.png", {"image_data": io.BytesIO(PNG), "url": "http://example.org"})
        sheet.insert_image("E4", "b.png", {"image_data": io.BytesIO(PNG)})
        sheet.insert_textbox("E8", "说明", {"url": "http://example.org"})

    form = open_template(made(put))
    body = filled(form)
    drawn = part(body, "xl/drawings/drawing1.xml")
    assert removed(form) == [LINKED]
    assert (drawn.count("</xdr:twoCellAnchor>"), drawn.count("<xdr:pic>"), "说明" in drawn) == (3, 2, True)
    assert re.findall(r"<xdr:from>.*?<xdr:row>(\d+)<", drawn) == ["0", "5", "9"]
    assert "hlink" not in drawn
    assert "example" not in "".join(part(body, name) for name in zipfile.ZipFile(io.BytesIO(body)).namelist()
                                    if name.endswith((".xml", ".rels")))  # fmt: skip
    asked, links = re.findall(r'r:embed="(\w+)"', drawn), part(body, "xl/drawings/_rels/drawing1.xml.rels")
    targets = dict(re.findall(r'Id="(\w+)"[^>]*Target="\.\./([^"]+)"', links))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert [archive.read(f"xl/{targets[one]}") for one in asked] == [PNG, PNG]


def test_a_shape_that_reads_a_cell_or_calls_a_macro_stays_as_it_is_seen() -> None:
    body = made(lambda _, sheet: sheet.insert_textbox("E1", "说明", {"textlink": "=$A$1"}))
    name = "xl/drawings/drawing1.xml"
    body = with_part(body, 'macro=""', "macro=\"cmd|'/c calc'!A0\"", name)
    form = open_template(body)
    assert removed(form) == [LINKED]
    drawn = part(write(form, {}), name)
    assert "说明" in drawn
    assert "calc" not in drawn
    assert "textlink" not in drawn


def test_one_picture_of_a_rare_kind_does_not_take_the_others_with_it() -> None:
    def put(_: Any, sheet: Any) -> None:
        for row in (1, 5):
            sheet.insert_image(f"E{row}", f"{row}.png", {"image_data": io.BytesIO(PNG + bytes([row]))})

    name = "xl/drawings/_rels/drawing1.xml.rels"
    body = changed(with_part(made(put), "image2.png", "image2.emf", name),
                   lambda _, held: held, xl__media__image2_dot_emf=b"emf")  # fmt: skip
    form = open_template(body)
    assert removed(form) == [RARE]
    assert part(write(form, {}), "xl/drawings/drawing1.xml").count("<xdr:pic>") == 1


def test_a_picture_by_address_is_not_passed_on() -> None:
    body = made(lambda _, sheet: sheet.insert_image("E1", "a.png", {"image_data": io.BytesIO(PNG)}))
    drawing = "xl/drawings/drawing1.xml"
    alone = open_template(with_part(body, "r:embed=", "r:link=", drawing))
    assert removed(alone) == [LINKED, RARE]
    assert part(write(alone, {}), drawing) == ""
    both = open_template(with_part(body, 'r:embed="rId1"', 'r:embed="rId1" r:link="rId9"', drawing))
    assert removed(both) == [LINKED]
    assert "r:link" not in part(write(both, {}), drawing)


def test_what_programs_add_to_a_picture_for_themselves_goes_unsaid() -> None:
    body = made(lambda _, sheet: sheet.insert_image("E1", "a.png", {"image_data": io.BytesIO(PNG)}))
    own = '<a14:useLocalDpi xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" val="0"/>'
    own = f'<a:extLst><a:ext uri="{{28A0092B-C50C-407E-A947-70E740481C1C}}">{own}</a:ext></a:extLst>'
    drawing = "xl/drawings/drawing1.xml"
    blip = re.search(r"<a:blip [^>]*/>", part(body, drawing))
    assert blip is not None
    form = open_template(with_part(body, blip[0], f"{blip[0][:-2]}>{own}</a:blip>", drawing))
    assert removed(form) == []
    assert part(write(form, {}), drawing).count("<xdr:pic>") == 1


def test_a_chart_beside_a_picture_is_said_and_the_picture_stays() -> None:
    def put(book: Any, sheet: Any) -> None:
        sheet.insert_image("E1", "a.png", {"image_data": io.BytesIO(PNG)})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=名单!$B$2:$B$3"})
        sheet.insert_chart("E8", chart)

    form = open_template(made(put))
    assert removed(form) == ["charts", "charts, diagrams or controls"]
    drawn = part(write(form, {}), "xl/drawings/drawing1.xml")
    assert ("<xdr:pic>" in drawn, "graphicFrame" in drawn) == (True, False)
