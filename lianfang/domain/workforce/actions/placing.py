"""Somebody put on one shift, by hand: checked by the rules of the roster, refused with the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.fields import (
    NO_SHIFT,
    RUN_BY_LEAD,
    TABLE,
    Reason,
    ShiftId,
    find_shift,
    permit_lead,
)
from lianfang.domain.workforce.actions.posts import IS_WITHDRAWN, NO_POST, PostId
from lianfang.domain.workforce.actions.posts import TABLE as POSTS
from lianfang.domain.workforce.events.shifts import ShiftsChanged
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.kinds import shift_kinds
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.domain.workforce.queries.rosters import (
    ALIVE,
    READY,
    broken_by,
    people_for,
    posts_of,
    problem_of,
    span_of,
)
from lianfang.domain.workforce.rules.rostering import SlotKey, Violation, substitutes
from lianfang.domain.workforce.rules.shifts import AWAITED
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import NOW, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.areas import TOWN_DIGITS
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

NO_RESPONDER = refusal(
    "workforce.not_on_duty", "没有这名值守人员，或还不能上岗。", "There is no such person, or they may not serve yet.",
    status=404,
)  # fmt: skip
NO_SUCH_SHIFT = refusal(
    "workforce.no_such_shift", "这个卡点的班制没有这一班。", "The post's pattern has no such shift."
)
BREAKS_RULES = refusal("workforce.breaks_duty_rules", "不能这样排：{why}。", "This cannot be: {why_en}.", status=409)
NOBODY = refusal(
    "workforce.no_substitute", "附近没有符合规则的人可以顶班。", "Nobody nearby may take this shift.", status=409
)
OTHER_ROSTER = refusal(
    "workforce.not_on_this_roster", "这份排班表里没有这个卡点或这一天，或已作废。",
    "The roster has no such post or day, or was withdrawn.", status=409,
)  # fmt: skip

MOST = 5
ResponderId = Annotated[UUID, Field(**labelled("人员", "Person", **{"x-table": "workforce.colleagues"}))]
OfRoster = Annotated[
    UUID | None,
    Field(**labelled("排班表（草稿发布时才通知）", "Roster (of a draft: told when published)",
                     **{"x-table": "workforce.rosters"})),
]  # fmt: skip
ShiftKind = Annotated[
    str,
    Field(min_length=1, max_length=30, **labelled("班次", "Shift", "choice", **choices(shift_kinds()))),
    one_of(shift_kinds()),
]


def check_put_on(
    person: Responder, post: Post, on: date, kind: str, without: Iterable[UUID] = (), draft: UUID | None = None
) -> None:
    """Raise `workforce.breaks_duty_rules` with every hard rule that is broken; what a `draft` plans counts as duty."""
    broken = broken_by(person, post, on, kind, without, draft)
    if broken:
        raise _refusal(broken)


def _refusal(broken: tuple[Violation, ...]) -> Exception:
    told = [one.words.as_dict() for one in broken]
    return BREAKS_RULES(
        field="responder_id", why="；".join(dict.fromkeys(one["zh"] for one in told)),
        why_en="; ".join(dict.fromkeys(one["en"] for one in told)), details={"rules": [one.code for one in broken]},
    )  # fmt: skip


def stand_in(call: Call, person: Responder, shift: Shift, reason: str) -> Shift:
    """Return the new shift of whoever stands in for another; the caller has checked it and closed the old one."""
    told = shift.state != "planned"
    return Shift.objects.create(
        area_path=shift.area_path, post_id=shift.post_id, roster_id=shift.roster_id, responder=person,
        worker=person.name, on=shift.on, kind=shift.kind, starts_at=shift.starts_at, ends_at=shift.ends_at,
        state="notified" if told else "planned", notified_at=call.received_at if told else None, replaces=shift,
        reason=reason[:200],
    )  # fmt: skip


def _ready(responder_id: UUID) -> Responder:
    found = Responder.objects.filter(pk=responder_id, state__in=READY).first()
    if found is None:
        raise NO_RESPONDER(field="responder_id")
    return found


class PutOnShift(Input):
    post_id: PostId
    on: Annotated[date, Field(**labelled("日期", "Day", "date"))]
    kind: ShiftKind
    responder_id: ResponderId
    reason: Annotated[str, Field(max_length=200, **labelled("原因", "Reason"))] = ""
    roster_id: OfRoster = None


@action("workforce.put_on_shift", both("手工排班", "Put somebody on a shift"), PutOnShift)
def put_on_shift(call: Call, given: PutOnShift) -> Result:
    """Put somebody on a shift of a post by hand. What breaks a hard rule is refused.

    They are told at once, unless `roster_id` names a draft: then they are told when it is published.
    """
    post = find_post(given.post_id)
    if post is None:
        call.permit(call.actor.home_area)
        raise NO_POST(field="post_id")
    permit_lead(call, post)
    if post.state != "standing":
        raise IS_WITHDRAWN(field="post_id")
    person, span = _ready(given.responder_id), span_of(post, given.on, given.kind)
    if span is None:
        raise NO_SUCH_SHIFT(field="kind")
    roster = _roster(given)
    check_put_on(person, post, given.on, given.kind, draft=roster.pk if roster else None)
    told = roster is None or roster.state == "published"
    row = Shift.objects.create(
        id=call.id, area_path=post.area_path, post=post, responder=person, worker=person.name, on=given.on,
        kind=given.kind, starts_at=span[0], ends_at=span[1], state="notified" if told else "planned",
        notified_at=call.received_at if told else None, reason=given.reason, roster=roster,
    )  # fmt: skip
    call.about(TABLE, row.pk)
    call.announce(ShiftsChanged(area_path=row.area_path, post_id=row.post_id))
    undo = {"action": "workforce.take_off_shift", "input": {"shift_id": str(row.pk), "reason": "撤销排班"}}
    return {"id": str(row.pk), "undo": undo}


def _roster(given: PutOnShift) -> Roster | None:
    """Return the roster somebody is put on, None for none. Raises `workforce.not_on_this_roster`."""
    if given.roster_id is None:
        return None
    found = Roster.objects.filter(pk=given.roster_id, state__in=ALIVE).first()
    if found is None or not 0 <= (given.on - found.starts_on).days < found.days:
        raise OTHER_ROSTER(field="roster_id")
    if given.post_id not in {post.pk for post in posts_of(found)}:
        raise OTHER_ROSTER(field="roster_id")
    return found


class TakeOffShift(Input):
    shift_id: ShiftId
    reason: Reason


STILL_AWAITED = when(lambda state: state in AWAITED, "state")


@action("workforce.take_off_shift", both("取消班次", "Take somebody off a shift"), TakeOffShift,
        subject=Subject(TABLE, "shift_id", STILL_AWAITED, RUN_BY_LEAD), danger=True)  # fmt: skip
def take_off_shift(call: Call, given: TakeOffShift) -> Result:
    """Cancel one person's shift; what is left uncovered shows on the roster."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    if not call.allows(STILL_AWAITED, shift):
        raise NO_SHIFT(field="shift_id")
    Shift.objects.filter(pk=shift.pk).update(state="cancelled", reason=given.reason)
    call.about(TABLE, shift.pk)
    call.announce(ShiftsChanged(area_path=shift.area_path, post_id=shift.post_id))
    return {"id": str(shift.pk)}


