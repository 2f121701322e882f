"""The list of leads as intake knows it: matched with the register, de-duplicated, sent to who answers, taken back.

Creates no person: somebody is registered when a worker has confirmed that they are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, Q, QuerySet

from lianfang.domain.incidents.queries import incident_of, rule
from lianfang.domain.people.queries import phone_index
from lianfang.domain.screening.events import LeadsReceived
from lianfang.domain.screening.models.leads import Lead, LeadBatch, MatchProposal
from lianfang.domain.screening.queries import leads as known
from lianfang.domain.screening.rules import OUTCOMES, LeadAbout, Match, Particulars, judge_duplicate, lead_deadline
from lianfang.foundation.events.announcing import announce
from lianfang.foundation.intake.inserting import Columns, OneOf, pack
from lianfang.foundation.intake.targets import (
    NEW,
    Delivery,
    Incoming,
    Ready,
    RowMatch,
    Rows,
    Target,
    target,
    write_portions,
)
from lianfang.foundation.lookups import chunks
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.ids import uuid7, uuid7_of
from lianfang.kernel.names import initials, pinyin
from lianfang.kernel.text import both

WORK_STARTED = refusal(
    "screening.work_started",
    "已有 {count} 条线索开始核查，不能整批撤销。",
    "Work has started on {count} of the leads, so the batch cannot be taken back.",
    status=409,
)

AT_ONCE = 2000
MOST_CANDIDATES = 3
# what a lead takes over of the one it follows
FOLLOWED = ("same_as", "state", "outcome", "person", "measure", "answered_at", "verified_address", "last_there_on")
# What a lead keeps beside its own columns; everything else stays in the sender's file (P04).
DETAILS = (
    "transport", "trip_no", "companions", "symptoms", "risk_history", "category", "status", "contact_name",
    "contact_phone", "origin", "origin_province", "origin_city", "origin_county", "left_on", "exposed_on", "onset_on",
    "confirmed_on", "note",
)  # fmt: skip


def match_rows(rows: Rows, path: str, on: date) -> list[RowMatch]:
    """Return how each row stands to the register; changes nothing."""
    about = known.particulars(rows)
    found, homes = known.match_persons(about, path, on)
    rows.told = _Told(about, [homes.get(one.person_ids[0]) if one.level == "exact" else None for one in found])
    return [
        RowMatch(one.level, one.person_ids[:MOST_CANDIDATES], _codes(one)) if one.person_ids else NEW for one in found
    ]


def _codes(found: Match) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(why.code for why in each) for each in found.each[:MOST_CANDIDATES])


@dataclass(frozen=True, slots=True)
class _Told:
    """What was worked out for rows when they were matched: what is compared, and the home of who it is for certain."""

    about: list[Particulars]
    homes: list[tuple[UUID | None, str] | None]


def prepare(delivery: Delivery, rows: Rows, matches: Sequence[RowMatch]) -> Ready:
    """Return rows as the leads they become, matched, de-duplicated and sent out; changes nothing."""
    leads, elsewhere = make_leads(_batch(delivery), rows, matches, delivery.writing)
    proposals = proposals_of(leads, matches)
    figures = {
        "dispatched": leads.column("state").count("dispatched"),
        "repeated": len(leads) - leads.column("same_as_id").count(None),
        "unplaced": sum(
            count for path, count in Counter(leads.column("area_path")).items() if not known.is_placed(path)
        ),
        "to_decide": len({one.lead_id for one in proposals}),
    }
    return Ready((pack(Lead, leads), pack(MatchProposal, proposals)), figures, elsewhere)


def receive(delivery: Delivery, incoming: Incoming, stop: Callable[[], None]) -> dict[str, Any]:
    """Write the leads of a batch in the caller's transaction.

    Portion by portion, so that a long list is never in memory whole.
    """
    batch = _batch(delivery)
    batch.rows = incoming.count
    batch.save(force_insert=True)
    figures = dict.fromkeys(("dispatched", "repeated", "unplaced", "to_decide"), 0)
    elsewhere: dict[UUID, UUID] = {}
    for told in write_portions(incoming, stop, figures):
        elsewhere |= told
    _follow_through(batch, elsewhere)
    fact = LeadsReceived(area_path=batch.area_path, batch_id=batch.pk, source=batch.source, count=incoming.count)
    announce([fact], account_id=delivery.account_id)
    return figures


def _batch(delivery: Delivery) -> LeadBatch:
    """Return the batch of leads, unsaved."""
    on = local(delivery.received_at).date()
    incident = incident_of(delivery.area_path)
    hours = rule("lead.deadline_hours", delivery.area_path, on).value
    return LeadBatch(
        id=delivery.batch_id, area_path=delivery.area_path, sender=delivery.sender,
        source=delivery.options.get("source", "data_push"), incident_id=incident.pk if incident else None,
        received_at=delivery.received_at, account_id=delivery.account_id,
        due_at=lead_deadline(delivery.received_at, hours, delivery.due_at),
    )  # fmt: skip


def make_leads(
    batch: LeadBatch, rows: Rows, matches: Sequence[RowMatch], writing: UUID | None = None
) -> tuple[Columns, dict[UUID, UUID]]:  # fmt: skip
    """Return the leads of rows that were matched, unsaved: placed, joined with earlier ones, with who goes.

    With them which of the leads follow one from before this list, by the ids of both.
    """
    leads = _leads(batch, rows, matches)
    asked = _asked_once(batch, writing, is_long=len(leads) >= AT_ONCE)
    at_home = _place_by_home(leads, rows)
    elsewhere = _join_with_earlier(leads, rows, batch, asked)
    _send_out(leads, at_home, batch.received_at, asked)
    return leads, elsewhere


@dataclass
class _Asked:
    """What was asked for a portion and holds for all portions of one writing: who goes where, which leads there are."""

    writing: UUID | None
    going: dict[str, UUID | None] = field(default_factory=dict)
    numbers: frozenset[str] | None = None


_asked = _Asked(None)


def _asked_once(batch: LeadBatch, writing: UUID | None, *, is_long: bool) -> _Asked:
    global _asked
    asked = _asked  # because another thread may ask for its own writing meanwhile
    if writing is None or asked.writing != writing:
        _asked = asked = _Asked(writing, numbers=known.few_numbers(batch.pk) if is_long else None)
    return asked


def _lead_id(batch: LeadBatch, row: int) -> UUID:
    """Return the id of a row's lead, known before the lead is there: another process may join others with it."""
    return uuid7_of(batch.pk, row)


