"""Home observation: when it ends, which readings are due, what a reading means, what must be settled first.

Refuses to go live over an unowned need, to skip a step, to extend without approval. Numbers come from the rulebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.text import Bilingual, both

NO_LENGTH = refusal(
    "observation.no_length",
    "现行规定不要求观察，不能下达观察通知。",
    "The rule in force asks for no observation, so none can be ordered.",
)
WINDOW_PAST = refusal(
    "observation.window_past",
    "观察期已于 {ends_on} 结束，不需要再观察。",
    "The observation window ended on {ends_on}; no observation is needed.",
)
NEED_UNANSWERED = refusal(
    "observation.need_unanswered", "请先问清：{label}。", "Please ask first: {label_en}.", status=422
)
NEED_UNOWNED = refusal(
    "observation.need_unowned",
    "“{label}”还没有落实负责人，观察不能开始。",
    "Nobody answers for “{label_en}” yet, so observation cannot begin.",
)
STEP_NOT_ALLOWED = refusal(
    "observation.step_not_allowed",
    "当前状态为“{now}”，不能改为“{then}”。",
    "The state is “{now_en}” and cannot become “{then_en}”.",
    status=409,
)
EXTENSION_UNAPPROVED = refusal(
    "observation.extension_unapproved",
    "延长观察须写明批准人和依据，不能自动延长。",
    "Observation is extended only by a named approver with a stated basis, never by itself.",
)
EXTENSION_NOT_LATER = refusal(
    "observation.extension_not_later",
    "新的结束日期不晚于原来的日期。",
    "The new end date is not later than the present one.",
)
READING_EMPTY = refusal("observation.reading_empty", "请填写体温或症状。", "Please give a temperature or a symptom.")
READING_IMPOSSIBLE = refusal(
    "observation.reading_impossible",
    "体温 {temperature} ℃ 超出 {lowest}–{highest} ℃，请重新测量或检查填写。",
    "{temperature} °C is outside {lowest} to {highest} °C; please measure again or check what was typed.",
)
RELEASE_TOO_EARLY = refusal(
    "observation.release_too_early",
    "观察期到 {ends_on} 才满，现在不能按期满解除。",
    "Observation runs until {ends_on} and cannot be released as completed yet.",
)
RELEASE_REFERRED = refusal(
    "observation.release_referred",
    "有未办结的发热或症状转诊，不能解除。",
    "A referral for fever or symptoms is still open; release has to wait.",
)
GAPS_UNSEEN = refusal(
    "observation.gaps_unseen",
    "有 {count} 次漏测，请确认已知晓后再解除。",
    "{count} readings were missed; please confirm that you have seen this before release.",
)

# --- length ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one order, both included."""

    order_id: str
    starts_on: date
    ends_on: date


def planned_days(last_exposure_on: date, length_days: int | None, start_offset_days: int) -> tuple[date, date]:
    """Return first and last day of observation; `length_days` None means the rule asks for none.

    Raises `observation.no_length`. Source of length and offset: the rule values passed in.
    """
    if not length_days or length_days < 1:
        raise NO_LENGTH(field="rule")
    starts_on = last_exposure_on + timedelta(days=start_offset_days)
    return starts_on, starts_on + timedelta(days=length_days - 1)


def check_still_needed(ends_on: date, on: date) -> None:
    """Accept an order only while its window is open. Raises `observation.window_past`."""
    if ends_on < on:
        raise WINDOW_PAST(field="last_exposure_on", ends_on=ends_on.isoformat())


def check_extension(ends_on: date, new_ends_on: date, *, approved_by: str, basis: str) -> None:
    """Accept a later end only from a named approver with a basis. Raises `observation.extension_…`."""
    if new_ends_on <= ends_on:
        raise EXTENSION_NOT_LATER(field="ends_on")
    if not approved_by.strip() or not basis.strip():
        raise EXTENSION_UNAPPROVED(field="basis" if approved_by.strip() else "approved_by")


