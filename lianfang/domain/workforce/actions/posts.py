"""The register of posts: set up, edited, moved, withdrawn, set up again, and who leads each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions import STALE
from lianfang.domain.areas.queries import area_exists, level_of
from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.actions.assigning import Named, Target, answer_for
from lianfang.domain.organisation.actions.fields import day_of
from lianfang.domain.organisation.queries import find_unit
from lianfang.domain.workforce.actions.serving_fields import NO_AREA
from lianfang.domain.workforce.events.posts import PostChanged, PostMoved, PostSetUp, PostWithdrawn
from lianfang.domain.workforce.models.posts import Post, PostStep
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.queries.kinds import pattern_kinds
from lianfang.domain.workforce.queries.rosters import find_pattern, own_pattern, patterns_at
from lianfang.domain.workforce.rules.patterns import OWN
from lianfang.domain.workforce.rules.posts import POST_KINDS, TIERS, needs_approval
from lianfang.domain.workforce.rules.rostering.problem import DAY, HOUR
from lianfang.domain.workforce.rules.serving import SKILLS
from lianfang.domain.workforce.rules.shifts import AWAITED
from lianfang.foundation.actions.inputs import CHOICE, Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.names import search_keys
from lianfang.kernel.text import both

NO_POST = refusal("workforce.unknown_post", "没有这个卡点。", "There is no such post.", status=404)
NO_UNIT = refusal("workforce.unknown_unit", "没有这个单位，或已撤销。", "There is no such unit.", status=404)
IS_WITHDRAWN = refusal("workforce.post_withdrawn", "这个卡点已撤除。", "The post was withdrawn.", status=409)
NOT_WITHDRAWN = refusal("workforce.post_stands", "这个卡点没有撤除。", "The post was not withdrawn.", status=409)
NUMBER_TAKEN = refusal(
    "workforce.post_number_taken", "编号“{number}”已有卡点使用。", "Another post has the number {number}.", status=409
)
NEEDS_APPROVAL = refusal(
    "workforce.post_needs_approval",
    "{kind}须先经批准：请填写审批号。未经批准不得在高速公路、干线公路设卡。",
    "{kind_en}: enter the approval number. No post stands on an expressway or trunk road without an approval.",
)
BEFORE_SET_UP = refusal(
    "workforce.post_ends_before_set_up", "撤除日期早于启用日期。", "The post would end before it was set up."
)

TABLE = "workforce.posts"
OWN_PATTERN = refusal(
    "workforce.own_pattern_missing", "请选择一个在用的自定班制，须适用于卡点所在区域。",
    "Choose one of the county's own patterns that is in use and meant for the post's area.",
)  # fmt: skip
LEAVES_GAPS = refusal(
    "workforce.pattern_leaves_gaps", "这个卡点须昼夜有人，而所选班制一天只有 {hours} 小时有人。",
    "Somebody must be at this post round the clock; the pattern has people for {hours} hours of a day.",
)  # fmt: skip

APPROVAL_KINDS = "post.kinds_needing_approval"
KEYS_LENGTH = 200
_AUTOMATIC = re.compile(r"K(\d{3,6})")

PostId = Annotated[UUID, Field(**labelled("卡点", "Post", **{"x-table": TABLE}))]
Version = Annotated[int, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]
AreaPath = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,3}$", **labelled("所在区域", "Area", "area"))]
Number = Annotated[str, Field(max_length=20, **labelled("编号（不填自动编）", "Number (empty: made here)"))]
Name = Annotated[str, Field(min_length=2, max_length=80, **labelled("名称", "Name"))]
Kind = Annotated[
    str,
    Field(min_length=1, max_length=20, **labelled("类型", "Kind", "choice", **choices(POST_KINDS))),
    one_of(POST_KINDS),
]
Tier = Annotated[
    str,
    Field(min_length=1, max_length=10, **labelled("层级", "Tier", "choice", **choices(TIERS))),
    one_of(TIERS),
]
Position = Annotated[str, Field(max_length=200, **labelled("位置", "Where"))]
Longitude = Annotated[float | None, Field(ge=-180, le=180, **labelled("经度", "Longitude", "number"))]
Latitude = Annotated[float | None, Field(ge=-90, le=90, **labelled("纬度", "Latitude", "number"))]
UnitId = Annotated[UUID | None, Field(**labelled("负责单位", "Unit", **{"x-table": "organisation.units"}))]
PatternKey = Annotated[
    str,
    Field(min_length=1, max_length=20, **labelled("班制", "Pattern of shifts", "choice",
                                                  **choices(pattern_kinds()))),
]  # fmt: skip
OwnPatternId = Annotated[
    UUID | None, Field(**labelled("自定班制（班制选“自定”时）", "Own pattern, where that was chosen",
                                  **{"x-table": "workforce.patterns"}))
]  # fmt: skip
RoundTheClock = Annotated[bool, Field(**labelled("须昼夜有人", "Somebody round the clock", "bool"))]
Staff = Annotated[int, Field(ge=1, le=200, **labelled("每班最少人数", "Least people per shift", "number"))]
Skills = Annotated[
    list[Annotated[str, Field(max_length=20)]],
    Field(max_length=12, **labelled("每班须有的特长", "Skills every shift needs", "multichoice",
                                    **choices(SKILLS))),
]  # fmt: skip
Experienced = Annotated[
    int, Field(ge=0, le=50, **labelled("每班至少几名有经验的人", "Experienced people per shift", "number"))
]
Exposure = Annotated[bool, Field(**labelled("高风险岗位", "High exposure", "bool"))]
Standing = Annotated[bool, Field(**labelled("须久站", "Long standing", "bool"))]
Equipment = Annotated[str, Field(max_length=400, **labelled("设备（测温枪、帐篷、取暖等）", "Equipment", "textarea"))]
Basis = Annotated[str, Field(max_length=200, **labelled("设立依据", "Legal basis"))]
Approval = Annotated[str, Field(max_length=80, **labelled("审批号（公路卡点必填）", "Approval number (roads)"))]
Reason = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]
OnDay = Annotated[date | None, Field(**labelled("日期（不填即今天）", "On (empty: today)", "date"))]


class AddPost(Input):
    area_path: AreaPath
    kind: Kind
    tier: Tier
    name: Name
    number: Number = ""
    position: Position = ""
    longitude: Longitude = None
    latitude: Latitude = None
    unit_id: UnitId = None
    pattern: PatternKey
    own_pattern_id: OwnPatternId = None
    round_the_clock: RoundTheClock = False
    staff: Staff = 1
    skills: Skills = Field(default_factory=list)
    experienced: Experienced = 1
    exposure: Exposure = False
    standing: Standing = False
    equipment: Equipment = ""
    legal_basis: Basis = ""
    approval_number: Approval = ""
    set_up_on: OnDay = None


@action("workforce.add_post", both("设立卡点", "Set up a post"), AddPost)
def add_post(call: Call, given: AddPost) -> Result:
    """Set up a post; its id is the command's. On a trunk road or expressway only with its approval number."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    number = _number(given.number)
    on = given.set_up_on or day_of(call)
    values = given.model_dump(exclude={"number", "set_up_on"})
    _check(call, given.area_path, values)
    row = Post.objects.create(
        id=call.id, number=number, state="standing", set_up_on=on, added_at=call.received_at, **_columns(values)
    )
    _step(call, row, "set_up", on, to_position=row.position)
    call.about(TABLE, row.pk, kind=row.kind)
    call.announce(PostSetUp(area_path=row.area_path, post_id=row.pk))
    undo = {"action": "workforce.withdraw_post", "input": {"post_id": str(row.pk), "reason": "撤销登记"}}
    return {"id": str(row.pk), "number": number, "version": 1, "undo": undo}


