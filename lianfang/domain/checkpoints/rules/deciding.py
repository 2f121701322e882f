"""What becomes of people at a gate: one rule, the same on the phone. Pure; no number of a disease stands here.

Must-pass classes are never stopped; nobody is turned back without a measure in force that says so. Classes after
`requirements/workflows.md` §3.7; the measure after the nine prohibitions of 28 June 2022, which the county confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

DECISIONS: dict[str, Bilingual] = {
    "pass_known": both("放行", "Pass"),
    "pass_registered": both("登记放行", "Registered, pass"),
    "refer_health": both("转诊", "To a health worker"),
    "hand_over": both("移交村（社区）", "Handed over to the village"),
    "turn_back": both("劝返", "Turned back"),
    "must_pass": both("必须放行", "Must pass"),
}

DIRECTIONS: dict[str, Bilingual] = {"in": both("进", "In"), "out": both("出", "Out")}

SYMPTOMS: dict[str, Bilingual] = {
    "fever": both("发热", "Fever"),
    "cough": both("咳嗽", "Cough"),
    "breathlessness": both("气促", "Breathlessness"),
    "sore_throat": both("咽痛", "Sore throat"),
    "rash": both("皮疹", "Rash"),
    "joint_pain": both("关节痛", "Joint pain"),
    "diarrhoea": both("腹泻", "Diarrhoea"),
    "other": both("其他", "Other"),
}

MUST_PASS: dict[str, Bilingual] = {
    "ambulance": both("救护车", "Ambulance"),
    "fire": both("消防车", "Fire engine"),
    "police": both("警车", "Police"),
    "medical_supplies": both("医疗防疫物资", "Medical and epidemic supplies"),
    "daily_necessities": both("生活必需品", "Daily necessities"),
    "feed_livestock": both("饲料、畜禽", "Feed and livestock"),
    "funeral": both("奔丧（有证明）", "Funeral, with certificate"),
    "emergency_patient": both("急危重病人", "Emergency patient"),
    "regular_treatment": both("定期治疗病人（透析、化疗等）", "Regular treatment (dialysis, chemotherapy)"),
    "childbirth": both("临产孕妇", "Childbirth"),
    "commuter": both("持证通勤人员", "Commuter with a pass"),
}

REASONS: dict[str, Bilingual] = {
    "must_pass": both("属于必须放行的情形，不得拦阻。", "Belongs to a class that must never be stopped."),
    "fever": both("休息后复测仍达到发热界值。", "Still at or above the fever line when measured again after rest."),
    "symptom": both("有须转诊的症状。", "Has a symptom that leads to referral."),
    "measure": both(
        "现行防控措施不允许通行，可以申诉。", "A measure in force does not let this pass; it can be appealed."
    ),
    "village_accepts": both("移交目的地村（社区）接收。", "Handed over to the village of destination."),
    "known": both("本村（社区）已登记人员或持有效证件。", "Registered here, or with a valid permit."),
    "registered": both("已登记。", "Registered."),
    "measure_first": both("请先测体温。", "Measure the temperature first."),
    "rest_first": both("体温达到发热界值，休息后复测。", "At or above the fever line: rest, then measure again."),
}

# what lets somebody go on at once
PASSES = frozenset({"pass_known", "pass_registered", "must_pass"})
MEASURE_FIRST, REST_FIRST = "measure", "measure_again"

MUST_PASS_STOPPED = refusal(
    "checkpoints.must_pass_stopped",
    "“{label}”必须放行，不能作其他处置。",
    "“{label_en}” must pass; nothing else may be decided.",
)
NO_CLASS = refusal(
    "checkpoints.must_pass_without_class",
    "请选择属于哪一类必须放行的情形。",
    "Say which class of those who must pass this is.",
)
NO_MEASURE = refusal(
    "checkpoints.turned_back_without_measure",
    "劝返必须依据当日在本卡点有效的防控措施。没有依据的，不得劝返。",
    "Nobody is turned back without a measure that is in force at this gate on that day.",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found of one person. `again_c` is the temperature after rest; °C, None for not taken."""

    temperature_c: float | None = None
    again_c: float | None = None
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """A measure by which people may be turned back, where and when it holds; its last day counts."""

    id: str
    area: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class GateRule:
    """What a gate judges by: °C, symptom codes, the gate's area and the measures that are known there."""

    area: str
    fever_threshold_c: float
    symptoms_to_refer: frozenset[str] = frozenset()
    measures: Sequence[InForce] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who stands at the gate: a class that must pass, whether they are known here, where they are handed over to.

    `measure_id` names the measure that the gate applies; `referred_before` says that another gate referred them.
    """

    people: Sequence[Measured] = ()
    must_pass: str = ""
    is_known: bool = False
    hand_over_to: str = ""
    measure_id: str = ""
    referred_before: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of them and why. Without a decision, `first` says what comes first: `measure`, `measure_again`.

    `rule` is the id of the measure; `is_unwell` tells that somebody who must pass needs a health worker on the way.
    """

    decision: str
    reason: str
    rule: str = ""
    first: str = ""
    is_unwell: bool = False


