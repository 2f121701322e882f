"""What must hold in observation, and who answers when it does not: the primary contact, then the area's lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from lianfang.domain.observation import rules
from lianfang.domain.observation.models import (
    Awaited,
    Escalation,
    Need,
    Order,
    Proposal,
    Referral,
    Slot,
    StatusChange,
    Timetable,
)
from lianfang.domain.observation.queries.slots import is_due
from lianfang.domain.observation.rules import CLOSED_STATES
from lianfang.domain.organisation.queries import answerable_by_home, answerable_ids, holders
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.text import Bilingual, both

_QUESTIONS = {need.code: need.question for need in rules.NEEDS}


def _open(rows: Iterable[Any], since: str, subject: str = "pk") -> Iterator[Open]:
    """Yield rows that carry household and area as open, answered by the person's contact."""
    found = list(rows)
    who = answerable_by_home((row.household_id, row.area_path) for row in found)
    for row in found:
        answers = who.get((row.household_id, row.area_path))
        yield Open(str(getattr(row, subject)), row.area_path, getattr(row, since), answers)


def _due(path: str, now: datetime) -> Iterator[Open]:
    slots = Slot.objects.filter(is_due(now), within(path)).values_list(
        "person_id", "area_path", "opens_at", "day_on", "name"
    )
    found = {person: (area, opens_at, f"{day}/{name}") for person, area, opens_at, day, name in slots}
    homes = dict(Timetable.objects.filter(within(path), state="live").values_list("pk", "household_id"))
    who = answerable_by_home((homes.get(person), area) for person, (area, _, _) in found.items())
    for person, (area, opens_at, slot) in found.items():
        yield Open(str(person), area, opens_at, who.get((homes.get(person), area)), {"slot": slot})


def _slot_words(day: str, name: str) -> Bilingual:
    part = rules.SLOT_NAMES[name]
    return both(f"{day} {part.zh}", f"{day} {part.en}")


def _missed(path: str, now: datetime) -> Iterator[Open]:
    """Yield runs of missed slots, answered by the village's lead, or the town's once nothing was done in time."""
    rows = list(Escalation.objects.filter(within(path), resolved_at__isnull=True))
    told = {row.pk: row.area_path[: TOWN_DIGITS if row.to == "town" else VILLAGE_DIGITS] for row in rows}
    who = answerable_ids(set(told.values()))
    for row in rows:
        since = row.told_town_at or row.since
        yield Open(str(row.pk), row.area_path, since, who.get(told[row.pk]), {"to": row.to, "missed": len(row.missed)})


def _referrals(path: str, now: datetime, late: bool) -> Iterator[Open]:
    rows = list(Referral.objects.filter(within(path), state="open"))
    paths = {row.area_path for row in rows}
    doctors, others = holders(paths, "doctor"), answerable_ids(paths)
    for row in rows:
        if (row.refer_by < now) is late:
            doctor = doctors.get(row.area_path)
            who = doctor.account_id if doctor else others.get(row.area_path)
            yield Open(str(row.pk), row.area_path, row.refer_by if late else row.opened_at, who)


def _unowned(path: str, now: datetime) -> Iterator[Open]:
    rows = Need.objects.filter(within(path), yes=True, owner_id__isnull=True).exclude(
        order__state__in=("cancelled", "released", "transferred_central")
    )
    found = list(rows)
    who = answerable_ids({row.area_path for row in found})
    for row in found:
        yield Open(str(row.pk), row.area_path, row.raised_at, who.get(row.area_path), {"need": row.code})


def _unnotified(path: str, now: datetime) -> Iterator[Open]:
    blocked = Need.objects.filter(order=OuterRef("pk"), yes=True, owner_id__isnull=True)
    return _open(Order.objects.filter(~Exists(blocked), within(path), state="ordered"), "ordered_at")


def _untold(path: str, now: datetime) -> Iterator[Open]:
    rows = Order.objects.filter(within(path), renotice_since__isnull=False).exclude(state__in=CLOSED_STATES)
    return _open(rows, "renotice_since")


