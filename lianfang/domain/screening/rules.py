"""Visits, leads and push lists: what an outcome asks for next, and whether two rows speak of one person.

Gives evidence in words and never a score of a person. Refuses an answer without what the asker needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.likeness import day_level, name_level
from lianfang.kernel.linkage import MISSING
from lianfang.kernel.text import Bilingual, both

OUTCOME_UNKNOWN = refusal("screening.outcome_unknown", "没有“{code}”这一结果。", "There is no outcome “{code}”.")
OUTCOME_NEEDS = refusal(
    "screening.outcome_needs",
    "核查结果为“{outcome}”时须填写{label}。",
    "The outcome “{outcome_en}” needs {label_en}.",
)
TOO_FEW_TRIES = refusal(
    "screening.too_few_tries",
    "联系 {tries} 次还不能记为联系不上，至少 {needed} 次。",
    "{tries} tries are too few for “unreachable”; at least {needed} are needed.",
)
STEP_NOT_ALLOWED = refusal(
    "screening.step_not_allowed",
    "当前状态为“{now}”，不能改为“{then}”。",
    "The state is “{now_en}” and cannot become “{then_en}”.",
    status=409,
)

# --- visits ------------------------------------------------------------------------------------------------------

VISIT_OUTCOMES: dict[str, Bilingual] = {
    "done": both("已见到", "done"),
    "absent": both("家中无人", "nobody at home"),
    "refused": both("拒访", "refused"),
    "vacant": both("空置房", "vacant"),
    "moved": both("已搬走", "moved away"),
    "wrong_address": both("地址有误", "wrong address"),
}
FollowUp = Literal["visit", "none", "revisit", "secretary", "register"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a visit asks for next: nothing, another visit, the village secretary, or a correction of the register.

    A door that nobody has been to waits for its first "visit".
    """

    what: FollowUp
    due_at: datetime | None
    because: Bilingual


def after_visit(
    outcome: str, visited_at: datetime, *, tries: int, revisit_after_hours: float, tries_before_secretary: int
) -> NextStep:
    """Return what follows a visit; `tries` counts visits to this household without meeting anyone, this one included.

    A refusal goes to the village secretary and never on a public list. Raises `screening.outcome_unknown`.
    """
    if outcome not in VISIT_OUTCOMES:
        raise OUTCOME_UNKNOWN(field="outcome", code=outcome)
    due_at = visited_at + timedelta(hours=revisit_after_hours)
    if outcome == "absent" and tries < tries_before_secretary:
        return NextStep("revisit", due_at, both("家中无人，需再次入户", "Nobody was at home: visit again"))
    if outcome == "absent":
        return NextStep(
            "secretary", due_at, both("多次无人，请村支书协助", "Nobody at home several times: ask the secretary")
        )
    if outcome == "refused":
        return NextStep("secretary", due_at, both("拒访，请村支书上门沟通", "Refused: the village secretary calls"))
    if outcome in ("moved", "wrong_address"):
        return NextStep("register", None, both("请更正住户登记", "The register needs correcting"))
    return NextStep("none", None, VISIT_OUTCOMES[outcome])


def is_reached(outcome: str | None) -> bool:
    """Does this outcome count as reached? Only somebody met at the door does."""
    return outcome == "done"


def has_outcome(outcome: str | None) -> bool:
    """Is anything known about this household in the campaign?"""
    return outcome in VISIT_OUTCOMES


def in_denominator(outcome: str | None) -> bool:
    """Does the household count as one to be reached? Vacant, moved and wrongly listed ones do not."""
    return outcome not in ("vacant", "moved", "wrong_address")


