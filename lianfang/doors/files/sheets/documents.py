"""A department's .docx as a form: its text line by line, its tables as cells, and only what may be kept of it.

Kept are text, text boxes, tables (those within tables too), styles, numbering, headers, footers and pictures. Macros
are refused; fields that fetch or run, links, templates, embedded objects, controls and comments are left out, and said
so.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from lianfang.doors.files.guarding import DAMAGED, MOST_COLUMNS, PASSWORD, TOO_WIDE, check_directory, check_size
from lianfang.doors.files.sheets.boxes import (
    BOX,
    FALLBACK,
    W,
    boxes_in,
    has_shape,
    is_of_box,
    kept_of_box,
    make_alike,
    shows_picture,
    walk,
)
from lianfang.doors.files.sheets.layout import asks_pages, with_blanks
from lianfang.doors.files.sheets.package import (
    SheetPart,
    attribute,
    check_parts,
    is_picture,
    links_of,
    local,
    parse,
    read_part,
)
from lianfang.doors.files.sheets.template import (
    MOST_CELLS,
    TOO_MANY_CELLS,
    Cell,
    Merge,
    Page,
    Row,
    apart,
    check_merges,
)
from lianfang.kernel.text import Bilingual, both

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
# letters of nobody's alphabet that stand where a page counts itself, until it is written
PAGE, PAGES = "\ue0f0", "\ue0f1"
MAIN, TEXT = "word/document.xml", "正文"
DEEPEST = 60
_SHARED = {"styles", "numbering", "theme", "fontTable"}
_PAGED = {"header", "footer"}
# what of a document's settings bears on how it looks
_KEPT_SETTINGS = {"evenAndOddHeaders", "defaultTabStop", "characterSpacingControl", "compat"}
_HARMLESS_FIELD = re.compile(r'\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b[^"]*', re.IGNORECASE)
_BLANK = re.compile(
    r"(?:_|＿){2,}|【[\s　]*】|〔[\s　]+〕|\{\{\s*(?P<braced>[^{}]{1,40}?)\s*\}\}|【(?P<inner>[^【】]{1,30})】"
)
_APART = re.compile(r"[，。；,;！!？?\s　]")
_REMOVED = {
    "object": both("嵌入对象", "embedded objects"),
    "control": both("控件", "controls"),
    "altChunk": both("嵌入的文件", "embedded files"),
    "subDoc": both("嵌入的文件", "embedded files"),
    "commentReference": both("批注", "comments"),
    "footnoteReference": both("脚注", "footnotes"),
    "endnoteReference": both("尾注", "endnotes"),
    "del": both("修订中删去的文字", "text deleted under revision"),
    "moveFrom": both("修订中删去的文字", "text deleted under revision"),
}
_SILENT = {
    "commentRangeStart", "commentRangeEnd", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd",
    "dataBinding", "lastRenderedPageBreak", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
    "moveToRangeEnd", "rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange",
    "tblGridChange", "numberingChange", "printerSettings", "customXmlPr", "smartTagPr", "footnotePr", "endnotePr",
}  # fmt: skip
_UNWRAPPED = {"ins", "moveTo", "smartTag", "customXml"}
_LINK = both("链接", "links")
_FIELD = both("会取外部内容的域", "fields that fetch from outside")
_PICTURE = both("链接到外面的图片", "pictures linked from outside")
_TEMPLATE = both("外部模板", "an outside template")
_SHAPE = both("旧式图形或艺术字", "old drawings or word art")
_BOX_IN_BOX = both("文本框里的文本框", "text boxes within text boxes")
_DIAGRAM = both("图表或示意图", "charts or diagrams")
# because a form has no more pages than the mapping of one may have
_MOST_TABLES = 39
# what a cell says that holds nothing but a table
TABLE_WITHIN = "［表］"
_UNREAD_TABLES = both(f"第 {_MOST_TABLES} 张以后的套表", f"tables within tables behind the {_MOST_TABLES}th")
_UNREAD_CELLS = both("页眉页脚里表格的空格子", "empty cells of tables in headers and footers")


def w(name: str) -> str:
    """Return the full name of an element of text documents."""
    return f"{{{W}}}{name}"


@dataclass(frozen=True)
class Document:
    """What is kept of a document: its parts as bytes, their relations, and its pages as rows of cells."""

    parts: Mapping[str, bytes]
    links: Mapping[str, Mapping[str, tuple[str, str]]]
    pages: tuple[Page, ...]
    removed: tuple[Bilingual, ...]
    unread: tuple[Bilingual, ...] = ()
    refused: tuple[str, ...] = ()
    ending: str = "docx"

    def page(self, name: str) -> Page | None:
        return next((one for one in self.pages if one.name == name), None)


def is_document(body: bytes) -> bool:
    """Say whether the bytes are a text document, by what lies in the archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return MAIN in archive.NameToInfo
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        return False