def _proposed(path: str, kind: str) -> Iterator[tuple[Proposal, UUID | None]]:
    """Yield the undecided proposals of a kind, each with who answers for the village."""
    found = list(Proposal.objects.filter(within(path), kind=kind, decided_at__isnull=True))
    who = answerable_ids({row.area_path[:VILLAGE_DIGITS] for row in found})
    for row in found:
        yield row, who.get(row.area_path[:VILLAGE_DIGITS])


def _unconfirmed(path: str, now: datetime) -> Iterator[Open]:
    for row, who in _proposed(path, "full_term"):
        yield Open(str(row.order_id), row.area_path, row.proposed_at, who, {"missed": row.missed})


def _earlier(path: str, now: datetime) -> Iterator[Open]:
    for row, who in _proposed(path, "edition"):
        yield Open(str(row.pk), row.area_path, row.proposed_at, who)


def _lost(path: str, now: datetime) -> Iterator[Open]:
    return _open(Order.objects.filter(within(path), state="lost"), "ordered_at")


def _unchecked(path: str, now: datetime) -> Iterator[Open]:
    """Yield changes of status with who confirms them: of the village, or of the town where the village proposed it."""
    rows = list(StatusChange.objects.filter(Q(decided_at__isnull=True), within(path)))
    who = answerable_ids({row.area_path[:digits] for row in rows for digits in (VILLAGE_DIGITS, TOWN_DIGITS)})
    for row in rows:
        village, town = who.get(row.area_path[:VILLAGE_DIGITS]), who.get(row.area_path[:TOWN_DIGITS])
        yield Open(str(row.pk), row.area_path, row.proposed_at, town if village == row.proposed_by else village)


gap(
    Gap(
        name="observation_slot_due",
        title=both("还没测温", "Not measured yet"),
        help=both(
            "本时段（早或晚）尚未记录体温的观察人员。", "People under observation without a reading in this slot."
        ),
        severity="today",
        table="observation.timetable",
        find=_due,
        act=("action", "observation.record_reading", both("记录体温", "Record")),
        facts=("observation.began", "observation.person_released", "observation.order_changed"),
        says=lambda told: _slot_words(*str(told["slot"]).split("/")),
    )
)

gap(
    Gap(
        name="observation_slots_missed",
        title=both("连续漏测", "Missed in a row"),
        help=both(
            "连续两次漏测报村支书，逾时未处理报乡镇。",
            "Two missed in a row go to the village secretary, then the town.",
        ),
        severity="urgent",
        table="observation.escalations",
        find=_missed,
        act=("action", "observation.answer_escalation", both("处理", "Answer")),
        facts=("observation.slots_missed", "observation.escalation_answered"),
        says=lambda told: both(f"漏测 {told['missed']} 次", f"{told['missed']} readings missed"),
    )
)

gap(
    Gap(
        name="observation_referral_late",
        title=both("转诊超时", "Referral past its time"),
        help=both("发热或有症状，超过规定时限还没有医生接收。", "Fever or symptoms, and no doctor took over in time."),
        severity="urgent",
        table="observation.referrals",
        find=lambda path, now: _referrals(path, now, late=True),
        act=("action", "observation.accept_referral", both("接收", "Accept")),
        facts=("observation.referral_accepted", "observation.referral_closed"),
    )
)

gap(
    Gap(
        name="observation_referral_open",
        title=both("待接收的转诊", "Referral to accept"),
        help=both(
            "发热或有症状，须在时限内由村医接收。",
            "Fever or symptoms: a doctor takes over within the time of the rule.",
        ),
        severity="urgent",
        table="observation.referrals",
        find=lambda path, now: _referrals(path, now, late=False),
        act=("action", "observation.accept_referral", both("接收", "Accept")),
        facts=("observation.referral_opened", "observation.referral_accepted", "observation.referral_closed"),
    )
)

