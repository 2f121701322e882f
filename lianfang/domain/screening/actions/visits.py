"""What people do at doors: record a visit with everything learnt there, correct one, settle a door nobody opens.

Visits are facts: appended in batches, once each, in whatever order phones bring them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.people.actions.fields import (
    NO_HOUSEHOLD,
    NO_PERSON,
    BornOn,
    HouseholdId,
    Phone,
    Relation,
    SexChoice,
)
from lianfang.domain.people.queries import STANDING_HOUSEHOLD, find_households, find_persons, households_within
from lianfang.domain.screening.actions.campaigns import CampaignId
from lianfang.domain.screening.actions.keeping import hold, keep_standings
from lianfang.domain.screening.events import IllnessMet, NeedsMet, ReturneesMet, RosterChangesMet, VisitRecorded
from lianfang.domain.screening.models.visits import Campaign, SweepHousehold, Visit
from lianfang.domain.screening.rules import VISIT_OUTCOMES
from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action, fact_action
from lianfang.foundation.actions.running import ID_REUSED
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Reason, choices, labelled
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_IN_CAMPAIGN = refusal(
    "screening.not_in_campaign",
    "这一户不在该次排查的区域内，或排查尚未开始。",
    "The household is outside the area of this sweep, or the sweep has not begun.",
)
NO_VISIT = refusal("screening.unknown_visit", "没有这次入户记录。", "There is no such visit.", status=404)
CORRECTED = refusal(
    "screening.visit_corrected",
    "这次入户已更正过，请更正最新的一条。",
    "This visit was corrected already; correct the newest one.",
    status=409,
)
NO_SWEEP_HOUSEHOLD = refusal(
    "screening.unknown_sweep_household", "排查中没有这一户。", "There is no such household in the sweep.", status=404
)
NOT_TO_SETTLE = refusal(
    "screening.nothing_to_settle",
    "这一户没有待支书处理的事项。",
    "Nothing at this door waits for the secretary.",
    status=409,
)

NOTHING_TO_VISIT = refusal(
    "screening.nothing_to_visit",
    "这一户在排查中没有待入户的事项。",
    "No visit waits at this door in the sweep.",
    status=409,
)

NEED_CONTEXT = "visit.need"
OutcomeChoice = Annotated[
    Literal["done", "absent", "refused", "vacant", "moved", "wrong_address"],
    Field(**labelled("结果", "Outcome", "choice", **choices(VISIT_OUTCOMES))),
]  # fmt: skip
OnePerson = Annotated[UUID | None, Field(**labelled("人员", "Person", "person"))]


class Returnee(Input):
    person_id: OnePerson = None
    name: str = Field("", max_length=60, **labelled("姓名", "Name"))
    phone: Phone = ""
    came_from: str = Field("", max_length=100, **labelled("从何处返回", "Came from"))
    came_on: date | None = Field(None, **labelled("返回日期", "Came on", "date"))
    travelled_by: str = Field("", max_length=60, **labelled("交通方式（车次）", "Travelled by"))


class Unwell(Input):
    person_id: OnePerson = None
    what: str = Field("", max_length=200, **labelled("说的不适", "What they say"))


class NeedMet(Input):
    kind: str = Field(pattern=r"^[a-z][a-z_]{1,29}$", **labelled("需要", "Kind of help"))
    person_id: OnePerson = None
    what: str = Field("", max_length=300, **labelled("具体内容", "What exactly", "textarea"))


class Newcomer(Input):
    name: str = Field(min_length=1, max_length=60, **labelled("姓名", "Name"))
    relation: Relation = ""
    sex: SexChoice = ""
    born_on: BornOn = None
    phone: Phone = ""


class Roster(Input):
    added: list[Newcomer] = Field(default_factory=list, max_length=20, **labelled("新增人员", "New people"))
    left: list[UUID] = Field(default_factory=list, max_length=20, **labelled("已离开人员", "People who left"))
    note: str = Field("", max_length=300, **labelled("变动说明", "What changed"))


Answer = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]


class Learnt(Input):
    returnees: list[Returnee] = Field(default_factory=list, max_length=20, **labelled("返乡人员", "Returnees"))
    symptoms: list[Unwell] = Field(default_factory=list, max_length=20, **labelled("身体不适", "Unwell"))
    needs: list[NeedMet] = Field(default_factory=list, max_length=10, **labelled("需要帮助", "Needs"))
    roster: Roster | None = Field(None, **labelled("人员变动", "Changes of the roster"))
    message_delivered: str = Field("", max_length=80, **labelled("已告知内容", "Message delivered"))
    answers: dict[Code, Answer] = Field(default_factory=dict, max_length=30, **labelled("问题回答", "Answers"))
    note: str = Field("", max_length=400, **labelled("备注", "Note", "textarea"))


class RecordVisit(Input):
    household_id: HouseholdId
    campaign_id: CampaignId | None = None
    outcome: OutcomeChoice
    learnt: Learnt | None = Field(None, **labelled("了解到的情况", "What was learnt"))
    companions: str = Field("", max_length=100, **labelled("同行人员", "Together with"))


class CorrectVisit(Input):
    visit_id: UUID = Field(**labelled("入户记录", "Visit"))
    outcome: OutcomeChoice
    learnt: Learnt | None = Field(None, **labelled("了解到的情况", "What was learnt"))
    reason: Reason


NOT_CORRECTED = when(lambda corrected: not corrected, Exists(Visit.objects.filter(corrects_id=OuterRef("pk"))))


@fact_action("screening.record_visit", both("登记入户", "Record a visit"), RecordVisit,
             subject=Subject("people.households", "household_id", STANDING_HOUSEHOLD))  # fmt: skip
def record_visit(calls: Sequence[Call]) -> None:
    """Record a visit at a door. One visit carries everything learnt there; the household is asked once."""
    homes = _paths_of_homes({call.given.household_id for call in calls})
    campaigns = Campaign.objects.in_bulk({call.given.campaign_id for call in calls if call.given.campaign_id})
    paths = _paths_of_persons(calls)
    rows: list[tuple[Call, Visit]] = []
    for call in calls:
        path = homes.get(call.given.household_id)
        if path is None:
            call.refusal = NO_HOUSEHOLD(field="household_id")
        elif call.permits(path) and _fits(call, path, campaigns) and _own_people(call, paths):
            rows.append((call, _visit(call, call.given.household_id, path, call.given.campaign_id)))
    _append(rows, campaigns)


@fact_action("screening.correct_visit", both("更正入户记录", "Correct a visit"), CorrectVisit,
             subject=Subject("screening.visits", "visit_id", NOT_CORRECTED))  # fmt: skip
def correct_visit(calls: Sequence[Call]) -> None:
    """Correct a visit: the old row stays, the new one names it and counts in its place."""
    asked = {call.given.visit_id for call in calls}
    known = Visit.objects.in_bulk(asked)
    again = dict(Visit.objects.filter(corrects_id__in=asked).values_list("corrects_id", "id"))
    campaigns = Campaign.objects.in_bulk({one.campaign_id for one in known.values() if one.campaign_id})
    paths = _paths_of_persons(calls)
    rows: list[tuple[Call, Visit]] = []
    for call in calls:
        old = known.get(call.given.visit_id)
        if old is None:
            call.refusal = NO_VISIT(field="visit_id")
        elif call.permits(old.area_path) and _first(call, again) and _own_people(call, paths):
            rows.append((call, _correction(call, old)))
    _append(rows, campaigns)


def _paths_of_homes(ids: set[UUID]) -> dict[UUID, str]:
    """Return where each household is; one that was closed meanwhile too, because phones bring visits late."""
    found = dict(households_within().filter(pk__in=ids).values_list("pk", "area_path"))
    closed = find_households(ids - set(found)) if len(found) < len(ids) else {}
    return found | {home: row.area_path for home, row in closed.items()}


def _first(call: Call, again: Mapping[UUID | None, UUID]) -> bool:
    """Refuse to correct a visit twice; the same correction repeated is none."""
    if again.get(call.given.visit_id, call.id) != call.id:
        call.refusal = CORRECTED(field="visit_id")
    return call.refusal is None


def _fits(call: Call, path: str, campaigns: Mapping[UUID, Campaign]) -> bool:
    """Refuse a visit in a campaign that is not asked here. One closed meanwhile still takes what phones bring late."""
    if call.given.campaign_id is None:
        return True
    campaign = campaigns.get(call.given.campaign_id)
    if campaign is None or campaign.started_at is None or not path.startswith(campaign.area_path):
        call.refusal = NOT_IN_CAMPAIGN(field="campaign_id")
    return call.refusal is None


def _people_named(call: Call) -> Iterable[UUID]:
    learnt: Learnt | None = call.given.learnt
    if learnt is None:
        return ()
    told: Iterable[Returnee | Unwell | NeedMet] = (*learnt.returnees, *learnt.symptoms, *learnt.needs)
    left = learnt.roster.left if learnt.roster else ()
    return {*(one.person_id for one in told if one.person_id), *left}


def _paths_of_persons(calls: Sequence[Call]) -> dict[UUID, str]:
    named = {one for call in calls for one in _people_named(call)}
    return {asked: person.area_path for asked, person in find_persons(named).items()} if named else {}


def _own_people(call: Call, paths: Mapping[UUID, str]) -> bool:
    """Refuse to say anything about people of somebody else's area, because it would lead to acts there."""
    for person in _people_named(call):
        if person not in paths:
            call.refusal = NO_PERSON(field="learnt")
        elif not call.actor.may(call.action, paths[person]):
            call.refusal = NOT_YOURS(field="learnt")
    return call.refusal is None


