"""The package of a filled form: written anew from the parts that are kept, with what stands around each page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from lianfang.doors.files.sheets.formulas import Growths
from lianfang.doors.files.sheets.package import PICTURES, Package, local
from lianfang.doors.files.sheets.template import Page
from lianfang.foundation.printing.workbook import in_header, running_line

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION_TYPE = "application/vnd.openxmlformats-officedocument"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CUSTOM = "docProps/custom.xml"
# because departments' sheets are in Chinese, whoever fills them
CHINESE = "zh-hans"
_LEVEL = 4
_OTHER_PAGES = ("evenHeader", "evenFooter", "firstHeader", "firstFooter")
_ANCHOR_ROW = re.compile(rb"(<(?:\w+:)?row>)(\d+)(</(?:\w+:)?row>)")


@dataclass(frozen=True)
class Mark:
    """What stands around and in a filled sheet: a sentence on every page, and below it serial, page and as-of time.

    Letters that nobody sees in every text and facts in the file belong to a named export only.
    """

    said: str
    serial: str
    at: datetime
    hidden: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_named(self) -> bool:
        return bool(self.facts)

    @property
    def footer(self) -> str:
        """Return what stands below a sheet, in a spreadsheet's own codes."""
        return running_line(self.serial, self.at, CHINESE)

    def header(self, found: Sequence[ElementTree.Element]) -> str:
        """Return the sheet's header and footer: its own where it has them; a named export's sentence in any case."""
        kept = {local(one.tag): one.text or "" for element in found for one in element}
        attributes = "" if self.is_named else "".join(
            f" {key}={quoteattr(value)}" for element in found for key, value in element.attrib.items()
        )  # fmt: skip
        said = f"&C&8{in_header(self.said)}"
        shown = {
            "oddHeader": said if self.is_named else kept.get("oddHeader") or said,
            "oddFooter": kept.get("oddFooter") or self.footer,
        }
        others = {} if self.is_named else {name: kept[name] for name in _OTHER_PAGES if name in kept}
        parts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in (shown | others).items())
        return f"<headerFooter{attributes}>{parts}</headerFooter>"


def write_package(
    package: Package,
    pages: Sequence[Page],
    sheets: Sequence[bytes],
    names: Sequence[tuple[Mapping[str, str], str]],
    growths: Growths,
    mark: Mark | None,
) -> bytes:
    """Return the workbook as bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr("[Content_Types].xml", _content_types(package, pages, mark))
        archive.writestr("_rels/.rels", relations(_top(mark)))
        archive.writestr("xl/workbook.xml", _workbook(package, pages, names))
        archive.writestr("xl/_rels/workbook.xml.rels", relations(_links(package, pages)))
        for name, body in (("styles", package.styles), ("theme", package.theme)):
            if body:
                archive.writestr(f"xl/{_PATHS[name]}", body)
        for number, (page, xml) in enumerate(zip(pages, sheets, strict=True), start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", xml)
            _write_drawing(archive, number, page, growths)
        if mark and mark.is_named:
            archive.writestr(CUSTOM, custom(mark))
    return out.getvalue()


# texts stand in the cells that say them: shared ones would keep what a cell says no more
_PATHS = {"styles": "styles.xml", "theme": "theme/theme1.xml"}


def _content_types(package: Package, pages: Sequence[Page], mark: Mark | None) -> str:
    main = f"{RELATION_TYPE}.spreadsheetml"
    parts = [("/xl/workbook.xml", f"{main}.sheet.main+xml")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", f"{main}.worksheet+xml") for number in range(1, len(pages) + 1)]
    if package.styles:
        parts.append(("/xl/styles.xml", f"{main}.styles+xml"))
    if package.theme:
        parts.append(("/xl/theme/theme1.xml", f"{RELATION_TYPE}.theme+xml"))
    parts += [
        (f"/xl/drawings/drawing{number}.xml", f"{RELATION_TYPE}.drawing+xml")
        for number, page in enumerate(pages, start=1)
        if page.part.drawing
    ]
    if mark and mark.is_named:
        parts.append((f"/{CUSTOM}", f"{RELATION_TYPE}.custom-properties+xml"))
    return content_types(PICTURES, parts)


def content_types(pictures: Mapping[str, str], parts: Sequence[tuple[str, str]]) -> str:
    """Return the part that says of which type each part is."""
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    said = [f'<Default Extension="{key}" ContentType="{kind}"/>' for key, kind in (defaults | {**pictures}).items()]
    said += [f'<Override PartName="{path}" ContentType="{kind}"/>' for path, kind in parts]
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{"".join(said)}</Types>'


def relations(links: Sequence[tuple[str, str, str]]) -> str:
    """Return a part that says where a part's relations lead."""
    said = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target={quoteattr(target)}/>' for key, kind, target in links
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'