gap(
    Gap(
        name="observation_need_unowned",
        title=both("困难没人负责", "Need without an owner"),
        help=both("有困难没有落实负责人，观察不能开始。", "A need has no owner, so observation cannot begin."),
        severity="urgent",
        table="observation.needs",
        find=_unowned,
        act=("action", "observation.settle_need", both("落实负责人", "Give it an owner")),
        facts=("observation.need_raised", "observation.need_owned"),
        says=lambda told: _QUESTIONS[told["need"]],
    )
)

gap(
    Gap(
        name="observation_not_notified",
        title=both("还没告知本人", "Not notified"),
        help=both("观察已下达，告知书还没有送达签收。", "Ordered, but the notice is not delivered and signed."),
        severity="today",
        table="observation.orders",
        find=_unnotified,
        act=("action", "observation.notify_person", both("告知", "Notify")),
        facts=("observation.ordered", "observation.need_owned", "observation.person_notified"),
    )
)

gap(
    Gap(
        name="observation_not_told_again",
        title=both("延长后还没重新告知", "Not told of the extension"),
        help=both("观察延长了，本人还没有被告知新的结束日并签收。", "Extended, and the person has not signed for it."),
        severity="today",
        table="observation.orders",
        find=_untold,
        act=("action", "observation.renotify_person", both("重新告知", "Notify again")),
        facts=("observation.order_extended", "observation.person_notified", "observation.order_changed"),
    )
)

gap(
    Gap(
        name="observation_release_unconfirmed",
        title=both("期满待确认解除", "Release to confirm"),
        help=both(
            "规则已建议解除，等人核对漏测后确认。",
            "The rule proposes release: a person looks at the gaps and confirms.",
        ),
        severity="today",
        table="observation.orders",
        find=_unconfirmed,
        act=("action", "observation.confirm_release", both("核对并解除", "Confirm")),
        facts=("observation.release_proposed", "observation.person_released", "observation.order_shortened"),
        says=lambda told: both(f"缺 {told['missed']} 次记录", f"{told['missed']} readings missing"),
    )
)

gap(
    Gap(
        name="observation_earlier_end_undecided",
        title=both("提前解除待定", "Earlier end to decide"),
        help=both("规定缩短了，是否提前解除由人决定。", "The rule became shorter: a person decides."),
        severity="today",
        table="observation.proposals",
        find=_earlier,
        act=("action", "observation.accept_earlier_end", both("同意提前", "Accept")),
        facts=("observation.order_shortened", "observation.person_released", "observation.order_changed"),
    )
)

gap(
    Gap(
        name="observation_person_lost",
        title=both("失访", "Lost to follow-up"),
        help=both("观察中找不到的人。", "People under observation who cannot be found."),
        severity="urgent",
        table="observation.orders",
        find=_lost,
        act=("action", "observation.resume_order", both("已找到", "Found")),
        facts=("observation.order_changed",),
    )
)

gap(
    Gap(
        name="observation_change_unconfirmed",
        title=both("变更待复核", "Change to confirm"),
        help=both("撤销或转出须由另一人复核。", "Cancelling or transferring is confirmed by a second person (P12)."),
        severity="today",
        table="observation.changes",
        find=_unchecked,
        act=("action", "observation.confirm_change", both("复核", "Confirm")),
        facts=("observation.change_proposed", "observation.order_changed"),
    )
)


def _undecided(path: str, at: datetime) -> Iterable[Open]:
    return _open(Awaited.objects.filter(within(path), settled_at__isnull=True), "since")


gap(
    Gap(
        name="observation_undecided",
        title=both("已核实、还没下达观察", "Confirmed, not yet ordered"),
        help=both(
            "线索核实后，要么下达观察，要么写明不需要的理由。",
            "Once confirmed: an order, or the reason why none.",
        ),
        severity="urgent",
        table="people.persons",
        find=_undecided,
        act=("action", "observation.order_observation", both("下达观察", "Order observation")),
        facts=("observation.person_awaited", "observation.person_decided"),
    )
)
