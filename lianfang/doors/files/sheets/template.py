"""A form as rows of cells, with whatever surrounds them: read once from a package, written any number of times.

Keeps every style, width, height, merge, print setting and safe formula. A formula that may not stay is left out, and
its cell named; hyperlinks are left out. Rows that hold nothing below the last content are not kept for ever.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from lianfang.doors.files.guarding import DAMAGED, number_of
from lianfang.doors.files.sheets.formulas import Formula, letters_of, read_formula
from lianfang.doors.files.sheets.package import Package, SheetPart, local, open_package, parse
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual

TOO_MANY_CELLS = refusal(
    "sheets.too_many_cells",
    "表样里的单元格超过 {limit} 个，请删除名单内容，只留表头和空行。",
    "The form has more than {limit} cells; delete the list itself and leave headers and blank rows.",
)

MOST_CELLS = 60_000
MOST_MERGES = 5_000
MOST_ROWS = 1_048_576
BLANK_KEPT = 60
_KEPT_OF_NAMES = frozenset({"name", "localSheetId", "hidden"})
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_KEPT_OF_ROWS = frozenset({"s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed"})

# what of a worksheet stands before and after its rows, in the order the format asks for; the rest is left out
BEFORE = ("sheetPr", "sheetViews", "sheetFormatPr", "cols")
AFTER = (
    "sheetProtection", "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "printOptions",
    "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors",
)  # fmt: skip


@dataclass(slots=True)
class Cell:
    """One cell: its style, what it says, in which looks (`rich`), and its formula if it has one that may stay."""

    style: str = ""
    kind: str = ""
    raw: str = ""
    text: str = ""
    formula: Formula | None = None
    rich: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.text and self.formula is None


@dataclass(slots=True)
class Row:
    """One row: its own attributes (height, style) and its cells by column number from 1."""

    attributes: dict[str, str] = field(default_factory=dict)
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, counted from 1, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Page:
    """One sheet of a form."""

    name: str
    state: str
    rows: dict[int, Row]
    merges: tuple[Merge, ...]
    around: dict[str, list[ElementTree.Element]]
    part: SheetPart
    refused: tuple[str, ...] = ()

    @property
    def last_row(self) -> int:
        return max(self.rows, default=0)

    @cached_property
    def width(self) -> int:
        return max((column for row in self.rows.values() for column in row.cells), default=0)

    def cell(self, row: int, column: int) -> Cell | None:
        found = self.rows.get(row)
        return found.cells.get(column) if found else None

    def text(self, row: int, column: int) -> str:
        found = self.cell(row, column)
        return found.text if found else ""

    @cached_property
    def covered(self) -> dict[tuple[int, int], Merge]:
        """Return the merge of every cell that one covers; wide merges are known by their first 300 columns."""
        return {
            (row, column): one
            for one in self.merges
            for row in range(one.top, min(one.bottom, one.top + 300) + 1)
            for column in range(one.left, min(one.right, one.left + 300) + 1)
        }


@dataclass
class Template:
    """A whole form: its sheets and what they share."""

    package: Package
    pages: tuple[Page, ...]
    names: tuple[tuple[Mapping[str, str], str], ...]
    dates: frozenset[str]
    texts_only: frozenset[str]
    ending: str = "xlsx"
    emptied: tuple[Bilingual, ...] = ()

    @property
    def removed(self) -> tuple[Bilingual, ...]:
        return self.package.removed + self.emptied

    @property
    def unread(self) -> tuple[Bilingual, ...]:
        """Return nothing: every visible cell of a workbook is read."""
        return ()

    @property
    def refused(self) -> tuple[str, ...]:
        """Return the cells whose formulas may not stay, as people write them: 表!B7."""
        return tuple(f"{page.name}!{cell}" for page in self.pages for cell in page.refused)

    def page(self, name: str) -> Page | None:
        return next((one for one in self.pages if one.name == name), None)


def open_template(body: bytes) -> Template:
    """Read a form. Raises what `open_package` raises, and `sheets.too_many_cells`."""
    package = open_package(body)
    try:
        return _template(package)
    except (ElementTree.ParseError, ValueError):
        raise DAMAGED(field="file") from None


def _template(package: Package) -> Template:
    names = tuple(_names(package))
    known = frozenset(attributes["name"] for attributes, _ in names if "name" in attributes)
    reader = _Reader(frozenset(one.name for one in package.sheets), known, _texts(package.texts))
    pages = tuple(reader.page(part) for part in package.sheets)
    dates, texts_only = _formats(package.styles)
    return Template(package, pages, names, dates, texts_only)


def _names(package: Package) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield the workbook's own names (print areas, titles, ranges) that stay within it."""
    sheets = frozenset(one.name for one in package.sheets)
    places = {str(one.place): str(now) for now, one in enumerate(package.sheets)}
    for one in package.workbook.iter():
        if local(one.tag) != "definedName" or not one.text or one.get("function") or one.get("xlm"):
            continue
        kept: dict[str, str] = {key: value for key, value in one.attrib.items() if key in _KEPT_OF_NAMES}
        if "localSheetId" in kept:
            kept["localSheetId"] = places.get(kept["localSheetId"], "")
        if kept.get("localSheetId") != "" and all(read_formula(part, sheets) for part in split_areas(one.text)):
            yield kept, one.text


