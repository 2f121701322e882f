"""Where a sheet asks what: the header of its list, the rows to fill, the total, single figures, and blanks in words.

Looks only at how the sheet is laid out and at what its words are known to mean; decides nothing for good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lianfang.doors.files.sheets.persons import is_name
from lianfang.doors.files.sheets.template import Page

LOOKED_AT, MOST_BLANK = 40, 2_000
# how much makes a row a header; how sure a word is known at all, and known as it stands
_LEAST, _KNOWN, _WELL_KNOWN = 1.2, 0.6, 0.85
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计|共\s*计|汇\s*总|总数)[:：]?$")
_UNDER = re.compile(
    r"(?:填报|填表|制表|审核|审签|审批|复核|负责人|签字|签名|签章|盖章|联系人|联系电话|领导|经办).{0,12}[:：]|^(?:备注|注|说明|填表说明)\s*\d*[:：、]"
)
_PEN = re.compile(r"签字|签名|签章|审核|审批|审签|负责人|盖章|领导")
_DATA = re.compile(r"\d{6,}|(?:19|20)\d\d[-./年]\d")
_ASKS_NAME = re.compile(r"(?:姓\s*名|户主|联系人|负责人|责任人)$")
_ASKS_PERSON = re.compile(r"(?:姓\s*名|户主|身份证号?码?|证件号码?|电话(?:号码)?|手机(?:号码?)?|联系方式)$")
_LIKE_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}")
_DIGIT, _SHORT = re.compile(r"\d"), 12
_GAP = r"[\s_＿　]"
_UNIT_BLANK = re.compile(
    rf"((?:填报|报送|填表|上报|报表)?单位(?:名称)?|乡镇(?:\(街道\)|（街道）)?|村(?:\(社区\)|（社区）)|所属区域)((?:[（(]\s*(?:盖章|公章|章)\s*[)）])?\s*[:：](?:[（(]\s*(?:盖章|公章|章)\s*[)）])?){_GAP}*(?=$|{_GAP}|填|日|时|制|报|单)"
)
_DAY_BLANK = re.compile(rf"(?:{_GAP}|20\d\d|X|×)*年(?:{_GAP}|X|×)*月(?:{_GAP}|X|×)*日")
# because a label begins where no other word does: 出生日期 is nobody's day of filling, 准考证编号 no sheet's serial
_BEGIN = r"(?<![\u4e00-\u9fff])"
_DAY_NAMED = re.compile(rf"({_BEGIN}(?:填报|填表|报送|上报|统计|制表)?(?:日期|时间)\s*[:：]){_GAP}*$")
_HOUR_BLANK = re.compile(rf"截[至止]{_GAP}*月{_GAP}*日{_GAP}*时")
_HOLE = rf"(?:{_GAP}{{2,}}|{_GAP}+$)"
_SERIAL_BLANK = re.compile(
    rf"({_BEGIN}(?:(?:表|表格|表单|报表|文件|登记|流水|打印)?编\s*号|流水号|No\.?|№)\s*[:：]){_HOLE}"
)
_AS_OF_BLANK = re.compile(
    rf"({_BEGIN}(?:(?:数据|情况|统计)?截[至止](?:时间|日期)?|统计时[间点])\s*[:：])(?:(?:{_GAP}|20\d\d)*年{_GAP}*月{_GAP}*日{_GAP}*时(?:{_GAP}*分)?|{_HOLE})"
)
_PAGE_BLANK = re.compile(rf"第{_GAP}+页([\s　,，、/]*)共{_GAP}+页")


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column of a list: its number from 1, its own header, and the group above it."""

    column: int
    header: str
    group: str = ""

    @property
    def written(self) -> str:
        return f"{self.group}/{self.header}" if self.group else self.header


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list: its header rows, the rows to be filled (from 1, both ends within), its total row or 0.

    `labels` are the words that stand ready in the first columns of the rows: names of units, or of what is counted.
    """

    header_top: int
    header_bottom: int
    first: int
    last: int
    total: int
    columns: tuple[ColumnFound, ...]
    labels: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CellFound:
    """A single blank cell with its label, or a text with blanks in it and what is to stand there."""

    row: int
    column: int
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PageFound:
    """What one sheet asks."""

    name: str
    list: ListFound | None
    cells: tuple[CellFound, ...]


Knows = Callable[[str], float]


def find_page(page: Page, knows: Knows, *, paged: bool = False) -> PageFound:
    """Return what a sheet asks. `knows` says how well a header is known, 0 to 1; `paged` text can count its pages."""
    found = _find_list(page, knows)
    return PageFound(page.name, found, tuple(_cells(page, found, paged)))


def said(page: Page, row: int, column: int) -> str:
    """Return what a reader sees in a cell: within a merge, the text of the whole."""
    one = page.merge_at(row, column)
    return re.sub(r"\s+", " ", page.text(one.top, one.left)).strip()


@dataclass(frozen=True, slots=True)
class HeadFound:
    """The header of a list: its rows and its columns."""

    top: int
    bottom: int
    columns: tuple[ColumnFound, ...]


def find_heads(page: Page, knows: Knows) -> list[HeadFound]:
    """Return every header on a sheet, from the top: that of the list to be filled, and those of lists beside it.

    A form of one person that is filled in has none. On a hidden sheet, which nobody confirms, most words must be known.
    """
    main = _find_list(page, knows) if page.state in ("", "visible") else None
    if main and _is_filled_in([one.header for one in main.columns], knows):
        main = None
    found = [HeadFound(main.header_top, main.header_bottom, main.columns)] if main else []
    before = spoken = 0
    for row in sorted(page.rows):
        is_titled = _is_break(page, spoken)
        is_apart = is_titled or row > before + 1 or page.rows[before].is_blank
        one = _other_head(page, row, knows, is_titled=is_titled) if is_apart else None
        if one and all(one.bottom < each.top or one.top > each.bottom for each in found):
            found.append(one)
        before, spoken = row, spoken if page.rows[row].is_blank else row
    return sorted(found, key=lambda one: one.top)


def _is_filled_in(words: Sequence[str], knows: Knows) -> bool:
    """Say whether words side by side are labels with their answers: 姓名 | 张三 | 性别 | 男, or 姓名 | 张三 | 李四."""
    if _ASKS_NAME.search(words[0]) and all(_LIKE_NAME.fullmatch(one) and knows(one) < _KNOWN for one in words[1:]):
        return True
    return any(
        (_ASKS_NAME.search(label) and is_name(said)) or (label == "性别" and said in ("男", "女"))
        for label, said in pairwise(words)
    )


def _is_break(page: Page, row: int) -> bool:
    """Say whether a row is no row of data: a title or note, signatures, a total, or nothing at all."""
    texts = [cell.text for cell in page.rows[row].cells.values() if not cell.is_blank] if row in page.rows else []
    return len(texts) < 2 or any(_TOTAL.match(one.strip()) or _UNDER.search(one) for one in texts)


def _other_head(page: Page, row: int, knows: Knows, *, is_titled: bool) -> HeadFound | None:
    """Return the header that begins at a row; a row of data is to be none.

    It asks for persons, most of its words are known, or it stands below a title and above a blank row.
    """
    bottom = row + _depth(page, row) - 1
    columns = tuple(_columns(page, row, bottom))
    words = [one.header for one in columns]
    if len(words) < 2 or any(is_name(one) or _DATA.search(one) or _UNDER.search(one) for one in words):
        return None
    if _is_filled_in(words, knows):
        return None
    well_known = sum(knows(one) >= _WELL_KNOWN and not _DIGIT.search(one) for one in words)
    is_sure = well_known >= len(words) * 2 / 3 or any(_ASKS_PERSON.search(one) for one in words)
    is_known = is_sure and _weight(page, row, knows) > _LEAST
    is_bare = is_titled and _is_bare_head(page, bottom, words)
    return HeadFound(row, bottom, columns) if is_known or is_bare else None


def _is_bare_head(page: Page, bottom: int, words: Sequence[str]) -> bool:
    """Say whether words, all different and short, stand above a row that is there to be filled."""
    below = page.rows.get(bottom + 1)
    said = [cell for cell in below.cells.values() if not cell.is_blank] if below else []
    is_worded = len(set(words)) == len(words) and all(len(one) <= _SHORT and not _DIGIT.search(one) for one in words)
    return is_worded and below is not None and len(below.cells) >= len(words) and len(said) < 2


def is_total(text: str) -> bool:
    """Say whether a text names a total."""
    return _TOTAL.match(text.strip()) is not None


def is_wide(page: Page, row: int, column: int) -> bool:
    """Say whether a cell is merged over three columns or more, as titles and notes are."""
    one = page.merge_at(row, column)
    return one.right > one.left + 1


def is_under(text: str) -> bool:
    """Say whether a text stands under lists: who signs, and notes."""
    return _UNDER.search(text) is not None


# --- the list ----------------------------------------------------------------------------------------------------


def _find_list(page: Page, knows: Knows) -> ListFound | None:
    best_score, best = _LEAST, 0
    for row in range(1, min(page.last_row, LOOKED_AT) + 1):
        score = _score(page, row, knows)
        if score > best_score:
            best_score, best = score, row
    return _list(page, best) if best else None


def _score(page: Page, row: int, knows: Knows) -> float:
    """Return how much the list's header begins here; of two that are alike it is the upper."""
    weight = _weight(page, row, knows)
    return weight - 0.02 * row if weight else 0.0