def _visit(call: Call, household_id: UUID, path: str, campaign_id: UUID | None, **others: Any) -> Visit:
    return Visit(
        id=call.id, household_id=household_id, campaign_id=campaign_id, area_path=path, outcome=call.given.outcome,
        happened_at=others.pop("happened_at", call.happened_at), received_at=call.received_at,
        account_id=call.actor.account_id, device_id=call.device_id, door=call.actor.door[:10],
        companions=others.pop("companions", getattr(call.given, "companions", "")),
        **_kept(call.given.learnt), **others,
    )  # fmt: skip


def _kept(learnt: Learnt | None) -> dict[str, Any]:
    """Return the columns for what was learnt: all of it sealed, and beside it how much of each kind."""
    if learnt is None:
        return {}
    roster = learnt.roster
    whole = learnt.model_dump(mode="json", exclude_defaults=True)
    return {
        "learnt": orjson.dumps(whole).decode() if whole else "",
        "returnees": len(learnt.returnees),
        "unwell": len(learnt.symptoms),
        "needs": len(learnt.needs),
        "roster_changes": len(roster.added) + len(roster.left) + bool(roster.note) if roster else 0,
        "message": learnt.message_delivered,
    }


def _correction(call: Call, old: Visit) -> Visit:
    """Return the new row: of the same door, sweep and moment; what was learnt stays unless it is given anew."""
    row = _visit(call, old.household_id, old.area_path, old.campaign_id, happened_at=old.happened_at,
                 companions=old.companions, corrects_id=old.pk, reason=call.given.reason)  # fmt: skip
    if call.given.learnt is None:
        for name in ("learnt", "returnees", "unwell", "needs", "roster_changes", "message"):
            setattr(row, name, getattr(old, name))
    return row


