"""Takes out of a workbook what its lists held when it came: a form is headers, titles, totals, notes, units, options.

Goes through every sheet, shown or not, to its last row, whenever a form is opened. Below a header only what is known to
be no data stays; elsewhere what looks like somebody's goes; a hidden sheet that nothing refers to is emptied. Says in
words what went, never what it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree

from lianfang.doors.files.fields import read_header
from lianfang.doors.files.guarding import number_of
from lianfang.doors.files.sheets.layout import HeadFound, find_heads, is_total, is_under, is_wide, said, with_marks
from lianfang.doors.files.sheets.meanings import knows, read_area
from lianfang.doors.files.sheets.persons import (
    are_names,
    formula_names_person,
    has_number,
    is_name,
    rule_names_person,
    without_persons,
)
from lianfang.doors.files.sheets.template import MOST_ROWS, Cell, Page, Row, Template, formula_of
from lianfang.kernel.text import Bilingual, both

NUMBERS = both("身份证号、手机号和签名", "identity numbers, mobile numbers and signatures")
RULES = both("写有姓名或号码的公式和规则", "formulas and rules that hold names or numbers")
FILTERS = both("筛选条件", "what filters were set to")
PICTURES = both("名单里的图片", "pictures within lists")

# fields that only a list of persons asks, and those that a list of units asks of whoever answers for them
_OF_PERSONS = frozenset({"name", "identity_number", "sex", "born_on", "age"})
_OF_SOMEBODY = _OF_PERSONS | {
    "phone", "contact_name", "contact_phone", "responsible", "verified_by", "address", "household_address",
}  # fmt: skip
_SURE, _LIKELY = 0.8, 0.7
# how many names make a column one of persons
_SEVERAL = 3
_LEADING, _LONGEST_LABEL, _LONGEST_OPTION = 3, 40, 30
_UNIT = re.compile(r"(?:政府|办事处|委员会|村委会|居委会|社区|[镇乡村县区市省]|街道)$")
# one of these is in whatever asks for something to be written: looked for first, because it is found much faster
_ASKING = ":：、年第№.号"
_NOTE = re.compile(r"[:：;；。！]|^[（(]?[一二三四五六七八九十\d]+[、.．)）]|^(?:注|备注|说明|提示|要求)")
_SIGNS = re.compile(
    r".{0,6}(?:签字|签名|签章|盖章|审核|审批|负责人|填报人|填表人|制表人|经办人|联系人|联系电话|日期|领导).{0,4}"
)
_REFERENCE = re.compile(r"\$?[A-Za-z]{1,3}\$?\d|:")
_RANGE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^\s'!(),:=]+))!)?\$?([A-Za-z]{1,3})\$?(\d*)(?::\$?([A-Za-z]{1,3})\$?(\d*))?"
)
_OPTIONS = re.compile(rb"formula1>(?:<(?:\w+:)?f>)?([^<]+)<")
_ANCHOR = re.compile(rb"<(?:\w+:)?from>.*?<(?:\w+:)?row>(\d+)<", re.DOTALL)
_DRAWN = re.compile(r'<(?:\w+:)?t(?: [^>]*)?>([^<]*)<|\b(?:descr|title|name)="([^"]*)"')
_VALIDATION_TEXTS = ("promptTitle", "prompt", "errorTitle", "error")


def emptied(template: Template) -> Template:
    """Return the form with nothing left of what its lists held."""
    options = _Options(template.pages, template.names)
    lost: list[Bilingual] = []
    for page in template.pages:
        lost += _Emptying(page, options, is_used=_is_used(template, page)).lost_things()
    kept = tuple((attributes, text) for attributes, text in template.names if not rule_names_person(text))
    lost += [RULES] if len(kept) < len(template.names) else []
    return replace(template, names=kept, emptied=tuple(dict.fromkeys(lost)))


def empty_page(page: Page) -> list[Bilingual]:
    """Take out of a page by itself, a table of a letter, what its lists held; return in words what went."""
    return list(_Emptying(page, _Options((page,), ()), is_used=True).lost_things())


def _is_used(template: Template, page: Page) -> bool:
    """Say whether a sheet shows, or another sheet or a name of the workbook refers to it."""
    if page.state in ("", "visible"):
        return True
    written = (f"{page.name}!", f"{page.name}'!")
    others = (one.part.xml for one in template.pages if one is not page)
    named = (text for attributes, text in template.names if not attributes.get("name", "").startswith("_xlnm."))
    return any(one in text for text in named for one in written) or any(
        one.encode() in xml for xml in others for one in written
    )


class _Options:
    """The cells that hold what a drop-down offers."""

    def __init__(self, pages: Sequence[Page], named: Iterable[tuple[Mapping[str, str], str]]) -> None:
        self._areas: dict[str, list[tuple[int, int, int, int]]] = {}
        names = {attributes.get("name", ""): text for attributes, text in named}
        for page in pages:
            for found in set(_OPTIONS.findall(page.part.xml)):
                text = found.decode("utf-8", "replace").strip().lstrip("=")
                self._add(page.name, names.get(text, text))

    def _add(self, own: str, text: str) -> None:
        found = _RANGE.fullmatch(text.replace("&apos;", "'"))
        if found is None:
            return
        sheet = (found[1] or found[2] or own).replace("''", "'")
        left, right = number_of(found[3].upper()), number_of((found[5] or found[3]).upper())
        top, bottom = int(found[4] or 1), int(found[6] or (MOST_ROWS if found[5] else found[4] or 1))
        self._areas.setdefault(sheet, []).append((top, left, bottom, right))

    def holds(self, page: Page, row: int, column: int) -> bool:
        """Say whether a cell is an option."""
        listed = self._areas.get(page.name, ())
        return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in listed)


class _Emptying:
    """Empties one sheet, from its first row to its last."""

    def __init__(self, page: Page, options: _Options, *, is_used: bool) -> None:
        self.page, self.options, self.is_used = page, options, is_used
        self.rows: set[int] = set()
        self.lost: list[Bilingual] = []
        self.is_shown = page.state in ("", "visible")
        # because what a hidden sheet holds is looked up by others, unless it is a list of persons
        self.heads = [one for one in find_heads(page, knows) if self.is_shown or _is_of(one, _OF_SOMEBODY)]
        self.tops = frozenset(one.top for one in self.heads)
        first = _first_of_persons(page, self.heads[0].top if self.heads else MOST_ROWS)
        if first:
            self.heads.insert(0, HeadFound(first, first - 1, ()))
        # because a drop-down that offers persons is a list of persons
        self.of_names = frozenset(column for column in range(1, page.width + 1)
                                  if are_names([text for _, text in _texts_of(page, column)], _SEVERAL))  # fmt: skip
        self.labels: frozenset[int] = frozenset()
        self.of_somebody = self.after = False
        # the last column of the list, 0 where no header is known; and where an answer about a person was taken out
        self.right, self.answered = 0, (0, 0)

    def lost_things(self) -> Iterator[Bilingual]:
        """Empty the sheet and yield in words what went."""
        self._go_down()
        if self.rows:
            yield both(f"“{self.page.name}”里原有的 {len(self.rows)} 行内容",
                       f"what {len(self.rows)} rows of “{self.page.name}” held")  # fmt: skip
        self._around()
        self._drawing()
        yield from self.lost

    def _go_down(self) -> None:
        head, before = None, 0
        waiting = list(self.heads)
        for number in sorted(self.page.rows):
            row = self.page.rows[number]
            while waiting and waiting[0].top <= number:
                head, before, self.after = waiting.pop(0), number, False
                self.labels = self._labels(head, waiting[0].top if waiting else MOST_ROWS + 1)
                self.of_somebody = not head.columns or _is_of(head, _OF_SOMEBODY)
                self.right = max((one.column for one in head.columns), default=0)
            self.after = self.after or number > before + 1 or row.is_blank
            self._empty_row(number, row, head)
            before = number

    def _empty_row(self, number: int, row: Row, head: HeadFound | None) -> None:
        is_head = head is not None and head.top <= number <= head.bottom
        stays = self._rule(number, row, head)
        for column, cell in row.cells.items():
            if cell.is_blank or cell.is_result:
                continue
            if cell.formula is None and (is_head or stays(column, cell)):
                self._cut(cell)
            elif cell.formula is None or not _may_stay(cell, in_list=head is not None and not is_head):
                row.cells[column] = Cell(cell.style)
                self.rows.add(number)
        # because a filter that is set to nothing hides no row either
        if number in self.rows and any(len(one) for one in self.page.around.get("autoFilter", ())):
            row.attributes.pop("hidden", None)

    def _cut(self, cell: Cell) -> None:
        text = without_persons(_said(cell))
        if text != _said(cell):
            cell.kind, cell.raw, cell.text, cell.rich = "inlineStr", "", text, ""
            self.lost.append(NUMBERS)

    # --- what stays -----------------------------------------------------------------------------------------------

    def _rule(self, number: int, row: Row, head: HeadFound | None) -> Callable[[int, Cell], bool]:
        """Return what says of each cell of a row whether it stays."""
        texts = [_said(cell) for cell in row.cells.values() if cell.text and cell.formula is None]
        is_alone = len(texts) == 1
        is_worded = sum(map(_is_label, texts)) * 2 >= len(texts)
        if any(is_total(one) or _is_label(one) for one in texts):
            self.after = self.after or is_worded or any(map(is_total, texts))
        is_numbered = any(has_number(one) and not _is_label(one) for one in texts)
        if head is None:
            is_somebodys = is_numbered and not (is_alone and _NOTE.search(texts[0]))
            return lambda column, cell: self._stays_above(number, column, _said(cell), is_somebodys=is_somebodys)
        is_somebodys = is_numbered or any(map(is_name, texts))
        if self.right and self.of_somebody and self.after and not is_somebodys:
            # because in a row of data a word may be known by chance: 居家观察
            is_somebodys = sum(knows(one) >= _SURE for one in texts) * 2 <= len(texts)
        return lambda column, cell: self._stays_below(
            number, column, _said(cell), is_worded=is_worded, is_alone=is_alone, is_somebodys=is_somebodys
        )

    def _stays_above(self, number: int, column: int, text: str, *, is_somebodys: bool) -> bool:
        """Say whether a cell above all lists, or of a sheet without one, stays."""
        if self._is_option(number, column, text):
            return True
        if not self.is_shown and (not self.is_used or len(text) > _LONGEST_OPTION):
            return False
        is_named = column in self.of_names and is_name(text)
        if not is_named and not is_somebodys and not self._is_beside_person(number, column, text):
            return True
        return _is_label(text) or knows(text) >= _SURE

    def _stays_below(
        self, number: int, column: int, text: str, *, is_worded: bool, is_alone: bool, is_somebodys: bool
    ) -> bool:
        """Say whether a cell below a header stays."""
        if is_total(text) or self._is_option(number, column, text) or (is_worded and _is_label(text)):
            return True
        if column in self.labels:
            return not has_number(text)
        if is_alone and not is_name(text):
            is_note = (self.after or 0 < self.right < column) and _NOTE.search(text)
            return bool(is_note) or number + 1 in self.tops or is_wide(self.page, number, column)
        if self.right and (not self.after or is_somebodys):
            return False
        return knows(text) >= _SURE or (
            not self.of_somebody and self._stays_above(number, column, text, is_somebodys=False)
        )

    def _is_option(self, number: int, column: int, text: str) -> bool:
        """Say whether a cell is offered by a drop-down and names nobody."""
        is_offered = self.options.holds(self.page, number, column)
        return is_offered and column not in self.of_names and len(text) <= _LONGEST_OPTION and not has_number(text)

    def _is_beside_person(self, number: int, column: int, text: str) -> bool:
        """Say whether a cell answers a label to its left that asks about a person: 姓名 | 张三 | 李四."""
        is_next = self.answered == (number, column - 1) and is_name(text)
        label = said(self.page, number, column - 1)
        is_answer = _asks(label, _OF_SOMEBODY) or (_SIGNS.fullmatch(label) is not None and is_name(text))
        if is_answer or is_next:
            self.answered = number, column
        return is_answer or is_next

    def _labels(self, head: HeadFound, end: int) -> frozenset[int]:
        """Return the leading columns in which units, or what is counted, stand ready by name; none of persons."""
        if not head.columns or _is_of(head, _OF_PERSONS):
            return frozenset()
        of_units = _is_of(head, _OF_SOMEBODY)
        kept, is_once = set(), False
        for one in head.columns[:_LEADING]:
            texts = [text for row, text in _texts_of(self.page, one.column) if head.bottom < row < end]
            words = [text for text in texts if not text.replace(".", "").isdecimal() and not is_under(text)]
            if _names_rows(one.header, words, of_units=of_units):
                kept.add(one.column)
                is_once = is_once or len(set(words)) > 0.8 * len(words)
            elif read_header(one.header)[0] == "serial" and all(len(text) < 5 for text in texts):
                kept.add(one.column)
        return frozenset(kept) if is_once else frozenset()

    # --- around the rows ------------------------------------------------------------------------------------------

    def _around(self) -> None:
        """Take names and numbers out of filters, drop-downs, conditional formats and what stands around each page."""
        around = self.page.around
        for one in around.get("autoFilter", ()):
            self.lost += [FILTERS] if len(one) else []
            one[:] = []
        for name in ("dataValidations", "conditionalFormatting"):
            for one in around.get(name, ()):
                kept = [rule for rule in one if not _names_person(rule)]
                self.lost += [RULES] if len(kept) < len(one) else []
                one[:] = kept
        for element in (*around.get("headerFooter", ()), *around.get("dataValidations", ())):
            for one in element:
                self._cut_element(one)

    def _cut_element(self, element: ElementTree.Element) -> None:
        held = [element.text or "", *(element.get(key, "") for key in _VALIDATION_TEXTS)]
        if all(without_persons(one) == one for one in held):
            return
        self.lost.append(NUMBERS)
        element.text = without_persons(element.text or "")
        for key in _VALIDATION_TEXTS:
            if key in element.attrib:
                element.set(key, without_persons(element.attrib[key]))

    def _drawing(self) -> None:
        """Drop pictures that stand in rows of a list, and drawings that name somebody."""
        body = self.page.part.drawing
        said = [one[0] or one[1] for one in _DRAWN.findall(body.decode("utf-8", "replace"))]
        in_list = any(int(row) + 1 in self.rows for row in _ANCHOR.findall(body))
        if in_list or any(without_persons(one) != one or is_name(one) for one in said):
            self.page.part = replace(self.page.part, drawing=b"", pictures={})
            self.lost.append(PICTURES)


def _said(cell: Cell) -> str:
    """Return what a cell says; a whole number in full, however it is kept: 1.39E10 → 13900000000."""
    if cell.kind in ("", "n") and cell.raw and not cell.raw.isdecimal():
        try:
            number = float(cell.raw)
        except ValueError:
            return cell.text
        return str(int(number)) if number.is_integer() else cell.text
    return cell.text


def _texts_of(page: Page, column: int) -> list[tuple[int, str]]:
    """Return what the cells of a column say, with their rows, without formulas and totals."""
    found = ((number, row.cells.get(column)) for number, row in sorted(page.rows.items()))
    return [(number, _said(cell)) for number, cell in found
            if cell is not None and cell.text and cell.formula is None and not is_total(cell.text)]  # fmt: skip


def _first_of_persons(page: Page, before: int) -> int:
    """Return the first row of persons that no header above them is known for, or 0: numbers or names in a column."""
    first = []
    for column in range(1, page.width + 1):
        texts = [(row, text) for row, text in _texts_of(page, column) if row < before]
        numbered = [row for row, text in texts if has_number(text) and not _is_label(text)]
        if len(numbered) > 1:
            first.append(numbered[0])
        if are_names([text for _, text in texts], _SEVERAL):
            first.append(next(row for row, text in texts if is_name(text)))
    return min(first, default=0)


def _is_of(head: HeadFound, fields: Collection[str]) -> bool:
    return any(_asks(one.header, fields) for one in head.columns)


def _is_label(text: str) -> bool:
    """Say whether a text asks for something to be written behind it: who signs, a day, a unit; or is a note."""
    if _SIGNS.fullmatch(text):
        return True
    if not any(sign in text for sign in _ASKING):
        return False
    return is_under(text) or text.rstrip().endswith((":", "：")) or bool(with_marks(text, paged=True))


def _asks(header: str, fields: Collection[str]) -> bool:
    if not header or len(header) > _LONGEST_OPTION:
        return False
    field, confidence = read_header(header)
    return field in fields and confidence >= _LIKELY


def _names_rows(header: str, words: list[str], *, of_units: bool) -> bool:
    """Say whether the words of a column are what its rows are about, and nobody's data."""
    if (
        len(words) < 2
        or _asks(header, _OF_SOMEBODY)
        or any(has_number(one) or len(one) > _LONGEST_LABEL for one in words)
    ):
        return False
    is_of_areas = bool(read_area(header).meaning) or sum(1 for one in words if _UNIT.search(one)) >= 0.6 * len(words)
    if not of_units:
        return is_of_areas or not are_names(words)
    return is_of_areas and not any(letter.isdigit() for one in words for letter in one)


def _may_stay(cell: Cell, *, in_list: bool) -> bool:
    """Say whether a formula stays: it names nobody, and in a list it is no text written as a formula."""
    assert cell.formula is not None
    text = cell.formula.grown("", 0, {})
    if formula_names_person(text):
        return False
    return not in_list or '"' not in text or _REFERENCE.search(re.sub(r'"[^"]*"', "", text)) is not None


def _names_person(rule: ElementTree.Element) -> bool:
    """Say whether a drop-down or a conditional format names somebody in its formulas or in the text it looks for."""
    said = [formula_of(one) for one in rule.iter()]
    return any(map(rule_names_person, [*said, f'"{rule.get("text", "")}"']))