def split_areas(text: str) -> list[str]:
    """Return the areas of a name that lists several, "表!$A:$B,表!$1:$3", or the text itself."""
    if "(" in text:
        return [text]
    parts, quoted, start = [], False, 0
    for place, letter in enumerate(text):
        quoted ^= letter == "'"
        if letter == "," and not quoted:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _texts(body: bytes) -> list[tuple[str, str]]:
    """Return the shared texts in their order, each with its looks."""
    return [(_joined(item), _rich(item)) for item in parse(body) if local(item.tag) == "si"] if body else []


def _joined(item: ElementTree.Element) -> str:
    """Return the text of a rich one, without what is said about its pronunciation."""
    said = []
    for one in item:
        if local(one.tag) == "t":
            said.append(one.text or "")
        elif local(one.tag) == "r":
            said += [part.text or "" for part in one if local(part.tag) == "t"]
    return "".join(said)


def _rich(item: ElementTree.Element) -> str:
    """Return what a text is made of where it has looks of its own or says how it is pronounced, else nothing."""
    if all(local(one.tag) == "t" for one in item):
        return ""
    return "".join(ElementTree.tostring(_bare(one), encoding="unicode") for one in item if local(one.tag) != "extLst")


def _bare(element: ElementTree.Element) -> ElementTree.Element:
    """Return a copy without namespaces, but for the one by which spaces count."""
    kept = {key: value for key, value in element.attrib.items() if not key.startswith("{") or key == _SPACE}
    copied = ElementTree.Element(local(element.tag), kept)
    copied.text = element.text
    copied.extend(_bare(one) for one in element)
    return copied