def open_document(body: bytes) -> Document:
    """Open a .docx as a form.

    Raises `sheets.too_large`, `sheets.too_many_cells`, `sheets.too_many_merges` and the `intake.*` refusals.
    """
    check_size(len(body))
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            check_directory(archive.infolist(), len(body), MAIN)
            check_parts(archive)
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError, ValueError):
        raise DAMAGED(field="file") from None
    except (ElementTree.ParseError, RecursionError):
        raise DAMAGED(field="file") from None
    except RuntimeError:  # zipfile's word for an encrypted entry
        raise PASSWORD(field="file") from None


def _read(archive: zipfile.ZipFile) -> Document:
    cleaner = _Cleaner()
    parts: dict[str, bytes] = {}
    links: dict[str, dict[str, tuple[str, str]]] = {}
    paged = [(kind, path) for kind, path in links_of(archive, MAIN).values() if kind in _PAGED]
    for path in dict.fromkeys([MAIN, *(path for _, path in paged)]):
        kept = _kept_links(archive, path)
        tree = parse(read_part(archive, path))
        cleaner.clean(tree, kept)
        parts[path] = _written(tree)
        links[path] = kept
    for kept in list(links.values()):
        for kind, path in kept.values():
            if kind in _SHARED:
                parts[path] = _cleaned_shared(archive, path)
            elif kind == "image":
                parts[path] = archive.read(path)
    parts["word/settings.xml"] = _settings(archive, cleaner)
    trees = parsed(parts)
    removed = tuple(dict.fromkeys(cleaner.removed))
    return Document(parts, links, tuple(pages_of(trees)), removed, tuple(unread_in(trees)))