@dataclass(frozen=True, slots=True)
class VisitMade:
    """One visit as the standing of its household sees it. `corrects` names the visit it stands for."""

    id: str
    outcome: str
    happened_at: datetime
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a household stands in a campaign: its outcome so far, and what is due next."""

    outcome: str | None = None
    visits: int = 0
    tries: int = 0
    last_visit: str | None = None
    last_at: datetime | None = None
    follow_up: FollowUp = "visit"
    due_at: datetime | None = None


def standing(visits: Iterable[VisitMade], *, revisit_after_hours: float, tries_before_secretary: int) -> Standing:
    """Return how a household stands after its visits, in whatever order they became known.

    A corrected visit does not count. Who was met once stays reached; a refusal stays open until somebody is met.
    """
    told = list(visits)
    corrected = {one.corrects for one in told if one.corrects}
    valid = sorted((one for one in told if one.id not in corrected), key=lambda one: (one.happened_at, one.id))
    if not valid:
        return Standing()
    last, tries = valid[-1], sum(one.outcome == "absent" for one in valid)
    if any(is_reached(one.outcome) for one in valid):
        return Standing("done", len(valid), tries, last.id, last.happened_at, "none")
    refusals = [one for one in valid if one.outcome == "refused"]
    telling = refusals[-1] if refusals and last.outcome == "absent" else last
    step = after_visit(
        telling.outcome,
        telling.happened_at,
        tries=tries,
        revisit_after_hours=revisit_after_hours,
        tries_before_secretary=tries_before_secretary,
    )
    return Standing(telling.outcome, len(valid), tries, last.id, last.happened_at, step.what, step.due_at)


CAMPAIGN_STATES: dict[str, Bilingual] = {
    "draft": both("草稿", "draft"),
    "approved": both("已批准", "approved"),
    "running": both("进行中", "running"),
    "closed": both("已结束", "closed"),
}
_CAMPAIGN_STEPS = {"draft": ("approved", "closed"), "approved": ("running", "closed"), "running": ("closed",)}


def check_campaign_step(now: str, then: str) -> None:
    """Accept only draft → approved → running → closed. Raises `screening.step_not_allowed`."""
    _check_step(_CAMPAIGN_STEPS, CAMPAIGN_STATES, now, then)


# --- burden check ------------------------------------------------------------------------------------------------

BURDEN_PURPOSE = refusal("screening.burden_purpose", "须写明排查目的。", "Say what the sweep is for.")
BURDEN_OWNER = refusal("screening.burden_owner", "须指定在岗的负责人。", "Name an owner who is on duty.")
BURDEN_END = refusal("screening.burden_end", "须写明今天以后的结束日期。", "Name a last day that is still to come.")
BURDEN_QUESTIONS = refusal(
    "screening.burden_questions",
    "问题太多，一次入户最多问 {limit} 个。",
    "Too many questions: at most {limit} a visit.",
)
BURDEN_CLINICAL = refusal(
    "screening.burden_clinical",
    "“{text}”须由医务人员询问，不能要求网格员判断。",
    "“{text}” is for health workers to ask; a grid worker cannot judge it.",
)
BURDEN_ASKED = refusal(
    "screening.burden_asked",
    "“{text}”正在“{campaign}”中询问，请勿重复询问住户。",
    "“{text}” is being asked in “{campaign}” already; do not ask households twice.",
)
MOST_QUESTIONS = 12
ASKED_BY: dict[str, Bilingual] = {
    "everyone": both("所有入户人员", "everyone who visits"),
    "health": both("仅医务人员", "health workers only"),
}


def burden_problems(
    *,
    purpose: str,
    owner_on_duty: bool,
    ends_on: date,
    questions: Sequence[Mapping[str, Any]],
    asked_elsewhere: Mapping[str, str],
    on: date,
) -> list[Refusal]:
    """Return everything that speaks against asking households this; `asked_elsewhere` is question code → campaign."""
    problems = [] if purpose.strip() else [BURDEN_PURPOSE(field="purpose")]
    if not owner_on_duty:
        problems.append(BURDEN_OWNER(field="owner_id"))
    if ends_on <= on:
        problems.append(BURDEN_END(field="ends_on"))
    if len(questions) > MOST_QUESTIONS:
        problems.append(BURDEN_QUESTIONS(field="questions", limit=MOST_QUESTIONS))
    for question in questions:
        if question.get("clinical") and question.get("asked_by") != "health":
            problems.append(BURDEN_CLINICAL(field="questions", text=question["text"]))
        if question["code"] in asked_elsewhere:
            campaign = asked_elsewhere[question["code"]]
            problems.append(BURDEN_ASKED(field="questions", text=question["text"], campaign=campaign))
    return problems


# --- leads -------------------------------------------------------------------------------------------------------

SOURCES: dict[str, Bilingual] = {
    "data_push": both("大数据推送", "data push"),
    "grid": both("网格发现", "grid"),
    "sweep": both("地毯式排查", "sweep"),
    "tip": both("群众反映", "public tip"),
    "gate": both("卡点移交", "handed over at a gate"),
}
LEAD_STATES: dict[str, Bilingual] = {
    "received": both("已接收", "received"),
    "matched": both("已比对", "matched"),
    "dispatched": both("已分派", "dispatched"),
    "verified": both("已核查", "verified"),
    "replied": both("已反馈", "replied"),
}
_LEAD_STEPS = {
    "received": ("matched", "dispatched"),
    "matched": ("dispatched", "verified"),
    "dispatched": ("dispatched", "verified"),
    "verified": ("replied", "dispatched"),
}


def check_lead_step(now: str, then: str) -> None:
    """Accept only the steps of a lead; a verified one may be sent out again. Raises `screening.step_not_allowed`."""
    _check_step(_LEAD_STEPS, LEAD_STATES, now, then)


def lead_deadline(received_at: datetime, within_hours: float, batch_deadline: datetime | None = None) -> datetime:
    """Return when the lead must be verified: the sender's deadline when there is one, else hours after receipt."""
    return batch_deadline or received_at + timedelta(hours=within_hours)


