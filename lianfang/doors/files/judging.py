"""Judging a list row by row: who, how to reach them, where, since when. Corrects nothing and evaluates nothing.

A row is refused when what finds the person or starts a clock is wrong or contradicts itself: name, identity number,
every phone, birth date, age against birth date, date of return or exposure, nobody named at all. Everything else that
cannot be read is a warning: the row goes on without that one cell. No message repeats what the cell held.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from lianfang.doors.files.fields import FIELDS, FieldSpec
from lianfang.doors.files.guarding import Places
from lianfang.doors.files.headers import Column, Layout
from lianfang.doors.files.listing import held_in, texts_of
from lianfang.doors.files.reading import Cells
from lianfang.foundation.intake.targets import Row
from lianfang.kernel import ages, dates, identity, names, phones
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.errors import Refusal, RefusalKind, refusal
from lianfang.kernel.places import Register, Resolved
from lianfang.kernel.text import Bilingual, clean

NOBODY = refusal(
    "row.nobody",
    "这一行没有姓名，也没有电话，无法核查。",
    "The row has neither a name nor a phone, so nobody can be found.",
)
CONTINUED = refusal(
    "row.continued",
    "没有姓名和电话，作为第 {row} 行的续行并入该行。",
    "Has neither a name nor a phone, so it was read as part of row {row}.",
)
FORMULA = refusal(
    "cell.formula", "这里是公式，不采用。请粘贴为数值。", "This is a formula and is not used; paste it as a value."
)
LIKE_FORMULA = refusal(
    "cell.like_formula",
    "内容以等号、加号、减号或 @ 开头，只当作文字。",
    "Begins with =, +, - or @ and is kept as text only.",
)
TOO_LONG = refusal("cell.too_long", "内容超过 {limit} 个字。", "Longer than {limit} characters.")
CONTROL = refusal("cell.control_characters", "含有看不见的控制字符。", "Holds invisible control characters.")
SEX = refusal("sex.unreadable", "性别应为男或女。", "Sex is 男 or 女.")
SEX_DIFFERS = refusal("sex.identity_differs", "性别与身份证号不一致。", "Sex differs from the identity number.")
BIRTH_DIFFERS = refusal(
    "birth.identity_differs", "出生日期与身份证号不一致。", "The birth date differs from the identity number."
)
OTHER_DOCUMENT = refusal(
    "identity.other_document",
    "不是居民身份证，按其他证件保存。",
    "Not a resident identity card; kept as another document.",
)
EXCHANGED = refusal(
    "cell.exchanged",
    "与“{other}”写错了栏，已对调，请核对。",
    "Stood in the column “{other}” and that one here; they were exchanged, please check.",
)
AMBIGUOUS = refusal(
    "place.ambiguous", "地址可能是几个地方，需人工确认。", "The place may be several; a person decides."
)
UNRESOLVED = refusal("place.unresolved", "没有认出是本地哪个村（社区）。", "No village of this area was recognised.")

_NOTHING = frozenset(
    [
        "",
        "/",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "无",
        "没有",
        "暂无",
        "不详",
        "未知",
        "不知",
        "空",
        "n/a",
        "na",
        "null",
        "none",
    ]
)
_FOOTERS = re.compile(
    r"(?:合计|小计|总计|共计|填表人|填报人|审核人|制表人?|制表日期|注[:：]|备注[:：]|说明[:：]|单位[:：(]|联系人[:：])"
)
_HARD_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,2}\d{7,10}|[A-Z]{3}\d{12}")
_LOOSE_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_SEXES = {
    "男": "m",
    "男性": "m",
    "m": "m",
    "male": "m",
    "1": "m",
    "女": "f",
    "女性": "f",
    "f": "f",
    "female": "f",
    "2": "f",
}
# what people write into one another's column, and what can then be nothing else
_EXCHANGED = (("name", "identity_number"), ("phone", "identity_number"), ("sex", "age"))
_CLOCKS = ("born_on", "returned_on", "exposed_on", "left_on")


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell (or row) that is not in order: the sheet's row from 1, the header, the code and the sentence."""

    row: int
    column: str
    code: str
    message: Bilingual

    def as_dict(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "code": self.code, "message": self.message.zh}


@dataclass(slots=True)
class Judged:
    """One row after judging: accepted when nothing in `refused` stands against it."""

    row: Row
    refused: list[Problem] = field(default_factory=list)
    warned: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class _Pen:
    """Takes down what is wrong with one row while it is judged."""

    judged: Judged
    columns: dict[str, str]

    def refuse(self, kind: RefusalKind | Refusal, name: str, **values: Any) -> None:
        self.judged.refused.append(self._problem(kind, name, values))

    def warn(self, kind: RefusalKind | Refusal, name: str, **values: Any) -> None:
        self.judged.warned.append(self._problem(kind, name, values))

    def _problem(self, kind: RefusalKind | Refusal, name: str, values: dict[str, Any]) -> Problem:
        no = kind if isinstance(kind, Refusal) else kind(**values)
        return Problem(self.judged.row.number, self.columns.get(name, ""), no.code, no.message)


