"""Requests for help: classes, deadlines, and who may say that help has arrived.

Refuses to close a request that the one who asked has not confirmed. Hours come from the rulebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

CLASS_UNKNOWN = refusal("welfare.class_unknown", "没有“{code}”这一类需求。", "There is no class of help “{code}”.")
STEP_NOT_ALLOWED = refusal(
    "welfare.step_not_allowed",
    "需求当前为“{now}”，不能改为“{then}”。",
    "The request is “{now_en}” and cannot become “{then_en}”.",
    status=409,
)
NOT_THE_ASKER = refusal(
    "welfare.not_the_asker",
    "须由提出需求的人（或其监护人）确认送达。",
    "The one who asked, or a guardian, confirms that help has arrived.",
    status=403,
)
NO_WAY_OF_CONFIRMING = refusal(
    "welfare.no_way_of_confirming",
    "代为确认须写明如何向本人核实。",
    "Confirming for somebody needs a word on how they were asked.",
)

CLASSES: dict[str, Bilingual] = {
    "life_threatening": both("危及生命", "life in danger"),
    "medicine": both("用药就医", "medicine and treatment"),
    "food": both("食品和生活必需品", "food and daily needs"),
    "other": both("其他", "other"),
}
KINDS: dict[str, tuple[Bilingual, str]] = {
    "emergency": (both("紧急救助", "emergency"), "life_threatening"),
    "carer_needed": (both("家人无人照料", "nobody looks after a dependant"), "life_threatening"),
    "medicine": (both("代购药品", "medicine"), "medicine"),
    "treatment": (both("就医接送（透析、产检等）", "trip to treatment"), "medicine"),
    "food": (both("代购米面粮油蔬菜", "groceries"), "food"),
    "child_supplies": (both("婴幼儿用品", "baby supplies"), "food"),
    "rubbish": (both("清运垃圾", "rubbish"), "other"),
    "livestock": (both("照管牲畜、农活", "livestock and field work"), "other"),
    "utility": (both("水电暖气维修", "water, power, heating"), "other"),
    "counselling": (both("心理疏导", "somebody to talk to"), "other"),
    "other": (both("其他", "other"), "other"),
}
STATES: dict[str, Bilingual] = {
    "raised": both("已提出", "raised"),
    "accepted": both("已受理", "accepted"),
    "delivered": both("已送达", "delivered"),
    "confirmed": both("本人已确认", "confirmed by the one who asked"),
    "not_delivered": both("本人反映未送达", "said not to have arrived"),
    "withdrawn": both("本人撤回", "withdrawn by the one who asked"),
}
CLOSED_STATES = frozenset({"confirmed", "withdrawn"})
_STEPS: dict[str, tuple[str, ...]] = {
    "raised": ("accepted", "withdrawn"),
    "accepted": ("delivered", "raised", "withdrawn"),
    "delivered": ("confirmed", "not_delivered"),
    "not_delivered": ("accepted", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who says that help has arrived; somebody else may say so for them when it is written how they were asked."""

    by_id: str
    how_asked: str = ""


def may_step(now: str, then: str) -> bool:
    """Is this a step of a request's life?"""
    return then in _STEPS.get(now, ())


def check_step(now: str, then: str) -> None:
    """Accept only the steps of a request. Raises `welfare.step_not_allowed`."""
    if may_step(now, then):
        return
    before, after = (STATES.get(state, both(state, state)) for state in (now, then))
    raise STEP_NOT_ALLOWED(field="state", now=before.zh, then=after.zh, now_en=before.en, then_en=after.en)


def check_confirmation(confirmation: Confirmation, *, asker_ids: frozenset[str], deliverer_id: str) -> None:
    """Accept a confirmation from the one who asked or a guardian, or passed on by someone who did not deliver it.

    Raises `welfare.not_the_asker` for the deliverer, `welfare.no_way_of_confirming` for a bare word by others.
    """
    if confirmation.by_id in asker_ids:
        return
    if confirmation.by_id == deliverer_id:
        raise NOT_THE_ASKER(field="confirmed_by")
    if not confirmation.how_asked.strip():
        raise NO_WAY_OF_CONFIRMING(field="how_asked")


def due_at(
    request_class: str, raised_at: datetime, *, hours: Mapping[str, float], immediate_minutes: float
) -> datetime:
    """Return when help of this class must have arrived.

    Life in danger counts in minutes; medicine is due before the same day ends, or in the hours given for it.
    Raises `welfare.class_unknown`. Source: rule values `welfare.due_hours` and `welfare.immediate_minutes`.
    """
    if request_class not in CLASSES:
        raise CLASS_UNKNOWN(field="class", code=request_class)
    if request_class == "life_threatening":
        return raised_at + timedelta(minutes=immediate_minutes)
    if request_class in hours:
        return raised_at + timedelta(hours=hours[request_class])
    return _end_of_day(raised_at) if request_class == "medicine" else raised_at + timedelta(hours=hours["other"])


def is_overdue(state: str, due: datetime, now: datetime) -> bool:
    """Is the request still waiting for help after its time? Delivered help waits for a word, not for help."""
    return state in ("raised", "accepted", "not_delivered") and now > due


def next_contact_on(last_contact_on: date | None, on: date, every_days: int) -> date:
    """Return the day by which a vulnerable person must be contacted again: today when there was none yet."""
    return on if last_contact_on is None else last_contact_on + timedelta(days=every_days)


def _end_of_day(moment: datetime) -> datetime:
    """Return the last minute of the day on the county's wall clock."""
    return datetime.combine(moment.astimezone(CHINA).date(), time(23, 59), CHINA)