def _formats(body: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """Return the styles that show a number as a date, and those that keep it as text."""
    if not body:
        return frozenset(), frozenset()
    root = parse(body)
    codes = {str(key): code for key, code in BUILTIN_FORMATS.items()}
    codes |= {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter() if local(one.tag) == "numFmt"}
    styles = next((one for one in root if local(one.tag) == "cellXfs"), ())
    dates, texts = set(), set()
    for number, one in enumerate(styles):
        key = one.get("numFmtId", "0")
        if key in ("14", "15", "16", "17", "22", "57", "58", "31") or is_date_format(codes.get(key, "General")):
            dates.add(str(number))
        if codes.get(key) == "@":
            texts.add(str(number))
    return frozenset(dates), frozenset(texts)


class _Reader:
    """Reads the sheets of one workbook, counting its cells over all of them."""

    def __init__(self, sheets: frozenset[str], names: frozenset[str], texts: list[tuple[str, str]]) -> None:
        self.sheets, self.names, self.texts = sheets, names, texts
        self.cells = 0

    def page(self, part: SheetPart) -> Page:
        rows: dict[int, Row] = {}
        refused: list[str] = []
        around: dict[str, list[ElementTree.Element]] = {}
        shared: dict[str, tuple[Formula, int, int]] = {}
        last = blank = 0
        depth = 0
        for event, element in ElementTree.iterparse(io.BytesIO(part.xml), events=("start", "end")):  # noqa: S314
            depth += 1 if event == "start" else -1
            name = local(element.tag)
            if event == "end" and name == "row":
                number = int(element.get("r") or last + 1)
                last = number
                row = self._row(element, number, shared, refused)
                blank = blank + 1 if row.is_blank else 0
                if blank <= BLANK_KEPT and number <= MOST_ROWS:
                    rows[number] = row
                    self._count(len(row.cells))
                element.clear()
            elif event == "end" and depth == 1 and name in (*BEFORE, *AFTER, "drawing"):
                around.setdefault(name, []).append(element)
        merges = tuple(_merges(around.get("mergeCells", [])))
        return Page(part.name, part.state, rows, merges, around, part, tuple(refused))

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise TOO_MANY_CELLS(field="file", limit=MOST_CELLS)

    def _row(
        self, element: ElementTree.Element, number: int, shared: dict[str, tuple[Formula, int, int]], refused: list[str]
    ) -> Row:
        attributes: dict[str, str] = {key: value for key, value in element.attrib.items() if key in _KEPT_OF_ROWS}
        row, column = Row(attributes), 0
        for one in element:
            if local(one.tag) != "c":
                continue
            where = "".join(letter for letter in one.get("r", "") if letter.isalpha())
            column = number_of(where.upper()) if where else column + 1
            row.cells[column] = self._cell(one, number, column, shared, refused)
        return row

    def _cell(
        self, element: ElementTree.Element, row: int, column: int, shared: dict[str, tuple[Formula, int, int]],
        refused: list[str],
    ) -> Cell:  # fmt: skip
        cell = Cell(element.get("s", ""), element.get("t", ""))
        for one in element:
            name = local(one.tag)
            if name == "f":
                cell.formula = self._formula(one, row, column, shared)
                if cell.formula is None:
                    refused.append(f"{letters_of(column)}{row}")
                    return Cell(cell.style)
            elif name == "v":
                cell.raw = one.text or ""
            elif name == "is":
                cell.text, cell.rich = _joined(one), _rich(one)
        if cell.formula is None:
            self._say(cell)
        return cell

    def _say(self, cell: Cell) -> None:
        if cell.kind == "s":
            place = int(cell.raw) if cell.raw.isdecimal() else -1
            cell.text, cell.rich = self.texts[place] if 0 <= place < len(self.texts) else ("", "")
            cell.kind, cell.raw = "inlineStr", ""
        elif cell.kind != "inlineStr":
            cell.text = cell.raw

    def _formula(
        self, element: ElementTree.Element, row: int, column: int, shared: dict[str, tuple[Formula, int, int]]
    ) -> Formula | None:
        """Return the formula of a cell; one that is shared is worked out from the cell that holds it."""
        text, key = element.text or "", element.get("si", "")
        if element.get("t") == "dataTable":
            return None
        if element.get("t") == "shared" and not text:
            if key not in shared:
                return None
            first, first_row, first_column = shared[key]
            return first.copied(row - first_row, column - first_column)
        found = read_formula(text, self.sheets, self.names)
        if found is not None and element.get("t") == "shared":
            shared[key] = (found, row, column)
        return found


def _merges(elements: list[ElementTree.Element]) -> Iterator[Merge]:
    listed = [one.get("ref", "") for element in elements for one in element]
    for ref in listed[:MOST_MERGES]:
        first, _, last = ref.partition(":")
        top, left = place_of(first)
        bottom, right = place_of(last or first)
        if top and bottom >= top and right >= left:
            yield Merge(top, left, bottom, right)


def place_of(cell: str) -> tuple[int, int]:
    """Return row and column, from 1, of a cell written as C5; (0, 0) for what is none."""
    letters = cell.rstrip("0123456789")
    digits = cell[len(letters) :]
    if not letters.isalpha() or not letters.isascii() or not digits or len(letters) > 3 or len(digits) > 7:
        return 0, 0
    return int(digits), number_of(letters.upper())


def name_of(row: int, column: int) -> str:
    """Return a cell as people write it: (5, 3) → C5."""
    return f"{letters_of(column)}{row}"
