"""The register as tables: households, persons, those who need care, second edits, suspected doubles, merges."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, JSONObject

from lianfang.domain.people.models import Household, MergeRecord, Person, RecordConflict
from lianfang.domain.people.queries import (
    ends_of,
    household_phone_index,
    identity_index,
    phone_index,
    show_marks,
    shown_address,
    shown_care,
    standing_doubles,
)
from lianfang.domain.people.rules import (
    EVIDENCE,
    FIELD_LABELS,
    HOUSEHOLD_STATES,
    PERSON_STATES,
    REASONS,
    SEXES,
    VULNERABILITIES,
    proposed_merge,
)
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.devices.models import Device
from lianfang.foundation.privacy.classes import Mask, PrivacyClass, hide_all
from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.foundation.tables.words import WORDED
from lianfang.kernel import identity, phones
from lianfang.kernel.ages import age_on
from lianfang.kernel.clock import today
from lianfang.kernel.masks import mask_address, mask_identity, mask_name, mask_phone
from lianfang.kernel.text import Bilingual, both, clean

NAME, IDENTITY = PrivacyClass.NAME, PrivacyClass.IDENTITY
CONTACT, ADDRESS = PrivacyClass.CONTACT, PrivacyClass.ADDRESS
HEALTH, CARE, MINOR = PrivacyClass.HEALTH, PrivacyClass.VULNERABILITY, PrivacyClass.MINOR


def _options(labels: dict[str, Bilingual]) -> tuple[tuple[str, Bilingual], ...]:
    return tuple(labels.items())


def _by_keys(text: str) -> Q:
    """Return the condition for a name: pinyin and initials from their first letter, characters anywhere."""
    wanted = clean(text).lower()
    return Q(**{f"keys__{WORDED}": f" {wanted}" if wanted.isascii() else wanted})


def search_households(text: str) -> Q:
    """Return the condition for a phone, a house number, or the name of the head."""
    phone = phones.check(text)
    if phone.valid and phone.normal:
        return Q(phone_index=household_phone_index(phone.normal)) | Q(number=text)
    return Q(number=text) | _by_keys(text)


def search_persons(text: str) -> Q:
    """Return the condition for an identity number, a phone, or a name."""
    document = identity.check(text, today=today())
    if document.valid and document.normal:
        return Q(identity_index=identity_index(document.normal))
    phone = phones.check(text)
    if phone.valid and phone.normal:
        return Q(phone_index=phone_index(phone.normal))
    return _by_keys(text)


def _age(born_on: date | None) -> int | None:
    return age_on(born_on, today()) if born_on else None


def _households(_: Actor) -> Any:
    """Return households; a confidential address shows in a column of its own, which is masked for everybody."""
    hidden = When(confidential_address=True, then=F("address"))
    return Household.objects.annotate(
        shown_address=shown_address("address", ""),
        quiet_address=Case(hidden, default=Value(""), output_field=CharField()),
    )


table(
    Table(
        name="people.households",
        title=both("住户", "Households"),
        rows=_households,
        sort="area_path",
        label="number",
        search=search_households,
        columns=(
            Column("number", both("门牌（户号）", "House number"), sortable=True, filterable=True),
            Column("head_name", both("户主", "Head"), privacy=NAME, mask=mask_name),
            Column("address", both("地址", "Address"), privacy=ADDRESS, source="shown_address", mask=mask_address),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("size", both("人数", "People"), kind="int", sortable=True, filterable=True),
            Column(
                "status", both("户状态", "State"), kind="choice", choices=_options(HOUSEHOLD_STATES), filterable=True
            ),
            Column("area_path", both("网格", "Grid"), kind="area", filterable=True, sortable=True),
            Column("order", both("走访顺序", "Walking order"), kind="int", sortable=True),
            Column("quiet_address", both("保密地址", "Confidential address"), privacy=IDENTITY),
            Column("note", both("备注", "Note"), privacy=CARE),
            Column("source", both("来源", "Source"), filterable=True, hidden=True),
            Column("updated_at", both("更新时间", "Updated"), kind="datetime"),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("occupied", both("有人住", "Occupied"), {"status": "occupied"}),
            SavedFilter("vacant", both("空户", "Vacant"), {"status": "vacant"}),
        ),
        related=(("people.persons", "household"), ("organisation.responsibilities", "target_id")),
        named_export=True,
    )
)


def _with_care(viewer: Actor, people: Any) -> Any:
    """Return people with why they need care, as far as this viewer is to know it."""
    return people.annotate(
        shown_flags=shown_care(viewer, "vulnerabilities", empty=[]), shown_note=shown_care(viewer, "note"),
        shown_medicine=shown_care(viewer, "medicine"),
    )  # fmt: skip


_PERSON_COLUMNS = (
    Column("name", both("姓名", "Name"), privacy=NAME, mask=mask_name),
    Column("sex", both("性别", "Sex"), kind="choice", choices=_options(SEXES), privacy=IDENTITY),
    Column("age", both("年龄", "Age"), kind="int", privacy=CARE, source="born_on", show=_age),
)
_PLACE_COLUMNS = (
    Column("household", both("户", "Household"), kind="link", link="people.households", source="household_id",
           filterable=True),
    Column("number", both("门牌（户号）", "House number"), source="household__number"),
    Column("area_path", both("网格", "Grid"), kind="area", filterable=True, sortable=True),
)  # fmt: skip

table(
    Table(
        name="people.persons",
        person="pk",
        title=both("人员", "People"),
        rows=lambda viewer: _with_care(viewer, Person.objects.exclude(status=Person.Status.MERGED)),
        sort="area_path",
        label="name",
        search=search_persons,
        columns=(
            *_PERSON_COLUMNS,
            Column("born_on", both("出生日期", "Born on"), kind="date", privacy=IDENTITY),
            Column("identity_number", both("身份证号", "Identity number"), privacy=IDENTITY, mask=mask_identity),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("relation", both("与户主关系", "Relation")),
            Column(
                "status", both("居住状态", "Residence"), kind="choice", choices=_options(PERSON_STATES), filterable=True
            ),
            *_PLACE_COLUMNS,
            Column(
                "vulnerabilities",
                both("困难类别", "Vulnerability"),
                kind="json",
                privacy=CARE,
                source="shown_flags",
                choices=tuple(VULNERABILITIES.items()),
            ),
            Column("guardian_name", both("监护（照料）人", "Guardian"), privacy=MINOR, mask=mask_name),
            Column("note", both("备注", "Note"), privacy=CARE, source="shown_note"),
            Column("source", both("来源", "Source"), filterable=True, hidden=True),
            Column("updated_at", both("更新时间", "Updated"), kind="datetime"),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("resident", both("常住", "Resident"), {"status": "resident"}),
            SavedFilter("visitor", both("来访", "Visitors"), {"status": "visitor"}),
            SavedFilter("away", both("外出", "Away"), {"status": "away"}),
        ),
        related=(("people.merges", "kept"), ("organisation.responsibilities", "target_id")),
        named_export=True,
    )
)

table(
    Table(
        name="people.vulnerable",
        person="pk",
        title=both("特殊困难群体", "People who need care"),
        help=both("独居老人、残疾、透析、孕产妇、留守儿童等，须有人定期联系。", "People to be contacted regularly."),
        rows=lambda viewer: _with_care(
            viewer, Person.objects.filter(vulnerable=True, status__in=("resident", "away", "visitor"))
        ).annotate(categories=Cast("shown_flags", TextField())),
        sort="area_path",
        label="name",
        search=search_persons,
        columns=(
            *_PERSON_COLUMNS,
            Column("vulnerabilities", both("类别", "Category"), kind="json", privacy=CARE, source="shown_flags",
                   choices=tuple(VULNERABILITIES.items())),
            Column("category", both("类别（筛选）", "Category (filter)"), privacy=CARE, source="categories",
                   filterable=True, hidden=True),
            Column("guardian_name", both("监护（照料）人", "Guardian or carer"), privacy=MINOR, mask=mask_name),
            Column("guardian_phone", both("照料人电话", "Carer's phone"), privacy=MINOR, mask=mask_phone),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("medicine", both("用药", "Medicine"), privacy=HEALTH, source="shown_medicine"),
            Column("contact_every_days", both("联系频次（天）", "Contact every … days"), kind="int", privacy=CARE),
            Column("note", both("情况", "Situation"), privacy=CARE, source="shown_note"),
            *_PLACE_COLUMNS,
        ),
        saved=tuple(
            SavedFilter(name, label, {"category__contains": f'"{name}"'}) for name, label in VULNERABILITIES.items()
        ),
        related=(("organisation.responsibilities", "target_id"),),
        named_export=True,
    )
)  # fmt: skip

MASKS: dict[str, Mask] = {
    "name": mask_name, "head_name": mask_name, "guardian_name": mask_name, "phone": mask_phone,
    "guardian_phone": mask_phone, "address": mask_address, "identity_number": mask_identity,
}  # fmt: skip
_APART, _BESIDE, _OF = "；", " ⇄ ", "："


def show_sides(packed: str) -> str:
    """Return two values of each field side by side: 电话：13812345678 ⇄ 13912345678."""
    pairs = json.loads(packed or "{}").items()
    return _APART.join(f"{_label(name)}{_OF}{_value(now)}{_BESIDE}{_value(other)}" for name, (now, other) in pairs)


def _value(text: str) -> str:
    """Return a value in which nothing can be taken for what stands between values."""
    return text.replace(_APART, "，").replace("⇄", "-") or "空"


def mask_sides(shown: str) -> str:
    """Return the same line with both values masked as their field is masked."""
    return _APART.join(_masked(part) for part in shown.split(_APART))


def _label(name: str) -> str:
    return FIELD_LABELS[name].zh if name in FIELD_LABELS else name


def _masked(part: str) -> str:
    label, _, values = part.partition(_OF)
    name = next((field for field, shown in FIELD_LABELS.items() if shown.zh == label), "")
    mask: Callable[[str], str] = MASKS.get(name, lambda _: "***")
    return f"{label}{_OF}{_BESIDE.join(mask(one) for one in values.split(_BESIDE))}"


def _sides(
    name: str, zh: str, en: str, privacy: PrivacyClass, source: str = "", *,
    mask: Mask = mask_sides,
) -> Column:  # fmt: skip
    return Column(name, both(zh, en), privacy=privacy, source=source, show=show_sides, mask=mask)


def _mask_last(text: str) -> str:
    """Return "3号 王明" as "3号 王*": the door is no secret, the name is."""
    *door, name = text.split(" ")
    return " ".join([*door, mask_name(name)])


def _conflicts(_: Actor) -> Any:
    """Return second edits; both sides of a confidential address stand in a column that is masked for everybody."""
    quiet = Exists(Household.objects.filter(pk=OuterRef("record_id"), confidential_address=True))
    packed = EncryptedText(context="conflict.address")
    nothing = Value("", output_field=packed)
    phones_known = Device.objects.filter(device_id=OuterRef("device_id"))
    return RecordConflict.objects.annotate(
        phone_label=Coalesce(phones_known.values("label")[:1], Value("")),
        open_sides=Case(When(quiet, then=nothing), default=F("address_sides"), output_field=packed),
        quiet_sides=Case(When(quiet, then=F("address_sides")), default=nothing, output_field=packed),
    )


table(
    Table(
        name="people.conflicts",
        title=both("待选修改", "Edits to settle"),
        help=both(
            "两人改了同一份记录，后到的一份保留在这里，由人选定。左为现有，右为另一份。",
            "Two people edited the same record; the second edit is kept here until somebody chooses. Left: as it is.",
        ),
        rows=_conflicts,
        sort="-pk",
        label="record_name",
        columns=(
            Column("table", both("记录类型", "Kind of record"), kind="choice", filterable=True,
                   choices=_options({"people.households": both("住户", "Household"),
                                     "people.persons": both("人员", "Person")})),
            Column("record_id", both("记录", "Record"), kind="text", filterable=True, hidden=True),
            Column("record_name", both("谁的记录", "Whose record"), privacy=NAME, mask=_mask_last),
            Column("fields", both("项目", "Fields"), kind="json", choices=_options(FIELD_LABELS)),
            _sides("name_sides", "姓名", "Name", NAME),
            _sides("identity_sides", "身份信息", "Identity", IDENTITY),
            _sides("contact_sides", "联系方式", "Contact", CONTACT),
            _sides("address_sides", "地址", "Address", ADDRESS, source="open_sides"),
            _sides("quiet_address_sides", "保密地址", "Confidential address", IDENTITY, "quiet_sides", mask=hide_all),
            _sides("care_sides", "情况", "Situation", CARE),
            _sides("work_sides", "其他", "Other", PrivacyClass.WORK),
            Column("account_id", both("后一份由谁提交", "Second edit by"), kind="link", link="accounts.accounts"),
            Column("at", both("提交时间", "At"), kind="datetime"),
            Column("phone_label", both("来自哪部手机", "From which phone")),
            Column("device_id", both("设备编号", "Device id"), hidden=True),
            Column("area_path", both("网格", "Grid"), kind="area", filterable=True),
            Column("taken", both("采用的项目", "Taken"), kind="json", choices=_options(FIELD_LABELS)),
            Column("settled_by", both("由谁选定", "Settled by"), kind="link", link="accounts.accounts"),
            Column("settled_at", both("处理时间", "Settled"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("open", both("待处理", "Open"), {"settled_at": ""}),),
    )
)  # fmt: skip

# of each end of a pair: what is compared on the server, because the values may be masked to whoever decides
_OF_EACH = {
    name: name for name in ("id", "name", "sex", "born_on", "identity_index", "phone_index", "household_id", "status",
                            "relation", "updated_at", "guardian_name")
}  # fmt: skip


def _pairs(_: Actor) -> Any:
    return standing_doubles().annotate(ends=JSONObject(
        first=JSONObject(**{name: f"first__{path}" for name, path in _OF_EACH.items()}),
        second=JSONObject(**{name: f"second__{path}" for name, path in _OF_EACH.items()}),
    ))  # fmt: skip


def show_kept(ends: dict[str, Any]) -> str:
    """Return the id of the entry that is best kept."""
    first, second = ends_of(ends)
    best = second if proposed_merge(first, second).keep_second else first
    # because SQLite writes an id into JSON without its dashes, and then it would be neither of the two
    return str(UUID(best["id"]))


def show_taken(ends: dict[str, Any]) -> list[str]:
    """Return what is best taken from the other entry though both have it."""
    return list(proposed_merge(*ends_of(ends)).take)


table(
    Table(
        name="people.duplicates",
        title=both("疑似重复", "Suspected duplicates"),
        help=both("两条记录可能是同一人，逐对由人判定；判定都可撤销。",
                  "Two entries that may be one person. People decide pair by pair; each answer can be undone."),
        rows=_pairs,
        sort="-pk",
        columns=(
            Column("first", both("记录一", "First"), kind="link", link="people.persons", source="first_id",
                   filterable=True),
            Column("first_name", both("姓名一", "First name"), privacy=NAME, source="first__name", mask=mask_name),
            Column("second", both("记录二", "Second"), kind="link", link="people.persons", source="second_id",
                   filterable=True),
            Column("second_name", both("姓名二", "Second name"), privacy=NAME, source="second__name",
                   mask=mask_name),
            Column("why", both("主要依据", "Main reason"), kind="choice", choices=_options(REASONS), filterable=True),
            Column("evidence", both("依据", "Evidence"), kind="json", choices=_options(EVIDENCE)),
            Column("area_path", both("共同区域", "Area of both"), kind="area", filterable=True),
            Column("at", both("发现时间", "At"), kind="datetime", filterable=True),
            Column("later_at", both("推后时间", "Put off"), kind="datetime", filterable=True),
            Column("settled_at", both("处理时间", "Settled"), kind="datetime", filterable=True),
            Column("outcome", both("结论", "Outcome"), kind="choice",
                   choices=(("merged", both("已合并", "Merged")), ("two", both("不是同一人", "Two people")))),
            Column("settled_by", both("由谁判定", "Decided by"), kind="link", link="accounts.accounts"),
            Column("turn", both("判定次序", "Turn"), kind="int", sortable=True, hidden=True),
            Column("marks", both("逐项比对", "Field by field"), kind="json", source="ends", show=show_marks,
                   hidden=True),
            Column("keep", both("建议保留", "Best kept"), kind="text", source="ends", show=show_kept, hidden=True),
            Column("take", both("建议采用", "Best taken"), kind="json", source="ends", show=show_taken,
                   choices=_options(FIELD_LABELS), hidden=True),
        ),
        saved=(SavedFilter("open", both("待处理", "Open"), {"settled_at": ""}),),
    )
)  # fmt: skip

table(
    Table(
        name="people.merges",
        title=both("合并记录", "Merges"),
        rows=lambda viewer: MergeRecord.objects.all(),
        sort="-pk",
        columns=(
            Column("kept", both("保留", "Kept"), kind="link", link="people.persons", source="kept_id", filterable=True),
            Column("kept_name", both("姓名", "Name"), privacy=NAME, source="kept__name", mask=mask_name),
            Column("merged", both("并入的记录", "Merged entry"), kind="text", source="merged_id", filterable=True),
            Column("filled", both("补入项目", "Filled in"), kind="json"),
            Column("reason", both("原因", "Reason")),
            Column("at", both("时间", "At"), kind="datetime"),
            Column("undone_at", both("撤销时间", "Undone"), kind="datetime", filterable=True),
            Column("area_path", both("网格", "Grid"), kind="area", filterable=True),
        ),
        saved=(SavedFilter("standing", both("有效", "Standing"), {"undone_at": ""}),),
    )
)
