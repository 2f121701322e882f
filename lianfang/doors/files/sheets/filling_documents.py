"""Writes a filled document: its own layout, the rows of its lists as many as there are records, and its marks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from difflib import SequenceMatcher
from xml.etree import ElementTree

from lianfang.doors.files.sheets.boxes import BOX, walk
from lianfang.doors.files.sheets.documents import (
    MAIN,
    PAGE,
    PAGES,
    RELATIONS,
    TEXT,
    Blank,
    Document,
    cells_of,
    lines_of,
    paragraphs_of,
    parsed,
    rows_of,
    said_in,
    serialised,
    tables_of,
    texts_in,
    w,
)
from lianfang.doors.files.sheets.package import PICTURES, local
from lianfang.doors.files.sheets.parts import (
    CHINESE,
    CUSTOM,
    OFFICE,
    RELATION_TYPE,
    Mark,
    content_types,
    custom,
    relations,
)
from lianfang.doors.files.sheets.writing import Filling, as_text, legal
from lianfang.foundation.printing.frame import running_words

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = {
    "styles": "styles",
    "numbering": "numbering",
    "fontTable": "fontTable",
    "header": "header",
    "footer": "footer",
}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_AROUND = {"header": "hdr", "footer": "ftr"}


def write_document(document: Document, fillings: Mapping[str, Filling], mark: Mark | None = None) -> bytes:
    """Return the filled document. `fillings` go by the names of its pages; a page without one stays as it is."""
    trees = parsed(document.parts)
    hidden = mark.hidden if mark else ""
    lines, tables = list(lines_of(trees)), tables_of(trees)
    _fill_lines(lines, fillings.get(TEXT, Filling()), hidden)
    asked = [(table, fillings.get(f"表{number}", Filling())) for number, table in enumerate(tables, start=1)]
    lists = [table for table, filling in asked if filling.first]
    for table, filling in asked:
        _fill_table(table, filling, hidden, lists)
    parts = dict(document.parts)
    links = {path: dict(kept) for path, kept in document.links.items()}
    if mark:
        _mark_pages(trees, links, mark)
    return _packed(parts | serialised(trees), links, mark)


# --- the text ----------------------------------------------------------------------------------------------------


def _fill_lines(lines: Sequence[Blank], filling: Filling, hidden: str) -> None:
    """Fill the blanks from the last to the first, so that those before keep their places."""
    for number, line in reversed(list(enumerate(lines, start=1))):
        place = (number, 2 if line.end else 1)
        if place not in filling.cells:
            continue
        said = as_text(filling.cells[place])
        if line.end:
            # What nobody has recorded is left to the pen: a line, and not the name of the blank.
            _replace(line.paragraph, line.start, line.end, f"{said}{hidden}" if said else "____")
        elif said:
            say_instead(line.paragraph, said)
            _count_pages(line.paragraph)


def say_instead(paragraph: ElementTree.Element, said: str) -> None:
    """Give a paragraph other words and leave the looks of those that stay."""
    before = said_in(paragraph)
    for kind, start, end, low, high in reversed(SequenceMatcher(None, before, said, autojunk=False).get_opcodes()):
        if kind != "equal":
            _replace(paragraph, start, end, said[low:high])


def _count_pages(paragraph: ElementTree.Element) -> None:
    """Put fields that count in place of the letters that stand for the page and the number of pages."""
    for run in list(walk(paragraph, w("r"), BOX)):
        parts: list[ElementTree.Element] = []
        for one in run:
            pieces = re.split(f"([{PAGE}{PAGES}])", one.text or "") if one.tag == w("t") else []
            if len(pieces) < 2:
                parts.append(one)
            for piece in pieces if len(pieces) > 1 else ():
                parts += _counting(piece) if piece in (PAGE, PAGES) else [_text(piece)] if piece else []
        run[:] = parts


def _counting(piece: str) -> list[ElementTree.Element]:
    begin, end = (ElementTree.Element(w("fldChar"), {w("fldCharType"): kind}) for kind in ("begin", "end"))
    asked = ElementTree.Element(w("instrText"), {_SPACE: "preserve"})
    asked.text = " PAGE " if piece == PAGE else " NUMPAGES "
    return [begin, asked, end]


def _text(said: str) -> ElementTree.Element:
    text = ElementTree.Element(w("t"), {_SPACE: "preserve"})
    text.text = said
    return text


def _replace(paragraph: ElementTree.Element, start: int, end: int, said: str) -> None:
    """Put words in place of a span of a paragraph; they look like the first of what they replace."""
    at, written = 0, False
    for one in texts_in(paragraph):
        text = one.text or ""
        low, high = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        if low > len(text) or high < 0 or (low >= high and (written or not (start == end and low <= len(text)))):
            continue
        one.text = legal(text[:low] + ("" if written else said) + text[max(high, low) :])
        one.set(_SPACE, "preserve")
        written = True


# --- tables ------------------------------------------------------------------------------------------------------


def _fill_table(
    table: ElementTree.Element, filling: Filling, hidden: str, lists: Sequence[ElementTree.Element]
) -> None:
    """Fill a table. `lists` are the tables with a list of their own, which one around them leaves as they are."""
    cells = cells_of(table)
    for place, value in filling.cells.items():
        if place in cells:
            say(cells[place][0], as_text(value), hidden)
    if not filling.first:
        return
    rows = rows_of(table)
    last = min(filling.last, len(rows))
    listed = rows[filling.first - 1 : last]
    if not listed:
        return
    within = {key: cell for key, (cell, _, _) in cells.items() if filling.first <= key[0] <= last}
    for (_, column), cell in within.items():
        if column in filling.mapped:
            _clear(cell, lists)
    pattern = deepcopy(listed[-1])
    made = [*listed, *(deepcopy(pattern) for _ in range(len(filling.records) - len(listed)))]
    below = list(table).index(listed[-1]) + 1
    table[below:below] = made[len(listed) :]
    columns = {number: cells_of(_alone(row)) for number, row in enumerate(made)}
    for number, record in enumerate(filling.records):
        for column, value in record.items():
            if (1, column) in columns[number]:
                say(columns[number][1, column][0], as_text(value), hidden)


def _alone(row: ElementTree.Element) -> ElementTree.Element:
    """Return a table of one row, to find its cells by column."""
    table = ElementTree.Element(w("tbl"))
    table.append(row)
    return table


def _clear(cell: ElementTree.Element, lists: Sequence[ElementTree.Element]) -> None:
    """Leave nothing of what a list's cell said, in a table within it neither unless that is filled by itself."""
    say(cell, "", "")
    for inner in walk(cell, w("tbl")):
        if not any(inner is one for one in lists):
            for paragraph in inner.iter(w("p")):
                _silence(paragraph)