def _number(asked: str) -> str:
    """Return the number asked for, or the next one. Raises `workforce.post_number_taken`."""
    if asked:
        if Post.objects.filter(number=asked).exists():
            raise NUMBER_TAKEN(field="number", number=asked)
        return asked
    taken = (_AUTOMATIC.fullmatch(one) for one in Post.objects.values_list("number", flat=True))
    return f"K{max((int(one[1]) for one in taken if one), default=0) + 1:03}"


def _check(call: Call, path: str, values: Mapping[str, Any]) -> None:
    """Raise the refusal for what does not stand: an unknown unit or skill, a road without its approval."""
    if values.get("unit_id") and find_unit(values["unit_id"]) is None:
        raise NO_UNIT(field="unit_id")
    if set(values.get("skills") or ()) - SKILLS.keys():
        raise CHOICE(field="skills")
    if "pattern" in values:
        _check_pattern(call, path, values)
    asked_of = rule(APPROVAL_KINDS, path, day_of(call)).value
    if needs_approval(values["kind"], asked_of) and not values["approval_number"]:
        label = POST_KINDS[values["kind"]]
        raise NEEDS_APPROVAL(field="approval_number", kind=label.zh, kind_en=label.en)


def _check_pattern(call: Call, path: str, values: Mapping[str, Any]) -> None:
    """Raise the refusal for a pattern that does not hold there, or leaves a post alone that may not be."""
    row = find_pattern(values["own_pattern_id"]) if values.get("own_pattern_id") else None
    if values["pattern"] == OWN:
        if row is None or row.ended_at is not None or not path.startswith(row.area_path):
            raise OWN_PATTERN(field="own_pattern_id")
        pattern = own_pattern(row)
    else:
        known = patterns_at(path, day_of(call))
        if row is not None or values["pattern"] not in known:
            raise CHOICE(field="pattern")
        pattern = known[values["pattern"]]
    staffed = sum(one.minutes for one in pattern.shifts) / HOUR
    if values.get("round_the_clock") and staffed < DAY / HOUR:
        raise LEAVES_GAPS(field="pattern", hours=f"{staffed:g}")


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if "name" in columns:
        columns["keys"] = " ".join(sorted(search_keys(columns["name"]), key=len))[:KEYS_LENGTH]
    return columns


