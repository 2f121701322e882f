"""Where a list's header stands and what each column means: title rows, two-row headers, duplicates, no header.

Suggests; a person confirms. What was confirmed for a sender comes back by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianfang.doors.files.fields import COMMON, FIELDS, plain_header, read_header
from lianfang.doors.files.reading import Book, Cells, Sheet
from lianfang.foundation.intake.targets import Target
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import clean

NO_HEADER = refusal(
    "intake.no_header",
    "没有找到表头，请确认各列的含义，或在第一行写上“姓名、电话、地址”等。",
    "No header row was found; say what the columns mean, or write name, phone, address in the first row.",
)

LOOKED_AT = 30
_SAMPLE = 60
_WHO = ("name", "phone", "identity_number")
_IDENTITY = re.compile(r"'?\d{17}[\dXx]|'?\d{15}")
_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_CAPTION = re.compile(r"[\u4e00-\u9fff][:：]")
_DATE = re.compile(r"(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}.*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands (from 0), its header as written, what it means and how sure that is."""

    index: int
    header: str
    field: str = ""
    confidence: float = 0.0
    remembered: bool = False
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet's header: its first row (from 0) and depth, and the columns. Depth 0: there is none."""

    first_row: int
    depth: int
    columns: tuple[Column, ...]

    @property
    def first_data_row(self) -> int:
        return self.first_row + self.depth

    @property
    def mapping(self) -> dict[str, str]:
        """Return header → field for the columns that mean something."""
        return {column.header: column.field for column in self.columns if column.field}

    @property
    def fingerprint(self) -> str:
        """Return what is equal for two sheets with the same headers."""
        text = "\x1f".join(plain_header(column.header) for column in self.columns)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def says_who(self) -> bool:
        """Say whether the columns can name a person at all."""
        return any(column.field in _WHO for column in self.columns)


def find_layout(sheet: Sheet) -> Layout:
    """Return the most likely header of a sheet with a suggestion for every column."""
    head = sheet.head(LOOKED_AT + _SAMPLE)
    tops = _tops(head, sheet)
    best_score, best = 0.9, (0, 0)
    for row in range(min(len(head), LOOKED_AT)):
        if _looks_like_data(head[row]):
            continue
        for depth in (1, 2):
            score = _score(head, tops, row, depth)
            if score > best_score + 1e-9:
                best_score, best = score, (row, depth)
    return _layout(sheet, head, tops, *best)


def best_sheet(book: Book) -> tuple[Sheet, Layout]:
    """Return the sheet that most looks like a list of people. Raises `intake.no_header` when none does."""
    found = [(sheet, find_layout(sheet)) for sheet in book.sheets if sheet.visible] or [
        (sheet, find_layout(sheet)) for sheet in book.sheets
    ]
    lists = [one for one in found if one[1].says_who]
    if not lists:
        raise NO_HEADER(field="file")
    return max(lists, key=lambda one: sum(column.confidence for column in one[1].columns if column.field))


def with_mapping(layout: Layout, mapping: Mapping[str, str], *, remembered: bool = False) -> Layout:
    """Return the layout with what a person said about its columns; headers that are not named keep the suggestion."""
    by_plain = {plain_header(header): field for header, field in mapping.items()}
    columns = []
    for column in layout.columns:
        said = mapping.get(column.header, by_plain.get(plain_header(column.header)))
        if said is None or (said and said not in FIELDS):
            columns.append(column)
        else:
            columns.append(replace(column, field=said, confidence=1.0, remembered=remembered))
    return replace(layout, columns=tuple(columns))


def taken_by(target: Target) -> Mapping[str, str]:
    """Return what each field that a column is recognised as means in a list for this target."""
    return target.takes or COMMON


def for_target(layout: Layout, target: Target) -> Layout:
    """Return the layout with what its columns mean in a list for this target; what it does not take means nothing."""
    takes = taken_by(target)
    columns = (replace(one, field=takes.get(one.field, "")) if one.field else one for one in layout.columns)
    return replace(layout, columns=tuple(columns))


# --- choosing the rows -------------------------------------------------------------------------------------------


def _tops(head: Sequence[Cells], sheet: Sheet) -> dict[tuple[int, int], Any]:
    """Return the value of every cell that a merge across columns hides."""
    hidden = {}
    for top, left, bottom, right in sheet.merged:
        if right > left and top < len(head) and left < len(head[top]):
            for row in range(top, min(bottom, len(head) - 1) + 1):
                hidden.update(
                    {(row, column): head[top][left] for column in range(left, min(right + 1, len(head[row])))}
                )
    return hidden