def merged_days(spans: Iterable[Span]) -> list[date]:
    """Return every day that any order of one person covers, once each: several orders, one timetable."""
    return sorted({span.starts_on + timedelta(days=n) for span in spans for n in range(_length(span))})


def latest_end(spans: Iterable[Span]) -> date | None:
    """Return the last lawful day over all orders of one person."""
    return max((span.ends_on for span in spans), default=None)


def _length(span: Span) -> int:
    return (span.ends_on - span.starts_on).days + 1


# --- timetable ---------------------------------------------------------------------------------------------------

SlotState = Literal["upcoming", "due", "recorded", "missed"]
SLOT_STATES: dict[str, Bilingual] = {
    "upcoming": both("未到时间", "not yet"),
    "due": both("待测", "due"),
    "recorded": both("已记录", "recorded"),
    "missed": both("漏测", "missed"),
}
SLOT_NAMES: dict[str, Bilingual] = {
    "morning": both("早", "morning"),
    "noon": both("中", "noon"),
    "evening": both("晚", "evening"),
}


@dataclass(frozen=True, slots=True)
class SlotWindow:
    """One slot of every day in local time, with minutes of grace after it closes."""

    name: str
    opens_at: time
    closes_at: time
    grace_minutes: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of one day. A reading from `catches_from` until before `catches_until` counts for it."""

    day_on: date
    day_number: int
    name: str
    opens_at: datetime
    closes_at: datetime
    late_until: datetime
    catches_from: datetime
    catches_until: datetime

    @property
    def key(self) -> str:
        return f"{self.day_on.isoformat()}/{self.name}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A temperature in °C and symptoms, at the moment they were taken."""

    id: str
    at: datetime
    temperature_c: float | None = None
    symptoms: tuple[str, ...] = ()
    way: str = "visit"


WAYS: dict[str, Bilingual] = {
    "self": both("自报", "self-report"),
    "visit": both("上门", "visit"),
    "phone": both("电话", "phone"),
}


def windows_from(value: Iterable[Mapping[str, Any]], slots_per_day: int | None = None) -> tuple[SlotWindow, ...]:
    """Return the windows of rule value `observation.slots`, in order of the day; one a day keeps the first only."""
    windows = sorted((_window(about) for about in value), key=lambda window: window.opens_at)
    return tuple(windows[:slots_per_day])


def timetable(spans: Iterable[Span], windows: Sequence[SlotWindow], *, live_from: datetime | None = None) -> list[Slot]:
    """Return all slots of one person in order of time, one per window and day however many orders there are.

    Slots that were over when observation went live are left out, because nobody could have recorded them.
    """
    days = merged_days(spans)
    slots = [slot for number, day in enumerate(days, 1) for slot in _slots_of_day(day, number, windows)]
    return [slot for slot in slots if live_from is None or slot.late_until > live_from]


def slot_for(moment: datetime, slots: Iterable[Slot]) -> Slot | None:
    """Return the slot a reading of this moment counts for, if any."""
    return next((slot for slot in slots if slot.catches_from <= moment < slot.catches_until), None)


def slot_state(slot: Slot, readings: Iterable[Reading], now: datetime) -> SlotState:
    """Return the state of the slot: a reading counts by when it was taken, however late it arrives."""
    if any(slot.catches_from <= reading.at < slot.catches_until for reading in readings):
        return "recorded"
    if now < slot.opens_at:
        return "upcoming"
    return "due" if now <= slot.late_until else "missed"


def states(slots: Sequence[Slot], readings: Sequence[Reading], now: datetime) -> list[tuple[Slot, SlotState]]:
    """Return every slot with its state, in order of time."""
    return [(slot, slot_state(slot, readings, now)) for slot in slots]


