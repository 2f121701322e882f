"""Signing in and out: by oneself, by the post's code, or by the lead's list; the gate's access runs with the shift."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from lianfang.domain.organisation.actions.fields import day_of
from lianfang.domain.workforce.actions.fields import (
    NO_SHIFT,
    RUN_BY_LEAD,
    TABLE,
    Reason,
    ShiftId,
    find_shift,
    mine,
    permit_lead,
    texts_of,
)
from lianfang.domain.workforce.events.shifts import ShiftMissed, ShiftsChanged, SignedIn, SignedOut
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift
from lianfang.domain.workforce.queries.codes import read_code
from lianfang.domain.workforce.queries.duty import clock_at
from lianfang.domain.workforce.rules.shifts import AWAITED, is_handed_over, may_sign_in, minutes_late
from lianfang.foundation.access.models import Grant
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, NOW, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_NOW = refusal(
    "workforce.not_the_time_to_sign_in",
    "现在不能签到：班次 {starts} 开始，可提前 {early} 分钟，结束后不再补签，请找负责人。",
    "Not the time to sign in: the shift begins {starts}; from {early} minutes before until it ends. Ask the lead.",
    status=409,
)
SIGNED_IN = refusal("workforce.already_signed_in", "已经签到。", "Already signed in.", status=409)
NOT_SIGNED_IN = refusal("workforce.not_signed_in", "没有在岗的签到记录。", "Nobody is signed in there.", status=409)
OUT_FIRST = refusal(
    "workforce.signed_out_before_in",
    "签退时间早于签到时间，请检查手机时钟。",
    "It lies before the sign-in; check the clock.",
)
OTHER_POST = refusal(
    "workforce.other_post", "这是另一个卡点的码：{name}。", "This is the code of another post: {name}.", status=409
)
UNREADABLE = refusal("workforce.code_unreadable", "这不是本系统的卡点码。", "This is no code of a post.")
NOTE_NEEDED = refusal(
    "workforce.note_needed",
    "请写交接内容（未了人员、车辆、设备、物资、事项），或选“没有未了事项”。",
    "Write what is handed over (people, vehicles, equipment, stock, matters), or say that nothing is open.",
)
NOT_OVER = refusal(
    "workforce.shift_not_over", "签退后才能核实。", "A shift is verified after its sign-out.", status=409
)
TOO_SOON = refusal(
    "workforce.not_begun",
    "班次还没有开始，不能算未到岗。",
    "The shift has not begun: nobody has missed it.",
    status=409,
)

GATE_ROLE = "checkpoint_volunteer"
MINE = "workforce.my_shifts"
NO_UNDERTAKING = both(
    "尚未签保密承诺书：已记到岗，但不开放卡点登记。请负责人补签后重新签到。",
    "No confidentiality undertaking yet: the sign-in counts, the gate's records stay closed until it is signed.",
)

Code = Annotated[str, Field(max_length=600, **labelled("卡点码", "Code of the post", "hidden"))]
Count = Annotated[int | None, Field(ge=0, le=100_000, **labelled("宣讲人次", "People informed", "number"))]
Leaflets = Annotated[int | None, Field(ge=0, le=100_000, **labelled("发放资料（份）", "Leaflets", "number"))]
Meals = Annotated[int | None, Field(ge=0, le=20, **labelled("用餐（份）", "Meals", "number"))]
Text = Annotated[str, Field(max_length=400)]

AWAITED_HERE = when(
    lambda state, account, me, ends, now: (state in AWAITED or state == "no_show") and account == me and now < ends,
    "state", "responder__account_id", ME, "ends_at", NOW,
)  # fmt: skip
AWAITED_BY_LEAD = when(
    lambda state, ends, now: (state in AWAITED or state == "no_show") and now < ends, "state", "ends_at", NOW
)
ON_IT = when(lambda state: state == "signed_in", "state")


class SignIn(Input):
    shift_id: ShiftId
    code: Code = ""


@action("workforce.sign_in", both("签到", "Sign in"), SignIn, subject=Subject(MINE, "shift_id", AWAITED_HERE))
def sign_in(call: Call, given: SignIn) -> Result:
    """Sign oneself in to a shift, also with the code at the post; the time is the phone's. Opens the gate's records.

    Access needs the confidentiality undertaking (P16); without it the sign-in counts and the gate stays closed.
    """
    shift = mine(call, given.shift_id)
    if given.code:
        _check_code(shift, given.code)
    return _sign_in(call, shift, "code" if given.code else "self")


def _check_code(shift: Shift, text: str) -> None:
    named = read_code(text)
    if named is None:
        raise UNREADABLE(field="code")
    if named.post_id != shift.post_id:
        raise OTHER_POST(field="code", name=named.name)


class ForOne(Input):
    shift_id: ShiftId


@action(
    "workforce.sign_in_for", both("代签到", "Sign somebody in"), ForOne,
    subject=Subject(TABLE, "shift_id", AWAITED_BY_LEAD, RUN_BY_LEAD), batch=True,
)  # fmt: skip
def sign_in_for(call: Call, given: ForOne) -> Result:
    """Sign somebody in by the lead's list: one line of it, or many at once."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    return _sign_in(call, shift, "list")