def is_past_window(last_there_on: date, on: date, window_days: int) -> bool:
    """Did the person leave so long ago that no observation is due any more? Day 1 is the day after leaving."""
    return on > last_there_on + timedelta(days=window_days)


def may_step_lead(now: str, then: str) -> bool:
    """Is this a step of a lead's life?"""
    return then in _LEAD_STEPS.get(now, ())


def may_step_campaign(now: str, then: str) -> bool:
    """Is this a step of a sweep's life?"""
    return then in _CAMPAIGN_STEPS.get(now, ())


def _check_step(steps: Mapping[str, Sequence[str]], labels: Mapping[str, Bilingual], now: str, then: str) -> None:
    if then in steps.get(now, ()):
        return
    before, after = (labels.get(state, both(state, state)) for state in (now, then))
    raise STEP_NOT_ALLOWED(field="state", now=before.zh, then=after.zh, now_en=before.en, then_en=after.en)


# --- push-list outcomes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """One code of the reply to a push list, and the fields that must stand beside it."""

    code: str
    label: Bilingual
    needs: tuple[str, ...]
    in_care: bool = False


OUTCOME_FIELDS: dict[str, Bilingual] = {
    "person_id": both("登记的人员", "the registered person"),
    "address": both("核实地址", "the verified address"),
    "measure": both("管控措施", "the measure taken"),
    "note": both("情况说明", "what was found"),
    "last_there_on": both("最后在当地的日期", "the last day there"),
}
OUTCOMES: dict[str, Outcome] = {
    outcome.code: outcome
    for outcome in (
        Outcome("already_known", both("前期已排查", "already known"), ("person_id", "measure"), in_care=True),
        Outcome(
            "confirmed_new", both("新核实（漏排）", "confirmed, new"), ("person_id", "address", "measure"), in_care=True
        ),
        Outcome("wrong_info", both("信息有误", "wrong information"), ("note",)),
        Outcome("not_resident", both("不在本地", "not resident here"), ("note",)),
        Outcome("past_window", both("已超期", "past the window"), ("last_there_on",)),
        Outcome("passed_through_only", both("途经停留", "passed through only"), ("last_there_on",)),
        Outcome("not_applicable", both("未停留、不适用", "not applicable"), ("note",)),
        Outcome("unreachable", both("联系不上", "unreachable"), ("note",)),
    )
}


def check_outcome(code: str, given: Mapping[str, object], *, tries: int = 0, tries_needed: int = 0) -> Outcome:
    """Return the outcome when all it needs is given. Raises `screening.outcome_unknown` or Problems."""
    outcome = OUTCOMES.get(code)
    if outcome is None:
        raise OUTCOME_UNKNOWN(field="outcome", code=code)
    problems = [_needs(outcome, name) for name in outcome.needs if not str(given.get(name) or "").strip()]
    if code == "unreachable" and tries < tries_needed:
        problems.append(TOO_FEW_TRIES(field="tries", tries=tries, needed=tries_needed))
    if problems:
        raise Problems(problems)
    return outcome