def open_work(slots: Sequence[Slot], readings: Sequence[Reading], now: datetime, kept_open: int) -> list[Slot]:
    """Return the slots that belong on a worker's list now: the due one and the newest missed ones.

    Nothing is left once the last slot is over, because what is missing then belongs to the release proposal.
    """
    if not slots or now > slots[-1].late_until:
        return []
    judged = states(slots, readings, now)
    missed = [slot for slot, state in judged if state == "missed"]
    due = [slot for slot, state in judged if state == "due"]
    return missed[len(missed) - kept_open if len(missed) > kept_open else 0 :] + due


def _window(about: Mapping[str, Any]) -> SlotWindow:
    opens_at, closes_at = time.fromisoformat(about["opens_at"]), time.fromisoformat(about["closes_at"])
    return SlotWindow(str(about["name"]), opens_at, closes_at, int(about["grace_minutes"]))


def _slots_of_day(day: date, number: int, windows: Sequence[SlotWindow]) -> list[Slot]:
    opens = [datetime.combine(day, window.opens_at, CHINA) for window in windows]
    closes = [datetime.combine(day, window.closes_at, CHINA) for window in windows]
    midnight = datetime.combine(day, time(), CHINA)
    # Halfway between two windows a reading stops counting for the one and starts counting for the next.
    between = [closed + (opened - closed) / 2 for closed, opened in zip(closes, opens[1:], strict=False)]
    edges = [midnight, *between, midnight + timedelta(days=1)]
    return [
        Slot(
            day_on=day,
            day_number=number,
            name=window.name,
            opens_at=opens[n],
            closes_at=closes[n],
            late_until=closes[n] + timedelta(minutes=window.grace_minutes),
            catches_from=edges[n],
            catches_until=edges[n + 1],
        )
        for n, window in enumerate(windows)
    ]


# --- missed slots ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalation:
    """Slots missed in a row that somebody above the worker must hear of; `to` is "village" or "town"."""

    to: Literal["village", "town"]
    since: datetime
    missed: tuple[str, ...]


def escalation(
    slots: Sequence[Slot],
    readings: Sequence[Reading],
    now: datetime,
    *,
    missed_to_escalate: int,
    town_after_hours: float,
    acted_at: datetime | None = None,
) -> Escalation | None:
    """Return who must hear of missed slots: the village secretary, and the town when nothing was done in time.

    None once the last slot is over: the release proposal carries the gap from there. `acted_at` is when the village
    secretary acted on this run of missed slots.
    """
    if not slots or now > slots[-1].late_until:
        return None
    run = missed_in_a_row(slots, readings, now)
    if len(run) < missed_to_escalate:
        return None
    since = run[missed_to_escalate - 1].late_until
    idle = (acted_at is None or acted_at < since) and now >= since + timedelta(hours=town_after_hours)
    return Escalation("town" if idle else "village", since, tuple(slot.key for slot in run))


def missed_in_a_row(slots: Sequence[Slot], readings: Sequence[Reading], now: datetime) -> list[Slot]:
    """Return the newest unbroken run of missed slots, oldest first; due and upcoming slots do not count."""
    run: list[Slot] = []
    for slot, state in reversed(states(slots, readings, now)):
        if state == "recorded":
            break
        if state == "missed":
            run.insert(0, slot)
    return run


# --- fever and symptoms ------------------------------------------------------------------------------------------

