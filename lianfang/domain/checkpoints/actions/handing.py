"""Giving slips to who is handed over to a village or sent to a health worker: one number to each person.

When a passage is corrected its slips follow: who still goes keeps the number, who does not has a void one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID, uuid5

from lianfang.domain.checkpoints.actions.paper import paper_slip
from lianfang.domain.checkpoints.events.passages import HandedOver, SentByMistake, SentToHealth, SlipsChanged
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.queries.judging import Lines
from lianfang.domain.checkpoints.queries.standing import corrected_by
from lianfang.domain.checkpoints.rules.deciding import GateRule, Measured, needs_health
from lianfang.domain.checkpoints.rules.slips import slip_number
from lianfang.foundation.actions.registry import Call

Handed = tuple[Call, Passage, Lines]
SLIPS_FOR = frozenset({"hand_over", "refer_health"})
# what a correction says anew of somebody who keeps their slip
SAID = ("area_path", "passage_id", "person_id", "name", "phone", "contact", "came_from", "goes_to", "temperature",
        "expected_at", "state", "accepted_at", "accepted_by")  # fmt: skip
# on a slip that is not withdrawn though the gate would not hand over any more
STAYS = "卡点已更正，因已接收而保留 / corrected at the gate, kept because it was accepted"
NOBODY = object()


def give_slips(handed: Sequence[Handed]) -> None:
    """Make the slips of new passages and announce them; to a health worker goes only who has a sign of illness."""
    slips: list[Slip] = []
    for call, row, lines in handed:
        people = _who_goes(call.given.people, row, lines)
        on_paper = paper_slip(row) if len(people) == 1 else ""
        mine = [_slip(call, row, lines, number, one, on_paper or slip_number(row.pk, number)) for number, one in people]
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


def _slip(call: Call, row: Passage, lines: Lines, number: int, one: Any, shown: str) -> Slip:
    to_village = row.decision == "hand_over"
    hours = lines.hand_over_hours if to_village else lines.refer_hours
    told = one.again_c if one.again_c is not None else one.temperature_c
    return Slip(
        id=uuid5(call.id, f"slip:{number}"), area_path=row.destination_path if to_village else row.area_path,
        number=shown, kind="village" if to_village else "health", passage_id=row.pk,
        person_no=number, person_id=one.person_id, name=one.name, phone=one.phone, contact=one.contact,
        came_from=row.came_from, goes_to=row.goes_to, temperature="" if told is None else f"{told:.1f}",
        expected_at=call.given.expected_at, from_path=row.area_path, post_id=row.post_id, post_name=row.post_name,
        handed_at=row.happened_at, received_at=row.received_at, accept_by=row.happened_at + timedelta(hours=hours),
    )  # fmt: skip


def _announce(call: Call, row: Passage, slips: Sequence[Slip]) -> None:
    if row.decision == "hand_over":
        call.announce(HandedOver(area_path=row.destination_path, passage_id=row.pk, slips=len(slips)))
        return
    call.announce(
        SentToHealth(area_path=row.area_path, passage_id=row.pk, person_ids=_known(slips, row), slips=len(slips),
                     happened_at=row.happened_at)
    )  # fmt: skip


def _known(slips: Iterable[Slip], row: Passage) -> tuple[UUID, ...]:
    """Return who of them the register knows."""
    return tuple(UUID(str(one.person_id)) for one in slips if one.person_id and str(one.person_id) in row.person_ids)


def follow_slips(handed: Handed, old: Passage) -> None:
    """Let the slips of a passage follow its correction. What a village or a health worker accepted stays with them, and
    the slip says so; who is not sent to a health worker after all is told of."""
    call, row, lines = handed
    goes = dict(_who_goes(call.given.people, row, lines)) if row.decision in SLIPS_FOR else {}
    kept = {one.person_no: one for one in Slip.objects.select_for_update().filter(passage_id=old.pk)}
    waiting = {number: one.person_id for number, one in kept.items() if one.state == "handed"}
    elsewhere: set[str] = set()
    stays = kept if row.decision == old.decision else {}
    base = first_of_line(row) if stays else row.pk
    for number, slip in kept.items():
        goes_on = _slip(call, row, lines, number, goes[number], slip.number) if stays and number in goes else None
        elsewhere |= _rewrite(call, slip, row if stays else old, goes_on)
    fresh = [_slip(call, row, lines, number, one, slip_number(base, number))
             for number, one in goes.items() if number not in stays]  # fmt: skip
    Slip.objects.bulk_create(fresh)
    sent = [*fresh, *(one for number, one in stays.items() if _is_sent_now(one, waiting.get(number, NOBODY)))]
    if sent:
        _announce(call, row, sent)
    still = {one.person_id for one in [*kept.values(), *fresh] if one.state == "handed" and one.kind == "health"}
    _tell_who_stays(call, old, [one for one in waiting.values() if one and one not in still])
    for path in sorted(elsewhere):
        call.announce(SlipsChanged(area_path=path, passage_id=row.pk))
    if call.result is not None:
        standing = Slip.objects.filter(passage_id=row.pk).exclude(state="void").order_by("person_no")
        call.result["slips"] = list(standing.values_list("number", flat=True))


def _is_sent_now(slip: Slip, before: object) -> bool:
    """Say whether somebody waits by this slip who did not before the correction, or was not known who they are."""
    return slip.state == "handed" and slip.person_id != before


def _tell_who_stays(call: Call, old: Passage, persons: Sequence[UUID]) -> None:
    """Tell of who goes to no health worker by a passage any more: they were well, or taken for somebody else."""
    known = tuple(one for one in persons if str(one) in old.person_ids)
    if known and old.decision == "refer_health":
        line = (old.pk, *(before.pk for before in corrected_by(old)))
        call.announce(SentByMistake(area_path=old.area_path, passage_ids=line, person_ids=known))
        _send_again(call, known)


def _send_again(call: Call, persons: Sequence[UUID]) -> None:
    """Tell anew of who waits by a slip of another passage: it was no mistake, and its referral may be the one that the
    mistake had opened before."""
    for slip in Slip.objects.filter(kind="health", state="handed", person_id__in=persons).order_by("handed_at", "pk"):
        call.announce(
            SentToHealth(area_path=slip.from_path, passage_id=slip.passage_id, person_ids=(UUID(str(slip.person_id)),),
                         slips=1, happened_at=slip.handed_at)
        )  # fmt: skip


def first_of_line(row: Passage) -> UUID:
    """Return the passage whose id numbers the slips: the first that was decided so, through all its corrections."""
    alike = takewhile(lambda before: before.decision == row.decision, corrected_by(row))
    return [row.pk, *(before.pk for before in alike)][-1]


def _rewrite(call: Call, slip: Slip, row: Passage, stays: Slip | None) -> set[str]:
    """Say anew what stands on a slip, or make it void; return the areas in which something is different now."""
    before, waits = slip.area_path, slip.state in ("handed", "void")
    slip.passage_id = row.pk
    if stays is None and slip.state == "handed":
        return _void(call, slip)
    if stays is None and slip.state == "accepted" and STAYS not in slip.note:
        slip.note = "；".join(filter(None, (slip.note, STAYS)))
    if stays is not None and waits:
        stays.contact, stays.person_id = stays.contact or slip.contact, stays.person_id or slip.person_id
        for name in SAID:
            setattr(slip, name, getattr(stays, name))
    slip.version += 1
    slip.save(update_fields=[*SAID, "note", "version"])
    return {before, slip.area_path} if before != slip.area_path else set()


def _void(call: Call, slip: Slip) -> set[str]:
    slip.state, slip.version = "void", slip.version + 1
    slip.accepted_at, slip.accepted_by = call.received_at, call.actor.account_id
    slip.save(update_fields=["passage_id", "state", "version", "accepted_at", "accepted_by"])
    return {slip.area_path}