def _needs(outcome: Outcome, name: str) -> Refusal:
    label = OUTCOME_FIELDS[name]
    return OUTCOME_NEEDS(
        field=name, outcome=outcome.label.zh, outcome_en=outcome.label.en, label=label.zh, label_en=label.en
    )


# --- is it the same person? --------------------------------------------------------------------------------------

Level = Literal["exact", "probable", "new"]


class Particulars(NamedTuple):
    """What a row or the register says about one person. Identity and phones may be blind-index tokens."""

    id: str = ""
    name: str = ""
    identity: str | None = None
    phones: frozenset[str] = frozenset()
    village: str = ""
    born_on: date | None = None
    age: int | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against, in words without personal data."""

    code: str
    speaks_for: bool
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class Match:
    """How a row stands to the register: exact with one person, probable with some, or new.

    `evidence` is that of the first person, `each` that of every one.
    """

    level: Level
    person_ids: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    each: tuple[tuple[Evidence, ...], ...] = ()


_NEW = Match("new")
EVIDENCE: dict[str, Evidence] = {
    one.code: one
    for one in (
        Evidence("person_same", True, both("已比对为登记中的同一人", "matched to the same registered person")),
        Evidence("identity_same", True, both("证件号码相同", "the same identity number")),
        Evidence("identity_differs", False, both("证件号码不同", "different identity numbers")),
        Evidence("phone_same", True, both("电话相同", "the same phone")),
        Evidence("name_same", True, both("姓名相同", "the same name")),
        Evidence(
            "name_sounds_same", True, both("姓名同音不同字", "the names sound the same and are written differently")
        ),
        Evidence("name_looks_same", True, both("姓名有一字形近", "the names differ in one look-alike character")),
        Evidence("name_turned", True, both("姓和名颠倒", "surname and given name changed places")),
        Evidence("name_one_character", False, both("姓名相差一字", "the names are one character apart")),
        Evidence("name_differs", False, both("姓名不同", "different names")),
        Evidence("name_missing", False, both("没有姓名可比", "no name to compare")),
        Evidence("village_same", True, both("同一村（社区）", "the same village")),
        Evidence("village_differs", False, both("不在同一村（社区）", "different villages")),
        Evidence("age_agrees", True, both("年龄相符", "the ages agree")),
        Evidence("age_differs", False, both("年龄不符", "the ages do not agree")),
        Evidence(
            "birth_slip",
            False,
            both("出生日期相差一位或日月颠倒", "dates of birth one digit apart, or day and month swapped"),
        ),
        Evidence("sex_differs", False, both("性别不同", "different sexes")),
        Evidence(
            "several",
            False,
            both("登记中有多人符合，请人工确认", "several registered persons fit: a person must decide"),
        ),
    )
}
AGE_TOLERANCE_YEARS = 1
# by the level of `likeness.name_level`
_NAME_CODES = (
    "name_same", "name_sounds_same", "name_looks_same", "name_turned", "name_one_character", "name_differs",
)  # fmt: skip


def match(row: Particulars, candidates: Sequence[Particulars], *, on: date) -> Match:
    """Return how the row stands to the register's candidates; a person decides wherever it is not exact."""
    if not candidates:  # as it is for most rows of a list
        return _NEW
    judged = [(candidate, *compare(row, candidate, on=on)) for candidate in candidates]
    exact = [(candidate, evidence) for candidate, level, evidence in judged if level == "exact"]
    probable = [(candidate, evidence) for candidate, level, evidence in judged if level == "probable"]
    if len(exact) == 1:
        return Match("exact", (exact[0][0].id,), exact[0][1])
    several = sorted(exact or probable, key=lambda one: _doubt(one[1]))
    if not several:
        return _NEW
    extra = (EVIDENCE["several"],) if len(several) > 1 else ()
    each = tuple(evidence + extra for _, evidence in several)
    return Match("probable", tuple(candidate.id for candidate, _ in several), each[0], each)


