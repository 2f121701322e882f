"""Readings as facts, in bulk: judged by the rulebook, laid into their slots, and referred when they must be.

Refuses what no body can have, and readings of people who are not under observation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from django.db import connection
from django.db.models.expressions import RawSQL
from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.referring import open_referral
from lianfang.domain.observation.models import Order, Reading, Referral, Slot, Timetable
from lianfang.domain.observation.queries.links import links_by_secrets
from lianfang.domain.observation.queries.orders import Thresholds, thresholds
from lianfang.domain.people.queries import find_persons
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Subject, fact_action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

NOT_OBSERVED = refusal(
    "observation.not_observed", "此人没有进行中的观察。", "The person is not under observation.", status=404
)
NO_READING = refusal(
    "observation.reading_unknown", "没有要更正的这条记录。", "There is no such reading to correct.", status=404
)
AHEAD = refusal(
    "observation.reading_ahead",
    "测量时间在现在之后，请检查手机时钟。",
    "The reading lies in the future; check the clock.",
)
NOBODY = refusal("observation.nobody_named", "请指明是谁的体温。", "Say whose temperature it is.")
NO_LINK = refusal(
    "observation.link_unknown",
    "链接已失效，请联系网格员。",
    "The link no longer works; ask your grid worker.",
    status=404,
)
CLOCK_SLIP = timedelta(minutes=10)

Symptom = Literal["fever", "cough", "breathlessness", "sore_throat", "rash", "joint_pain", "diarrhoea", "other"]


class ReportedReading(Input):
    temperature_c: float | None = Field(None, ge=0, le=200, **labelled("体温 ℃", "Temperature °C", "number"))
    symptoms: list[Symptom] = Field(
        default_factory=list, max_length=8, **labelled("症状", "Symptoms", "multichoice", **choices(rules.SYMPTOMS))
    )
    note: str = Field("", max_length=200, **labelled("备注", "Note"))


class RecordReading(ReportedReading):
    person_id: UUID | None = Field(None, **labelled("人员", "Person", "person"))
    order_id: UUID | None = Field(None, **labelled("观察通知", "Order", "hidden"))
    how: Literal["self", "visit", "phone"] = Field("visit", **labelled("方式", "How", "choice", **choices(rules.WAYS)))
    corrects_id: UUID | None = Field(None, **labelled("更正哪一条", "Corrects", "hidden"))


class ReportByLink(ReportedReading):
    token: str = Field(min_length=8, max_length=60)


# a late reading still lands after the end; a new one is asked for while the timetable runs
IS_LIVE = when(lambda state: state == "live", "state")


@fact_action("observation.record_reading", both("记录体温", "Record a reading"), RecordReading,
             subject=Subject("observation.timetable", "person_id", IS_LIVE))  # fmt: skip
def record_reading(calls: Sequence[Call]) -> None:
    """Record temperature and symptoms of people under observation, taken by visit, by phone or told by themselves."""
    by_order = [call.given.order_id for call in calls if call.given.person_id is None and call.given.order_id]
    persons = dict(Order.objects.filter(pk__in=by_order).values_list("pk", "person_id")) if by_order else {}
    _record(calls, {call.id: call.given.person_id or persons.get(call.given.order_id) for call in calls})


@fact_action("observation.report_by_link", both("本人自报体温", "Report by personal link"), ReportByLink, offered=False)
def report_by_link(calls: Sequence[Call]) -> None:
    """Record what somebody in observation reports through the personal link, without an account."""
    links = links_by_secrets({call.given.token for call in calls}, calls[0].received_at)
    for call in calls:
        if call.given.token not in links:
            call.refusal = NO_LINK(field="token")
    known = [call for call in calls if call.refusal is None]
    _record(known, {call.id: links[call.given.token].person_id for call in known})


@dataclass(frozen=True, slots=True)
class _Board:
    area_path: str
    household_id: UUID | None
    diseases: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reading lands: its slot, if any, and what is there already."""

    slot_id: int
    day_on: date
    name: str
    catches_from: datetime
    catches_until: datetime
    reading_id: UUID | None


@dataclass(slots=True)
class _Taken:
    """One accepted call on its way: whose, where it lands, what it asks for."""

    call: Call
    person_id: UUID
    board: _Board
    judgement: rules.Judgement
    place: _Place | None


