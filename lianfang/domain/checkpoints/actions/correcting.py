"""Correcting a passage: the old row stays, a new one names it with the reason and stands in its place.

What is not said anew stays as it was. Judged as the first entry was, at its moment: nobody who was let through as a
class that must pass becomes stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
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
    MeasureId,
    MustPass,
    Occupant,
    PersonName,
    Phone,
    Plate,
    Purpose,
    RecordPassage,
    Temperature,
    append,
    judge,
    may_record,
    told,
)
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.queries.standing import CORRECTED, corrected_by
from lianfang.domain.checkpoints.rules.deciding import check_correction
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Subject, fact_action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Reason, labelled
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

NO_PASSAGE = refusal("checkpoints.unknown_passage", "没有这条通行记录。", "There is no such passage.", status=404)
CORRECTED_BEFORE = refusal(
    "checkpoints.passage_corrected",
    "这条通行记录已经更正过，请更正最新的一条。",
    "The passage was corrected before; correct the newest one.",
    status=409,
)
STANDS = when(lambda corrected: not corrected, CORRECTED)
# what the correction of a passage hands on to what it does not say anew
KEPT = ("direction", "plate", "came_from", "goes_to", "purpose", "decision", "measure_id", "destination_path")


class CorrectPassage(Input):
    """Whatever is left out stays. `people` are all of them; `name` to `again_c` are of the first one alone."""

    passage_id: UUID = Field(**labelled("通行记录", "Passage", "hidden"))
    reason: Reason
    decision: DecisionChoice | None = None
    must_pass: MustPass | None = None
    measure_id: MeasureId = None
    destination_path: Destination | None = None
    direction: Direction | None = None
    plate: Plate | None = None
    name: PersonName | None = None
    phone: Phone | None = None
    temperature_c: Temperature = None
    again_c: Again = None
    heads: Heads = None
    came_from: CameFrom | None = None
    goes_to: GoesTo | None = None
    purpose: Purpose | None = None
    people: Annotated[list[Occupant] | None, Field(max_length=60, **labelled("人员", "People", "hidden"))] = None
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
        check_correction(mine.given.decision, _classes(old))
        taken = judge(mine, where)
        taken.old, taken.row.corrects, taken.row.why_corrected = old, old, call.given.reason
        if call.given.people is None:
            taken.row.person_ids = old.person_ids
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


def _whole(given: CorrectPassage, old: Passage) -> RecordPassage:
    """Return the passage as the correction leaves it."""
    said = {name: _either(getattr(given, name), getattr(old, name)) for name in KEPT}
    known = _either(given.is_known, "pass_known" in (old.decision, old.by_rule))
    # a class belongs to the decision: who is decided about otherwise is in none
    stays = old.must_pass if said["decision"] == "must_pass" else ""
    people = _people(given, old)
    return RecordPassage(
        post_id=old.post_id, **said, must_pass=_either(given.must_pass, stays), is_known=known, people=people,
        heads=_either(given.heads, old.heads if given.people is None else None),
        permit_serial=old.permit_serial, permit_reason=old.permit_reason, sheet_no=old.sheet_no,
        line_no=old.line_no,
    )  # fmt: skip


def _people(given: CorrectPassage, old: Passage) -> list[Occupant]:
    people = _as_they_were(old) if given.people is None else given.people
    first = {name: getattr(given, name) for name in ("name", "phone", "temperature_c", "again_c")}
    told_anew = {name: value for name, value in first.items() if value is not None}
    if not told_anew:
        return people
    return [(people[0] if people else Occupant()).model_copy(update=told_anew), *people[1:]]


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
