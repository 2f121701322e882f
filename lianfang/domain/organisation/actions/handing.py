"""Handing over everything one worker answers for, to one other or split among several, in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Annotated
from uuid import UUID

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from pydantic import Field

from lianfang.domain.organisation.actions.fields import (
    NO_RESPONSIBILITY,
    Agreed,
    Reason,
    close,
    day_of,
    find_worker,
    live_of,
    opening_state,
)
from lianfang.domain.organisation.events import ResponsibilitiesHandedOver
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import TODAY, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

TO_ONESELF = refusal("organisation.hand_to_oneself", "不能移交给本人。", "Nobody hands over to oneself.")
HOLDS_NOTHING = refusal(
    "organisation.holds_nothing", "此人没有可移交的责任。", "This worker holds nothing to hand over.", status=409
)
NOT_ALL_GIVEN = refusal(
    "organisation.not_all_given",
    "还有 {count} 项责任没有接手人。",
    "{count} responsibilities have nobody to take them.",
    status=409,
)
GIVEN_TWICE = refusal(
    "organisation.given_twice", "同一项责任不能交给两个人。", "One responsibility cannot go to two people."
)
MOST_TOLD = 200

Receiver = Annotated[UUID, Field(**labelled("接手人", "Who takes over", "account"))]


class Split(Input):
    to_id: Receiver
    responsibility_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)]


class HandOver(Input):
    from_id: Annotated[UUID, Field(**labelled("移交人", "Who hands over", "account"))]
    to_id: Annotated[UUID | None, Field(**labelled("接手人", "Who takes over", "account"))] = None
    splits: Annotated[list[Split], Field(max_length=200, **labelled("分别移交", "Split", "hidden"))] = Field(
        default_factory=list
    )
    rest_stays: Annotated[bool, Field(**labelled("其余保留", "The rest stays", "hidden"))] = False
    agreed: Agreed = True
    reason: Reason


_HELD = Responsibility.objects.filter(account=OuterRef("pk"), state__in=LIVE)
_HELD_UNTIL = _HELD.annotate(until=Coalesce("ends_on", Value(date.max))).order_by("-until").values("until")[:1]
HOLDS_SOMETHING = when(lambda until, today: until is not None and until >= today, Subquery(_HELD_UNTIL), TODAY)


@action(
    "organisation.hand_over_all", both("一次移交全部责任", "Hand over everything"), HandOver,
    subject=Subject("organisation.workers", "from_id", HOLDS_SOMETHING), danger=True,
)  # fmt: skip
def hand_over_all(call: Call, given: HandOver) -> Result:
    """Hand over everything a worker answers for in one step: to one other, or split, or (`rest_stays`) a part of it.

    It takes the right at every area concerned; otherwise nothing moves.
    """
    rows = live_of(given.from_id, day_of(call))
    if not rows:
        call.permit(call.actor.home_area)
        raise HOLDS_NOTHING(field="from_id")
    for path in sorted({row.area_path for row in rows}):
        call.permit(path)
    plan = make_plan(rows, given.to_id, given.splits, rest_stays=given.rest_stays)
    moved = carry_over(call, given.from_id, plan, given.reason, agreed=given.agreed)
    call.about("organisation.workers", given.from_id, handed_over=sum(len(one) for one in plan.values()))
    return {
        "handed_over": sum(len(one) for one in plan.values()),
        "to": {str(one): len(ids) for one, ids in moved.items()},
        "undo": _undo(given.from_id, plan, moved),
    }


def _undo(from_id: UUID, plan: Plan, moved: Mapping[UUID, list[UUID]]) -> dict[str, object] | None:
    """Return the way back when one worker took it all and held none of it before; other cases need a person."""
    [(taker, ids), *others] = moved.items()
    if others or len(ids) < len(plan[taker]):
        return None
    back = [{"to_id": str(from_id), "responsibility_ids": [str(one) for one in ids]}]
    given = {"from_id": str(taker), "splits": back, "rest_stays": True, "reason": "撤销移交"}
    return {"action": "organisation.hand_over_all", "input": given}


Plan = dict[UUID, list[Responsibility]]


def make_plan(rows: Sequence[Responsibility], to_id: UUID | None, splits: Sequence[Split], *, rest_stays: bool) -> Plan:
    """Return who takes which rows. Raises unless every row has exactly one taker, or the rest may stay."""
    held = {row.pk: row for row in rows}
    plan: Plan = {}
    for split in splits:
        for one in split.responsibility_ids:
            if one not in held:
                raise (GIVEN_TWICE if one in {row.pk for row in rows} else NO_RESPONSIBILITY)(field="splits")
            plan.setdefault(split.to_id, []).append(held.pop(one))
    if held and to_id is not None:
        plan.setdefault(to_id, []).extend(held.values())
    elif held and not (rest_stays and plan):
        raise NOT_ALL_GIVEN(field="to_id", count=len(held), details={"held": told(held.values()), "count": len(held)})
    return plan


def told(rows: Iterable[Responsibility]) -> list[dict[str, str]]:
    """Return what is held as a person reads it, without anybody's name."""
    return [
        {"id": str(row.pk), "kind": row.kind, "target_kind": row.target_kind, "area_path": row.area_path,
         "label": row.target_label}
        for row in islice(rows, MOST_TOLD)
    ]  # fmt: skip


def carry_over(call: Call, from_id: UUID, plan: Plan, reason: str, *, agreed: bool) -> dict[UUID, list[UUID]]:
    """Close every row as handed over and open it for its taker, unless the taker holds the same already."""
    moved: dict[UUID, list[UUID]] = {}
    for taker_id, rows in plan.items():
        if taker_id == from_id:
            raise TO_ONESELF(field="to_id")
        find_worker(taker_id, "to_id")
        close(call, rows, "handed_over", reason)
        known = _held_keys(taker_id)
        fresh = [_taken(call, row, taker_id, reason, agreed) for row in rows if _key(row) not in known]
        Responsibility.objects.bulk_create(fresh, batch_size=500)
        moved[taker_id] = [row.pk for row in fresh]
    everything = [row for rows in plan.values() for row in rows]
    for path in sorted({row.area_path for row in everything}):
        call.announce(
            ResponsibilitiesHandedOver(
                area_path=path, from_id=from_id, to_ids=tuple(plan),
                count=sum(row.area_path == path for row in everything),
            )
        )  # fmt: skip
    return moved


def _key(row: Responsibility) -> tuple[str, str, object]:
    return row.kind, row.target_kind, row.target_id or row.area_path


def _held_keys(account_id: UUID) -> set[tuple[str, str, object]]:
    return {_key(row) for row in Responsibility.objects.filter(account_id=account_id, state__in=LIVE)}


def _taken(call: Call, row: Responsibility, taker_id: UUID, reason: str, agreed: bool) -> Responsibility:
    on = day_of(call)
    starts_on = max(row.starts_on, on)
    sure = agreed or taker_id == call.actor.account_id
    return Responsibility(
        account_id=taker_id, kind=row.kind, level=row.level, target_kind=row.target_kind, target_id=row.target_id,
        target_label=row.target_label, area_path=row.area_path, regime=row.regime, starts_on=starts_on,
        ends_on=row.ends_on, state=opening_state(sure, starts_on, on), reason=reason, handed_from=row,
        proposed_by=call.actor.account_id, proposed_at=call.received_at, accepted_at=call.received_at if sure else None,
    )  # fmt: skip