def _record(calls: Sequence[Call], person_of: Mapping[UUID, UUID | None]) -> None:
    boards = _boards({one for one in person_of.values() if one})
    person_of = _kept_of(person_of, boards)
    corrected = _corrected(calls)
    judged_by: dict[tuple[str, str], Thresholds] = {}
    taken: list[_Taken] = []
    for call in calls:
        person_id = person_of[call.id]
        board = boards.get(person_id) if person_id else None
        if person_id is None or board is None:
            call.refusal = (NOT_OBSERVED if _names_somebody(call) else NOBODY)(field="person_id")
        elif call.permits(board.area_path):
            try:
                key = (board.diseases, board.area_path)
                if key not in judged_by:
                    judged_by[key] = thresholds(*key, calls[0].received_at.astimezone(CHINA).date())
                taken.append(_Taken(call, person_id, board, _judge(call, judged_by[key], person_id, corrected), None))
            except Refusal as no:
                call.refusal = no
    _find_places(taken)
    _append([one for one in taken if _still_counts(one)])


def _still_counts(one: _Taken) -> bool:
    """Take a reading that came late for a slot of finished observation; refuse one taken after its end."""
    if one.board.is_live or one.place is not None:
        return True
    one.call.refusal = NOT_OBSERVED(field="person_id")
    return False


def _names_somebody(call: Call) -> bool:
    given = call.given
    return isinstance(given, ReportByLink) or given.person_id is not None or given.order_id is not None


def _boards(person_ids: set[UUID]) -> dict[UUID, _Board]:
    rows = Timetable.objects.filter(pk__in=_among(person_ids))
    found = rows.values_list("pk", "area_path", "household_id", "diseases", "state")
    return {person: _Board(path, home, named, state == "live") for person, path, home, named, state in found}


def _kept_of(person_of: Mapping[UUID, UUID | None], boards: dict[UUID, _Board]) -> Mapping[UUID, UUID | None]:
    """Return whose each call is, with entries that were merged meanwhile led to the kept one, and its board added."""
    unknown = {one for one in person_of.values() if one and not (one in boards and boards[one].is_live)}
    kept = {asked: person.pk for asked, person in find_persons(unknown).items() if person.pk != asked}
    if not kept:
        return person_of
    boards |= _boards(set(kept.values()))
    return {call: kept.get(one, one) if one else None for call, one in person_of.items()}


def _among(person_ids: Iterable[UUID]) -> RawSQL:
    """Return the ids as one JSON parameter, because a hundred parameters cost more than the query itself."""
    if connection.vendor == "postgresql":
        sent = orjson.dumps(list(person_ids)).decode()
        return RawSQL("SELECT value::uuid FROM json_array_elements_text(%s::json)", [sent])
    sent = orjson.dumps([one.hex for one in person_ids]).decode()
    return RawSQL("SELECT value FROM json_each(%s)", [sent])


def _corrected(calls: Sequence[Call]) -> dict[UUID, UUID]:
    """Return whose the readings to be corrected are."""
    wanted = [one for one in (getattr(call.given, "corrects_id", None) for call in calls) if one]
    return dict(Reading.objects.filter(pk__in=wanted).values_list("pk", "person_id")) if wanted else {}


def _judge(call: Call, by: Thresholds, person_id: UUID, corrected: Mapping[UUID, UUID]) -> rules.Judgement:
    """Return what the reading asks for. Raises `observation.reading_…`."""
    given = call.given
    if call.happened_at > call.received_at + CLOCK_SLIP:
        raise AHEAD(field="happened_at")
    corrects = getattr(given, "corrects_id", None)
    if corrects is not None and corrected.get(corrects) != person_id:
        raise NO_READING(field="corrects_id")
    reading = rules.Reading("", call.happened_at, given.temperature_c, tuple(given.symptoms))
    rules.check_reading(reading, lowest_c=by.lowest_c, highest_c=by.highest_c)
    return rules.judge_reading(
        reading, fever_threshold_c=by.fever_c, symptoms_to_refer=by.symptoms, refer_within_hours=by.refer_hours
    )