def _leads(batch: LeadBatch, rows: Rows, matches: Sequence[RowMatch]) -> Columns:
    about, phones, names = rows.told.about, rows.said("phone", ()), rows.said("name", "")
    exact = [found.level == "exact" for found in matches]
    repeated = [rows.repeats.get(number) for number in rows.numbers]
    alike = {
        "batch_id": batch.pk, "source": batch.source, "incident_id": batch.incident_id,
        "received_at": batch.received_at, "due_at": batch.due_at, "account_id": batch.account_id,
    }  # fmt: skip
    return Columns(
        Lead, len(rows), alike,
        id=[_lead_id(batch, number) if batch.pk else uuid7() for number in rows.numbers],
        same_as_id=[_lead_id(batch, number) if number else None for number in repeated],
        area_path=[path or batch.area_path for path in rows.areas], place=list(rows.places), row=rows.numbers,
        serial=[text[:40] for text in rows.said("serial", "")], name=names, keys=list(map(name_keys, names)),
        sex=rows.said("sex", ""), born_on=rows.said("born_on"), age=rows.said("age"),
        identity_number=rows.said("identity_number", ""), identity_index=[one.identity or "" for one in about],
        phone=[each[0] if each else "" for each in phones], phone_index=list(map(_phone_index, phones, about)),
        other_phones=["、".join(each[1:]) for each in phones], address=addresses_of(rows),
        returned_on=list(map(_day, rows.said("returned_on"))), pushed_on=list(map(_day, rows.said("pushed_at"))),
        reason=[text[:200] for text in rows.said("reason", "")], details=details_of(rows),
        match_level=[found.level for found in matches],
        person_id=[UUID(found.ids[0]) if is_exact else None for found, is_exact in zip(matches, exact, strict=True)],
        state=["matched" if is_exact else "received" for is_exact in exact],
    )  # fmt: skip


@lru_cache(maxsize=65_536)
def name_keys(name: str) -> str:
    """Return what a searcher may type for a name: itself, its pinyin, its initials."""
    return f" {name} {pinyin(name)} {initials(name)}"[:200] if name else ""


def _phone_index(numbers: Sequence[str], about: Particulars) -> str:
    """Return the blind index of the first phone, worked out already when it is the only one."""
    if len(numbers) > 1:
        return phone_index(numbers[0])
    return next(iter(about.phones), "")