def _weight(page: Page, row: int, knows: Knows) -> float:
    """Return how much a list's header begins here: known words, side by side, no data among them."""
    depth = _depth(page, row)
    columns = _columns(page, row, row + depth - 1)
    words = [one.written for one in columns]
    if len(columns) < 2 or any(_DATA.search(one) or _UNDER.search(one) or _TOTAL.match(one) for one in words):
        return 0.0
    left, right = columns[0].column, columns[-1].column
    if len(columns) < 0.7 * (right - left + 1) or len(set(words)) < 2:
        return 0.0
    known = sum(max(knows(one.header), knows(f"{one.group}{one.header}")) for one in columns)
    return known + 0.15 * len(columns) if known else 0.0


def _depth(page: Page, row: int) -> int:
    """Return how many rows a header that begins here is deep: as deep as its deepest merge, or a group's two."""
    here = dict.fromkeys(page.merge_at(row, column) for column in range(1, page.width + 1))
    deep = max((one.bottom - one.top + 1 for one in here if one.top == row), default=1)
    if deep > 1:
        return min(deep, 4)
    groups = [one for one in here if one.top == row and one.right > one.left and page.text(one.top, one.left)]
    ungrouped = [one for one in here if one.right == one.left and page.text(row, one.left)]
    below = [page.text(row + 1, column) for one in groups for column in range(one.left, one.right + 1)]
    return 2 if groups and (ungrouped or len(set(map(str, groups))) > 1) and all(below) else 1


