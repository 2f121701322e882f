"""Recording who passes a gate: facts, in whatever order phones bring them, with what was decided and by which rule.

Refuses whatever would stop who must pass, and a turn-back without a measure in force. A fact of a post that was
withdrawn meanwhile is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import orjson
from pydantic import Field, StringConstraints

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.checkpoints.actions.handing import SLIPS_FOR, follow_slips, give_slips
from lianfang.domain.checkpoints.actions.paper import refuse_lines
from lianfang.domain.checkpoints.models.passages import PLATE_CONTEXT, GateMemory, Passage
from lianfang.domain.checkpoints.queries.judging import Lines, gate_rule, lines_of, measures_at
from lianfang.domain.checkpoints.queries.memory import memory_key
from lianfang.domain.checkpoints.rules import remembering
from lianfang.domain.checkpoints.rules.deciding import (
    DECISIONS,
    DIRECTIONS,
    MUST_PASS,
    SYMPTOMS,
    Arrival,
    GateRule,
    Measured,
    check_decision,
    decide,
)
from lianfang.domain.people.queries import find_persons
from lianfang.domain.workforce.actions.posts import NO_POST
from lianfang.domain.workforce.queries.duty import shift_on_duty
from lianfang.domain.workforce.queries.posts import find_posts
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, fact_action
from lianfang.foundation.actions.running import ID_REUSED
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.foundation.privacy.fields import blind
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

AHEAD = refusal(
    "checkpoints.passage_ahead",
    "通行时间在现在之后，请检查手机时钟。",
    "The passage lies in the future; check the clock.",
)
NO_VILLAGE = refusal(
    "checkpoints.hand_over_to_nobody",
    "移交须选择目的地村（社区）。",
    "Handing over needs the village of destination.",
)
NO_BODY = refusal(
    "checkpoints.impossible_temperature",
    "体温应在 {low} 至 {high} ℃ 之间，请复核。",
    "A temperature lies between {low} and {high} °C; measure again.",
)
NAMELESS = refusal(
    "checkpoints.hand_over_of_nobody",
    "移交的每个人须有姓名或电话，村（社区）才能找到。",
    "Everybody handed over needs a name or a phone, or the village cannot find them.",
)
CLOCK_SLIP = timedelta(minutes=10)

Symptom = Literal["fever", "cough", "breathlessness", "sore_throat", "rash", "joint_pain", "diarrhoea", "other"]


PostId = Annotated[UUID, Field(**labelled("卡点", "Post", **{"x-table": "workforce.posts"}))]
Direction = Annotated[Literal["in", "out"], Field(**labelled("进/出", "In or out", "choice", **choices(DIRECTIONS)))]
Plate = Annotated[str, Field(max_length=16, **labelled("车牌号", "Plate"))]
PersonName = Annotated[str, Field(max_length=60, **labelled("姓名", "Name"))]
Phone = Annotated[str, Field(max_length=30, **labelled("电话", "Phone"))]
Temperature = Annotated[float | None, Field(ge=0, le=200, **labelled("体温 ℃", "Temperature °C", "number"))]
Again = Annotated[float | None, Field(ge=0, le=200, **labelled("休息后复测 ℃", "After rest °C", "number"))]
Symptoms = Annotated[
    list[Symptom], Field(max_length=8, **labelled("症状", "Symptoms", "multichoice", **choices(SYMPTOMS)))
]
Heads = Annotated[int | None, Field(ge=0, le=200, **labelled("人数", "People", "number"))]
CameFrom = Annotated[str, Field(max_length=100, **labelled("出发地", "From"))]
GoesTo = Annotated[str, Field(max_length=100, **labelled("目的地", "To"))]
Purpose = Annotated[str, Field(max_length=60, **labelled("事由", "Reason"))]
MustPass = Annotated[
    Literal[
        "", "ambulance", "fire", "police", "medical_supplies", "daily_necessities", "feed_livestock", "funeral",
        "emergency_patient", "regular_treatment", "childbirth", "commuter",
    ],
    Field(**labelled("必须放行的情形", "Must pass", "choice", **choices(MUST_PASS))),
]  # fmt: skip
DecisionChoice = Annotated[
    Literal["pass_known", "pass_registered", "refer_health", "hand_over", "turn_back", "must_pass"],
    Field(**labelled("处置", "Decision", "choice", **choices(DECISIONS))),
]
MeasureId = Annotated[UUID | None, Field(**labelled("依据的措施", "Measure", **{"x-table": "incidents.measures"}))]
Destination = Annotated[
    str, Field(pattern=r"^(\d{12}(\d{3}){0,2})?$", **labelled("移交到（村、社区）", "Handed over to", "area"))
]
SheetNo = Annotated[
    str,
    StringConstraints(to_upper=True),
    Field(max_length=30, **labelled("纸质登记表编号", "Number of the paper sheet")),
]
LineNo = Annotated[int | None, Field(ge=1, le=99, **labelled("行（联）号", "Line of the sheet", "number"))]


PersonId = Annotated[UUID | None, Field(**labelled("登记人员", "Registered person", "person"))]
IdTail = Annotated[
    str, Field(pattern=r"^(\d{5}[\dXx])?$", **labelled("身份证号后六位", "Last six of the identity number"))
]


class Occupant(Input):
    name: PersonName = ""
    phone: Phone = ""
    person_id: PersonId = None
    id_tail: IdTail = ""
    temperature_c: Temperature = None
    again_c: Again = None
    symptoms: Symptoms = Field(default_factory=list)
    contact: str = Field("", max_length=60, **labelled("县内联系人", "Contact in the county"))


class RecordPassage(Input):
    post_id: PostId
    direction: Direction
    plate: Plate = ""
    people: list[Occupant] = Field(default_factory=list, max_length=60, **labelled("人员", "People"))
    heads: Heads = None
    came_from: CameFrom = ""
    goes_to: GoesTo = ""
    purpose: Purpose = ""
    must_pass: MustPass = ""
    decision: DecisionChoice
    measure_id: MeasureId = None
    is_known: bool = Field(False, **labelled("本地已登记或持有效证件", "Known here, or with a valid permit"))
    permit_serial: int | None = Field(None, ge=0, le=2**53, **labelled("出入证序号", "Permit"))
    permit_reason: str = Field("", max_length=16, pattern=r"^[a-z_]*$", **labelled("出入证核验结果", "Permit's check"))
    destination_path: Destination = ""
    expected_at: datetime | None = Field(None, **labelled("预计到达", "Expected", "datetime"))
    sheet_no: SheetNo = ""
    line_no: LineNo = None


@fact_action("checkpoints.record_passage", both("登记通行", "Record a passage"), RecordPassage, offered=False)
def record_passage(calls: Sequence[Call]) -> None:
    """Record a vehicle or people at a gate, driver and occupants in one entry, with what was decided there. Nobody who
    must pass is stopped; nobody is turned back without a measure in force."""
    record(calls)


class Place(Protocol):
    """Where a passage is: a post, or a passage of it that is corrected."""

    @property
    def pk(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def area_path(self) -> str: ...


@dataclass(slots=True)
class Taken:
    """One passage on its way: the call, its row, the numbers of the gate it was judged by, and what it corrects."""

    call: Call
    row: Passage
    lines: Lines
    old: Passage | None = None


def record(calls: Sequence[Call]) -> None:
    """Judge and append the passages of the calls; each refusal stays on its own call."""
    refuse_lines(calls)
    calls = [call for call in calls if call.refusal is None]
    posts = find_posts({call.given.post_id for call in calls})
    known = find_persons({one.person_id for call in calls for one in call.given.people if one.person_id})
    judged_by: dict[tuple[str, date], tuple[Lines, GateRule]] = {}
    taken: list[Taken] = []
    for call in calls:
        post = posts.get(call.given.post_id)
        if post is None:
            call.refusal = NO_POST(field="post_id")
        elif may_record(call, post):
            try:
                lines, rule = _judged_by(judged_by, post.area_path, local(call.happened_at).date())
                taken.append(Taken(call, _row(call, post, lines, rule, known), lines))
            except Refusal as no:
                call.refusal = no
    append(taken)


def judge(call: Call, place: Place) -> Taken:
    """Return one passage judged as at a gate. Raises what no gate may decide."""
    known = find_persons({one.person_id for one in call.given.people if one.person_id})
    lines, rule = _judged_by({}, place.area_path, local(call.happened_at).date())
    return Taken(call, _row(call, place, lines, rule, known), lines)


def ruled(given: RecordPassage, area_path: str, on: date) -> str:
    """Return what the rules of a gate decide of a passage; empty where somebody is to be measured again first."""
    arrival = replace(_arrival(given), hand_over_to=given.destination_path)
    return decide(arrival, _judged_by({}, area_path, on)[1], on).decision


def may_record(call: Call, post: Place) -> bool:
    """Say whether somebody may record there now, or stood there when it happened: phones bring passages hours later."""
    if call.permits(post.area_path):
        return True
    account = call.actor.account_id
    shift = shift_on_duty(account, call.happened_at) if account else None
    if shift is None or shift.post_id != post.pk:
        return False
    call.refusal, call.area_path = None, post.area_path
    return True


def _judged_by(
    known: dict[tuple[str, date], tuple[Lines, GateRule]], area_path: str, on: date
) -> tuple[Lines, GateRule]:
    if (area_path, on) not in known:
        lines = lines_of(area_path, on)
        known[area_path, on] = lines, gate_rule(area_path, lines, measures_at(area_path, on))
    return known[area_path, on]


def _row(call: Call, post: Place, lines: Lines, rule: GateRule, known: dict[UUID, Any]) -> Passage:
    """Return the passage. Raises what no gate may decide, what no body can have, and what is not to be found."""
    given, on = call.given, local(call.happened_at).date()
    _check(call, lines)
    arrival = _arrival(given)
    check_decision(given.decision, arrival, rule, on)
    told = decide(arrival, rule, on)
    reason = told.reason if told.decision == given.decision else REASON_OF[given.decision]
    people: Sequence[Occupant] = given.people
    return Passage(
        id=call.id, post_id=post.pk, post_name=post.name, post_kind=post.kind,
        area_path=post.area_path, direction=given.direction,
        has_vehicle=bool(given.plate),
        plate=given.plate, plate_index=blind(remembering.plain_plate(given.plate), PLATE_CONTEXT),
        names=_alongside([one.name for one in people]), phones=_alongside([one.phone for one in people]),
        health=_alongside([_health(one) for one in people]),
        person_ids=[str(known[one.person_id].pk) for one in people if one.person_id in known],
        heads=max(len(people), given.heads or 0), came_from=given.came_from, goes_to=given.goes_to,
        destination_path=given.destination_path, purpose=given.purpose, must_pass=given.must_pass,
        decision=given.decision, reason=reason, by_rule=told.decision,
        measure_id=given.measure_id if given.decision == "turn_back" else None, permit_serial=given.permit_serial,
        permit_reason=given.permit_reason, appeal=lines.appeal if given.decision == "turn_back" else "",
        sheet_no=given.sheet_no, line_no=given.line_no, happened_at=call.happened_at, received_at=call.received_at,
        account_id=call.actor.account_id, device_id=call.device_id,
    )  # fmt: skip


# where the gate decided otherwise than the rule would have
REASON_OF = {
    "pass_known": "known", "pass_registered": "registered", "refer_health": "symptom", "hand_over": "village_accepts",
    "turn_back": "measure", "must_pass": "must_pass",
}  # fmt: skip


def _check(call: Call, lines: Lines) -> None:
    given = call.given
    if call.happened_at > call.received_at + CLOCK_SLIP:
        raise AHEAD(field="happened_at")
    for one in given.people:
        for value in (one.temperature_c, one.again_c):
            if value is not None and not lines.lowest_c <= value <= lines.highest_c:
                raise NO_BODY(field="people", low=lines.lowest_c, high=lines.highest_c)
    if given.decision == "hand_over" and not (given.destination_path and area_exists(given.destination_path)):
        raise NO_VILLAGE(field="destination_path")
    if given.decision == "hand_over" and not (given.people and all(one.name or one.phone for one in given.people)):
        raise NAMELESS(field="people")


def _arrival(given: RecordPassage) -> Arrival:
    return Arrival(
        people=[Measured(one.temperature_c, one.again_c, tuple(one.symptoms)) for one in given.people],
        must_pass=given.must_pass, is_known=given.is_known,
        hand_over_to=given.destination_path if given.decision == "hand_over" else "",
        measure_id=str(given.measure_id or ""),
    )  # fmt: skip


def _alongside(told: list[Any]) -> str:
    """Return one entry a person as JSON; nothing where nobody said anything."""
    return orjson.dumps(told).decode() if any(told) else ""


def _health(one: Occupant) -> dict[str, Any]:
    found = {"t": one.temperature_c, "again": one.again_c, "s": list(dict.fromkeys(one.symptoms))}
    return {name: value for name, value in found.items() if value not in (None, [])}


def append(taken: Sequence[Taken]) -> None:
    """Append the passages, each once, and let what follows follow for the new ones only."""
    fresh = append_facts([one.row for one in taken])
    new = []
    for one in taken:
        call = one.call
        call.repeated = call.id not in fresh
        call.result = {"id": str(call.id), "decision": one.row.decision, "appeal": one.row.appeal}
        if not call.repeated:
            call.about("checkpoints.passages", call.id)
            new.append(one)
    _refuse_borrowed_ids([one for one in taken if one.call.repeated])
    _remember([one for one in new if one.row.decision in remembering.REMEMBERED])
    first = [one for one in new if one.old is None and one.row.decision in SLIPS_FOR]
    give_slips([(one.call, one.row, one.lines) for one in first])
    for one in new:
        if one.old is not None:
            follow_slips((one.call, one.row, one.lines), one.old)


def _refuse_borrowed_ids(repeated: Sequence[Taken]) -> None:
    """Refuse an id that stands for another passage: calling that a repeat would acknowledge what nobody kept."""
    if not repeated:
        return
    known = Passage.objects.in_bulk([one.call.id for one in repeated])
    for one in repeated:
        kept, row = known[one.call.id], one.row
        if any(getattr(kept, name) != getattr(row, name) for name in TOLD_APART_BY):
            one.call.repeated, one.call.refusal = False, ID_REUSED(field="id")


TOLD_APART_BY = ("post_id", "direction", "decision", "plate_index", "names", "must_pass", "corrects_id")


def _remember(taken: Sequence[Taken]) -> None:
    """Keep for the next gates that somebody was turned back or referred, where they may still come by."""
    rows = []
    for one in taken:
        row, given = one.row, one.call.given
        if row.happened_at <= row.received_at - timedelta(hours=one.lines.memory_hours):
            continue
        key = memory_key(row.area_path, local(row.happened_at).date())
        people = ((each.phone, each.id_tail) for each in given.people)
        rows += [
            GateMemory(area_path=row.area_path, passage_id=row.pk, mark=mark, decision=row.decision,
                       post_id=row.post_id, post_name=row.post_name, happened_at=row.happened_at,
                       received_at=row.received_at)
            for mark in dict.fromkeys([*remembering.marks_of(key, row.plate, people), *_marks_that_stay(one, key)])
        ]  # fmt: skip
    GateMemory.objects.bulk_create(rows)


def _marks_that_stay(one: Taken, key: bytes) -> list[str]:
    """Return what was remembered of the people of a corrected passage by what is kept nowhere else: ends of numbers."""
    if one.old is None or one.row.names != one.old.names or one.row.phones != one.old.phones:
        return []
    phones = ((str(phone), "") for phone in told(one.old.phones))
    shown = remembering.marks_of(key, one.old.plate, phones)
    kept = GateMemory.objects.filter(passage_id=one.old.pk).exclude(mark__in=shown).order_by("pk")
    return list(kept.values_list("mark", flat=True))


def told(alongside: str) -> list[Any]:
    """Return what a passage keeps of each person, in their order."""
    return list(orjson.loads(alongside)) if alongside else []