REPLACEABLE = when(
    lambda state, ends, now: (state in AWAITED or state == "no_show") and now < ends, "state", "ends_at", NOW
)


class FindSubstitutes(Input):
    shift_id: ShiftId | None = None
    post_id: PostId | None = None
    on: Annotated[date | None, Field(**labelled("日期", "Day", "date"))] = None
    kind: ShiftKind | None = None
    roster_id: OfRoster = None


@action("workforce.find_substitutes", both("推荐替班人", "Suggest substitutes"), FindSubstitutes, offered=False)
def find_substitutes(call: Call, given: FindSubstitutes) -> Result:
    """Suggest who could take a shift: people of the town who break no rule by it, the nearest and least busy first.

    Of a shift nobody is on, its post, day and kind say which. For a shift of a draft, what the draft plans counts.
    """
    if given.shift_id:
        shift = find_shift(given.shift_id)
        permit_lead(call, shift.post)
        call.about(TABLE, shift.pk)
        found = _instead_of(shift)
    else:
        post = find_post(given.post_id) if given.post_id else None
        if post is None or given.on is None or given.kind is None:
            call.permit(call.actor.home_area)
            raise NO_SHIFT(field="shift_id")
        permit_lead(call, post)
        call.about(POSTS, post.pk)
        found = _suitable(post, given.on, given.kind, given.roster_id)
    return {"substitutes": [{"id": str(one.pk), "name": one.name, "why": why} for one, why in found]}


def _instead_of(shift: Shift) -> list[tuple[Responder, dict[str, str]]]:
    return _suitable(shift.post, shift.on, shift.kind, _draft_of(shift), shift.responder_id)


def _draft_of(shift: Shift) -> UUID | None:
    return shift.roster_id if shift.state == "planned" else None


def _suitable(
    post: Post, on: date, kind: str, draft: UUID | None, but: UUID | None = None
) -> list[tuple[Responder, dict[str, str]]]:
    """Return the best people for a shift with what speaks for each, by the roster's own rules."""
    rows = people_for(post.area_path[:TOWN_DIGITS], [post])
    people = list(rows.exclude(pk=but) if but else rows)
    problem = problem_of(post.area_path, [post], people, on, 1, draft=draft)
    place = SlotKey(str(post.pk), 0, kind.rpartition(".")[2])
    by_key = {str(one.pk): one for one in people}
    return [(by_key[one.person], _joined(one.reasons)) for one in substitutes(problem, (), place, most=MOST)]


def _joined(reasons: Iterable[Bilingual]) -> dict[str, str]:
    told = list(reasons)
    return both("，".join(one.zh for one in told), ", ".join(one.en for one in told)).as_dict()


class PutSubstitute(Input):
    shift_id: ShiftId
    responder_id: Annotated[
        UUID | None,
        Field(**labelled("替班人（不选即用推荐的第一人）", "Who takes it (none: the first suggested)",
                         **{"x-table": "workforce.colleagues"})),
    ] = None  # fmt: skip
    reason: Reason


@action("workforce.put_substitute", both("安排替班", "Put a substitute"), PutSubstitute,
        subject=Subject(TABLE, "shift_id", REPLACEABLE, RUN_BY_LEAD))  # fmt: skip
def put_substitute(call: Call, given: PutSubstitute) -> Result:
    """Let another take a shift whose person cannot come or did not: the named one, or the first suggested."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    if not call.allows(REPLACEABLE, shift):
        raise NO_SHIFT(field="shift_id")
    if given.responder_id:
        person = _ready(given.responder_id)
        check_put_on(person, shift.post, shift.on, shift.kind, draft=_draft_of(shift))
    else:
        person = next((one for one, _ in _instead_of(shift)), None) or _nobody()
    if shift.state != "no_show":
        Shift.objects.filter(pk=shift.pk).update(state="cancelled", reason=given.reason)
    made = stand_in(call, person, shift, given.reason)
    call.about(TABLE, made.pk, replaces=str(shift.pk))
    call.announce(ShiftsChanged(area_path=made.area_path, post_id=made.post_id))
    return {"id": str(made.pk), "name": made.worker}


def _nobody() -> Responder:
    raise NOBODY(field="responder_id")