def _step(call: Call, row: Post, what: str, on: date, **more: str) -> None:
    PostStep.objects.create(
        post=row, area_path=row.area_path, what=what, on=on, at=call.received_at, account_id=call.actor.account_id,
        **more,
    )  # fmt: skip


def find_for_change(post_id: UUID) -> Post:
    """Return the post, locked for this action. Raises `workforce.unknown_post`."""
    row = Post.objects.select_for_update().filter(pk=post_id).first()
    if row is None:
        raise NO_POST(field="post_id")
    return row


STANDS = when(lambda state: state == "standing", "state")
GONE = when(lambda state: state == "withdrawn", "state")


def _standing(call: Call, post_id: UUID) -> Post:
    """Return a standing post the actor may change. Raises the refusal that fits."""
    row = find_for_change(post_id)
    call.permit(row.area_path)
    if not call.allows(STANDS, row):
        raise IS_WITHDRAWN(field="post_id")
    return row


class EditPost(Input):
    post_id: PostId
    version: Version
    kind: Kind | None = None
    tier: Tier | None = None
    name: Name | None = None
    unit_id: UnitId = None
    pattern: PatternKey | None = None
    own_pattern_id: OwnPatternId = None
    round_the_clock: RoundTheClock | None = None
    staff: Staff | None = None
    skills: Skills | None = None
    experienced: Experienced | None = None
    exposure: Exposure | None = None
    standing: Standing | None = None
    equipment: Equipment | None = None
    legal_basis: Basis | None = None
    approval_number: Approval | None = None


@action("workforce.edit_post", both("修改卡点", "Edit a post"), EditPost, subject=Subject(TABLE, "post_id", STANDS))
def edit_post(call: Call, given: EditPost) -> Result:
    """Change what is given and leave the rest. An edit of an older version is refused."""
    row = _standing(call, given.post_id)
    if row.version != given.version:
        raise STALE(field="version", details={"version": row.version})
    values = given.model_dump(exclude={"post_id", "version"}, exclude_none=True)
    if "pattern" in values:
        values.setdefault("own_pattern_id", None)
    _check(call, row.area_path, _kept(row) | values)
    _write(row, _columns(values))
    call.about(TABLE, row.pk, fields=sorted(values))
    call.announce(PostChanged(area_path=row.area_path, post_id=row.pk))
    return {"id": str(row.pk), "version": row.version}


def _kept(row: Post) -> dict[str, Any]:
    """Return what an edit that does not mention it must still stand by."""
    return {"kind": row.kind, "approval_number": row.approval_number, "pattern": row.pattern,
            "own_pattern_id": row.own_pattern_id, "round_the_clock": row.round_the_clock}  # fmt: skip


