"""Correcting a passage: the old row stays, a new one names it with the reason and stands in its place.

What is not said anew stays as it was. Judged as the first entry was, at its moment: nobody who was let through as a
class that must pass becomes stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.actions.passages import (
    Again,
    CameFrom,
    DecisionChoice,
    Destination,
    Direction,
    GoesTo,
    Heads,
    IdTail,
    MeasureId,
    MustPass,
    Occupant,
    PersonId,
    PersonName,
    Phone,
    Plate,
    Purpose,
    RecordPassage,
    Symptom,
    Temperature,
    append,
    judge,
    may_record,
    ruled,
    told,
)
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.queries.standing import CORRECTED, corrected_by
from lianfang.domain.checkpoints.rules.deciding import DECISIONS, MUST_PASS, PASSES, SYMPTOMS, check_correction
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Subject, fact_action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Reason, choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

NO_PASSAGE = refusal("checkpoints.unknown_passage", "没有这条通行记录。", "There is no such passage.", status=404)
CORRECTED_BEFORE = refusal(
    "checkpoints.passage_corrected",
    "这条通行记录已经更正过，请更正最新的一条。",
    "The passage was corrected before; correct the newest one.",
    status=409,
)
NO_PERSON = refusal(
    "checkpoints.no_such_person",
    "这条通行记录只记了 {count} 人，没有第 {number} 人。",
    "The passage names {count} people; there is no number {number}.",
)
STANDS = when(lambda corrected: not corrected, CORRECTED)
# what the correction of a passage hands on to what it does not say anew
KEPT = ("direction", "plate", "came_from", "goes_to", "purpose", "decision", "measure_id", "destination_path")
EMPTIED = {
    "name": both("姓名", "Name"), "phone": both("电话", "Phone"), "temperature_c": both("体温", "Temperature"),
    "again_c": both("休息后复测", "After rest"), "symptoms": both("症状", "Symptoms"),
}  # fmt: skip
NOTHING = Occupant()


class PersonAnew(Input):
    """What is said anew of one person of a passage; whatever is left out stays. Without a number: one more person."""

    person_no: int | None = Field(None, ge=1, le=60, **labelled("第几人", "Which person", "hidden"))
    name: PersonName | None = None
    phone: Phone | None = None
    person_id: PersonId = None
    id_tail: IdTail | None = None
    temperature_c: Temperature = None
    again_c: Again = None
    symptoms: list[Symptom] | None = Field(
        None, max_length=8, **labelled("症状", "Symptoms", "multichoice", **choices(SYMPTOMS))
    )
    empty: list[Literal["name", "phone", "temperature_c", "again_c", "symptoms"]] = Field(
        default_factory=list, max_length=5,
        **labelled("误填，清空", "Written by mistake: empty", "multichoice", **choices(EMPTIED)),
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        """Return what is said anew, by the name of the field."""
        emptied: dict[str, Any] = {name: getattr(NOTHING, name) for name in self.empty}
        given = self.model_dump(exclude={"person_no", "empty"}, exclude_none=True)
        return {**given, **emptied}


# not filled in from the row: what is typed there is decided anew, or goes by another name in the list
AFRESH = {"x-afresh": True}
# a column of the list beside which each person's new value is typed
EACH = {"name": "names", "phone": "phones", "temperature_c": "temperature"}


class CorrectPassage(Input):
    """Whatever is left out stays. `people` are all of them, as a phone says them; `persons` some, each by its number.

    Where no decision is said it follows from what was found of `persons`.
    """

    passage_id: UUID = Field(**labelled("通行记录", "Passage", "hidden"))
    reason: Reason
    persons: list[PersonAnew] = Field(
        default_factory=list, max_length=60,
        **labelled("每个人（驾驶人为第 1 人）", "Each person (the driver is number 1)", "list",
                   **{"x-each": EACH, "x-numbered": "person_no"}),
    )  # fmt: skip
    decision: DecisionChoice | None = Field(
        None,
        **labelled(
            "处置（不选：按规则）", "Decision (left open: by the rules)", "choice", **choices(DECISIONS), **AFRESH
        ),
    )
    must_pass: MustPass | None = Field(
        None, **labelled("必须放行的情形", "Must pass", "choice", **choices(MUST_PASS), **AFRESH)
    )
    measure_id: MeasureId = None
    destination_path: Destination | None = None
    direction: Direction | None = None
    plate: Plate | None = None
    heads: Heads = None
    came_from: CameFrom | None = None
    goes_to: GoesTo | None = None
    purpose: Purpose | None = None
    people: Annotated[list[Occupant] | None, Field(max_length=60, **labelled("人员", "People", "hidden", **AFRESH))] = (
        None
    )
    is_known: bool | None = Field(
        None, **labelled("本地已登记或持有效证件", "Known here, or with a valid permit", "hidden")
    )


@dataclass(frozen=True, slots=True)
class Where:
    """The gate of a passage as it was."""

    pk: UUID
    name: str
    kind: str
    area_path: str


@fact_action("checkpoints.correct_passage", both("更正通行记录", "Correct a passage"), CorrectPassage,
             subject=Subject("checkpoints.passages", "passage_id", STANDS))  # fmt: skip
def correct_passage(calls: Sequence[Call]) -> None:
    """Correct a passage: the old row stays, the new one counts in its place, and slips and memory follow it."""
    # one by one, because a phone may bring the correction of a correction in the same upload
    for call in calls:
        try:
            _correct(call)
        except Refusal as no:
            call.refusal = no


def _correct(call: Call) -> None:
    old = Passage.objects.select_for_update().filter(pk=call.given.passage_id).first()
    if old is None:
        raise NO_PASSAGE(field="passage_id")
    where = Where(old.post_id, old.post_name, old.post_kind, old.area_path)
    mine = replace(call, given=_whole(call.given, old), happened_at=old.happened_at, details={}, facts=[], once={})
    if may_record(mine, where):
        _refuse_second(call, old)
        if call.given.decision is None and any(one.said() for one in call.given.persons):
            mine.given = _by_rules(mine.given, old)
        check_correction(mine.given.decision, _classes(old))
        taken = judge(mine, where)
        taken.old, taken.row.corrects, taken.row.why_corrected = old, old, call.given.reason
        # who is in the register is kept without a place in the vehicle, unless it is said of all who sit there
        if call.given.people is None and not all(one.person_id for one in mine.given.people):
            taken.row.person_ids = list(dict.fromkeys([*old.person_ids, *taken.row.person_ids]))
        append([taken])
    for name in ("asked", "area_path", "subject", "details", "facts", "result", "refusal", "repeated"):
        setattr(call, name, getattr(mine, name))


def _refuse_second(call: Call, old: Passage) -> None:
    """Refuse to correct a passage twice; the same correction repeated is none."""
    again = Passage.objects.filter(corrects=old).first()
    if again is not None and again.pk != call.id:
        raise CORRECTED_BEFORE(field="passage_id")


def _classes(old: Passage) -> list[str]:
    """Return the class that must pass of a passage and of whatever it corrects."""
    return [old.must_pass, *(one.must_pass for one in corrected_by(old))]


def _by_rules(given: RecordPassage, old: Passage) -> RecordPassage:
    """Return the passage with what the rules decide of what was found now, where the gate had gone by them before.

    Who had to pass passes on, and who waits for a second measuring stays as the gate left them.
    """
    if old.by_rule not in ("", old.decision):
        return given
    decision = ruled(given, old.area_path, local(old.happened_at).date())
    if not decision or (decision not in PASSES and any(_classes(old))):
        return given
    return given.model_copy(update={"decision": decision})


def _whole(given: CorrectPassage, old: Passage) -> RecordPassage:
    """Return the passage as the correction leaves it."""
    said = {name: _either(getattr(given, name), getattr(old, name)) for name in KEPT}
    known = _either(given.is_known, _was_known(old))
    # a class belongs to the decision: who is decided about otherwise is in none
    stays = old.must_pass if said["decision"] == "must_pass" else ""
    people = _people(given, old)
    return RecordPassage(
        post_id=old.post_id, **said, must_pass=_either(given.must_pass, stays), is_known=known, people=people,
        heads=_either(given.heads, old.heads if given.people is None else None),
        permit_serial=old.permit_serial, permit_reason=old.permit_reason, sheet_no=old.sheet_no,
        line_no=old.line_no,
    )  # fmt: skip


def _was_known(old: Passage) -> bool:
    all_known = 0 < old.heads <= len(old.person_ids)
    return all_known or old.permit_reason == "valid" or "pass_known" in (old.decision, old.by_rule)


def _people(given: CorrectPassage, old: Passage) -> list[Occupant]:
    """Return all of the passage, with what is said anew of each. Raises `checkpoints.no_such_person`."""
    people = _as_they_were(old) if given.people is None else list(given.people)
    count = len(people)
    for place, one in enumerate(given.persons):
        if one.person_no is None:
            people.append(Occupant(**one.said()))
        elif one.person_no > count:
            raise NO_PERSON(field=f"persons.{place}.person_no", count=count, number=one.person_no)
        else:
            people[one.person_no - 1] = people[one.person_no - 1].model_copy(update=one.said())
    return people


def _as_they_were(old: Passage) -> list[Occupant]:
    """Return the people of a passage as far as it keeps them; who of them is registered only where all of them are."""
    names, phones, health = told(old.names), told(old.phones), told(old.health)
    count = max(len(names), len(phones), len(health), len(old.person_ids))
    all_known = len(old.person_ids) == count
    return [
        Occupant(
            name=_at(names, place, ""), phone=_at(phones, place, ""),
            person_id=UUID(old.person_ids[place]) if all_known else None,
            **_found(_at(health, place, {})),
        )
        for place in range(count)
    ]  # fmt: skip


def _found(health: dict[str, Any]) -> dict[str, Any]:
    return {"temperature_c": health.get("t"), "again_c": health.get("again"), "symptoms": health.get("s", [])}


def _at(each: list[Any], place: int, otherwise: Any) -> Any:
    return each[place] if place < len(each) else otherwise


def _either(said: Any, stood: Any) -> Any:
    return stood if said is None else said