def _sign_in(call: Call, shift: Shift, way: str) -> Result:
    if shift.state == "signed_in":
        raise SIGNED_IN(field="shift_id")
    if shift.state not in (*AWAITED, "no_show"):
        raise NO_SHIFT(field="shift_id")
    at, clock = call.happened_at, clock_at(shift.area_path, day_of(call))
    if not may_sign_in(shift.starts_at, shift.ends_at, at, clock):
        raise NOT_NOW(field="shift_id", starts=f"{local(shift.starts_at):%m-%d %H:%M}", early=clock.early)
    shift.state, shift.signed_in_at, shift.sign_in_way = "signed_in", at, way
    shift.signed_in_by = call.actor.account_id
    shift.grant, told = _open_gate(call, shift, clock.access)
    _save(shift, "state", "signed_in_at", "sign_in_way", "signed_in_by", "grant")
    call.about(TABLE, shift.pk, way=way)
    call.announce(SignedIn(area_path=shift.area_path, shift_id=shift.pk, post_id=shift.post_id))
    return {"id": str(shift.pk), "late_minutes": minutes_late(shift.starts_at, at),
            "access": shift.grant_id is not None, "told": told}  # fmt: skip


def _save(shift: Shift, *fields: str) -> None:
    shift.version += 1
    shift.save(update_fields=[*fields, "version"])


def _open_gate(call: Call, shift: Shift, minutes: int) -> tuple[Grant | None, dict[str, str] | None]:
    """Return the grant that runs with this shift, if any, and what there is to tell about it."""
    person = shift.responder
    ends = shift.ends_at + timedelta(minutes=minutes)
    if person.account_id is None or call.received_at >= ends:
        return None, None
    if person.undertaking_on is None or person.undertaking_on > local(call.happened_at).date():
        return None, NO_UNDERTAKING.as_dict()
    first = local(min(call.happened_at, call.received_at)).date()
    grant = Grant.objects.create(
        account_id=person.account_id, role=GATE_ROLE, area_path=shift.area_path, starts_on=first,
        purpose=f"值守：{shift.post.number} {shift.post.name}"[:200], ends_on=max(first, local(ends).date()),
        granted_by=call.actor.account_id,
    )  # fmt: skip
    return grant, None


def close_gate(shift: Shift, at: datetime) -> None:
    """End the access that ran with a shift."""
    if shift.grant_id is not None:
        Grant.objects.filter(pk=shift.grant_id, ended_at__isnull=True).update(ended_at=at, ended_reason="下岗")


class SignOut(Input):
    shift_id: ShiftId
    open_people: Annotated[Text, Field(**labelled("未了人员", "People still open", "textarea"))] = ""
    open_vehicles: Annotated[Text, Field(**labelled("未了车辆", "Vehicles still open", "textarea"))] = ""
    equipment: Annotated[Text, Field(**labelled("设备交接", "Equipment", "textarea"))] = ""
    stock: Annotated[Text, Field(**labelled("物资交接", "Stock", "textarea"))] = ""
    matters: Annotated[str, Field(max_length=800, **labelled("其他事项", "Other matters", "textarea"))] = ""
    nothing_open: Annotated[bool, Field(**labelled("没有未了事项", "Nothing is open", "bool"))] = False
    informed: Count = None
    leaflets: Leaflets = None
    meals: Meals = None


@action("workforce.sign_out", both("签退并交班", "Sign out and hand over"), SignOut,
        subject=Subject(MINE, "shift_id", ON_IT))  # fmt: skip
def sign_out(call: Call, given: SignOut) -> Result:
    """Sign oneself out with the hand-over note and the counters of the shift; the gate's records close.

    The first to leave a shift writes the note, or says that nothing is open; the next shift confirms it.
    """
    return _sign_out(call, mine(call, given.shift_id), given)


@action("workforce.sign_out_for", both("代签退", "Sign somebody out"), SignOut,
        subject=Subject(TABLE, "shift_id", ON_IT, RUN_BY_LEAD))  # fmt: skip