def _write(row: Post, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


class MovePost(Input):
    post_id: PostId
    area_path: AreaPath
    position: Position
    longitude: Longitude = None
    latitude: Latitude = None
    reason: Reason
    moved_on: OnDay = None


@action("workforce.move_post", both("卡点移位", "Move a post"), MovePost, subject=Subject(TABLE, "post_id", STANDS))
def move_post(call: Call, given: MovePost) -> Result:
    """Let a post stand elsewhere from a day on. It takes the right at both places; its lead and number stay."""
    row = _standing(call, given.post_id)
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    if row.own_pattern_id:
        _check(call, given.area_path, _kept(row))
    on, before = given.moved_on or day_of(call), (row.area_path, row.position)
    _write(row, {"area_path": given.area_path, "position": given.position, "longitude": given.longitude,
                 "latitude": given.latitude, "moved_on": on})  # fmt: skip
    Shift.objects.filter(post=row, ends_at__gt=call.received_at).update(area_path=row.area_path)
    _step(call, row, "moved", on, from_position=before[1], to_position=row.position, reason=given.reason)
    call.about(TABLE, row.pk)
    call.announce(PostMoved(area_path=row.area_path, post_id=row.pk, from_path=before[0]))
    return {"id": str(row.pk), "version": row.version}


class WithdrawPost(Input):
    post_id: PostId
    reason: Reason
    withdrawn_on: OnDay = None


@action(
    "workforce.withdraw_post", both("撤除卡点", "Withdraw a post"), WithdrawPost,
    subject=Subject(TABLE, "post_id", STANDS), danger=True,
)  # fmt: skip
def withdraw_post(call: Call, given: WithdrawPost) -> Result:
    """Withdraw a post that is needed no more; it stays on record, and its shifts to come are cancelled."""
    row = _standing(call, given.post_id)
    on = given.withdrawn_on or day_of(call)
    if on < row.set_up_on:
        raise BEFORE_SET_UP(field="withdrawn_on")
    _write(row, {"state": "withdrawn", "withdrawn_on": on, "closed_at": call.received_at})
    awaited = Shift.objects.filter(post=row, state__in=AWAITED, starts_at__gt=call.received_at)
    awaited.update(state="cancelled", reason="卡点已撤除")
    _step(call, row, "withdrawn", on, from_position=row.position, reason=given.reason)
    call.about(TABLE, row.pk)
    call.announce(PostWithdrawn(area_path=row.area_path, post_id=row.pk))
    return {"id": str(row.pk), "undo": {"action": "workforce.reopen_post", "input": {"post_id": str(row.pk)}}}


class ReopenPost(Input):
    post_id: PostId
    reason: Annotated[str, Field(max_length=200, **labelled("原因", "Reason"))] = ""


@action("workforce.reopen_post", both("恢复卡点", "Set up a post again"), ReopenPost,
        subject=Subject(TABLE, "post_id", GONE))  # fmt: skip
def reopen_post(call: Call, given: ReopenPost) -> Result:
    """Set up a withdrawn post again where it stood, with its number; it needs a lead anew."""
    row = find_for_change(given.post_id)
    call.permit(row.area_path)
    if not call.allows(GONE, row):
        raise NOT_WITHDRAWN(field="post_id")
    _check(call, row.area_path, {"kind": row.kind, "approval_number": row.approval_number})
    _write(row, {"state": "standing", "withdrawn_on": None, "closed_at": None})
    _step(call, row, "reopened", day_of(call), to_position=row.position, reason=given.reason)
    call.about(TABLE, row.pk)
    call.announce(PostSetUp(area_path=row.area_path, post_id=row.pk))
    return {"id": str(row.pk), "version": row.version}


class NameLead(Named):
    post_id: PostId


@action("workforce.name_lead", both("指定卡点负责人", "Name the lead of a post"), NameLead,
        subject=Subject(TABLE, "post_id", STANDS))  # fmt: skip
def name_lead(call: Call, given: NameLead) -> Result:
    """Make a worker lead a post: one each. Another is refused unless `replace` hands it over with a reason."""
    row = _standing(call, given.post_id)
    target = Target("post", row.pk, row.area_path, f"{row.number} {row.name}"[:80], level_of(row.area_path))
    made = answer_for(call, target, given, "post_lead")
    call.about(TABLE, row.pk, responsibility=str(made.pk))
    undo = {
        "action": "organisation.end_responsibility",
        "input": {"responsibility_id": str(made.pk), "reason": "撤销指定"},
    }
    return {"id": str(made.pk), "state": made.state, "undo": undo}