def _find_places(taken: Sequence[_Taken]) -> None:
    """Find the slot of every reading with one query: a reading counts by when it was taken, however late it comes."""
    if not taken:
        return
    moments = [one.call.happened_at for one in taken]
    rows = Slot.objects.filter(
        person_id__in=_among({one.person_id for one in taken}),
        day_on__gte=min(moments).astimezone(CHINA).date(),
        day_on__lte=max(moments).astimezone(CHINA).date(),
        catches_from__lte=max(moments),
        catches_until__gt=min(moments),
    ).values_list("person_id", "pk", "day_on", "name", "catches_from", "catches_until", "reading_id")
    places: dict[UUID, list[_Place]] = defaultdict(list)
    for person_id, slot_id, day_on, name, catches_from, catches_until, reading_id in rows:
        places[person_id].append(_Place(slot_id, day_on, name, catches_from, catches_until, reading_id))
    for one in taken:
        at = one.call.happened_at
        mine = places.get(one.person_id, ())
        one.place = next((place for place in mine if place.catches_from <= at < place.catches_until), None)


def _append(taken: Sequence[_Taken]) -> None:
    fresh = append_facts([_row(one) for one in taken])
    new = []
    for one in taken:
        call, place = one.call, one.place
        call.repeated = call.id not in fresh
        call.result = {"id": str(call.id), "slot": f"{place.day_on}/{place.name}" if place else None,
                       "refer": one.judgement.refer}  # fmt: skip
        if not call.repeated:
            call.about("observation.readings", call.id)
            new.append(one)
    _fill_slots(new)
    _refer([one for one in new if one.judgement.refer])


def _row(one: _Taken) -> Reading:
    call, given = one.call, one.call.given
    return Reading(
        id=call.id, person_id=one.person_id, area_path=one.board.area_path,
        slot_on=one.place.day_on if one.place else None, slot=one.place.name if one.place else "",
        temperature_c=given.temperature_c, symptoms=",".join(dict.fromkeys(given.symptoms)),
        fever=one.judgement.refer, how=getattr(given, "how", "self"), note=given.note,
        happened_at=call.happened_at, received_at=call.received_at, account_id=call.actor.account_id,
        device_id=call.device_id, corrects_id=getattr(given, "corrects_id", None),
    )  # fmt: skip


def _fill_slots(new: Sequence[_Taken]) -> None:
    """Mark slots as recorded; the first reading of a slot stays unless it is corrected."""
    filled: dict[int, tuple[Any, ...]] = {}
    for one in new:
        place = one.place
        if place is None:
            continue
        corrects = getattr(one.call.given, "corrects_id", None)
        if place.reading_id is None or place.reading_id == corrects:
            how = getattr(one.call.given, "how", "self")
            filled.setdefault(place.slot_id, (place.slot_id, one.call.id, one.call.happened_at, how))
    if filled:
        _update_slots(list(filled.values()))


def _update_slots(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sent = [{"slot": slot, "reading": reading, "at": at, "how": how} for slot, reading, at, how in rows]
            cursor.execute(
                "UPDATE \"observation_slot\" SET state = 'recorded', reading_id = u.reading, recorded_at = u.at, "
                "how = u.how FROM json_to_recordset(%s::json) "
                "AS u(slot bigint, reading uuid, at timestamptz, how varchar) "
                'WHERE "observation_slot".id = u.slot',
                [orjson.dumps(sent).decode()],
            )
            return
        adapt = connection.ops.adapt_datetimefield_value
        cursor.executemany(
            "UPDATE \"observation_slot\" SET state = 'recorded', reading_id = %s, recorded_at = %s, how = %s "
            "WHERE id = %s",
            [(reading.hex, adapt(at), how, slot) for slot, reading, at, how in rows],
        )


def _refer(taken: Sequence[_Taken]) -> None:
    """Open one referral per person, with its clock running from when the reading was taken."""
    if not taken:
        return
    first = {one.person_id: one for one in reversed(taken)}
    open_ones = Referral.objects.filter(person_id__in=first).exclude(state="closed")
    waiting = set(open_ones.values_list("person_id", flat=True))
    for person_id, one in first.items():
        if person_id not in waiting:
            _open_referral(person_id, one)


def _open_referral(person_id: UUID, one: _Taken) -> None:
    assert one.judgement.refer_by is not None
    referral = Referral(
        person_id=person_id, household_id=one.board.household_id, area_path=one.board.area_path, found_in="reading",
        found_id=one.call.id, reasons="；".join(reason.zh for reason in one.judgement.reasons)[:300],
        opened_at=one.call.received_at, refer_by=one.judgement.refer_by,
    )  # fmt: skip
    open_referral(one.call, referral)
