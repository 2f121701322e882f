"""A form as rows of cells, with whatever surrounds them: read once from a package, written any number of times.

Keeps every style, width, height, merge, print setting and safe formula. A formula that may not stay is left out, and
its cell named; hyperlinks are left out. Rows that hold nothing below the last content are not kept for ever.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from lianfang.doors.files.guarding import DAMAGED, LAST_COLUMN, MOST_COLUMNS, TOO_WIDE, column_of, number_of
from lianfang.doors.files.sheets.formulas import Formula, letters_of, read_formula
from lianfang.doors.files.sheets.package import Package, SheetPart, local, open_package, parse
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

TOO_MANY_CELLS = refusal(
    "sheets.too_many_cells",
    "表样里的单元格超过 {limit} 个，请删除名单内容，只留表头和空行。",
    "The form has more than {limit} cells; delete the list itself and leave headers and blank rows.",
)

TOO_MANY_MERGES = refusal(
    "sheets.too_many_merges",
    "表样里合并的单元格超过 {limit} 处，请删除名单内容，只留表头和空行。",
    "The form has more than {limit} merged ranges; delete the list itself and leave headers and blank rows.",
)

MOST_CELLS = 60_000
MOST_MERGES = 5_000
MOST_ROWS = 1_048_576
BLANK_KEPT = 60
_DEEPEST = 60
_KEPT_OF_NAMES = frozenset({"name", "localSheetId", "hidden"})
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_KEPT_OF_ROWS = frozenset({"s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed"})

RULES = ("conditionalFormatting", "dataValidations")
_FORMULAS = frozenset({"formula", "formula1", "formula2"})
_RULE = both("指向外部的条件格式或下拉选项", "conditional formats or drop-downs that reach outside")
_LOST = {
    "conditionalFormattings": both("较新的条件格式（数据条、图标集）", "conditional formats of newer programs"),
    "sparklineGroups": both("迷你图", "sparklines"),
    "slicerList": both("切片器", "slicers"),
    "picture": both("背景图片", "background pictures"),
    "legacyDrawingHF": both("页眉页脚里的图片", "pictures in headers and footers"),
}
_EXTRA = both("新版软件的附加设置", "settings of newer programs")

# what of a worksheet stands before and after its rows, in the order the format asks for; the rest is left out
BEFORE = ("sheetPr", "sheetViews", "sheetFormatPr", "cols")
AFTER = (
    "sheetProtection", "autoFilter", "mergeCells", "conditionalFormatting", "dataValidations", "printOptions",
    "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "ignoredErrors",
)  # fmt: skip


@dataclass(slots=True)
class Cell:
    """One cell: its style, what it says, in which looks (`rich`), and its formula if it has one that may stay.

    An array formula stands in the first cell of its range; the others of the range show its results.
    """

    style: str = ""
    kind: str = ""
    raw: str = ""
    text: str = ""
    formula: Formula | None = None
    array: Merge | None = None
    is_result: bool = False
    rich: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.text and self.formula is None and not self.is_result


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
    removed: tuple[Bilingual, ...] = ()

    @property
    def last_row(self) -> int:
        return max(self.rows, default=0)

    @cached_property
    def width(self) -> int:
        """Return the last column with a cell; those beyond the most columns are empty."""
        return min(max((column for row in self.rows.values() for column in row.cells), default=0), MOST_COLUMNS)

    def cell(self, row: int, column: int) -> Cell | None:
        found = self.rows.get(row)
        return found.cells.get(column) if found else None

    def text(self, row: int, column: int) -> str:
        found = self.cell(row, column)
        return found.text if found else ""

    @cached_property
    def _bands(self) -> tuple[list[int], list[list[Merge]]]:
        """Return the rows from which on other merges cover the columns than above, and those that do from the left."""
        begun: dict[int, list[Merge]] = {}
        for one in self.merges:
            if one.left <= self.width:
                begun.setdefault(one.top, []).append(one)
                begun.setdefault(one.bottom + 1, [])
        rows, bands = sorted(begun), []
        here: list[Merge] = []
        for row in rows:
            here = sorted([*(one for one in here if one.bottom >= row), *begun[row]], key=_left)
            bands.append(here)
        return rows, bands

    def merge_at(self, row: int, column: int) -> Merge:
        """Return the merge that covers a cell, or the cell alone; looked up by the ends of merges, not by cells."""
        rows, bands = self._bands
        band = bisect_right(rows, row) - 1
        here = bands[band] if band >= 0 else []
        place = bisect_right(here, column, key=_left) - 1
        return here[place] if place >= 0 and here[place].right >= column else Merge(row, column, row, column)


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
        of_pages = [one for page in self.pages for one in page.removed]
        return tuple(dict.fromkeys([*self.package.removed, *of_pages, *self.emptied]))

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
    """Read a form.

    Raises what `open_package` raises, `intake.too_wide`, `sheets.too_many_cells` and `sheets.too_many_merges`.
    """
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
        self.cells = self.merges = 0

    def page(self, part: SheetPart) -> Page:
        rows: dict[int, Row] = {}
        refused: list[str] = []
        around: dict[str, list[ElementTree.Element]] = {}
        shared: dict[str, tuple[Formula, int, int]] = {}
        last = blank = 0
        depth = 0
        for event, element in ElementTree.iterparse(io.BytesIO(part.xml), events=("start", "end")):  # noqa: S314
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise DAMAGED(field="file")
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
            elif event == "end" and depth == 1 and name in (*BEFORE, *AFTER, *_LOST, "extLst"):
                around.setdefault(name, []).append(element)
        merges = apart(_merges(around.get("mergeCells", [])))
        self.merges += len(merges)
        check_merges(self.merges)
        self._mark_results(rows)
        removed = tuple(dict.fromkeys([*_extras(around), *self._unsafe(around)]))
        return Page(part.name, part.state, rows, merges, around, part, tuple(refused), removed)

    def _mark_results(self, rows: Mapping[int, Row]) -> None:
        """Leave no old result in the ranges of array formulas, and offer none of their cells to be filled."""
        for array in [cell.array for row in rows.values() for cell in row.cells.values() if cell.array]:
            self._count((array.bottom - array.top + 1) * (array.right - array.left + 1) - 1)
            for row, column in product(range(array.top, array.bottom + 1), range(array.left, array.right + 1)):
                found = rows[row].cells.get(column) if row in rows else None
                if found and found.array is None and found.formula is None:
                    rows[row].cells[column] = Cell(found.style, is_result=True)

    def _unsafe(self, around: dict[str, list[ElementTree.Element]]) -> Iterator[Bilingual]:
        """Take out the rules that reach outside, and yield that there were some."""
        for element in [one for name in RULES for one in around.get(name, ())]:
            safe = [one for one in element if all(read_formula(*said) for said in self._said_in(one))]
            if len(safe) < len(element):
                yield _RULE
            element[:] = safe

    def _said_in(self, rule: ElementTree.Element) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
        for one in rule.iter():
            said = formula_of(one)
            if said:
                yield said, self.sheets, self.names

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
            column = _column(one, column)
            cell = row.cells[column] = self._cell(one, number, column, shared, refused)
            if column > (LAST_COLUMN if cell.is_blank else MOST_COLUMNS):
                raise TOO_WIDE(field="file", columns=column, limit=MOST_COLUMNS)
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
                cell.array = self._array(one, row, column)
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

    def _array(self, element: ElementTree.Element, row: int, column: int) -> Merge | None:
        """Return the range of an array formula, which begins with the cell that holds it."""
        if element.get("t") != "array":
            return None
        bottom, right = place_of(element.get("ref", "").rpartition(":")[2])
        return Merge(row, column, max(row, bottom), max(column, right))

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


def formula_of(one: ElementTree.Element) -> str:
    """Return the formula that an element of a rule is, or holds as the limit of a scale, of bars or of icons."""
    if local(one.tag) in _FORMULAS:
        return one.text or ""
    return one.get("val", "") if local(one.tag) == "cfvo" else ""


def _extras(around: dict[str, list[ElementTree.Element]]) -> Iterator[Bilingual]:
    """Keep the drop-downs that newer programs write apart, and yield in words what else is not kept."""
    yield from (label for name, label in _LOST.items() if around.pop(name, None))
    for one in [one for listed in around.pop("extLst", ()) for extra in listed for one in extra]:
        if local(one.tag) == "dataValidations":
            kept = around.setdefault("dataValidations", [ElementTree.Element("dataValidations")])
            kept[0].extend(_drop_down(each) for each in one)
        else:
            yield _LOST.get(local(one.tag), _EXTRA)


def _drop_down(newer: ElementTree.Element) -> ElementTree.Element:
    """Return a drop-down as every program reads it: its formulas and its cells as they stood before there were two."""
    found = ElementTree.Element("dataValidation", {key: value for key, value in newer.items() if key[0] != "{"})
    for one in newer:
        said = "".join(one.itertext())
        if local(one.tag) == "sqref":
            found.set("sqref", said)
        elif local(one.tag) in _FORMULAS:
            ElementTree.SubElement(found, local(one.tag)).text = said
    return found


def _column(cell: ElementTree.Element, before: int) -> int:
    """Return the column of a cell; one that names none stands behind the one before."""
    where = cell.get("r", "").strip().rstrip("0123456789")
    if where and not (where.isascii() and where.isalpha()):
        raise DAMAGED(field="file")
    return column_of(where) if where else before + 1


def _merges(elements: list[ElementTree.Element]) -> Iterator[Merge]:
    listed = [one.get("ref", "") for element in elements for one in element]
    check_merges(len(listed))
    for ref in listed:
        first, _, last = ref.partition(":")
        top, left = place_of(first)
        bottom, right = place_of(last or first)
        if top and bottom >= top and right >= left:
            yield Merge(top, left, bottom, right)


def check_merges(count: int) -> None:
    """Raise `sheets.too_many_merges` for more merged ranges than a form needs."""
    if count > MOST_MERGES:
        raise TOO_MANY_MERGES(field="file", limit=MOST_MERGES)


def apart(merges: Iterable[Merge]) -> tuple[Merge, ...]:
    """Return merges from the top without those that lie over one before them, which no spreadsheet writes."""
    kept: list[Merge] = []
    across: list[Merge] = []  # those that reach the row looked at, from the left
    for one in sorted(merges, key=lambda one: (one.top, one.left)):
        if kept and kept[-1].top != one.top:
            across = [other for other in across if other.bottom >= one.top]
        place = bisect_right(across, one.left, key=_left)
        is_free = (place == 0 or across[place - 1].right < one.left) and (
            place == len(across) or across[place].left > one.right
        )
        if is_free:
            across.insert(place, one)
            kept.append(one)
    return tuple(kept)


def _left(merge: Merge) -> int:
    return merge.left


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
