"""Shifts (F17) for those who run posts and for those who stand there, and what is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value

from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import HandOverNote, Roster, Shift, Swap
from lianfang.domain.workforce.queries.duty import shifts_of, swaps_of
from lianfang.domain.workforce.queries.kinds import shift_kinds
from lianfang.domain.workforce.queries.rosters import READY
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.domain.workforce.rules.shifts import ROSTER_STATES, SHIFT_STATES, SWAP_STATES, WAYS
from lianfang.domain.workforce.tables.posts import listed
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

MOVEMENT = PrivacyClass.MOVEMENT


_WHEN = (
    Column("on", both("日期", "Day"), kind="date", filterable=True, sortable=True),
    Column("kind", both("班次", "Shift"), kind="choice", choices=tuple(shift_kinds().items()), filterable=True),
    Column("post_name", both("岗位", "Post"), source="post__name"),
)
_HOURS = (
    Column("starts_at", both("开始", "From"), kind="datetime", filterable=True, sortable=True),
    Column("ends_at", both("结束", "To"), kind="datetime", filterable=True),
)
_NUMBER = Column("number", both("编号", "Number"), source="post__number", hidden=True)
_POST = (_NUMBER, Column("post_name", both("岗位", "Post"), source="post__name"))
_STATE = Column("state", both("状态", "State"), kind="choice", choices=tuple(SHIFT_STATES.items()), filterable=True)
_SIGNED = (
    Column("signed_in_at", both("签到", "Signed in"), kind="datetime", filterable=True),
    Column("signed_out_at", both("签退", "Signed out"), kind="datetime", filterable=True),
)
_COUNTS = (
    Column("informed", both("宣讲人次", "People informed"), kind="int"),
    Column("leaflets", both("资料（份）", "Leaflets"), kind="int"),
    Column("meals", both("用餐（份）", "Meals"), kind="int"),
)
_POST_ID = Column("post", both("卡点", "Post"), kind="link", link="workforce.posts", source="post_id", filterable=True,
                  hidden=True)  # fmt: skip


def _note(field: str) -> Any:
    return Subquery(HandOverNote.objects.filter(shift=OuterRef("pk")).values(field)[:1])


def _shifts(_: Actor) -> QuerySet[Any]:
    """Return every shift with what was handed over at its end: the form F17 shows both on one line."""
    return Shift.objects.annotate(
        open_people=_note("open_people"), open_vehicles=_note("open_vehicles"), equipment=_note("equipment"),
        stock=_note("stock"), matters=_note("matters"),
    )  # fmt: skip


def _search(text: str) -> Q:
    return Q(worker__icontains=text) | Q(post__name__icontains=text) | Q(post__number__iexact=text)


table(
    Table(
        name="workforce.shifts",
        title=both("值班表及交接", "Shifts"),
        help=both("每个卡点每班谁在岗、签到签退、替换和交接。", "Who stands where, and what was handed over."),
        rows=_shifts,
        sort="-starts_at",
        label="worker",
        search=_search,
        columns=(
            *_WHEN,
            Column("worker", both("姓名", "Name"), filterable=True),
            _STATE,
            *_HOURS,
            _NUMBER,
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("unit", both("单位", "Unit"), source="responder__unit__name"),
            Column("phone", both("电话", "Phone"), privacy=PrivacyClass.CONTACT, source="responder__phone",
                   mask=mask_phone),
            *_SIGNED,
            Column("sign_in_way", both("签到方式", "How"), kind="choice", choices=tuple(WAYS.items()), filterable=True),
            Column("replaces", both("替换", "Instead of"), source="replaces__worker"),
            Column("reason", both("原因", "Reason")),
            *_COUNTS,
            Column("open_people", both("未了人员", "People still open"), privacy=MOVEMENT, hidden=True),
            Column("open_vehicles", both("未了车辆", "Vehicles still open"), privacy=MOVEMENT, hidden=True),
            Column("equipment", both("设备交接", "Equipment"), hidden=True),
            Column("stock", both("物资交接", "Stock"), hidden=True),
            Column("matters", both("交接事项", "Matters"), hidden=True),
            _POST_ID,
            Column("roster", both("排班", "Roster"), kind="link", link="workforce.rosters", source="roster_id",
                   filterable=True, hidden=True),
            Column("responder", both("人员", "Person"), kind="link", source="responder_id", filterable=True,
                   hidden=True),
        ),
        saved=(
            SavedFilter("on_duty", both("在岗", "On duty"), {"state": "signed_in"}),
            SavedFilter("awaited", both("待到岗", "Awaited"), {"state__in": "notified,accepted"}),
            SavedFilter("missed", both("未到岗", "No shows"), {"state": "no_show"}),
            SavedFilter("to_verify", both("待核实工时", "To be verified"), {"state": "signed_out"}),
        ),
        related=(("workforce.hand_over_notes", "shift"),),
    )
)  # fmt: skip


def _conflicts(said: Sequence[dict[str, str]]) -> str:
    return "；".join(one["zh"] for one in said or ())


def _changes(said: Sequence[dict[str, Any]]) -> str:
    return "；".join(f"{one['reason']}：{'、'.join(map(_change, one['changes']))}" for one in said or ())


def _change(one: dict[str, Any]) -> str:
    return f"{one['on']} {one['who']} {one['why']['zh']}"


def _unfilled(said: Sequence[dict[str, Any]]) -> str:
    return "；".join(f"{one['on']} {one['name']} {one['shift']['zh']} 缺 {one['missing']}" for one in said or ())


def _home(viewer: Actor) -> Value:
    # because people are sent to posts outside their own area: what is theirs they read from home
    return Value(viewer.home_area, output_field=CharField())


table(
    Table(
        name="workforce.my_shifts",
        title=both("我的班次", "My shifts"),
        help=both("本人的班次：确认、签到、签退交班、申请换班。", "One's own shifts: accept, sign in and out, swap."),
        rows=lambda viewer: shifts_of(viewer).annotate(read_from=_home(viewer)),
        area="read_from",
        sort="-starts_at",
        label="post_name",
        columns=(*_WHEN, _STATE, *_HOURS, _NUMBER,
                 Column("position", both("位置", "Where"), source="post__position"), *_SIGNED, *_COUNTS, _POST_ID),
        saved=(SavedFilter("coming", both("待上岗", "To come"), {"state__in": "notified,accepted,signed_in"}),),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.hand_over_notes",
        title=both("交接班记录", "Hand-over notes"),
        help=both("下岗时写，接班人确认；未确认的上缺口看板。", "Written at the end of a shift; the next confirms."),
        rows=lambda viewer: HandOverNote.objects.all(),
        sort="-written_at",
        label="post_name",
        columns=(
            Column("written_at", both("交班时间", "At"), kind="datetime", filterable=True, sortable=True),
            *_POST,
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("worker", both("交班人", "Handed over by"), source="shift__worker"),
            Column("open_people", both("未了人员", "People still open"), privacy=MOVEMENT),
            Column("open_vehicles", both("未了车辆", "Vehicles still open"), privacy=MOVEMENT),
            Column("equipment", both("设备", "Equipment")),
            Column("stock", both("物资", "Stock")),
            Column("matters", both("事项", "Matters")),
            Column("confirmed_at", both("接班确认", "Confirmed"), kind="datetime", filterable=True),
            Column("remark", both("核对情况", "What was found")),
            Column("shift", both("班次", "Shift"), kind="link", link="workforce.shifts", source="shift_id",
                   filterable=True, hidden=True),
            _POST_ID,
        ),
        saved=(SavedFilter("open", both("待确认", "Not confirmed"), {"confirmed_at": ""}),),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.rosters",
        title=both("排班表", "Rosters"),
        help=both("按卡点或区域自动排班：草稿发布后才通知本人。缺人的班次和原因写明。",
                  "Planned for a post or an area; nobody is told before a draft is published. What is short says why."),
        rows=lambda viewer: Roster.objects.all(),
        sort="-starts_on",
        label="starts_on",
        columns=(
            Column("starts_on", both("从", "From"), kind="date", filterable=True, sortable=True),
            Column("days", both("天数", "Days"), kind="int"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("post_name", both("卡点（空为全部）", "Post (empty: all)"), source="post__name"),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(ROSTER_STATES.items()),
                   filterable=True),
            Column("shifts", both("班次数", "Shifts"), kind="int", source="cost__shifts"),
            Column("short", both("缺人处", "Short"), kind="int", source="cost__unfilled"),
            Column("wished", both("愿望（天）", "Days wished for"), kind="int", source="cost__wished"),
            Column("kept", both("排班时做到的愿望（天）", "Kept when planned"), kind="int", source="cost__kept"),
            Column("conflicts", both("为什么排不满", "Why it is short"), show=_conflicts),
            Column("changes", both("发布后的调整", "Changed since"), show=_changes, hidden=True),
            Column("unfilled", both("缺人的班次", "Shifts that are short"), show=_unfilled, hidden=True),
            Column("made_at", both("排班时间", "Planned at"), kind="datetime", filterable=True),
            Column("published_at", both("发布时间", "Published"), kind="datetime", filterable=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("draft", both("草稿", "Drafts"), {"state": "draft"}),
            SavedFilter("published", both("已发布", "Published"), {"state": "published"}),
        ),
        related=(("workforce.shifts", "roster"),),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.swaps",
        title=both("换班申请", "Swaps"),
        rows=lambda viewer: Swap.objects.all(),
        sort="-proposed_at",
        columns=(
            Column("on", both("日期", "Day"), kind="date", source="shift__on", filterable=True),
            Column("kind", both("班次", "Shift"), kind="choice", choices=tuple(shift_kinds().items()),
                   source="shift__kind"),
            Column("post_name", both("岗位", "Post"), source="shift__post__name"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("worker", both("原值守人", "Gives"), source="shift__worker"),
            Column("other_on", both("换回日期", "In return"), kind="date", source="other__on"),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(SWAP_STATES.items()), filterable=True),
            Column("reason", both("原因", "Reason")),
            Column("proposed_at", both("申请时间", "Proposed"), kind="datetime", sortable=True),
            Column("agreed_at", both("对方同意", "Agreed"), kind="datetime"),
            Column("decided_at", both("办结", "Settled"), kind="datetime", filterable=True),
        ),
        saved=(SavedFilter("agreed", both("待批准", "To be approved"), {"state": "agreed"}),),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.my_swaps",
        title=both("与我有关的换班", "Swaps with me"),
        rows=lambda viewer: swaps_of(viewer).annotate(read_from=_home(viewer)),
        area="read_from",
        sort="-proposed_at",
        columns=(
            Column("on", both("日期", "Day"), kind="date", source="shift__on", filterable=True),
            Column("kind", both("班次", "Shift"), kind="choice", choices=tuple(shift_kinds().items()),
                   source="shift__kind"),
            Column("post_name", both("岗位", "Post"), source="shift__post__name"),
            Column("worker", both("原值守人", "Gives"), source="shift__worker"),
            Column("other_on", both("换回日期", "In return"), kind="date", source="other__on"),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(SWAP_STATES.items()), filterable=True),
            Column("reason", both("原因", "Reason")),
        ),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.colleagues",
        title=both("可上岗人员", "People who may serve"),
        help=both("供排班、替班、换班时选人。", "Whom a shift, a substitute or a swap may name."),
        rows=lambda viewer: Responder.objects.filter(state__in=READY),
        sort="area_path",
        label="name",
        search=lambda text: Q(name__icontains=text) | Q(keys__contains=text.lower()),
        columns=(
            Column("name", both("姓名", "Name"), privacy=PrivacyClass.NAME, mask=mask_name),
            Column("unit", both("单位", "Unit"), source="unit__name"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("skills", both("特长", "Skills"), show=listed(SKILLS)),
            Column("experienced", both("有经验", "Experienced"), kind="bool", filterable=True),
        ),
    )
)  # fmt: skip