def _label(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _labels(head: Sequence[Cells], tops: Mapping[tuple[int, int], Any], row: int, depth: int) -> list[tuple[str, str]]:
    """Return (group, own label) for each column of a header that would begin at this row."""
    if depth == 1:
        return [("", _label(tops.get((row, place), cell))) for place, cell in enumerate(head[row])]
    if row + 1 >= len(head):
        return []
    found: list[tuple[str, str]] = []
    group = ""
    for place, cell in enumerate(head[row]):
        upper, lower = _label(tops.get((row, place), cell)), _label(head[row + 1][place])
        group = upper or (group if lower else "")
        found.append((group, lower) if lower and lower != group else ("", group))
    return found


def _meaning(group: str, own: str) -> tuple[str, float]:
    """Return the field of a label, read together with the group above it when that says more."""
    alone = read_header(own)
    if not group:
        return alone
    joined = read_header(f"{plain_header(group)}{plain_header(own)}")
    if joined[0] and (joined[1] >= 0.85 or not alone[0]):
        return joined
    return alone[0], alone[1] * 0.98


def _score(head: Sequence[Cells], tops: Mapping[tuple[int, int], Any], row: int, depth: int) -> float:
    """Return how much these rows look like a header: known labels, few rows, near the top, no data in them."""
    if depth == 2 and (row + 1 >= len(head) or _looks_like_data(head[row + 1])):
        return 0.0
    labels = _labels(head, tops, row, depth)
    if _is_title(labels) or (depth == 2 and _is_caption(head[row])):
        return 0.0
    seen: Counter[str] = Counter()
    total = 0.0
    for group, own in labels:
        field, confidence = _meaning(group, own)
        seen[field] += 1
        total += confidence * (1.0 if field and seen[field] == 1 else 0.3)
    known = [field for field in seen if field]
    if len(known) < 2 and not any(field in _WHO for field in known):
        return 0.0
    return total - 0.6 * (depth - 1) - 0.01 * row


def _is_title(labels: Sequence[tuple[str, str]]) -> bool:
    """Say whether the row says one thing only, as merged titles do."""
    said = {own for _, own in labels if own}
    return len(labels) > 2 and len(said) < 2


def _is_caption(row: Cells) -> bool:
    """Say whether a row speaks of the whole sheet (title, “填报单位：… 日期：…”) and so groups no columns."""
    said = [_label(cell) for cell in row if _label(cell)]
    return len(said) < 2 or any(_CAPTION.search(one) for one in said)


def _looks_like_data(row: Cells) -> bool:
    numbers = sum(1 for cell in row if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell > 31)
    texts = [clean(cell) for cell in row if isinstance(cell, str) and cell]
    facts = sum(1 for text in texts if _IDENTITY.fullmatch(text) or _PHONE.fullmatch(text) or _DATE.fullmatch(text))
    return facts > 0 or numbers > 1


# --- naming the columns ------------------------------------------------------------------------------------------


def _layout(sheet: Sheet, head: Sequence[Cells], tops: Mapping[tuple[int, int], Any], row: int, depth: int) -> Layout:
    width = max((len(one) for one in head), default=0)
    labels = _labels(head, tops, row, depth) if depth else [("", "")] * width
    below = [one for one in head[row + depth :] if any(cell not in ("", None) for cell in one)]
    headers = _unique([_written(group, own, place) for place, (group, own) in enumerate(labels)])
    columns = []
    for place, ((group, own), header) in enumerate(zip(labels, headers, strict=True)):
        values = [one[place] for one in below[:_SAMPLE] if place < len(one) and one[place] not in ("", None)]
        field, confidence = _meaning(group, own) if own else ("", 0.0)
        if not field and not confidence:
            field, confidence = _by_content(values, named=bool(own))
        if own or values:
            columns.append(Column(place, header, field, round(confidence, 2), False, tuple(map(_label, values[:3]))))
    if not depth and not any(column.field in ("phone", "identity_number") for column in columns):
        columns = [replace(column, field="", confidence=0.0) for column in columns]
    return Layout(row, depth, tuple(_settled(columns, below)))


def _written(group: str, own: str, place: int) -> str:
    if group and own:
        return f"{group}/{own}"
    return own or f"({letters(place)}列)"


def letters(place: int) -> str:
    """Return the letters of a column counted from 0: 0 → A, 27 → AB."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _unique(headers: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    named = []
    for header in headers:
        seen[header] += 1
        named.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return named


def _by_content(values: Sequence[object], *, named: bool) -> tuple[str, float]:
    """Return what the values of a column without a known header say it is."""
    texts = [clean(_label(value)) for value in values]
    if len(texts) < (3 if named else 1):
        return "", 0.0
    for field, form in (("identity_number", _IDENTITY), ("phone", _PHONE)):
        share = sum(1 for text in texts if form.fullmatch(text)) / len(texts)
        if share >= 0.6:
            return field, round(0.6 * share, 2)
    if named:
        return "", 0.0
    share = sum(1 for text in texts if _NAME.fullmatch(text)) / len(texts)
    return ("name", round(0.5 * share, 2)) if share >= 0.8 else ("", 0.0)


def _settled(columns: Sequence[Column], below: Sequence[Cells]) -> list[Column]:
    """Return the columns with each field given once, except to those that several columns may feed."""
    named = _phones_of_others(columns)
    settled: list[Column] = []
    for column in named:
        rivals = [one for one in named if one.field == column.field]
        if not column.field or FIELDS[column.field].several or len(rivals) == 1:
            settled.append(column)
            continue
        best = max(rivals, key=lambda one: (one.confidence, _filled(one, below), -one.index))
        settled.append(column if best is column else replace(column, field="", confidence=0.0))
    return settled


def _phones_of_others(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with the phone that follows another person's name given to that person."""
    found: list[Column] = []
    phones = 0
    for column in columns:
        before = found[-1].field if found else ""
        if column.field == "phone":
            phones += 1
            if before == "contact_name":
                column = replace(column, field="contact_phone")
            elif before in ("responsible", "verified_by") and phones > 1:
                column = replace(column, field="", confidence=0.0)
        found.append(column)
    return found


def _filled(column: Column, below: Sequence[Cells]) -> int:
    return sum(1 for row in below if column.index < len(row) and row[column.index] not in ("", None))