def _top(mark: Mark | None) -> list[tuple[str, str, str]]:
    links = [("rId1", f"{OFFICE}/officeDocument", "xl/workbook.xml")]
    if mark and mark.is_named:
        links.append(("rId2", f"{OFFICE}/custom-properties", CUSTOM))
    return links


def _links(package: Package, pages: Sequence[Page]) -> list[tuple[str, str, str]]:
    links = [
        (f"rId{number}", f"{OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(pages) + 1)
    ]
    for name, body in (("styles", package.styles), ("theme", package.theme)):
        if body:
            links.append((f"rId{len(links) + 1}", f"{OFFICE}/{name}", _PATHS[name]))
    return links


def _workbook(package: Package, pages: Sequence[Page], names: Sequence[tuple[Mapping[str, str], str]]) -> str:
    """Return the workbook's own part; results are worked out anew when it is opened."""
    sheets = "".join(
        f'<sheet name={quoteattr(page.name)} sheetId="{number}"{_state(page)} r:id="rId{number}"/>'
        for number, page in enumerate(pages, start=1)
    )
    named = "".join(
        f"<definedName{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>{escape(text)}"
        "</definedName>"
        for attributes, text in names
        if text
    )
    since = ' date1904="1"' if package.since_1904 else ""
    shown = next((number for number, page in enumerate(pages) if not _state(page)), 0)
    listed = f"<definedNames>{named}</definedNames>" if named else ""
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{OFFICE}"><workbookPr{since}/>'
        f'<bookViews><workbookView activeTab="{shown}"/></bookViews><sheets>{sheets}</sheets>'
        f'{listed}<calcPr calcId="0" fullCalcOnLoad="1"/></workbook>'
    )


def _state(page: Page) -> str:
    return f' state="{page.state}"' if page.state in ("hidden", "veryHidden") else ""


def _write_drawing(archive: zipfile.ZipFile, number: int, page: Page, growths: Growths) -> None:
    """Write the pictures of a sheet; one below a list that grew stands lower by as many rows."""
    part = page.part
    if not part.drawing:
        return
    growth = growths.get(page.name)

    def moved(found: re.Match[bytes]) -> bytes:
        row = int(found[2]) + 1
        return found[1] + str((growth.row(row) if growth else row) - 1).encode() + found[3]

    archive.writestr(f"xl/drawings/drawing{number}.xml", _ANCHOR_ROW.sub(moved, part.drawing))
    links: list[tuple[str, str, str]] = []
    for key, (ending, body) in part.pictures.items():
        name = f"picture{number}_{len(links) + 1}.{ending}"
        archive.writestr(f"xl/media/{name}", body)
        links.append((key, f"{OFFICE}/image", f"../media/{name}"))
    archive.writestr(f"xl/drawings/_rels/drawing{number}.xml.rels", relations(links))
    sheet = [("rId1", f"{OFFICE}/drawing", f"../drawings/drawing{number}.xml")]
    archive.writestr(f"xl/worksheets/_rels/sheet{number}.xml.rels", relations(sheet))


def custom(mark: Mark) -> str:
    """Return the document properties that say whose export this is."""
    space = f"{OFFICE.rpartition('/')[0]}/custom-properties"
    types = f"{OFFICE.rpartition('/')[0]}/docPropsVTypes"
    said = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="lianfang.{name}">'
        f"<vt:lpwstr>{escape(value[:255])}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(mark.facts.items(), start=2)
    )
    return f'{_HEAD}<Properties xmlns="{space}" xmlns:vt="{types}">{said}</Properties>'