def _columns(page: Page, top: int, bottom: int) -> list[ColumnFound]:
    found = []
    for column in range(1, page.width + 1):
        words: list[str] = []
        for row in range(top, bottom + 1):
            word = said(page, row, column)
            if word and (not words or words[-1] != word):
                words.append(word)
        merge = page.merge_at(bottom, column)
        if words and merge.left == column:
            found.append(ColumnFound(column, words[-1], "/".join(words[:-1])))
    return found


def _list(page: Page, top: int) -> ListFound:
    bottom = top + _depth(page, top) - 1
    columns = tuple(_columns(page, top, bottom))
    first = bottom + 1
    total = 0
    if _is_total(page, first, columns):
        total, first = first, first + 1
    last = first - 1
    ahead = _next_total(page, first, columns)
    for row in range(first, min(page.last_row, first + MOST_BLANK) + 1):
        if _is_total(page, row, columns):
            total = total or row
            break
        if _is_under(page, row) or (row not in page.rows and not row <= ahead <= row + MOST_BLANK):
            break
        if not _is_laid_out(page, row, columns):
            break
        last = row
    last = max(last, first)
    return ListFound(top, bottom, first, last, total, columns, tuple(_labels(page, first, last, columns)))


def _is_total(page: Page, row: int, columns: tuple[ColumnFound, ...]) -> bool:
    lead = [page.text(row, column).strip() for column in range(1, columns[min(3, len(columns) - 1)].column + 1)]
    return any(_TOTAL.match(one) for one in lead)


def _is_under(page: Page, row: int) -> bool:
    found = page.rows.get(row)
    return found is not None and any(_UNDER.search(cell.text) for cell in found.cells.values())


def _next_total(page: Page, first: int, columns: tuple[ColumnFound, ...]) -> int:
    """Return the next row of totals, or 0: looked for once, because a list may have as many rows that are not there."""
    rows = range(first, min(first + 2 * MOST_BLANK, page.last_row) + 1)
    return next((row for row in rows if _is_total(page, row, columns)), 0)