def decide(arrival: Arrival, rule: GateRule, on: date) -> Decision:
    """Return the decision for an arrival on that day of the county."""
    sign, waits = _sign_of(arrival.people, rule), _waits_for(arrival, rule)
    if arrival.must_pass in MUST_PASS:
        return Decision("must_pass", "must_pass", is_unwell=bool(sign) or waits == REST_FIRST)
    if sign:
        return Decision("refer_health", sign, is_unwell=True)
    if waits:
        return Decision("", "rest_first" if waits == REST_FIRST else "measure_first", first=waits)
    if arrival.measure_id and is_in_force(arrival.measure_id, rule, on):
        return Decision("turn_back", "measure", rule=arrival.measure_id)
    if arrival.hand_over_to:
        return Decision("hand_over", "village_accepts")
    if arrival.is_known:
        return Decision("pass_known", "known")
    return Decision("pass_registered", "registered")


def is_in_force(measure_id: str, rule: GateRule, on: date) -> bool:
    """Say whether the measure holds at this gate on that day; it ends by itself (P10)."""
    return any(
        one.id == measure_id and rule.area.startswith(one.area) and one.starts_on <= on <= one.ends_on
        for one in rule.measures
    )


def check_decision(decision: str, arrival: Arrival, rule: GateRule, on: date) -> None:
    """Refuse what no gate may decide. Raises `checkpoints.must_pass_…`, `checkpoints.turned_back_without_measure`."""
    if arrival.must_pass and decision != "must_pass":
        label = MUST_PASS[arrival.must_pass]
        raise MUST_PASS_STOPPED(field="decision", label=label.zh, label_en=label.en)
    if decision == "must_pass" and not arrival.must_pass:
        raise NO_CLASS(field="must_pass")
    if decision == "turn_back" and not is_in_force(arrival.measure_id, rule, on):
        raise NO_MEASURE(field="measure_id")


def check_correction(decision: str, classes: Iterable[str]) -> None:
    """Refuse to make a stop of what was let through as a class that must pass, however often it was corrected since.

    Raises `checkpoints.must_pass_stopped`.
    """
    stopped = next(filter(None, classes), "") if decision not in PASSES else ""
    if stopped:
        label = MUST_PASS[stopped]
        raise MUST_PASS_STOPPED(field="decision", label=label.zh, label_en=label.en)


def _sign_of(people: Iterable[Measured], rule: GateRule) -> str:
    """Return why somebody is referred: "symptom", "fever", or nothing."""
    found = {_sign(one, rule) for one in people}
    return next((sign for sign in ("fever", "symptom") if sign in found), "")


def needs_health(one: Measured, rule: GateRule) -> bool:
    """Say whether one person is to be seen by a health worker: a symptom, or hot when last measured."""
    last_c = one.temperature_c if one.again_c is None else one.again_c
    hot = last_c is not None and last_c >= rule.fever_threshold_c
    return hot or bool(rule.symptoms_to_refer.intersection(one.symptoms))


def _sign(one: Measured, rule: GateRule) -> str:
    if one.again_c is not None and one.again_c >= rule.fever_threshold_c:
        return "fever"
    return "symptom" if rule.symptoms_to_refer.intersection(one.symptoms) else ""


def _waits_for(arrival: Arrival, rule: GateRule) -> str:
    """Return what comes before a decision: a second measuring after rest, or the first of who was referred before."""
    if any(_is_hot(one, rule) and one.again_c is None for one in arrival.people):
        return REST_FIRST
    unmeasured = any(one.temperature_c is None for one in arrival.people)
    return MEASURE_FIRST if arrival.referred_before and unmeasured else ""


def _is_hot(one: Measured, rule: GateRule) -> bool:
    return one.temperature_c is not None and one.temperature_c >= rule.fever_threshold_c
