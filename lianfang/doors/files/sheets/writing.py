"""Writes a filled form: its own layout to the last border, the list as long as it has to be, and nothing else of it.

Rows are put in after the last blank row given and look like it; totals, ranges, merges, print areas, breaks and
conditional formats follow. Text is always written as text, so that no value becomes a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from lianfang.doors.files.sheets.formulas import Growth, Growths, letters_of, read_formula
from lianfang.doors.files.sheets.layout import header_above
from lianfang.doors.files.sheets.package import attribute, local
from lianfang.doors.files.sheets.parts import Mark, write_package
from lianfang.doors.files.sheets.template import (
    AFTER,
    BEFORE,
    RULES,
    Cell,
    Merge,
    Page,
    Row,
    Template,
    formula_of,
    place_of,
    split_areas,
)
from lianfang.kernel.clock import local as in_china

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# a spreadsheet's days have no zone
_DAY_0, _DAY_0_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
_TITLES = "_xlnm.Print_Titles"
_A4 = "9"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LONGEST = 32_000

Values = Mapping[int, Any]


@dataclass
class Filling:
    """What goes into one sheet: single cells, and the records of its list by column number.

    The list's blank rows stand from `first` to `last`; columns in `mapped` are the list's, whatever stands in them.
    """

    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    first: int = 0
    last: int = 0
    mapped: frozenset[int] = frozenset()
    records: Sequence[Values] = ()

    def growth(self, sheet: str) -> Growth | None:
        more = len(self.records) - (self.last - self.first + 1)
        return Growth(sheet, self.first, self.last, more) if self.first and more > 0 else None


def write(template: Template, fillings: Mapping[str, Filling], mark: Mark | None = None) -> bytes:
    """Return the filled workbook. `fillings` go by the names of sheets; a sheet without one stays as it is."""
    growths: dict[str, Growth] = {}
    for name, filling in fillings.items():
        if growth := filling.growth(name):
            growths[name] = growth
    sheets = [_Writer(template, page, fillings.get(page.name), growths, mark).xml() for page in template.pages]
    return write_package(template.package, template.pages, sheets, _names(template, growths), growths, mark)


def zipped(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return workbooks in one archive; they are packed already."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files:
            archive.writestr(name, body)
    return out.getvalue()


def _names(template: Template, growths: Growths) -> list[tuple[Mapping[str, str], str]]:
    """Return the workbook's names after rows were put in; a print area that ends with the list ends with it still."""
    sheets = frozenset(page.name for page in template.pages)
    found = []
    for attributes, text in template.names:
        parts = [read_formula(part, sheets) for part in split_areas(text)]
        found.append((attributes, ",".join(part.grown("", 0, growths) for part in parts if part)))
    return found + list(_titles(template, growths))