def _append(rows: Sequence[tuple[Call, Visit]], campaigns: Mapping[UUID, Campaign]) -> None:
    """Append the visits, each once, and let what follows follow for the new ones only."""
    hold(campaigns)
    fresh = append_facts([row for _, row in rows])
    written: set[UUID] = set()
    for call, row in rows:
        call.repeated = call.id not in fresh or call.id in written
        written.add(call.id)
        call.result = {"id": str(call.id), "household_id": str(row.household_id), "outcome": row.outcome}
    _refuse_borrowed_ids([(call, row) for call, row in rows if call.repeated])
    new = [(call, row) for call, row in rows if not call.repeated and call.refusal is None]
    if new:
        keep_standings(campaigns, [row for _, row in new], new[0][0].received_at)
    asked = [row.corrects_id for _, row in new if row.corrects_id]
    corrected = Visit.objects.in_bulk(asked) if asked else {}
    for call, row in new:
        call.about("screening.visits", row.pk)
        _announce(call, row, corrected.get(row.corrects_id) if row.corrects_id else None)


def _refuse_borrowed_ids(repeated: Sequence[tuple[Call, Visit]]) -> None:
    """Refuse an id that stands for another visit: calling that a repeat would acknowledge what nobody kept."""
    if not repeated:
        return
    known = Visit.objects.in_bulk([call.id for call, _ in repeated])
    for call, row in repeated:
        kept = known[call.id]
        if (kept.household_id, kept.outcome, kept.corrects_id) != (row.household_id, row.outcome, row.corrects_id):
            call.repeated, call.refusal = False, ID_REUSED(field="id")


