"""Handing a day's work to another phone with no network: the word of one phone, carried to the server by either.

The work's area is open to the taker until the handing ends, never to more than both of them may do anyway (P01).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.conf import settings
from pydantic import Field

from lianfang.domain.organisation.models import DayHandOver
from lianfang.domain.organisation.queries import without_standing_in
from lianfang.foundation.access.actor import Actor, Held, actor_for
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import ACTIONS, Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.devices.cards import Handing, Unreadable, read_handing
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

UNREADABLE = refusal(
    "organisation.handing_unreadable",
    "交接内容不完整或被改动过。请重新交接一次。",
    "The hand-over is incomplete or was changed. Hand over once more.",
)
NOT_PARTY = refusal(
    "organisation.handing_of_others",
    "这次交接与您无关：只有交出的人和接手的人能上报。",
    "Only who hands over and who takes over may report it.",
    status=403,
)
TOO_LONG = refusal(
    "organisation.handing_too_long",
    "一次交接最多 {hours} 小时。更久的请办理责任移交。",
    "A day's work is handed over for {hours} hours at most; for longer, hand over the responsibility.",
)
EXPIRED = refusal(
    "organisation.handing_expired",
    "交接已过期太久。记录都在手机里，请导出文件交给村委会。",
    "The hand-over ended too long ago. The records are on the phone: export them for the office.",
    status=409,
)
NO_LONGER_GIVER = refusal(
    "organisation.giver_may_not",
    "交出的人在这个区域没有入户工作的权限，不能交给别人。",
    "Who hands over may not do field work in this area, and so cannot hand it over.",
    status=403,
)
NOT_IN_THE_FIELD = refusal(
    "organisation.taker_may_not",
    "接手的人没有入户工作的权限，请村支书另行安排。",
    "Who takes over does no field work; the village secretary must find somebody else.",
    status=403,
)
NO_HAND_OVER = refusal(
    "organisation.no_day_hand_over", "没有这次交接，或已结束。", "There is no such hand-over, or it has ended.",
    status=404,
)  # fmt: skip

# what makes work at the door: whoever may do this is a field worker
FIELD_WORK = "screening.record_visit"
LONGEST = timedelta(hours=24)
FAST_CLOCK = timedelta(hours=12)


class HandOverDay(Input):
    handing: Annotated[str, Field(min_length=80, max_length=4000, **labelled("交接凭据", "Hand-over", "hidden"))]


class EndDayHandOver(Input):
    hand_over_id: Annotated[UUID, Field(**labelled("交接", "Hand-over", "hidden"))]


@action("organisation.hand_over_day", both("交接当天工作", "Hand over a day's work"), HandOverDay, offered=False)
def hand_over_day(call: Call, given: HandOverDay) -> Result:
    """Keep that one phone handed the day's open work of an area to another, and let the taker work there until then.

    Either of the two reports it, or both: it is kept once. A report that comes late opens the area for the day it
    comes, because what was recorded on the way is still to be uploaded.
    """
    call.permit(call.actor.home_area)
    handing = _read(call, given.handing)
    giver, taker = _account(handing.giver.account_id), _account(handing.taker_id)
    known = DayHandOver.objects.filter(pk=handing.id).first()
    if known is None:
        known = _keep(call, handing, giver, taker)
    call.about("organisation.day_hand_overs", known.pk, households=known.households)
    undo = {"action": "organisation.end_day_hand_over", "input": {"hand_over_id": str(known.pk)}}
    return {"id": str(known.pk), "until": known.until_at.isoformat(), "undo": undo}


def _read(call: Call, text: str) -> Handing:
    try:
        handing = read_handing(text)
    except Unreadable:
        raise UNREADABLE(field="handing") from None
    if call.actor.account_id not in (handing.giver.account_id, handing.taker_id):
        raise NOT_PARTY(field="handing")
    if handing.until - handing.at > LONGEST or handing.at > call.received_at + FAST_CLOCK:
        raise TOO_LONG(field="handing", hours=int(LONGEST.total_seconds() // 3600))
    late = timedelta(days=settings.LIANFANG_PHONE_DAYS)
    if handing.until + late < call.received_at or handing.giver.until < local(handing.at).date():
        raise EXPIRED(field="handing")
    if not any(handing.path.startswith(path) for path in handing.giver.paths):
        raise NO_LONGER_GIVER(field="handing")
    return handing


def _account(account_id: UUID) -> Account:
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise UNREADABLE(field="handing")
    return found


def _keep(call: Call, handing: Handing, giver: Account, taker: Account) -> DayHandOver:
    on = local(call.received_at).date()
    gives = _field_work(without_standing_in(actor_for(giver, on=on, door=call.actor.door)), handing.path)
    if gives is None:
        raise NO_LONGER_GIVER(field="handing")
    takes = actor_for(taker, on=on, door=call.actor.door)
    as_role = _field_work(takes, None)
    if as_role is None:
        raise NOT_IN_THE_FIELD(field="handing")
    grant = None if takes.may(FIELD_WORK, handing.path) else _grant(call, handing, taker, _narrower(gives, as_role))
    return DayHandOver.objects.create(
        id=handing.id, area_path=handing.path, from_account=giver, to_account=taker,
        from_device=handing.giver.device_id, to_device=handing.taker_device, households=handing.households,
        handed_at=handing.at, until_at=handing.until, reported_at=call.received_at, grant=grant,
    )  # fmt: skip


def _field_work(actor: Actor, path: str | None) -> Held | None:
    """Return the narrowest right by which somebody does field work, at a path or anywhere."""
    mine = [one for one in actor.grants if one.role.may(FIELD_WORK) and (path is None or one.covers(path))]
    return min(mine, key=lambda one: _reach(one.role.name, one), default=None)


def _reach(name: str, held: Held) -> tuple[int, str]:
    return sum(held.role.may(one) for one in ACTIONS), name


def _narrower(one: Held, other: Held) -> Held:
    """Return which of two rights allows less: nobody gets by a hand-over what either of the two may not do."""
    return min((one, other), key=lambda held: _reach(held.role.name, held))


def _grant(call: Call, handing: Handing, taker: Account, held: Held) -> Grant:
    starts_on = local(min(handing.at, call.received_at)).date()
    ends_on = max(local(handing.until).date(), local(call.received_at).date())
    return Grant.objects.create(
        account=taker, role=held.role.name, area_path=handing.path, purpose=f"代班：接手{handing.giver.name}当天工作",
        starts_on=starts_on, ends_on=ends_on, granted_by=handing.giver.account_id,
    )  # fmt: skip


@action("organisation.end_day_hand_over", both("结束代班", "End a day's hand-over"), EndDayHandOver,
        subject=Subject("organisation.day_hand_overs", "hand_over_id", when_empty("ended_at")))  # fmt: skip
def end_day_hand_over(call: Call, given: EndDayHandOver) -> Result:
    """End it before its time: the area is closed to whoever took over. What was recorded stays."""
    found = DayHandOver.objects.filter(pk=given.hand_over_id, ended_at__isnull=True).first()
    if found is None:
        call.permit(call.actor.home_area)
        raise NO_HAND_OVER(field="hand_over_id")
    call.permit(found.area_path)
    _close(found, call.received_at, call.actor.account_id)
    call.about("organisation.day_hand_overs", found.pk)
    return {"id": str(found.pk)}


def _close(found: DayHandOver, at: datetime, by: UUID | None) -> None:
    DayHandOver.objects.filter(pk=found.pk).update(ended_at=at, ended_by=by)
    if found.grant_id is not None:
        Grant.objects.filter(pk=found.grant_id, ended_at__isnull=True).update(ended_at=at, ended_reason="代班结束")