def _day(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def addresses_of(rows: Rows) -> list[str]:
    """Return where each person is said to be, as one text."""
    names = ("destination_town", "destination_village", "destination", "address", "group", "door")
    return [_address(*parts) for parts in zip(*(rows.said(name, "") for name in names), strict=True)]


def _address(town: str, village: str, destination: str, address: str, group: str, door: str) -> str:
    whole = destination or address
    missing = "".join(part for part in (town, village) if part and part not in whole)
    return f"{missing}{whole}{group}{door}"[:400]


def details_of(rows: Rows) -> list[str]:
    """Return what else each row said, as JSON; "" for nothing."""
    kept = [name for name in DETAILS if name in rows.fields]
    if not kept:
        return [""] * len(rows)
    return [_details(kept, said) for said in zip(*(rows.fields[name] for name in kept), strict=True)]


def _details(names: Sequence[str], said: Sequence[Any]) -> str:
    kept = {name: value for name, value in zip(names, said, strict=True) if value}
    return orjson.dumps(kept, default=str).decode() if kept else ""


def _place_by_home(leads: Columns, rows: Rows) -> dict[int, UUID]:
    """Give a matched lead the grid of the person's home, unless the list names another village.

    Returns the households of those that are at home, by their places among the leads.
    """
    paths, places = leads.column("area_path"), leads.column("place")
    at_home: dict[int, UUID] = {}
    for at, home in enumerate(rows.told.homes):
        household, path = home or (None, "")
        if path and (places[at] != "resolved" or path.startswith(paths[at])):
            paths[at], places[at] = path, "resolved"
            if household:
                at_home[at] = household
    return at_home


def _join_with_earlier(leads: Columns, rows: Rows, batch: LeadBatch, asked: _Asked) -> dict[UUID, UUID]:
    """Join leads with earlier ones about the same person, whatever their source; an answer given holds for both.

    What the rows of one list repeat among themselves has been found when they were judged. Returns who follows whom.
    """
    on = local(batch.received_at).date()
    days = rule("lead.duplicate_window_days", batch.area_path, on).value
    since = known.within_days(batch.received_at, days)
    about: list[Particulars] = rows.told.about
    earlier = known.earlier_leads(_met(about, asked.numbers), since, besides=batch.pk)
    followed: dict[UUID, UUID] = {}
    if not earlier:
        return followed
    incident = str(batch.incident_id or "")
    for at, one in enumerate(about):
        if one.identity not in earlier and one.phones.isdisjoint(earlier):
            continue
        lead = leads.row(at)
        olds = {old["pk"]: old for key in filter(None, (one.identity, *one.phones)) for old in earlier.get(key, ())}
        same = next((old for old in olds.values() if _is_same(lead, one, old, incident, on, days)), None)
        if same is not None:
            _follow(lead, same, batch.received_at)
            followed[lead.id] = lead.same_as_id
    return followed


def _met(about: Sequence[Particulars], numbers: frozenset[str] | None) -> Sequence[Particulars]:
    """Return those with a number that some lead has, as far as the numbers of all leads are known."""
    if numbers is None:
        return about
    return [one for one in about if one.identity in numbers or not one.phones.isdisjoint(numbers)]


def _is_same(lead: OneOf, about: Particulars, old: dict[str, Any], incident: str, on: date, days: int) -> bool:
    new = LeadAbout(str(lead.id), incident, on, about, str(lead.person_id or "") or None)
    before = LeadAbout(
        str(old["pk"]), incident, local(old["received_at"]).date(), known.as_particulars(old),
        str(old["person_id"] or "") or None,
    )  # fmt: skip
    return judge_duplicate(new, before, window_days=days).level == "exact"


def _follow(lead: OneOf | Lead, old: dict[str, Any], moment: datetime) -> None:
    """Let a lead follow an earlier one: together with it while that is open, at once when it was answered."""
    lead.same_as_id = old["same_as_id"] or old["pk"]
    if old["state"] not in ("verified", "replied"):
        return
    known_before = OUTCOMES[old["outcome"]].in_care
    lead.state, lead.outcome = "verified", "already_known" if known_before else old["outcome"]
    lead.person_id, lead.measure, lead.answered_at = old["person_id"], old["measure"], moment
    lead.verified_address, lead.last_there_on = old["verified_address"], old["last_there_on"]


def _follow_through(batch: LeadBatch, elsewhere: dict[UUID, UUID]) -> None:
    """Let leads that repeat a row of this list follow whom that row follows: nobody asks a lead that follows another.

    `elsewhere` names the rows that follow a lead from before this list, and which. Rows that repeat them are rare, and
    may have been made ready by another process than theirs.
    """
    for portion in chunks(elsewhere):
        found = Lead.objects.filter(same_as__in=portion)
        repeating = [(lead, elsewhere[lead.same_as_id]) for lead in found if lead.same_as_id]
        earlier = known.leads_by_id(followed for _, followed in repeating)
        for lead, followed in repeating:
            _follow(lead, earlier[followed], batch.received_at)
        Lead.objects.bulk_update([lead for lead, _ in repeating], FOLLOWED, batch_size=AT_ONCE)


def _send_out(leads: Columns, at_home: dict[int, UUID], moment: datetime, asked: _Asked) -> None:
    """Send every placed lead to who answers there; those that follow another are not sent twice."""
    paths, states = leads.column("area_path"), leads.column("state")
    going, sent_at = leads.column("assignee_id"), leads.column("dispatched_at")
    open_leads = [
        at for at, (followed, state) in enumerate(zip(leads.column("same_as_id"), states, strict=True))
        if followed is None and state in ("received", "matched")
    ]  # fmt: skip
    on = local(moment).date()
    homes = {at_home[at]: paths[at] for at in open_leads if at in at_home}
    contacts = known.who_goes(homes.items(), on) if homes else {}
    areas = _who_goes_to({paths[at] for at in open_leads}, on, asked)
    for at in open_leads:
        home = at_home.get(at)
        someone = (contacts.get(home) if home else None) or areas.get(paths[at])
        if someone:
            going[at], sent_at[at], states[at] = someone, moment, "dispatched"


def _who_goes_to(paths: set[str], on: date, asked: _Asked) -> dict[str, UUID | None]:
    """Return who goes to each area; nearly all portions of a list name the same villages."""
    missing = paths - asked.going.keys()
    found = known.who_goes_to(missing, on)
    asked.going.update({path: found.get(path) for path in missing})
    return asked.going


def proposals_of(leads: Columns, matches: Sequence[RowMatch]) -> list[MatchProposal]:
    """Return the pairs that a person must decide, unsaved."""
    return [
        MatchProposal(lead_id=lead_id, person_id=UUID(person), evidence=list(why), rank=rank, turn=rank, area_path=path)
        for lead_id, path, found in zip(leads.column("id"), leads.column("area_path"), matches, strict=True)
        if found.level == "probable"
        for rank, (person, why) in enumerate(zip(found.ids, found.evidence, strict=True))
    ]


def _work_on(batch: Any) -> tuple[QuerySet[Any], ...]:
    """Return what shows that work on a batch has begun: leads answered or tried, matches decided, leads followed."""
    touched = Q(answered_by__isnull=False) | Q(tries__gt=0) | Q(version__gt=1)
    return (
        Lead.objects.filter(touched, batch_id=batch),
        MatchProposal.objects.filter(lead__batch_id=batch).exclude(decision="open"),
        Lead.objects.filter(same_as__batch_id=batch).exclude(batch_id=batch),
    )


def started(batch: Any) -> Q:
    """Return the condition that somebody has worked on the leads of a batch."""
    return reduce(or_, (Q(Exists(found)) for found in _work_on(batch)))


def undo(batch_id: UUID) -> int:
    """Take a batch's leads back. Raises `screening.work_started` once somebody has answered or decided on one."""
    mine = Lead.objects.filter(batch_id=batch_id)
    begun = sum(found.count() for found in _work_on(batch_id))
    if begun:
        raise WORK_STARTED(count=begun)
    MatchProposal.objects.filter(lead__batch_id=batch_id).delete()
    taken_back = _delete(mine.filter(same_as__isnull=False)) + _delete(mine)
    LeadBatch.objects.filter(pk=batch_id).delete()
    return taken_back


def _delete(leads: QuerySet[Lead]) -> int:
    """Delete leads of a list, each of its rows one, some thousands at a time and return how many.

    All at once would hold each of them in memory.
    """
    count, last = 0, -1
    # each time below where the last ended: what is deleted is passed over one by one until the commit
    while portion := list(leads.filter(row__gt=last).order_by("row").values_list("row", "pk")[:AT_ONCE]):
        last = portion[-1][0]
        # their keys alone: opening what is encrypted in each, to throw it away, takes longer than all the rest
        count += Lead.objects.filter(pk__in=[pk for _, pk in portion]).only("pk").delete()[0]
    return count


LEADS = target(
    Target("screening.leads", both("线索（推送）名单", "List of leads"), match_rows, prepare, receive, undo, started,
           table="screening.leads")
)  # fmt: skip