SYMPTOMS: dict[str, Bilingual] = {
    "fever": both("发热", "fever"),
    "cough": both("咳嗽", "cough"),
    "breathlessness": both("胸闷、呼吸困难", "breathlessness"),
    "sore_throat": both("咽痛", "sore throat"),
    "rash": both("皮疹", "rash"),
    "joint_pain": both("关节痛", "joint pain"),
    "diarrhoea": both("腹泻", "diarrhoea"),
    "other": both("其他不适", "feeling unwell otherwise"),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reading asks for: nothing, or a referral by a moment, with the reasons in words."""

    refer: bool
    reasons: tuple[Bilingual, ...] = ()
    refer_by: datetime | None = None


def check_reading(reading: Reading, *, lowest_c: float, highest_c: float) -> None:
    """Accept a reading that says something a body can have. Raises `observation.reading_…`."""
    if reading.temperature_c is None and not reading.symptoms:
        raise READING_EMPTY(field="temperature_c")
    if reading.temperature_c is not None and not lowest_c <= reading.temperature_c <= highest_c:
        raise READING_IMPOSSIBLE(
            field="temperature_c", temperature=reading.temperature_c, lowest=lowest_c, highest=highest_c
        )


def judge_reading(
    reading: Reading, *, fever_threshold_c: float, symptoms_to_refer: Iterable[str], refer_within_hours: float
) -> Judgement:
    """Say whether the reading needs a referral to the village doctor and the health desk, and by when.

    The clock starts when the reading was taken. Source of threshold, symptoms and hours: the rule values passed in.
    """
    reasons = _fever_reasons(reading, fever_threshold_c) + _symptom_reasons(reading, set(symptoms_to_refer))
    if not reasons:
        return Judgement(refer=False)
    return Judgement(True, tuple(reasons), reading.at + timedelta(hours=refer_within_hours))


def _fever_reasons(reading: Reading, threshold_c: float) -> list[Bilingual]:
    measured = reading.temperature_c
    if measured is None or measured < threshold_c:
        return []
    return [both(f"体温 {measured} ℃，达到 {threshold_c} ℃", f"{measured} °C, at or above {threshold_c} °C")]


def _symptom_reasons(reading: Reading, symptoms_to_refer: set[str]) -> list[Bilingual]:
    named = [SYMPTOMS.get(one, both(one, one)) for one in reading.symptoms if one in symptoms_to_refer]
    return [both(f"有症状：{one.zh}", f"symptom: {one.en}") for one in named]


# --- dependants and needs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """One question of the check before an order: yes opens a welfare request of this class."""

    code: str
    question: Bilingual
    request_class: str


@dataclass(frozen=True, slots=True)
class NeedAnswer:
    """The answer at the door; an answered "yes" needs somebody who owns it."""

    yes: bool | None
    owner_id: str | None = None


NEEDS: tuple[Need, ...] = (
    Need("children", both("家中有需要照看的孩子", "children at home who need looking after"), "other"),
    Need("disabled", both("家中有残疾或失能人员", "a disabled or helpless person at home"), "other"),
    Need("elderly", both("家中有需要照看的老人", "an elderly person at home who needs looking after"), "other"),
    Need("sole_carer", both("本人是某人唯一的照料人", "somebody's only carer"), "life_threatening"),
    Need("chronic_medicine", both("长期服药，需要按时取药", "takes medicine regularly and needs refills"), "medicine"),
    Need("dialysis", both("需要透析等定期治疗", "needs dialysis or other regular treatment"), "medicine"),
    Need("pregnancy", both("家中有孕产妇", "somebody pregnant or newly delivered at home"), "other"),
    Need("livestock", both("有牲畜或农活需要人照管", "livestock or field work that cannot wait"), "other"),
    Need("kitchen_toilet", both("没有单独的厨房或厕所", "no kitchen or toilet of their own"), "food"),
)


def check_needs_answered(answers: Mapping[str, NeedAnswer]) -> None:
    """Accept an order only when every question was asked. Raises Problems of `observation.need_unanswered`."""
    _raise([_refused(NEED_UNANSWERED, need) for need in NEEDS if _answer(answers, need).yes is None])


def check_may_go_live(answers: Mapping[str, NeedAnswer]) -> None:
    """Accept the beginning of observation only when every question is answered and every need has an owner.

    Raises Problems. Because a carer was once isolated and the son who depended on him died.
    """
    check_needs_answered(answers)
    _raise([_refused(NEED_UNOWNED, need) for need in blocking_needs(answers)])


def blocking_needs(answers: Mapping[str, NeedAnswer]) -> list[Need]:
    """Return the needs that were answered yes and that nobody owns."""
    return [need for need in NEEDS if _answer(answers, need).yes and not _answer(answers, need).owner_id]


def needs_raised(answers: Mapping[str, NeedAnswer]) -> list[Need]:
    """Return the needs that must become welfare requests."""
    return [need for need in NEEDS if _answer(answers, need).yes]


def _answer(answers: Mapping[str, NeedAnswer], need: Need) -> NeedAnswer:
    return answers.get(need.code, NeedAnswer(None))


def _refused(kind: Any, need: Need) -> Refusal:
    refused: Refusal = kind(field=f"needs.{need.code}", label=need.question.zh, label_en=need.question.en)
    return refused


def _raise(problems: list[Refusal]) -> None:
    if problems:
        raise Problems(problems)


# --- what an order is for, and what may change it ----------------------------------------------------------------

CATEGORIES: dict[str, Bilingual] = {
    "returnee": both("返乡（来）人员", "returnee"),
    "close_contact": both("密切接触者", "close contact"),
    "secondary_contact": both("密接的密接", "contact of a contact"),
    "after_central": both("集中隔离期满后居家", "at home after central isolation"),
    "other": both("其他", "other"),
}
# The first of these keys that the disease's rule pack knows gives the length.
LENGTH_KEYS: dict[str, tuple[str, ...]] = {
    "returnee": ("returnee.home_observation_days",),
    "close_contact": ("close_contact.observation_days", "contact.observation_days"),
    "secondary_contact": ("secondary_contact.home_days",),
    "after_central": ("close_contact.home_days",),
    "other": ("contact.observation_days", "returnee.home_observation_days"),
}
# Facts of the investigation, never opinions about a person (P12).
CHANGE_REASONS: dict[str, tuple[Bilingual, frozenset[str]]] = {
    "not_exposed": (both("流调查明无暴露史", "investigation shows no exposure"), frozenset({"cancelled"})),
    "wrong_person": (both("身份核实有误", "the wrong person was named"), frozenset({"cancelled"})),
    "index_excluded": (both("关联病例已排除", "the case it hung on was excluded"), frozenset({"cancelled"})),
    "observed_elsewhere": (both("已在外地完成或接续观察", "observed elsewhere"), frozenset({"cancelled"})),
    "died": (both("死亡", "died"), frozenset({"cancelled"})),
    "became_case": (
        both("诊断为病例或送医治疗", "became a case or went to hospital"),
        frozenset({"transferred_central"}),
    ),
    "became_contact": (
        both("判定为密切接触者，转集中观察", "became a close contact"),
        frozenset({"transferred_central"}),
    ),
    "home_unfit": (both("居家条件不具备", "the home is not fit for it"), frozenset({"transferred_central"})),
}

REASON_UNFIT = refusal(
    "observation.reason_unfit", "“{label}”不能作为这种变更的理由。", "“{label_en}” is no reason for this change."
)
SAME_PERSON = refusal(
    "observation.two_people",
    "变更状态须由另一人复核，不能由提出人自己确认。",
    "A change of status is confirmed by somebody else than who proposed it.",
    status=403,
)


def check_reason(reason: str, then: str) -> None:
    """Accept only a fact of the investigation that fits the change. Raises `observation.reason_unfit`."""
    label, fits = CHANGE_REASONS.get(reason, (both(reason, reason), frozenset()))
    if then not in fits:
        raise REASON_UNFIT(field="reason", label=label.zh, label_en=label.en)


def are_two_people(proposed_by: str | None, decided_by: str | None) -> bool:
    """Are they a known first and a second person?"""
    return proposed_by is not None and proposed_by != decided_by


def check_two_people(proposed_by: str | None, decided_by: str | None) -> None:
    """Accept a decision only from a second person (P12). Raises `observation.two_people`."""
    if not are_two_people(proposed_by, decided_by):
        raise SAME_PERSON(field="change_id")


# --- states ------------------------------------------------------------------------------------------------------

STATES: dict[str, Bilingual] = {
    "ordered": both("已下达", "ordered"),
    "notified": both("已告知", "notified"),
    "under_observation": both("观察中", "under observation"),
    "symptomatic": both("出现症状", "symptomatic"),
    "referred": both("已转诊", "referred"),
    "transferred_central": both("转集中观察", "transferred to a central facility"),
    "lost": both("失访", "lost"),
    "cancelled": both("已撤销", "cancelled"),
    "ended": both("期满待确认", "ended, to be confirmed"),
    "released": both("已解除", "released"),
}
LIVE_STATES = frozenset({"under_observation", "symptomatic", "referred", "lost"})
CLOSED_STATES = frozenset({"transferred_central", "cancelled", "released"})
_STEPS: dict[str, tuple[str, ...]] = {
    "ordered": ("notified", "cancelled"),
    "notified": ("under_observation", "cancelled"),
    "under_observation": ("symptomatic", "transferred_central", "lost", "cancelled", "ended"),
    "symptomatic": ("referred", "transferred_central", "under_observation"),
    "referred": ("under_observation", "transferred_central", "cancelled"),
    "lost": ("under_observation", "transferred_central", "cancelled", "ended"),
    "ended": ("released", "under_observation"),
    "released": (),
    "cancelled": (),
    "transferred_central": (),
}


def allowed_steps(now: str) -> tuple[str, ...]:
    """Return the states that may follow."""
    return _STEPS.get(now, ())


def check_step(now: str, then: str, field: str = "state") -> None:
    """Accept only the steps of an order's life. Raises `observation.step_not_allowed` with what is allowed."""
    if then in allowed_steps(now):
        return
    before, after = (STATES.get(state, both(state, state)) for state in (now, then))
    allowed = {"allowed": list(allowed_steps(now))}
    raise STEP_NOT_ALLOWED(field=field, now=before.zh, then=after.zh, now_en=before.en, then_en=after.en,
                           details=allowed)  # fmt: skip


# --- the end -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EndProposal:
    """The rule says that observation is complete; a person decides, with the gaps before their eyes."""

    ends_on: date
    gaps: tuple[str, ...]
    last_slot_missed: bool
    sentence: Bilingual


def end_proposal(
    spans: Sequence[Span], slots: Sequence[Slot], readings: Sequence[Reading], now: datetime
) -> EndProposal | None:
    """Return the proposal to release once the last slot is recorded or over, or None while days remain."""
    ends_on = latest_end(spans)
    if ends_on is None or not _is_over(ends_on, slots, readings, now):
        return None
    gaps = tuple(slot.key for slot, state in states(slots, readings, now) if state == "missed")
    last_missed = bool(slots) and slot_state(slots[-1], readings, now) == "missed"
    return EndProposal(ends_on, gaps, last_missed, _end_sentence(ends_on, len(gaps), len(slots)))


def check_release(proposal: EndProposal | None, ends_on: date, *, open_referral: bool, gaps_seen: bool) -> None:
    """Accept a release at full term: complete, nothing referred and open, gaps seen by whoever confirms."""
    if open_referral:
        raise RELEASE_REFERRED(field="state")
    if proposal is None:
        raise RELEASE_TOO_EARLY(field="ends_on", ends_on=ends_on.isoformat())
    if proposal.gaps and not gaps_seen:
        raise GAPS_UNSEEN(field="gaps_seen", count=len(proposal.gaps), details={"gaps": list(proposal.gaps)})


def _is_over(ends_on: date, slots: Sequence[Slot], readings: Sequence[Reading], now: datetime) -> bool:
    if not slots:
        return now.astimezone(CHINA).date() > ends_on
    return now > slots[-1].late_until or slot_state(slots[-1], readings, now) == "recorded"


def _end_sentence(ends_on: date, missed: int, slots: int) -> Bilingual:
    if not missed:
        return both(
            f"观察期到 {ends_on} 满，{slots} 次测温无遗漏。", f"Complete on {ends_on}: all {slots} readings there."
        )
    return both(
        f"观察期到 {ends_on} 满，{slots} 次测温中漏测 {missed} 次，请核对后确认。",
        f"Complete on {ends_on}; {missed} of {slots} readings were missed. Please check before confirming.",
    )