def _titles(template: Template, growths: Growths) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the header rows to be printed on each page of a list that grew, where the sheet itself names none."""
    named = {one.get("localSheetId") for one, _ in template.names if one.get("name") == _TITLES}
    for place, page in enumerate(template.pages):
        growth = growths.get(page.name)
        top, bottom = header_above(page, growth.first) if growth and str(place) not in named else (0, 0)
        if top:
            sheet = page.name.replace("'", "''")
            yield {"name": _TITLES, "localSheetId": str(place)}, f"'{sheet}'!${top}:${bottom}"


def legal(text: str) -> str:
    """Return a text without what a file of XML cannot hold, and no longer than a cell."""
    return _ILLEGAL.sub("", text)[:LONGEST]


def as_text(value: Any) -> str:
    """Return a value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{in_china(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


class _Writer:
    """Writes one sheet."""

    def __init__(
        self, template: Template, page: Page, filling: Filling | None, growths: Growths, mark: Mark | None
    ) -> None:
        self.template, self.page, self.filling, self.growths = template, page, filling or Filling(), growths
        self.growth = growths.get(page.name)
        self.hidden = mark.hidden if mark else ""
        self.mark = mark
        self.day_0 = _DAY_0_OF_1904 if template.package.since_1904 else _DAY_0

    def xml(self) -> bytes:
        around = self.page.around
        out = [
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
            f'<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">',
            *(self._around(one, name) for name in BEFORE for one in around.get(name, ())),
            "<sheetData>",
            *self._rows(),
            "</sheetData>",
            *self._after(),
            "</worksheet>",
        ]
        return "".join(out).encode()

    # --- rows -----------------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[str]:
        filling = self.filling
        numbers = set(self.page.rows) | {row for row, _ in filling.cells}
        if filling.first:
            numbers |= set(range(filling.first, filling.last + 1))
        for number in sorted(numbers):
            row = self.page.rows.get(number) or Row()
            if filling.first and filling.first <= number <= filling.last:
                place = number - filling.first
                values = filling.records[place] if place < len(filling.records) else None
                yield self._listed(number, row, values)
                if number == filling.last and self.growth:
                    yield from self._more(row)
            else:
                yield self._plain(number, row)

    def _plain(self, number: int, row: Row) -> str:
        at = self.growth.row(number) if self.growth else number
        given = {column: value for (one, column), value in self.filling.cells.items() if one == number}
        cells = []
        for column in sorted(row.cells.keys() | given.keys()):
            cell, name = row.cells.get(column) or Cell(), f"{letters_of(column)}{at}"
            if column in given:
                cells.append(self._value(name, cell.style, given[column]))
            else:
                cells.append(self._kept(name, cell, number))
        return _row(at, row, cells)

    def _listed(self, number: int, row: Row, values: Values | None) -> str:
        """Write one of the blank rows given; without a record it stays blank, ready for the pen."""
        cells = []
        for column in sorted(row.cells.keys() | self.filling.mapped):
            cell, name = row.cells.get(column) or Cell(), f"{letters_of(column)}{number}"
            if values is None and column in row.cells and cell.formula is None and column in self.filling.mapped:
                # because the rows of a list without lines are known by their cells, also when the form is opened again
                cells.append(f'<c r="{name}"{_styled(cell.style)}/>')
            elif column in self.filling.mapped:
                cells.append(self._value(name, cell.style, (values or {}).get(column)))
            elif cell.formula is not None or values is None:
                cells.append(self._kept(name, cell, number))
            else:
                cells.append(_empty(name, cell.style))
        return _row(number, row, cells)

    def _more(self, row: Row) -> Iterator[str]:
        """Write the records for which there was no blank row, each like the last row given."""
        filling = self.filling
        columns = [
            (column, letters_of(column), row.cells.get(column) or Cell(), column in filling.mapped)
            for column in sorted(row.cells.keys() | filling.mapped)
        ]
        given = filling.last - filling.first + 1
        for down, values in enumerate(filling.records[given:], start=1):
            at = filling.last + down
            cells = []
            for column, letters, cell, mapped in columns:
                if mapped:
                    cells.append(self._value(f"{letters}{at}", cell.style, values.get(column)))
                elif cell.formula is not None and not (cell.array and cell.array.bottom > filling.last):
                    text = cell.formula.grown(self.page.name, filling.last, self.growths, down)
                    cells.append(_formula(f"{letters}{at}", cell, text, at, at))
                else:
                    cells.append(_empty(f"{letters}{at}", cell.style))
            yield _row(at, row, cells)

    def _kept(self, name: str, cell: Cell, number: int) -> str:
        """Write a cell as it was; a formula without its old result, which the reader's program works out anew."""
        if cell.formula is not None:
            text = cell.formula.grown(self.page.name, number, self.growths)
            return _formula(name, cell, text, *self._rows_of(cell.array))
        if cell.rich:
            return f'<c r="{name}"{_styled(cell.style)} t="inlineStr"><is>{cell.rich}</is></c>'
        if cell.kind in ("b", "e") or (cell.kind in ("", "n") and cell.raw):
            kind = f' t="{cell.kind}"' if cell.kind in ("b", "e") else ""
            return f'<c r="{name}"{_styled(cell.style)}{kind}><v>{escape(cell.raw)}</v></c>'
        return _text(name, cell.style, cell.text) if cell.text else _empty(name, cell.style)

    def _rows_of(self, array: Merge | None) -> tuple[int, int]:
        """Return where the rows of an array formula stand; one over all rows of a list is over the new ones too."""
        if array is None or self.growth is None:
            return (array.top, array.bottom) if array else (0, 0)
        return self.growth.span(array.top, array.bottom)

    def _value(self, name: str, style: str, value: Any) -> str:
        if value is None or value == "":
            return _empty(name, style)
        if isinstance(value, bool):
            return _text(name, style, as_text(value))
        if isinstance(value, (int, float)) and style not in self.template.texts_only:
            return f'<c r="{name}"{_styled(style)}><v>{value!r}</v></c>'
        if isinstance(value, (date, datetime)):
            return self._moment(name, style, value)
        return _text(name, style, f"{value}{self.hidden}")

    def _moment(self, name: str, style: str, value: date | datetime) -> str:
        """Write a day or a moment as a number where the form shows a date, else as people read it."""
        moment = in_china(value) if isinstance(value, datetime) else None
        if style in self.template.dates:
            plain = moment.replace(tzinfo=None) if moment else datetime(value.year, value.month, value.day)  # noqa: DTZ001
            passed = plain - self.day_0
            if passed.days < 0:  # no spreadsheet shows a day before its first
                return _text(name, style, as_text(value))
            return f'<c r="{name}"{_styled(style)}><v>{passed.days + passed.seconds / 86400:.10g}</v></c>'
        return _text(name, style, as_text(value))

    # --- around the rows ------------------------------------------------------------------------------------------

    def _after(self) -> Iterator[str]:
        for name in AFTER:
            found = self.page.around.get(name, [])
            if name == "mergeCells":
                yield self._merges()
            elif name == "headerFooter" and self.mark:
                yield self.mark.header(found)
            elif name == "pageSetup" and self.growth:
                yield _page_setup(found)
            else:
                yield from (self._around(one, name) for one in found)
        if self.page.part.drawing:
            yield '<drawing r:id="rId1"/>'

    def _merges(self) -> str:
        refs = []
        for one in self.page.merges:
            top, bottom = self.growth.span(one.top, one.bottom) if self.growth else (one.top, one.bottom)
            refs.append(f"{letters_of(one.left)}{top}:{letters_of(one.right)}{bottom}")
            if self.growth and one.top == one.bottom == self.growth.last:
                rows = range(self.growth.last + 1, self.growth.last + self.growth.count + 1)
                refs += [f"{letters_of(one.left)}{row}:{letters_of(one.right)}{row}" for row in rows]
        if not refs:
            return ""
        return (
            f'<mergeCells count="{len(refs)}">' + "".join(f'<mergeCell ref="{one}"/>' for one in refs) + "</mergeCells>"
        )

    def _around(self, element: ElementTree.Element, name: str) -> str:
        """Return an element around the rows, with its references moved."""
        copied = _plain_copy(element)
        if name == "sheetViews":
            for view in copied:
                view.attrib.pop("topLeftCell", None)
                view[:] = [one for one in view if one.tag == "pane"]
        if name in RULES and not len(copied):
            return ""
        if name == "dataValidations":
            copied.set("count", str(len(copied)))
        if self.growth:
            self._move(copied, name)
        return ElementTree.tostring(copied, encoding="unicode")

    def _move(self, element: ElementTree.Element, name: str) -> None:
        for one in element.iter():
            if "sqref" in one.attrib:
                one.set("sqref", " ".join(self._span(ref) for ref in one.attrib["sqref"].split()))
            if "ref" in one.attrib:
                one.set("ref", self._span(one.attrib["ref"]))
            if one.tag == "brk" and name == "rowBreaks" and self.growth:
                one.set("id", str(self.growth.row(int(one.get("id", "0")))))
            if said := formula_of(one):
                moved = self._moved(said)
                if one.tag == "cfvo":
                    one.set("val", moved)
                else:
                    one.text = moved

    def _moved(self, formula: str) -> str:
        sheets = frozenset(page.name for page in self.template.pages)
        names = frozenset(attributes.get("name", "") for attributes, _ in self.template.names)
        found = read_formula(formula, sheets, names)
        return found.grown(self.page.name, self.filling.first, self.growths) if found else formula

    def _span(self, ref: str) -> str:
        first, _, last = ref.partition(":")
        top, left = place_of(first)
        bottom, right = place_of(last or first)
        if not top or not bottom or self.growth is None:
            return ref
        is_list_row = top == bottom == self.growth.last
        top, bottom = (top, bottom + self.growth.count) if is_list_row else self.growth.span(top, bottom)
        return f"{letters_of(left)}{top}:{letters_of(right)}{bottom}"


def _styled(style: str) -> str:
    return f' s="{style}"' if style.isdecimal() else ""


def _formula(name: str, cell: Cell, text: str, top: int, bottom: int) -> str:
    """Write a formula without a result; the rows are those of its range where it is an array formula."""
    of = ""
    if cell.array:
        first, last = f"{letters_of(cell.array.left)}{top}", f"{letters_of(cell.array.right)}{bottom}"
        of = f' t="array" ref="{first if first == last else f"{first}:{last}"}"'
    return f'<c r="{name}"{_styled(cell.style)}><f{of}>{escape(text)}</f></c>'


def _page_setup(found: Sequence[ElementTree.Element]) -> str:
    """Return how a list that grew is printed: on A4 in black and white, unless the sheet says otherwise."""
    copied = _plain_copy(found[0]) if found else ElementTree.Element("pageSetup")
    if "paperHeight" not in copied.attrib:
        copied.attrib.setdefault("paperSize", _A4)
    copied.attrib.setdefault("blackAndWhite", "1")
    return ElementTree.tostring(copied, encoding="unicode")


def _empty(name: str, style: str) -> str:
    return f'<c r="{name}"{_styled(style)}/>' if style else ""


def _text(name: str, style: str, text: str) -> str:
    said = escape(_ILLEGAL.sub("", text[:LONGEST]))
    return f'<c r="{name}"{_styled(style)} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _row(number: int, row: Row, cells: Sequence[str]) -> str:
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in row.attributes.items())
    return f'<row r="{number}"{attributes}>{"".join(cells)}</row>'


def _plain_copy(element: ElementTree.Element) -> ElementTree.Element:
    """Return a copy without namespaces and without what belongs to other programs or leads to other parts."""
    copied = ElementTree.Element(local(element.tag))
    copied.text = element.text
    for key, value in element.attrib.items():
        if not key.startswith("{") and key != "codeName":
            copied.set(key, value)
    for one in element:
        if local(one.tag) != "extLst":
            copied.append(_plain_copy(one))
    return copied


__all__ = ["Filling", "Mark", "attribute", "write", "zipped"]
