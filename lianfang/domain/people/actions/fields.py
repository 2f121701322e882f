"""The fields of the register: their labels, how what was typed becomes what is kept, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.people.models import Household, Person
from lianfang.domain.people.queries import STANDING_HOUSEHOLD, household_phone_index, identity_index, phone_index
from lianfang.domain.people.rules import (
    HOUSEHOLD_STATES,
    LIVING_STATES,
    SEXES,
    VULNERABILITIES,
    name_keys,
)
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel import identity, names, phones
from lianfang.kernel.errors import Problems, Refusal, refusal

NO_HOUSEHOLD = refusal("people.unknown_household", "没有这一户。", "There is no such household.", status=404)
NO_PERSON = refusal("people.unknown_person", "没有这个人。", "There is no such person.", status=404)
NO_AREA = refusal(
    "people.unknown_area", "没有这个村或网格，或已撤销。", "There is no such village or grid.", status=404
)
CLOSED = refusal("people.household_closed", "这一户已注销。", "The household is closed.", status=409)
IS_MERGED = refusal(
    "people.already_merged", "这条记录已并入另一人。", "This entry was merged into another person.", status=409
)
BORN_LATER = refusal("people.born_in_future", "出生日期晚于今天。", "The birth date lies in the future.")
BORN_OTHERWISE = refusal(
    "people.birth_mismatch",
    "出生日期与身份证号不一致，请核对。",
    "The birth date is not the one in the identity number; check both.",
)
SEX_OTHERWISE = refusal(
    "people.sex_mismatch",
    "性别与身份证号不一致，请核对。",
    "The sex is not the one in the identity number; check both.",
)
COPIED_MASK = refusal(
    "people.copied_mask",
    "这是名单里遮住后的内容，不能当作原文登记。",
    "This was copied from a list that hides part of it; it is not written as if it were the whole.",
)
# by which sign the mask of a text is known; names, phones and numbers with one are refused for what they are
_ALL_HIDDEN = re.compile(r"[*＊]{3}")
_SIGNS = {"address": re.compile(r"[*＊]"), "note": _ALL_HIDDEN, "medicine": _ALL_HIDDEN}


HouseholdId = Annotated[UUID, Field(**labelled("户", "Household", "household"))]
PersonId = Annotated[UUID, Field(**labelled("人", "Person", "person"))]
VillageOrGrid = Annotated[
    str, Field(pattern=r"^\d{12}(\d{3}){0,2}$", **labelled("村或网格", "Village or grid", "area"))
]
After = Annotated[
    list[UUID],
    Field(max_length=50, **labelled("所依据的本机先前修改", "Own earlier edits it stands on", "hidden")),
]
Version = Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]
Reason = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]
Name = Annotated[str, Field(min_length=1, max_length=60, **labelled("姓名", "Name"))]
Number = Annotated[str, Field(min_length=1, max_length=30, **labelled("门牌（户号）", "House number"))]
Address = Annotated[str, Field(max_length=200, **labelled("地址", "Address"))]
HeadName = Annotated[str, Field(max_length=60, **labelled("户主", "Head of household"))]
Phone = Annotated[str, Field(max_length=60, **labelled("电话", "Phone"))]
IdentityNumber = Annotated[str, Field(max_length=30, **labelled("身份证号（可不填）", "Identity number (optional)"))]
BornOn = Annotated[date | None, Field(**labelled("出生日期", "Born on", "date"))]
SexChoice = Annotated[Literal["", "m", "f"], Field(**labelled("性别", "Sex", "choice", **choices(SEXES)))]
Relation = Annotated[str, Field(max_length=20, **labelled("与户主关系", "Relation to head"))]
Note = Annotated[str, Field(max_length=400, **labelled("备注", "Note", "textarea"))]
Order = Annotated[int, Field(ge=0, le=10**6, **labelled("走访顺序", "Walking order", "number"))]
Longitude = Annotated[float | None, Field(ge=-180, le=180, **labelled("经度", "Longitude", "number"))]
Latitude = Annotated[float | None, Field(ge=-90, le=90, **labelled("纬度", "Latitude", "number"))]
Quiet = Annotated[bool, Field(**labelled("地址保密", "Keep the address confidential", "bool"))]
Residing = Annotated[
    Literal["resident", "away", "visitor"],
    Field(**labelled("居住状态", "Residence", "choice", **choices(LIVING_STATES))),
]
Occupied = Annotated[
    Literal["occupied", "vacant"],
    Field(**labelled("户状态", "State", "choice", **choices({
        name: HOUSEHOLD_STATES[name] for name in ("occupied", "vacant")}))),
]  # fmt: skip
Flag = Literal["elderly_alone", "disabled", "dialysis", "pregnant", "chronic_illness", "child_alone", "poor", "other"]
Flags = Annotated[
    list[Flag],
    Field(max_length=8, **labelled("困难类别", "Vulnerability", "multichoice",
                                   **choices(VULNERABILITIES))),
]  # fmt: skip

# kept beside a value to find it again; never edited, shown or named in a fact
DERIVED = frozenset({"keys", "sound", "identity_index", "phone_index", "vulnerable"})

Values = dict[str, Any]


def copied_masks(given: Mapping[str, Any], row: Household | Person | None = None) -> list[Refusal]:
    """Return a refusal for each text that was copied from where it stands masked; what stays as it is, may stay."""
    return [
        COPIED_MASK(field=field)
        for field, sign in _SIGNS.items()
        if sign.search(given.get(field) or "") and given[field] != getattr(row, field, None)
    ]


def refuse_masks(given: Mapping[str, Any], row: Household | Person | None = None) -> None:
    """Raise Problems for texts that were copied from where they stand masked."""
    if copied := copied_masks(given, row):
        raise Problems(copied)


def household_values(given: Mapping[str, Any], row: Household | None = None) -> Values:
    """Return the columns to set for what was given of a household. Raises Problems."""
    values, problems = dict(given), list[Refusal]()
    if values.get("head_name"):
        _take(values, problems, "head_name", _name)
    if values.get("phone"):
        _take(values, problems, "phone", _phone)
    if problems:
        raise Problems(problems)
    if "phone" in values:
        values["phone_index"] = household_phone_index(values["phone"])
    if "head_name" in values or "number" in values:
        head = values.get("head_name", row.head_name if row else "")
        values["keys"] = name_keys(head, str(values.get("number", row.number if row else "")).lower())
    return values


def person_values(given: Mapping[str, Any], today: date) -> Values:
    """Return the columns to set for what was given of a person; an identity number fills in birth date and sex.

    Raises Problems with one refusal per field.
    """
    values, problems = dict(given), list[Refusal]()
    for field, judge in (("name", _name), ("guardian_name", _name), ("phone", _phone), ("guardian_phone", _phone)):
        if values.get(field) or (field == "name" and field in values):
            _take(values, problems, field, judge)
    if values.get("identity_number"):
        _identity(values, problems, today)
    if values.get("born_on") and values["born_on"] > today:
        problems.append(BORN_LATER(field="born_on"))
    if problems:
        raise Problems(problems)
    return values | _indexes(values)


def _indexes(values: Values) -> Values:
    derived: Values = {}
    if "name" in values:
        derived |= {"keys": name_keys(values["name"]), "sound": names.sound(values["name"])}
    if "identity_number" in values:
        derived["identity_index"] = identity_index(values["identity_number"])
    if "phone" in values:
        derived["phone_index"] = phone_index(values["phone"])
    return derived


def _take(values: Values, problems: list[Refusal], field: str, judge: Callable[[str, str], str | Refusal]) -> None:
    judged = judge(values[field], field)
    if isinstance(judged, Refusal):
        problems.append(judged)
    else:
        values[field] = judged


def _name(text: str, field: str) -> str | Refusal:
    verdict = names.check(text)
    return verdict.refusal(field) or verdict.normal or ""


def _phone(text: str, field: str) -> str | Refusal:
    verdict = phones.check(text)
    return verdict.refusal(field) or verdict.normal or ""


def _identity(values: Values, problems: list[Refusal], today: date) -> None:
    """Judge the identity number and what it says against what else was given."""
    verdict = identity.check(values["identity_number"], today=today)
    refused = verdict.refusal("identity_number")
    if refused:
        problems.append(refused)
        return
    sex = "m" if verdict.sex == "male" else "f"
    if values.get("born_on") and values["born_on"] != verdict.born_on:
        problems.append(BORN_OTHERWISE(field="born_on"))
    if values.get("sex") and values["sex"] != sex:
        problems.append(SEX_OTHERWISE(field="sex"))
    values |= {"identity_number": verdict.normal, "born_on": verdict.born_on, "sex": sex}


LIVING_ENTRY = when(lambda status: status != Person.Status.MERGED, "status")


def find_open_household(household_id: UUID, field: str = "household_id") -> Household:
    """Return the household, locked for this action. Raises `people.unknown_household`, `people.household_closed`."""
    row = Household.objects.select_for_update().filter(pk=household_id).first()
    if row is None:
        raise NO_HOUSEHOLD(field=field)
    if not STANDING_HOUSEHOLD.holds(row.status):
        raise CLOSED(field=field)
    return row


def find_living_entry(person_id: UUID, field: str = "person_id") -> Person:
    """Return the person's entry, locked for this action. Raises `people.unknown_person`, `people.already_merged`."""
    row = Person.objects.select_for_update().filter(pk=person_id).first()
    if row is None:
        raise NO_PERSON(field=field)
    if not LIVING_ENTRY.holds(row.status):
        raise IS_MERGED(field=field, details={"merged_into": str(row.merged_into_id)})
    return row


def require_area(path: str, field: str = "area_path") -> None:
    """Raise `people.unknown_area` unless the village or grid is in force."""
    if not area_exists(path):
        raise NO_AREA(field=field)