def _silence(paragraph: ElementTree.Element) -> None:
    for one in walk(paragraph, w("r"), BOX):
        one[:] = [part for part in one if local(part.tag) not in ("t", "tab", "br", "cr")]


def say(cell: ElementTree.Element, said: str, hidden: str) -> None:
    """Write into a cell in the looks of what stood there, else of its paragraph, and nothing else of it."""
    paragraphs = paragraphs_of(cell)
    if not paragraphs:
        paragraphs = [ElementTree.SubElement(cell, w("p"))]
    first = paragraphs[0]
    run = next(walk(first, w("r"), BOX), None)
    run = run if run is not None else _new_run(first)
    for paragraph in paragraphs:
        _silence(paragraph)
    lines = legal(f"{said}{hidden}" if said else "").split("\n")
    for number, line in enumerate(lines):
        if number:
            ElementTree.SubElement(run, w("br"))
        run.append(_text(line))


def _new_run(paragraph: ElementTree.Element) -> ElementTree.Element:
    run = ElementTree.SubElement(paragraph, w("r"))
    looks = paragraph.find(f"{w('pPr')}/{w('rPr')}")
    if looks is not None:
        run.append(deepcopy(looks))
    return run


# --- marks and package -------------------------------------------------------------------------------------------


def _mark_pages(
    trees: dict[str, ElementTree.Element], links: dict[str, dict[str, tuple[str, str]]], mark: Mark
) -> None:  # fmt: skip
    """Put the mark's sentence above every page and its serial, page and as-of time below.

    What the document says there itself stays: only a named export's sentence stands above it in any case. A section
    without a header takes that of the section before it, so that only the first needs one of each kind.
    """
    below = "　".join(running_words(mark.serial, mark.at, CHINESE, PAGE, PAGES))
    _put_around(trees, links, "header", mark.said, always=mark.is_named)
    _put_around(trees, links, "footer", below, always=False)