def sign_out_for(call: Call, given: SignOut) -> Result:
    """Sign somebody out by the lead's list."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    return _sign_out(call, shift, given)


def _sign_out(call: Call, shift: Shift, given: SignOut) -> Result:
    if not call.allows(ON_IT, shift):
        raise NOT_SIGNED_IN(field="shift_id")
    if shift.signed_in_at is None or call.happened_at < shift.signed_in_at:
        raise OUT_FIRST(field="happened_at")
    texts = texts_of(given)
    written = HandOverNote.objects.filter(post_id=shift.post_id, shift__starts_at=shift.starts_at).exists()
    if not written and not is_handed_over(tuple(texts.values()), given.nothing_open):
        raise NOTE_NEEDED(field="matters")
    shift.state, shift.signed_out_at, shift.signed_out_by = "signed_out", call.happened_at, call.actor.account_id
    for name in ("informed", "leaflets", "meals"):
        setattr(shift, name, getattr(given, name) or getattr(shift, name))
    _save(shift, "state", "signed_out_at", "signed_out_by", "informed", "leaflets", "meals")
    note = _note(call, shift, texts) if any(texts.values()) or not written else None
    close_gate(shift, call.received_at)
    call.about(TABLE, shift.pk)
    call.announce(SignedOut(area_path=shift.area_path, shift_id=shift.pk, post_id=shift.post_id))
    return {"id": str(shift.pk), "note_id": str(note.pk) if note else None}


def _note(call: Call, shift: Shift, texts: dict[str, str]) -> HandOverNote:
    said = texts if any(texts.values()) else {**texts, "matters": "没有未了事项"}
    return HandOverNote.objects.create(
        id=call.id, area_path=shift.area_path, post_id=shift.post_id, shift=shift, written_at=call.happened_at,
        written_by=call.actor.account_id, **said,
    )  # fmt: skip


class CountShift(Input):
    shift_id: ShiftId
    informed: Count = None
    leaflets: Leaflets = None
    meals: Meals = None


@action("workforce.count_shift", both("登记宣讲、资料、用餐数", "Enter the counters of a shift"), CountShift,
        subject=Subject(MINE, "shift_id", ON_IT))  # fmt: skip
def count_shift(call: Call, given: CountShift) -> Result:
    """Set the counters of one's running shift: people informed, leaflets, meals. No separate report is asked."""
    shift = mine(call, given.shift_id)
    if not call.allows(ON_IT, shift):
        raise NOT_SIGNED_IN(field="shift_id")
    told: dict[str, Any] = given.model_dump(exclude={"shift_id"}, exclude_none=True)
    for name, value in told.items():
        setattr(shift, name, value)
    _save(shift, *told)
    call.about(TABLE, shift.pk)
    return {"id": str(shift.pk), "version": shift.version}


class MissShift(Input):
    shift_id: ShiftId
    reason: Reason


BEGUN_WITHOUT = when(
    lambda state, starts, now: state in AWAITED and now >= starts, "state", "starts_at", NOW
)  # fmt: skip


@action("workforce.mark_no_show", both("记为未到岗", "Mark a no-show"), MissShift,
        subject=Subject(TABLE, "shift_id", BEGUN_WITHOUT, RUN_BY_LEAD))  # fmt: skip
def mark_no_show(call: Call, given: MissShift) -> Result:
    """Say that somebody did not come. A sign-in that was kept on a phone meanwhile still counts when it arrives."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    if shift.state not in AWAITED:
        raise NO_SHIFT(field="shift_id")
    if not call.allows(BEGUN_WITHOUT, shift):
        raise TOO_SOON(field="shift_id")
    shift.state, shift.reason = "no_show", given.reason
    _save(shift, "state", "reason")
    call.about(TABLE, shift.pk)
    call.announce(ShiftMissed(area_path=shift.area_path, shift_id=shift.pk, post_id=shift.post_id))
    return {"id": str(shift.pk)}


WENT = when(lambda state: state == "signed_out", "state")


@action("workforce.verify_shift", both("核实工时", "Verify the hours"), ForOne,
        subject=Subject(TABLE, "shift_id", WENT, RUN_BY_LEAD), batch=True)  # fmt: skip
def verify_shift(call: Call, given: ForOne) -> Result:
    """Confirm when somebody came and left: verified hours count for certificates and claims."""
    shift = find_shift(given.shift_id)
    permit_lead(call, shift.post)
    if not call.allows(WENT, shift):
        raise NOT_OVER(field="shift_id")
    shift.state, shift.verified_at, shift.verified_by = "verified", call.received_at, call.actor.account_id
    _save(shift, "state", "verified_at", "verified_by")
    call.about(TABLE, shift.pk)
    return {"id": str(shift.pk)}


class AcceptShifts(Input):
    shift_ids: Annotated[list[UUID], Field(max_length=500, **labelled("班次（不选即全部）", "Shifts (none: all)"))] = (
        Field(default_factory=list)
    )


@action("workforce.accept_shifts", both("确认班次", "Accept shifts"), AcceptShifts)
def accept_shifts(call: Call, given: AcceptShifts) -> Result:
    """Accept the shifts one was told: all of them, or the named ones. Nobody accepts for another."""
    call.permit(call.actor.home_area)
    rows = Shift.objects.select_for_update().filter(
        responder__account_id=call.actor.account_id or UUID(int=0), state="notified", ends_at__gt=call.received_at
    )
    found = list(rows.filter(pk__in=given.shift_ids) if given.shift_ids else rows)
    if len(found) < len(set(given.shift_ids)):
        raise NO_SHIFT(field="shift_ids")
    Shift.objects.filter(pk__in=[one.pk for one in found]).update(state="accepted", accepted_at=call.happened_at)
    call.about(TABLE, found[0].pk if len(found) == 1 else "", accepted=len(found))
    for path, post in sorted({(one.area_path, one.post_id) for one in found}, key=str):
        call.announce(ShiftsChanged(area_path=path, post_id=post))
    return {"accepted": len(found)}