def _doubt(evidence: Sequence[Evidence]) -> tuple[bool, bool, int]:
    """Return how late a candidate is looked at: a number or a name that is the same comes first."""
    held = {one.code for one in evidence}
    balance = sum(1 if one.speaks_for else -1 for one in evidence)
    return "identity_same" not in held, "name_same" not in held, -balance


def compare(row: Particulars, known: Particulars, *, on: date) -> tuple[Level, tuple[Evidence, ...]]:
    """Return whether two sets of particulars are one person, with every reason for and against."""
    codes = _codes(row, known, on)
    return _level(codes), tuple(EVIDENCE[code] for code in codes)


def _codes(row: Particulars, known: Particulars, on: date) -> list[str]:
    found = [_identity_code(row, known), _phone_code(row, known), _name_code(row.name, known.name)]
    found += [_village_code(row, known), _age_code(row, known, on), _sex_code(row, known)]
    return [code for code in found if code]


def _level(codes: Sequence[str]) -> Level:
    held = set(codes)
    named = bool(held & {"name_same", "name_sounds_same", "name_looks_same", "name_turned"})
    if "identity_same" in held:
        # because brothers are one character apart, and a family may have written one number for both
        return "probable" if held & {"name_differs", "name_one_character"} else "exact"
    if "identity_differs" in held:
        return "probable" if {"name_same", "phone_same"} <= held else "new"
    if "phone_same" in held and (named or "name_missing" in held):
        return (
            "exact" if "name_same" in held and not held & {"age_differs", "birth_slip", "sex_differs"} else "probable"
        )
    by_place = named and "village_same" in held and not held & {"age_differs", "sex_differs"}
    if "birth_slip" in held and "name_same" not in held:
        return "new"  # because a slip in the name and one in the day are two people more often than one
    return "probable" if by_place else "new"


def _identity_code(row: Particulars, known: Particulars) -> str:
    if not row.identity or not known.identity:
        return ""
    return "identity_same" if row.identity == known.identity else "identity_differs"


def _phone_code(row: Particulars, known: Particulars) -> str:
    return "phone_same" if row.phones & known.phones else ""


def _name_code(one: str, other: str) -> str:
    level = name_level(one, other)
    return "name_missing" if level == MISSING else _NAME_CODES[level]


def _village_code(row: Particulars, known: Particulars) -> str:
    if not row.village or not known.village:
        return ""
    near = row.village.startswith(known.village) or known.village.startswith(row.village)
    return "village_same" if near else "village_differs"


def _age_code(row: Particulars, known: Particulars, on: date) -> str:
    if row.born_on and known.born_on:
        return _birth_code(row.born_on, known.born_on)
    ages = _age(row, on), _age(known, on)
    if ages[0] is None or ages[1] is None:
        return ""
    return "age_agrees" if abs(ages[0] - ages[1]) <= AGE_TOLERANCE_YEARS else "age_differs"


def _birth_code(one: date, other: date) -> str:
    if one == other:
        return "age_agrees"
    return "birth_slip" if day_level(f"{one:%Y%m%d}", f"{other:%Y%m%d}") == 1 else "age_differs"


def _age(one: Particulars, on: date) -> int | None:
    if one.born_on is None:
        return one.age
    return on.year - one.born_on.year - ((on.month, on.day) < (one.born_on.month, one.born_on.day))


def _sex_code(row: Particulars, known: Particulars) -> str:
    return "sex_differs" if row.sex and known.sex and row.sex != known.sex else ""


# --- duplicate leads ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeadAbout:
    """What is needed to see whether two leads are one piece of work."""

    id: str
    incident: str
    received_on: date
    about: Particulars
    person_id: str | None = None


def judge_duplicate(new: LeadAbout, old: LeadAbout, *, window_days: int) -> Match:
    """Say whether two leads are one piece of work; suggested to people, never blocking what comes in.

    Leads of different incidents or further apart than the window are separate work.
    """
    if new.incident != old.incident or abs((new.received_on - old.received_on).days) > window_days:
        return Match("new")
    if new.person_id and old.person_id:
        same = new.person_id == old.person_id
        return Match("exact", (old.id,), (EVIDENCE["person_same"],)) if same else Match("new")
    level, evidence = compare(new.about, old.about, on=new.received_on)
    return Match(level, () if level == "new" else (old.id,), () if level == "new" else evidence)