def _put_around(
    trees: dict[str, ElementTree.Element], links: dict[str, dict[str, tuple[str, str]]], kind: str, said: str,
    *, always: bool,
) -> None:  # fmt: skip
    """Put a sentence into every header or footer there is, and into one of its own where there is none."""
    tag = w(_AROUND[kind])
    own = [tree for tree in trees.values() if tree.tag == tag]
    if not always and any(map(_is_said, own)):
        return
    for tree in own:
        tree.insert(0, _sentence(said))
    sections = list(trees[MAIN].iter(w("sectPr")))
    if not sections:
        body = trees[MAIN].find(w("body"))
        sections = [ElementTree.SubElement(body if body is not None else trees[MAIN], w("sectPr"))]
    path, key = f"word/{kind}OfExport.xml", f"rIdMark{kind}"
    trees[path] = ElementTree.Element(tag)
    trees[path].append(_sentence(said))
    links[MAIN][key] = kind, path
    reference = w(f"{kind}Reference")
    known = {one.get(w("type"), "default") for one in sections[0].iter(reference)}
    for page in ("even", "first", "default"):
        if page not in known:
            sections[0].insert(0, ElementTree.Element(reference, {w("type"): page, f"{{{RELATIONS}}}id": key}))


def _is_said(tree: ElementTree.Element) -> bool:
    """Say whether a header or footer holds anything: words, a field that counts, a picture."""
    shown = any(local(one.tag) in ("drawing", "pict", "fldSimple") for one in tree.iter())
    return shown or any(text.strip() for text in tree.itertext())


def _sentence(said: str) -> ElementTree.Element:
    paragraph = ElementTree.Element(w("p"))
    looks = ElementTree.SubElement(paragraph, w("pPr"))
    ElementTree.SubElement(looks, w("jc"), {w("val"): "center"})
    run = ElementTree.SubElement(paragraph, w("r"))
    size = ElementTree.SubElement(ElementTree.SubElement(run, w("rPr")), w("sz"))
    size.set(w("val"), "16")
    ElementTree.SubElement(run, w("t")).text = legal(said)
    _count_pages(paragraph)
    return paragraph


def _packed(parts: Mapping[str, bytes], links: Mapping[str, Mapping[str, tuple[str, str]]], mark: Mark | None) -> bytes:
    kinds = {MAIN: "document.main", "word/settings.xml": "settings"}
    kinds |= {path: _KINDS[kind] for kept in links.values() for kind, path in kept.values() if kind in _KINDS}
    overrides = [(f"/{path}", f"{_WORD}.{kind}+xml") for path, kind in kinds.items()]
    overrides += [(f"/{path}", f"{RELATION_TYPE}.theme+xml")
                  for kept in links.values() for kind, path in kept.values() if kind == "theme"]  # fmt: skip
    top = [("rId1", f"{OFFICE}/officeDocument", MAIN)]
    if mark and mark.is_named:
        top.append(("rId2", f"{OFFICE}/custom-properties", CUSTOM))
        overrides.append((f"/{CUSTOM}", f"{RELATION_TYPE}.custom-properties+xml"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", content_types(dict(PICTURES), list(dict.fromkeys(overrides))))
        archive.writestr("_rels/.rels", relations(top))
        for path, body in parts.items():
            archive.writestr(path, body)
        for path, kept in links.items():
            said = [(key, f"{OFFICE}/{kind}", f"/{target}") for key, (kind, target) in kept.items()]
            if path == MAIN:
                said.append(("rIdSettings", f"{OFFICE}/settings", "/word/settings.xml"))
            folder, _, name = path.rpartition("/")
            archive.writestr(f"{folder}/_rels/{name}.rels", relations(said))
        if mark and mark.is_named:
            archive.writestr(CUSTOM, custom(mark))
    return out.getvalue()
