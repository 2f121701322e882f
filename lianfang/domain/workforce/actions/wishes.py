"""Wishes for rosters: entered and taken back by oneself, or by whoever plans for somebody who called."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.placing import ResponderId
from lianfang.domain.workforce.actions.serving_fields import ENDS_FIRST, choice_of, take_responder
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.wishes import Wish
from lianfang.domain.workforce.queries.kept_wishes import published_days
from lianfang.domain.workforce.queries.responders import responder_of_account
from lianfang.domain.workforce.queries.wishes import wish_numbers
from lianfang.domain.workforce.rules.wishes import ANY, OFF, PARTS, WANTS, Wishes, days_of, share_time
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import TODAY, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_SERVING = refusal(
    "workforce.not_serving", "您不在参战人员名单上，不能登记排班愿望。请找负责人登记。",
    "You are not on the list of people who serve: ask the lead to register you first.", status=409,
)  # fmt: skip
NO_WISH = refusal("workforce.unknown_wish", "没有这个愿望，或已撤回。", "There is no such wish.", status=404)
IS_PAST = refusal("workforce.wish_in_the_past", "这一天已经过去。", "That day has gone by.")
TOO_FAR = refusal("workforce.wish_too_far", "只能登记 {days} 天以内的愿望。", "Wishes reach {days} days ahead at most.")
TOO_MANY = refusal(
    "workforce.too_many_wishes", "同时最多登记 {most} 天，已登记 {had} 天。先撤回别的愿望，或等已过的日子。",
    "At most {most} days may be wished for at a time, {had} are already: take one back, or wait.", status=409,
)  # fmt: skip
OVERLAPS = refusal(
    "workforce.wish_overlaps", "{first} 至 {last} 已登记过愿望，请先撤回再改。",
    "A wish from {first} to {last} is there already: take it back first.", status=409,
)  # fmt: skip

TABLE, MINE = "workforce.wishes", "workforce.my_wishes"
IS_PUBLISHED = both(
    "其中有的日子排班表已发布：愿望已记下，再调整排班时会考虑。急着要休，请申请换班。",
    "For some of these days the roster is published: the wish is kept for when it is planned anew. If you need the"
    " time off, propose a swap.",
)
WishId = Annotated[UUID, Field(**labelled("愿望", "Wish", **{"x-table": TABLE}))]
AHEAD = when(lambda until, today: until >= today, "until_on", TODAY)


class EnterWish(Input):
    from_on: Annotated[date, Field(**labelled("哪天", "Day", "date"))]
    until_on: Annotated[date | None, Field(**labelled("到哪天（只一天可不填）", "Until (empty: that day)", "date"))] = (
        None
    )
    wants: Annotated[str, Field(min_length=1, max_length=5, **choice_of(WANTS, "愿望", "Wish")), one_of(WANTS)] = OFF
    part: Annotated[
        str, Field(min_length=1, max_length=5, **choice_of(PARTS, "时段", "Part of the day")), one_of(PARTS)
    ] = ANY


class ForSomebody(Input):
    responder_id: ResponderId


class EnterWishFor(EnterWish, ForSomebody):
    """A form asks first for whom, then for what."""


@action("workforce.enter_wish", both("登记排班愿望", "Wish for days off or on duty"), EnterWish)
def enter_wish(call: Call, given: EnterWish) -> Result:
    """Wish for days off, or to serve on; no reason is asked. Rosters keep wishes where posts can be staffed.

    A wish for days whose roster is published is taken and says so, because it still counts when the roster is planned
    anew or a substitute is sought; to refuse it would only send people to the phone.
    """
    call.permit(call.actor.home_area)
    person = responder_of_account(call.actor.account_id)
    if person is None:
        raise NOT_SERVING()
    return _enter(call, Responder.objects.select_for_update().get(pk=person.pk), given, by_proxy=False)


@action("workforce.enter_wish_for", both("代登记排班愿望", "Enter somebody's wish"), EnterWishFor)
def enter_wish_for(call: Call, given: EnterWishFor) -> Result:
    """Enter a wish for somebody who called, or has no phone."""
    return _enter(call, take_responder(call, given.responder_id), given, by_proxy=True)


def _enter(call: Call, person: Responder, given: EnterWish, *, by_proxy: bool) -> Result:
    # because a wish kept on a phone without network was in time when it was made
    on = local(call.happened_at).date()
    row = Wish(
        id=call.id, area_path=person.area_path, responder=person, from_on=given.from_on,
        until_on=given.until_on or given.from_on, wants=given.wants, part=given.part, by_proxy=by_proxy,
        entered_at=call.happened_at, entered_by=call.actor.account_id,
    )  # fmt: skip
    _check(row, on, list(Wish.objects.filter(responder=person, until_on__gte=on)), wish_numbers(person.area_path, on))
    row.save(force_insert=True)
    call.about(TABLE, row.pk)
    published = bool(published_days(person, row.from_on, row.until_on))
    back = "workforce.take_back_wish_for" if by_proxy else "workforce.take_back_wish"
    return {"id": str(row.pk), "told": IS_PUBLISHED.as_dict() if published else None,
            "undo": {"action": back, "input": {"wish_id": str(row.pk)}}}  # fmt: skip


def _check(asked: Wish, on: date, others: list[Wish], numbers: Wishes) -> None:
    """Raise what speaks against a wish: its days, how many there are already, another about the same time."""
    if asked.until_on < asked.from_on:
        raise ENDS_FIRST(field="until_on")
    if asked.from_on < on:
        raise IS_PAST(field="from_on")
    if (asked.until_on - on).days > numbers.ahead_days:
        raise TOO_FAR(field="until_on", days=numbers.ahead_days)
    for other in others:
        if share_time(asked, other):
            raise OVERLAPS(field="from_on", first=other.from_on.isoformat(), last=other.until_on.isoformat())
    had = sum(map(days_of, others))
    if had + days_of(asked) > numbers.most_days:
        raise TOO_MANY(field="until_on", most=numbers.most_days, had=had)


class OneWish(Input):
    wish_id: WishId


def _find(wish_id: UUID) -> Wish | None:
    return Wish.objects.select_for_update(of=("self",)).select_related("responder").filter(pk=wish_id).first()


@action("workforce.take_back_wish", both("撤回愿望", "Take a wish back"), OneWish,
        subject=Subject(MINE, "wish_id", AHEAD))  # fmt: skip
def take_back_wish(call: Call, given: OneWish) -> Result:
    """Take one's own wish back, as long as it lies ahead. Nothing of it is kept."""
    call.permit(call.actor.home_area)
    row = _find(given.wish_id)
    if row is None or call.actor.account_id is None or row.responder.account_id != call.actor.account_id:
        raise NO_WISH(field="wish_id")
    return _take_back(call, row)


@action("workforce.take_back_wish_for", both("代撤回愿望", "Take somebody's wish back"), OneWish,
        subject=Subject(TABLE, "wish_id", AHEAD))  # fmt: skip
def take_back_wish_for(call: Call, given: OneWish) -> Result:
    """Take a wish back for somebody who called."""
    row = _find(given.wish_id)
    if row is None:
        call.permit(call.actor.home_area)
        raise NO_WISH(field="wish_id")
    call.permit(row.area_path)
    return _take_back(call, row)


def _take_back(call: Call, row: Wish) -> Result:
    if not call.allows(AHEAD, row):
        raise IS_PAST(field="wish_id")
    call.about(TABLE, row.pk)
    told = {"id": str(row.pk)}
    row.delete()
    return told