def _announce(call: Call, row: Visit, old: Visit | None) -> None:
    """Announce the visit and what was learnt; a correction tells only what the old row did not tell."""
    at_door: dict[str, Any] = {"area_path": row.area_path, "visit_id": row.pk, "household_id": row.household_id}
    call.announce(
        VisitRecorded(**at_door, campaign_id=row.campaign_id, outcome=row.outcome, corrects_id=row.corrects_id)
    )
    learnt: Learnt | None = call.given.learnt
    if learnt is None:
        return
    told = at_door | {"happened_at": row.happened_at}
    if row.returnees and not (old and old.returnees):
        call.announce(ReturneesMet(**told, campaign_id=row.campaign_id, count=row.returnees))
    if row.unwell and not (old and old.unwell):
        known = tuple(one.person_id for one in learnt.symptoms if one.person_id)
        call.announce(IllnessMet(**told, person_ids=known, others=row.unwell - len(known)))
    if row.needs and not (old and old.needs):
        call.announce(NeedsMet(**told, needs=tuple(_sealed(one) for one in learnt.needs)))
    if row.roster_changes and not (old and old.roster_changes):
        call.announce(RosterChangesMet(**told))


def _sealed(need: NeedMet) -> dict[str, Any]:
    what = ring().encrypt(need.what, NEED_CONTEXT) if need.what else ""
    return {"kind": need.kind, "person_id": str(need.person_id) if need.person_id else None, "what_sealed": what}


class RecordOutcome(Input):
    sweep_household_id: UUID = Field(**labelled("排查户", "Household in the sweep"))
    outcome: OutcomeChoice
    learnt: Learnt | None = Field(None, **labelled("了解到的情况", "What was learnt"))
    companions: str = Field("", max_length=100, **labelled("同行人员", "Together with"))


TO_VISIT = when(
    lambda follow_up, state: follow_up in ("visit", "revisit") and state == "running", "follow_up", "campaign_state"
)


@action("screening.record_outcome", both("登记这一户", "Record this door"), RecordOutcome,
        subject=Subject("screening.sweep_households", "sweep_household_id", TO_VISIT))  # fmt: skip
def record_outcome(call: Call, given: RecordOutcome) -> Result:
    """Record a visit at a door that a sweep still waits for: one click from the gap, the same visit as at the door."""
    door = SweepHousehold.objects.filter(pk=given.sweep_household_id).first()
    if door is None:
        raise NO_SWEEP_HOUSEHOLD(field="sweep_household_id")
    call.permit(door.area_path)
    if not call.allows(TO_VISIT, door):
        raise NOTHING_TO_VISIT(field="sweep_household_id")
    if not _own_people(call, _paths_of_persons([call])):
        assert call.refusal is not None
        raise call.refusal
    visit = _visit(call, door.household_id, door.area_path, door.campaign_id)
    _append([(call, visit)], Campaign.objects.in_bulk([door.campaign_id]))
    return {"id": str(visit.pk), "household_id": str(door.household_id), "outcome": visit.outcome}


class SettleHousehold(Input):
    sweep_household_id: UUID = Field(**labelled("排查户", "Household in the sweep"))
    note: str = Field(min_length=2, max_length=200, **labelled("处理情况", "What was done", "textarea"))


FOR_THE_SECRETARY = when(lambda follow_up: follow_up == "secretary", "follow_up")


@action("screening.settle_household", both("处理未访住户", "Settle a door that stayed closed"), SettleHousehold,
        subject=Subject("screening.sweep_households", "sweep_household_id", FOR_THE_SECRETARY))  # fmt: skip
def settle_household(call: Call, given: SettleHousehold) -> Result:
    """Say what the village secretary did about a refusal, or a door where nobody ever was. Never made public."""
    row = SweepHousehold.objects.select_for_update().filter(pk=given.sweep_household_id).first()
    if row is None:
        raise NO_SWEEP_HOUSEHOLD(field="sweep_household_id")
    call.permit(row.area_path)
    if not call.allows(FOR_THE_SECRETARY, row):
        raise NOT_TO_SETTLE(field="sweep_household_id")
    row.settled_at, row.settled_by, row.settled_note = call.received_at, call.actor.account_id, given.note
    row.save(update_fields=["settled_at", "settled_by", "settled_note"])
    call.about("screening.sweep_households", row.pk)
    return {"id": str(row.pk)}
