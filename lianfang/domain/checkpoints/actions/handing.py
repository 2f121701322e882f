"""Giving slips to who is handed over to a village or sent to a health worker: one number to each person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from lianfang.domain.checkpoints.events.passages import HandedOver, SentToHealth
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.queries.judging import Lines
from lianfang.domain.checkpoints.rules.deciding import GateRule, Measured, needs_health
from lianfang.domain.checkpoints.rules.slips import slip_number
from lianfang.foundation.actions.registry import Call

Handed = tuple[Call, Passage, Lines]


def give_slips(handed: Sequence[Handed]) -> None:
    """Make the slips of new passages and announce them; to a health worker goes only who has a sign of illness."""
    slips: list[Slip] = []
    for call, row, lines in handed:
        people = _who_goes(call.given.people, row, lines)
        mine = [_slip(call, row, lines, number, one) for number, one in people]
        slips += mine
        _announce(call, row, mine)
        if call.result is not None:
            call.result["slips"] = [one.number for one in mine]
    Slip.objects.bulk_create(slips)


def _who_goes(people: Sequence[Any], row: Passage, lines: Lines) -> list[tuple[int, Any]]:
    """Return who gets a slip with their number in the vehicle: all who are handed over, else the unwell; all of them
    where the gate referred a vehicle without saying whom."""
    each = list(enumerate(people, 1))
    if row.decision == "hand_over":
        return each
    rule = GateRule(row.area_path, lines.fever_c, frozenset(lines.symptoms))
    unwell = [
        (number, one)
        for number, one in each
        if needs_health(Measured(one.temperature_c, one.again_c, tuple(one.symptoms)), rule)
    ]
    return unwell or each


def _slip(call: Call, row: Passage, lines: Lines, number: int, one: Any) -> Slip:
    to_village = row.decision == "hand_over"
    hours = lines.hand_over_hours if to_village else lines.refer_hours
    told = one.again_c if one.again_c is not None else one.temperature_c
    return Slip(
        id=uuid5(call.id, f"slip:{number}"), area_path=row.destination_path if to_village else row.area_path,
        number=slip_number(call.id, number), kind="village" if to_village else "health", passage_id=row.pk,
        person_no=number, person_id=one.person_id, name=one.name, phone=one.phone, contact=one.contact,
        came_from=row.came_from, goes_to=row.goes_to, temperature="" if told is None else f"{told:.1f}",
        expected_at=call.given.expected_at, from_path=row.area_path, post_id=row.post_id, post_name=row.post_name,
        handed_at=row.happened_at, received_at=row.received_at, accept_by=row.happened_at + timedelta(hours=hours),
    )  # fmt: skip


def _announce(call: Call, row: Passage, slips: Sequence[Slip]) -> None:
    if row.decision == "hand_over":
        call.announce(HandedOver(area_path=row.destination_path, passage_id=row.pk, slips=len(slips)))
        return
    known = tuple(UUID(str(one.person_id)) for one in slips if one.person_id and str(one.person_id) in row.person_ids)
    call.announce(
        SentToHealth(area_path=row.area_path, passage_id=row.pk, person_ids=known, slips=len(slips),
                     happened_at=row.happened_at)
    )  # fmt: skip