def header_above(page: Page, first: int) -> tuple[int, int]:
    """Return the header rows (both ends within) above the rows of a list, or (0, 0): no more than four of two words."""
    bottom = first - 1
    if any(_TOTAL.match(word) for word in _words(page, bottom)):
        bottom -= 1
    top = bottom + 1
    while bottom - top < 3 and len(_words(page, top - 1)) > 1:
        top -= 1
    return (top, bottom) if top <= bottom else (0, 0)


def _words(page: Page, row: int) -> set[str]:
    return {word for column in range(1, page.width + 1) if (word := said(page, row, column))}


def _is_laid_out(page: Page, row: int, columns: tuple[ColumnFound, ...]) -> bool:
    """Say whether a row belongs to the list: its cells have a look of their own or something in them."""
    found = page.rows.get(row)
    if found is None or not found.cells:
        return found is None or bool(found.attributes.get("ht"))
    merge = page.merge_at(row, columns[0].column)
    if merge.right - merge.left + 1 >= len(columns) > 2:
        return False
    laid = sum(1 for one in columns if one.column in found.cells)
    return laid >= max(1, len(columns) // 2)


def _labels(page: Page, first: int, last: int, columns: tuple[ColumnFound, ...]) -> Iterator[tuple[int, int, str]]:
    """Yield the words standing ready in the leading columns of the rows, where most rows have some."""
    for one in columns[:3]:
        texts = [(row, said(page, row, one.column)) for row in range(first, last + 1)]
        worded = [(row, text) for row, text in texts if text and not text.replace(".", "").isdecimal()]
        if len(worded) >= 2 and len(worded) >= 0.6 * len(texts):
            yield from ((row, one.column, text) for row, text in worded)
            return


# --- single cells ------------------------------------------------------------------------------------------------


def _cells(page: Page, found: ListFound | None, paged: bool) -> Iterator[CellFound]:
    taken: set[tuple[int, int]] = set()
    for number in sorted(page.rows):
        in_list = found is not None and (
            found.header_top <= number <= found.header_bottom or found.first <= number <= found.last
        )
        if in_list or (found is not None and number == found.total) or number > 400:
            continue
        for column, cell in sorted(page.rows[number].cells.items()):
            if not cell.text or cell.formula is not None or (number, column) in taken:
                continue
            if filled := with_marks(cell.text, paged=paged):
                yield CellFound(number, column, cell.text.strip()[:60], filled)
            elif beside := _blank_beside(page, number, column):
                taken.add(beside)
                yield CellFound(*beside, re.sub(r"\s+", " ", cell.text).strip()[:60])
            elif filled := with_marks(f"{cell.text}__"):
                yield CellFound(number, column, cell.text.strip()[:60], filled)


def _blank_beside(page: Page, row: int, column: int) -> tuple[int, int] | None:
    """Return the blank cell that a label asks to be filled: the one to its right."""
    merge = page.merge_at(row, column)
    label = page.text(row, column).strip()
    if len(label) > 20 or _PEN.search(label) or _TOTAL.match(label):
        return None
    beside = page.cell(row, merge.right + 1)
    return (row, merge.right + 1) if beside is not None and beside.is_blank else None


def with_blanks(text: str) -> str:
    """Return a text with the unit, the day or the hour where its blanks are: 填报单位：{unit}; "" without blanks."""
    filled = _UNIT_BLANK.sub(r"\1\2{unit}　", text)
    filled = _HOUR_BLANK.sub("截至{time}", filled)
    filled = _DAY_BLANK.sub("{date}", filled)
    filled = _DAY_NAMED.sub(r"\1{date}", filled)
    return filled.strip() if filled != text and "{" in filled else ""


def with_marks(text: str, *, paged: bool = False) -> str:
    """Return a text with the sheet's own serial, as-of moment and pages too where its blanks ask for them."""
    filled = _SERIAL_BLANK.sub(r"\1{serial}　", _AS_OF_BLANK.sub(r"\1{as_of}　", text))
    filled = _PAGE_BLANK.sub(r"第{page}页\1共{pages}页", filled) if paged else filled
    return with_blanks(filled) or (filled.strip() if filled != text else "")


def asks_pages(text: str) -> bool:
    """Say whether a text leaves blanks for its page and the number of pages."""
    return _PAGE_BLANK.search(text) is not None