def _kept_links(archive: zipfile.ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return the relations of a part that lead to what is kept."""
    return {
        key: (kind, target)
        for key, (kind, target) in links_of(archive, path).items()
        if target in archive.NameToInfo and target.startswith("word/")
        and (kind in _SHARED or (kind in _PAGED and path == MAIN) or (kind == "image" and is_picture(archive, target)))
    }  # fmt: skip


def _cleaned_shared(archive: zipfile.ZipFile, path: str) -> bytes:
    """Return styles and the like without any element that names a relation: pictures of bullets, embedded fonts."""
    tree = parse(read_part(archive, path))
    for parent in list(tree.iter()):
        for child in list(parent):
            if any(key.startswith(f"{{{RELATIONS}}}") for one in child.iter() for key in one.attrib):
                parent.remove(child)
    _plain(tree)
    return _written(tree)


def _settings(archive: zipfile.ZipFile, cleaner: _Cleaner) -> bytes:
    body = read_part(archive, "word/settings.xml")
    tree = parse(body) if body else ElementTree.Element(w("settings"))
    if any(local(one.tag) == "attachedTemplate" for one in tree):
        cleaner.removed.append(_TEMPLATE)
    kept = ElementTree.Element(w("settings"))
    kept.extend(one for one in tree if local(one.tag) in _KEPT_SETTINGS)
    _plain(kept)
    return _written(kept)


def _plain(tree: ElementTree.Element) -> None:
    """Drop attributes of later versions: what may be ignored is not passed on."""
    for one in tree.iter():
        for key in list(one.attrib):
            if key.startswith("{http://schemas.microsoft.com/") or "markup-compatibility" in key:
                del one.attrib[key]


@dataclass
class _Cleaner:
    """Takes out of a part whatever leads outside, runs, or is not known."""

    removed: list[Bilingual] = field(default_factory=list)

    def clean(self, tree: ElementTree.Element, links: Mapping[str, tuple[str, str]]) -> None:
        self._children(tree, links, 0)
        self._fields(tree)
        make_alike(tree)
        _plain(tree)

    def _children(self, parent: ElementTree.Element, links: Mapping[str, tuple[str, str]], depth: int) -> None:
        if depth > DEEPEST:
            raise DAMAGED(field="file")
        kept: list[ElementTree.Element] = []
        for child in list(parent):
            self._children(child, links, depth + 1)
            kept += self._kept(child, links)
        parent[:] = kept

    def _kept(self, one: ElementTree.Element, links: Mapping[str, tuple[str, str]]) -> list[ElementTree.Element]:
        """Return what stands in place of an element: itself, its content, or nothing."""
        name = local(one.tag)
        if name in ("hyperlink", "fldSimple"):
            if name == "fldSimple" and _HARMLESS_FIELD.fullmatch(attribute(one, "instr")):
                return [one]
            self.removed.append(_LINK if name == "hyperlink" else _FIELD)
            return list(one)
        if name == "sdt":
            return _as_blank(one)
        if name in _UNWRAPPED and one.tag.startswith(f"{{{W}}}"):
            return list(one)
        if is_of_box(one):
            kept, lost = kept_of_box(one)
            self.removed += [_BOX_IN_BOX if one.tag == BOX else _SHAPE] if lost else []
            return kept
        if name in _REMOVED:
            self.removed.append(_REMOVED[name])
            return []
        if name in _SILENT or not one.tag.startswith((f"{{{W}}}", f"{{{_DRAWING}")):
            return []
        if name in ("hlinkClick", "hlinkHover"):
            self.removed.append(_LINK)
            return []
        asked = [value for key, value in one.attrib.items() if key.startswith(f"{{{RELATIONS}}}")]
        if name == "drawing" and not has_shape(one) and not any(local(inner.tag) == "blip" for inner in one.iter()):
            self.removed.append(_PICTURE if shows_picture(one) else _DIAGRAM)
            return []
        return [] if any(value not in links for value in asked) else [one]

    def _fields(self, tree: ElementTree.Element) -> None:
        """Keep the result of every field as text, and the field itself only where it counts pages."""
        for paragraph in tree.iter(w("p")):
            said = "".join(one.text or "" for one in paragraph.iter(w("instrText")))
            parts = [part for part in re.split(r"(?=\bPAGE\b|\bNUMPAGES\b)", said) if part.strip()]
            if not said or all(_HARMLESS_FIELD.fullmatch(part) for part in parts):
                continue
            self.removed.append(_FIELD)
            for run in paragraph.iter(w("r")):
                run[:] = [one for one in run if local(one.tag) not in ("instrText", "fldChar")]
        stray = [one for one in tree.iter(w("instrText")) if not _HARMLESS_FIELD.fullmatch(one.text or " PAGE ")]
        for one in stray:
            one.text = ""


def _as_blank(control: ElementTree.Element) -> list[ElementTree.Element]:
    """Return what a content control holds, as the blank it stands for where it has a name or nothing in it yet."""
    content = [one for child in control if local(child.tag) == "sdtContent" for one in child]
    properties = control.find(w("sdtPr"))
    named = properties.find(w("alias")) if properties is not None else None
    waiting = properties is not None and properties.find(w("showingPlcHdr")) is not None
    if named is None and not waiting:
        return content
    pieces = [text for one in content for text in one.iter(w("t"))]
    label = re.sub(r"[{}]", "", named.get(w("val"), "") if named is not None else "").strip()[:40]
    for number, piece in enumerate(pieces):
        piece.text = (f"{{{{{label}}}}}" if label else "____") if number == 0 else ""
    return content


# --- where it asks what ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blank:
    """A line of the text: the paragraph, what it says, and the blank in it (start and end) or, with none, the whole."""

    paragraph: ElementTree.Element
    label: str
    start: int = 0
    end: int = 0


def parsed(parts: Mapping[str, bytes]) -> dict[str, ElementTree.Element]:
    """Return the trees of the document, its headers and footers, in their order."""
    return {path: parse(body) for path, body in parts.items()
            if path == MAIN or posixpath.basename(path).startswith(("header", "footer"))}  # fmt: skip


def serialised(trees: Mapping[str, ElementTree.Element]) -> dict[str, bytes]:
    """Return the parts that trees stand for, the second copy of each box made from the first."""
    for tree in trees.values():
        make_alike(tree)
    return {path: _written(tree) for path, tree in trees.items()}


def _written(tree: ElementTree.Element) -> bytes:
    return ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)


def pages_of(trees: Mapping[str, ElementTree.Element]) -> Iterator[Page]:
    """Yield the text, a line to each blank or paragraph, then each table as it is seen."""
    rows = {}
    for number, line in enumerate(lines_of(trees), start=1):
        rows[number] = Row(cells={1: Cell(text=line.label)} | ({2: Cell()} if line.end else {}))
    yield _page(TEXT, 0, rows, ())
    count, merged = len(rows), 0
    for number, table in enumerate(tables_of(trees), start=1):
        rows, merges, cells = {}, [], cells_of(table)
        for (row, column), (cell, down, across) in cells.items():
            rows.setdefault(row, Row()).cells[column] = Cell(text=_said(cell))
            if down > 1 or across > 1:
                merges.append(Merge(row, column, row + down - 1, column + across - 1))
        count += len(cells)
        if count > MOST_CELLS:
            raise TOO_MANY_CELLS(field="file", limit=MOST_CELLS)
        merged += len(merges)
        check_merges(merged)
        yield _page(f"表{number}", number, rows, apart(merges))


def _page(name: str, place: int, rows: dict[int, Row], merges: tuple[Merge, ...]) -> Page:
    return Page(name, "", rows, merges, {}, SheetPart(name, place, b""))


def tables_of(trees: Mapping[str, ElementTree.Element]) -> list[ElementTree.Element]:
    """Return the tables of the document: first those that stand by themselves, then those within their cells."""
    found = list(_tables_below(trees[MAIN]))
    most = max(len(found), _MOST_TABLES)
    for table in found:  # grows while it is gone through
        found += [one for row in table for one in _tables_below(row)]
    return found[:most]


def _tables_below(parent: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for one in parent:
        if one.tag == w("tbl"):
            yield one
        elif one.tag != FALLBACK:
            yield from _tables_below(one)


def unread_in(trees: Mapping[str, ElementTree.Element]) -> Iterator[Bilingual]:
    """Yield in words what stays as it is and is filled by nobody but the pen."""
    if sum(1 for _ in walk(trees[MAIN], w("tbl"), FALLBACK)) > len(tables_of(trees)):
        yield _UNREAD_TABLES
    paged = (tree for path, tree in trees.items() if path != MAIN)
    if any(_is_empty(cell) for tree in paged for cell in walk(tree, w("tc"), FALLBACK)):
        yield _UNREAD_CELLS


def _is_empty(cell: ElementTree.Element) -> bool:
    held = any(one.tag in (w("tbl"), w("drawing"), w("pict"), w("instrText")) for one in cell.iter())
    return not held and not any(said_in(one).strip() for one in paragraphs_of(cell))


def rows_of(table: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the rows of a table."""
    return [one for one in table if one.tag == w("tr")]


def cells_of(table: ElementTree.Element) -> dict[tuple[int, int], tuple[ElementTree.Element, int, int]]:
    """Return each cell by row and column from 1, with how many rows and columns it spans. Raises `intake.too_wide`."""
    found: dict[tuple[int, int], tuple[ElementTree.Element, int, int]] = {}
    open_at: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(rows_of(table), start=1):
        column = 1 + _number(row.find(f"{w('trPr')}/{w('gridBefore')}"), 0)
        for cell in row.findall(w("tc")):
            across = max(1, _number(cell.find(f"{w('tcPr')}/{w('gridSpan')}"), 1))
            if column + across - 1 > MOST_COLUMNS:
                raise TOO_WIDE(field="file", columns=column + across - 1, limit=MOST_COLUMNS)
            merge = cell.find(f"{w('tcPr')}/{w('vMerge')}")
            if merge is not None and merge.get(w("val"), "continue") == "continue" and column in open_at:
                top = open_at[column]
                first, down, wide = found[top]
                found[top] = first, down + 1, wide
            else:
                found[number, column] = cell, 1, across
                open_at.pop(column, None)
                if merge is not None:
                    open_at[column] = number, column
            column += across
    return found


def _number(element: ElementTree.Element | None, otherwise: int) -> int:
    said = element.get(w("val"), "") if element is not None else ""
    return int(said) if said.isdecimal() and len(said) < 5 else otherwise


def paragraphs_of(cell: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the paragraphs of a cell itself, without those of tables and boxes in it."""
    return list(walk(cell, w("p"), w("tbl"), BOX))


def _said(cell: ElementTree.Element) -> str:
    """Return what a cell says; one that holds nothing but a blank says nothing, one with a table is not blank."""
    text = "\n".join(said_in(one) for one in paragraphs_of(cell)).strip()
    text = text if _BLANK.sub("", text).strip(" 　\n") else ""
    return text or (TABLE_WITHIN if cell.find(f".//{w('tbl')}") is not None else "")


def texts_in(paragraph: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the pieces of text of a paragraph in their order, without those of boxes anchored in it."""
    return list(walk(paragraph, w("t"), BOX))


def said_in(paragraph: ElementTree.Element) -> str:
    """Return what a paragraph says; underlined spaces are the blanks they stand for."""
    said = []
    for run in walk(paragraph, w("r"), BOX):
        line = run.find(f"{w('rPr')}/{w('u')}")
        lined = line is not None and line.get(w("val"), "single") != "none"
        for one in walk(run, w("t"), BOX):
            text = one.text or ""
            said.append("_" * len(text) if lined and len(text) > 1 and not text.strip() else text)
    return "".join(said)


def lines_of(trees: Mapping[str, ElementTree.Element]) -> Iterator[Blank]:
    """Yield each paragraph outside tables and, behind it, those of its boxes.

    One comes whole where it has blanks of a known kind or none, else by its blanks. Last come the blanks that stand
    among words in cells of tables: 电话：____.
    """
    in_tables: list[ElementTree.Element] = []
    for paragraph, in_table in _paragraphs(trees):
        if in_table:
            in_tables.append(paragraph)
        else:
            yield from _line(paragraph)
    for paragraph in in_tables:
        text = said_in(paragraph)
        if _BLANK.search(text) and _BLANK.sub("", text).strip(" 　"):
            yield from _line(paragraph)


def _line(paragraph: ElementTree.Element) -> Iterator[Blank]:
    text = said_in(paragraph)
    found = [] if with_blanks(text) or asks_pages(text) else list(_BLANK.finditer(text))
    before = 0
    for one in found:
        named = one["braced"] or one["inner"]
        yield Blank(paragraph, named or _label(text[before : one.start()], text[one.end() :]), *one.span())
        before = one.end()
    if not found and text.strip():
        yield Blank(paragraph, text)


def _paragraphs(trees: Mapping[str, ElementTree.Element]) -> Iterator[tuple[ElementTree.Element, bool]]:
    """Yield the paragraphs, each with whether it stands in a table of the document."""

    def look(parent: ElementTree.Element, in_table: bool, path: str) -> Iterator[tuple[ElementTree.Element, bool]]:
        for one in parent:
            if one.tag == w("p"):
                yield one, in_table
                for box in boxes_in(one):
                    yield from look(box, False, path)
            else:
                yield from look(one, in_table or (path == MAIN and one.tag == w("tbl")), path)

    for path, tree in trees.items():
        yield from look(tree, False, path)


def _label(before: str, behind: str) -> str:
    """Return the words a blank belongs to: those just before it, or behind it where none stand before."""
    words = [one for one in _APART.split(before.rstrip(" 　：:（(")) if one]
    label = words[-1].rstrip("：:") if words else _APART.split(_BLANK.split(behind)[0].strip(" 　）)"))[0]
    return label[-20:] or "空白"