class Judge:
    """Judges the rows of one sheet under one mapping, each for itself. `on` is the day the list is taken in."""

    def __init__(self, layout: Layout, formulas: Places, *, register: Register | None, on: date) -> None:
        self.register, self.on = register, on
        mapped = [(column, FIELDS[column.field]) for column in layout.columns if column.field]
        self.headers = {spec.name: column.header for column, spec in reversed(mapped)}
        # A problem names the column it was found in, also when several columns feed one field.
        named = {
            column.index: {**self.headers, spec.name: column.header} if spec.several else self.headers
            for column, spec in mapped
        }
        self.readers = [
            (column.index, column, spec, named[column.index], _READERS[spec.kind]) for column, spec in mapped
        ]
        self.labels = [(column.index, _labels(column.header)) for column, _ in mapped]
        self.any_label = frozenset().union(*(labels for _, labels in self.labels)) - {""}
        self.formulas = formulas if formulas else None
        fed = Counter(spec.name for _, spec in mapped)
        self.alone = {spec.name: (column, spec) for column, spec in mapped if fed[spec.name] == 1}
        self.read_date: Callable[[Any], dates.DateReading | None] = lru_cache(maxsize=4096)(self._read_date)

    def judge(self, place: int, cells: Cells, going_on: Sequence[int] = ()) -> Judged | None:
        """Return the row judged; None for a repeated header or a footer, which are no rows of the list.

        `going_on` are the numbers of the rows below that were read as part of it; each is named.
        """
        if self._is_furniture(cells):
            return None
        judged = self._judge(place, cells)
        if going_on:
            header, told = self.headers.get("name", ""), CONTINUED(row=place + 1)
            judged.warned += [Problem(row, header, told.code, told.message) for row in going_on]
        return judged

    def _is_furniture(self, cells: Cells) -> bool:
        """Say whether a row is the header again, or what stands below a list: totals and who filled it in."""
        said = held_in(cells)
        if said <= 4 and isinstance(first := texts_of(cells)[0], str) and _FOOTERS.match(clean(first)):
            return True
        if self.any_label.isdisjoint(cells):
            return False
        same = sum(1 for place, labels in self.labels if place < len(cells) and cells[place] in labels)
        return same >= 2 and same * 2 > said

    def _judge(self, place: int, cells: Cells) -> Judged:
        judged = Judged(Row(place + 1, {}))
        pen = _Pen(judged, self.headers)
        values, formulas, width = judged.row.values, self.formulas, len(cells)
        for index, column, spec, named, read in self.readers:
            cell = cells[index] if index < width else ""
            if formulas is not None and (place, index) in formulas and not self._may_use(spec, cell, column, pen):
                continue
            if cell != "" and cell is not None:
                pen.columns = named
                read(self, cell, spec, values, pen)
        pen.columns = self.headers
        if judged.refused or judged.warned:
            self._exchange(place, cells, pen)
        self._judge_whole(judged, pen)
        return judged

    def _may_use(self, spec: FieldSpec, cell: Any, column: Column, pen: _Pen) -> bool:
        """Say whether a formula's stored value may be used: never for who somebody is."""
        pen.columns = {spec.name: column.header}
        if spec.kind in ("name", "identity", "phone"):
            pen.refuse(FORMULA, spec.name)
            return False
        if cell in ("", None):
            pen.warn(FORMULA, spec.name)
            return False
        return True

    def _exchange(self, place: int, cells: Cells, pen: _Pen) -> None:
        """Take two cells that stand in one another's column, and can be nothing else, for what they are."""
        judged, formulas = pen.judged, self.formulas or ()
        for names_of in _EXCHANGED:
            pair = [self.alone[name] for name in names_of if name in self.alone]
            headers = [column.header for column, _ in pair]
            wrong = {problem.column for problem in (*judged.refused, *judged.warned)}
            if len(pair) < 2 or not wrong.issuperset(headers):
                continue
            places = [column.index for column, _ in pair]
            if max(places) >= len(cells) or any((place, index) in formulas for index in places):
                continue
            (_, first), (_, second) = pair
            values = self._read_as(first, cells[places[1]]) | self._read_as(second, cells[places[0]])
            if first.name in values and second.name in values:
                judged.refused = [one for one in judged.refused if one.column not in headers]
                judged.warned = [one for one in judged.warned if one.column not in headers]
                judged.row.values.update(values)
                pen.warn(EXCHANGED, first.name, other=headers[1])
                pen.warn(EXCHANGED, second.name, other=headers[0])

    def _read_as(self, spec: FieldSpec, cell: Any) -> dict[str, Any]:
        """Return what a cell says as another field; nothing where it does not read as one without doubt."""
        pen, values = _Pen(Judged(Row(0, {})), {}), dict[str, Any]()
        _READERS[spec.kind](self, cell, spec, values, pen)
        return {} if pen.judged.refused or pen.judged.warned else values

    # one reader for each kind of cell: puts a value down, or says why not

    def _read_name(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        text = _text(cell)
        if _is_nothing(text):
            return
        verdict = names.check(text)
        if verdict.normal:
            values[spec.name] = verdict.normal
        else:
            assert verdict.reason is not None
            pen.refuse(names.REASONS[verdict.reason], spec.name)

    def _read_identity(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        verdict = identity.check(cell, today=self.on)
        if verdict.valid:
            values[spec.name] = verdict.normal
            values["identity_born_on"] = verdict.born_on
            values["identity_sex"] = "m" if verdict.sex == "male" else "f"
            return
        if isinstance(cell, str) and _is_nothing(clean(cell)):
            return
        other = re.sub(r"\s+", "", clean(cell)).upper() if isinstance(cell, str) else ""
        if _OTHER_DOCUMENT.fullmatch(other):
            values[spec.name] = other
            pen.warn(OTHER_DOCUMENT, spec.name)
            return
        assert verdict.reason is not None
        pen.refuse(identity.REASONS[verdict.reason], spec.name)

    def _read_phone(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        if mobile := phones.mobile_in(cell):  # nine in ten cells need no closer look
            known = values.setdefault(spec.name, [])
            known += [mobile] if mobile not in known else []
            return
        if isinstance(cell, str) and _is_nothing(clean(cell)):
            return
        verdicts = phones.check_all(_text(cell) if isinstance(cell, (date, time)) else cell)
        good = [one.normal for one in verdicts if one.normal]
        if not good and spec.name == "contact_phone" and isinstance(cell, str):
            good = self._phone_beside_name(cell, values)
        values.setdefault(spec.name, [])
        values[spec.name] += [one for one in good if one not in values[spec.name]]
        for bad in (one for one in verdicts if not one.normal and one.reason):
            assert bad.reason is not None
            kind = phones.REASONS[bad.reason]
            if good or spec.name != "phone":
                if spec.name == "phone" or not good:
                    pen.warn(kind, spec.name)
            else:
                pen.refuse(kind, spec.name)

    def _phone_beside_name(self, cell: str, values: dict[str, Any]) -> list[str]:
        """Return the phones of a cell that holds a contact's name and phone together."""
        found = _LOOSE_PHONE.findall(clean(cell))
        rest = _LOOSE_PHONE.sub("", clean(cell)).strip(" :,，、;()（）/")
        if found and rest:
            values.setdefault("contact_name", rest[:60])
        return [one for one in found if phones.check(one).valid]

    def _read_date(self, cell: Any) -> dates.DateReading | None:
        """Read a date; None where the cell says that there is none."""
        if isinstance(cell, str) and _is_nothing(clean(cell)):
            return None
        return dates.read(cell, reference=self.on)

    def _read_day(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        reading = self.read_date(cell) if not isinstance(cell, float) else self._read_date(cell)
        if reading is None:
            return
        if reading.on:
            values[spec.name] = reading.at or reading.on
            return
        assert reading.reason is not None
        kind = dates.REASONS[reading.reason]
        (pen.refuse if spec.name in _CLOCKS else pen.warn)(kind, spec.name)

    def _read_age(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        if isinstance(cell, str) and _is_nothing(clean(cell)):
            return
        try:
            values[spec.name] = ages.read_age(cell)
        except Refusal as no:
            pen.warn(no, spec.name)

    def _read_sex(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        text = _text(cell).lower()
        if _is_nothing(text):
            return
        if text in _SEXES:
            values[spec.name] = _SEXES[text]
        else:
            pen.warn(SEX, spec.name)

    def _read_text(self, cell: Any, spec: FieldSpec, values: dict[str, Any], pen: _Pen) -> None:
        text = _text(cell)
        if not text or (spec.kind == "place" and _is_nothing(text)):
            return
        if len(text) > spec.longest:
            pen.refuse(TOO_LONG, spec.name, limit=spec.longest)
            return
        if text is not cell and isinstance(cell, str) and _HARD_CONTROL.search(cell):
            pen.refuse(CONTROL, spec.name)
            return
        if text[0] in "=+-@" and len(text) > 1 and not text[1:].replace(".", "").isdigit():
            pen.warn(LIKE_FORMULA, spec.name)
        known = values.get(spec.name)
        values[spec.name] = f"{known}；{text}" if known and known != text else text

    # what only the whole row can tell

    def _judge_whole(self, judged: Judged, pen: _Pen) -> None:
        values = judged.row.values
        _forgive_phones(judged)
        born_on = values.pop("identity_born_on", None)
        sex = values.pop("identity_sex", None)
        if not judged.refused and not values.get("name") and not values.get("phone"):
            pen.refuse(NOBODY, "name")
        _agree_on_birth(values, born_on, pen)
        if sex and values.setdefault("sex", sex) != sex:
            pen.warn(SEX_DIFFERS, "sex")
            values["sex"] = sex
        known = values.get("born_on")
        if "age" in values and known and not ages.is_age_plausible(values["age"], known, self.on):
            pen.refuse(ages.MISMATCH, "age")
        if not judged.refused:
            self._place(judged, pen)

    def _place(self, judged: Judged, pen: _Pen) -> None:
        """Find the row's village, else its town, from the parts and the whole of the address together."""
        if self.register is None:
            return
        row = judged.row
        column = next((name for name in _PLACES if row.values.get(name)), "")
        best_length = 0
        for text in place_texts(row.values):
            found = self._resolve(self.register, text)
            if found.code and len(found.code) > best_length and len(found.code) >= TOWN_DIGITS:
                row.area_path, row.place, best_length = found.code, "resolved", len(found.code)
            elif found.candidates and not row.area_path:
                row.place = "ambiguous"
            if best_length >= VILLAGE_DIGITS:
                return
        if column and row.place != "resolved":
            pen.warn(AMBIGUOUS if row.place == "ambiguous" else UNRESOLVED, column)

    def _resolve(self, register: Register, text: str) -> Resolved:
        """Resolve a place without its house number first: a list has many doors and few villages.

        Where nothing says that a village ends before the number, one door stands for all: that there is one counts.
        """
        bare = _DOOR.sub("", text)
        if bare == text:
            return register.resolve(_HOUSE.sub("1号", text))
        found = register.resolve(bare)
        return found if found.code else register.resolve(text)


_DOOR = re.compile(r"(?<=村|区)[0-9].*$")
_HOUSE = re.compile(r"(?<=[\u4e00-\u9fff])[0-9]{1,4}(?:组|队|号)(?:[0-9]{1,4}号)?$")
_PLACES = ("destination", "address", "destination_village", "destination_town")
_READERS: dict[str, Callable[..., None]] = {
    "name": Judge._read_name, "identity": Judge._read_identity, "phone": Judge._read_phone, "date": Judge._read_day,
    "age": Judge._read_age, "sex": Judge._read_sex, "place": Judge._read_text, "text": Judge._read_text,
}  # fmt: skip


def place_texts(values: dict[str, Any]) -> Iterator[str]:
    """Yield the ways to write the row's place, the most exact first: village and town, then with the address."""
    above = "".join(values.get(f"destination_{part}", "") for part in ("province", "city", "county"))
    town, village = values.get("destination_town", ""), values.get("destination_village", "")
    whole = [values[name] for name in ("destination", "address") if values.get(name)]
    if village:
        yield above + town + village
    for text in whole:
        missing = town if town and town[:2] not in text else ""
        yield (above if missing and above not in text else "") + missing + text
        if missing:
            yield text
    if town:
        yield above + town


def _forgive_phones(judged: Judged) -> None:
    """Turn refused phones into warnings when another column gave one that can be dialled."""
    if judged.row.values.get("phone"):
        if judged.refused:
            judged.warned += [one for one in judged.refused if one.code.startswith("phone.")]
            judged.refused = [one for one in judged.refused if not one.code.startswith("phone.")]
    else:
        judged.row.values.pop("phone", None)


def _agree_on_birth(values: dict[str, Any], born_on: date | None, pen: _Pen) -> None:
    """Put down one birth date; refuse the row when its own and the identity number's differ."""
    said = values.get("born_on")
    if isinstance(said, datetime):
        said = values["born_on"] = said.date()
    if born_on and said and said != born_on:
        pen.refuse(BIRTH_DIFFERS, "born_on")
    if born_on:
        values["born_on"] = born_on


def _text(cell: Any) -> str:
    """Return a cell as text: whole numbers without a decimal point, days as days."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M") if cell.time() != time() else cell.strftime("%Y-%m-%d")
    return str(cell)


def _is_nothing(text: str) -> bool:
    return text.lower() in _NOTHING


def _labels(header: str) -> frozenset[str]:
    """Return what the cell of a repeated header says: the whole label, or its own part below a group."""
    bare = re.sub(r" \(\d+\)$", "", header)
    return frozenset((header, bare, bare.rsplit("/", 1)[-1]))
