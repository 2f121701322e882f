"""What people do with leads: report one, say where it belongs, send it out, decide a match, answer.

A lead is somebody's word, not a fact about a person: nobody is registered or observed before a worker has confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.incidents.queries import incident_of, rule
from lianfang.domain.people.queries import find_person
from lianfang.domain.screening.actions.receiving import make_leads, match_rows, proposals_of
from lianfang.domain.screening.events import (
    LeadAnswered,
    LeadConfirmed,
    LeadsDispatched,
    LeadsReceived,
)
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, LeadBatch, MatchProposal
from lianfang.domain.screening.queries import leads as known
from lianfang.domain.screening.rules import (
    OUTCOMES,
    SOURCES,
    check_lead_step,
    check_outcome,
    lead_deadline,
    may_step_lead,
)
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.foundation.intake.inserting import insert_new
from lianfang.foundation.intake.targets import Row, Rows
from lianfang.foundation.privacy.fields import within
from lianfang.kernel import identity, names, phones
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_LEAD = refusal("screening.unknown_lead", "没有这条线索。", "There is no such lead.", status=404)
NO_BATCH = refusal("screening.unknown_batch", "没有这批线索。", "There is no such batch of leads.", status=404)
NO_PERSON = refusal("screening.unknown_person", "登记中没有这个人。", "The register has no such person.", status=404)
NO_WORKER = refusal("screening.unknown_worker", "没有这个账号，或已停用。", "No such active account.", status=404)
NO_PLACE = refusal("screening.unknown_area", "没有这个区域。", "There is no such area.", status=404)
NOBODY = refusal("screening.names_nobody", "请填写姓名或电话。", "Give a name or a phone.")
STALE_LEAD = refusal(
    "screening.lead_changed",
    "您打开后别人已处理这条线索，请刷新。",
    "Somebody dealt with this lead since you opened it; reload.",
    status=409,
)
FOLLOWS = refusal(
    "screening.lead_follows",
    "这条线索与另一条是同一人，请在那一条上处理。",
    "Another lead on the same person does the work; answer that one.",
    status=409,
)

LeadId = Annotated[UUID, Field(**labelled("线索", "Lead", "hidden"))]
Version = Annotated[int | None, Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))]
Note = Annotated[str, Field(max_length=400, **labelled("说明", "Note", "textarea"))]
_TOLD_BY_HAND = {code: label for code, label in SOURCES.items() if code != "data_push"}
_ANSWERS = {one.code: one.label for one in OUTCOMES.values()}


class ReportLead(Input):
    source: Literal["grid", "sweep", "tip", "gate"] = Field(
        "grid", **labelled("来源", "Source", "choice", **choices(_TOLD_BY_HAND))
    )
    area_path: Path
    name: str = Field("", max_length=60, **labelled("姓名", "Name"))
    phone: str = Field("", max_length=60, **labelled("电话", "Phone"))
    identity_number: str = Field("", max_length=30, **labelled("身份证号", "Identity number"))
    address: str = Field("", max_length=200, **labelled("地址", "Address"))
    returned_on: date | None = Field(None, **labelled("返乡日期", "Returned on", "date"))
    reason: str = Field("", max_length=200, **labelled("情况", "What was seen", "textarea"))
    informant: str = Field("", max_length=100, **labelled("反映人（保密）", "Informant (kept secret)"))


@action("screening.report_lead", both("上报线索", "Report a lead"), ReportLead)
def report_lead(call: Call, given: ReportLead) -> Result:
    """Report somebody who may have come; matched, joined with what is known and sent out at once. The informant
    is protected: no list, no reply and no worker shows who it was (P15)."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_PLACE(field="area_path")
    on = local(call.received_at).date()
    rows = Rows.of([Row(0, _values(given, on), given.area_path, "resolved")])
    matches = match_rows(rows, given.area_path[:COUNTY_DIGITS], on)
    leads, _ = make_leads(_no_batch(call, given), rows, matches)
    lead = leads.row(0)
    lead.informant = given.informant
    insert_new(Lead, leads)
    MatchProposal.objects.bulk_create(proposals_of(leads, matches))
    call.about("screening.leads", lead.id, source=given.source)
    call.announce(LeadsReceived(area_path=lead.area_path, batch_id=None, source=given.source, count=1))
    return {"id": str(lead.id), "state": lead.state, "same_as": str(lead.same_as_id) if lead.same_as_id else None}


def _values(given: ReportLead, on: date) -> dict[str, object]:
    """Return what was reported in normal form. Raises the refusals of names, phones and identity numbers."""
    values: dict[str, object] = {"address": given.address, "returned_on": given.returned_on, "reason": given.reason}
    if not given.name and not given.phone:
        raise NOBODY(field="name")
    if given.name:
        checked = names.check(given.name)
        if no := checked.refusal("name"):
            raise no
        values["name"] = checked.normal
    if given.phone:
        values["phone"] = [phones.normalise(one, "phone") for one in phones.split(given.phone)]
    if given.identity_number:
        verdict = identity.check(given.identity_number, today=on)
        if no := verdict.refusal("identity_number"):
            raise no
        values |= {"identity_number": verdict.normal, "born_on": verdict.born_on, "sex": (verdict.sex or "")[:1]}
    return values


def _no_batch(call: Call, given: ReportLead) -> LeadBatch:
    """Return what a single lead takes from a batch, unsaved."""
    incident = incident_of(given.area_path)
    hours = rule("lead.deadline_hours", given.area_path, local(call.received_at).date()).value
    return LeadBatch(
        id=None, area_path=given.area_path, source=given.source, incident_id=incident.pk if incident else None,
        received_at=call.received_at, due_at=lead_deadline(call.received_at, hours), account_id=call.actor.account_id,
    )  # fmt: skip


def find_lead(call: Call, lead_id: UUID, version: int | None = None) -> Lead:
    """Return the lead, asked for and locked. Raises `screening.unknown_lead`, `access.not_yours`, `.lead_changed`."""
    lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
    if lead is None:
        raise NO_LEAD(field="lead_id")
    call.permit(lead.area_path)
    call.about("screening.leads", lead.pk)
    if version is not None and version != lead.version:
        raise STALE_LEAD(field="version", details={"version": lead.version})
    return lead


def save_lead(lead: Lead, *fields: str) -> None:
    """Write these columns of a lead; its version goes up."""
    lead.version += 1
    lead.save(update_fields=[*fields, "version"])


def _may_become(then: str) -> When:
    """Return the question whether a lead may take this step by itself: one on the same person follows another."""
    return when(lambda now, same_as: same_as is None and may_step_lead(now, then), "state", "same_as_id")


class PlaceLead(Input):
    lead_id: LeadId
    area_path: Path
    version: Version = None


@action("screening.place_lead", both("确定地点", "Say where it is"), PlaceLead,
        subject=Subject("screening.leads", "lead_id"))  # fmt: skip
def place_lead(call: Call, given: PlaceLead) -> Result:
    """Say which village or grid a lead belongs to; it is sent to who answers there."""
    lead = find_lead(call, given.lead_id, given.version)
    if not area_exists(given.area_path):
        raise NO_PLACE(field="area_path")
    call.permit(_common(lead.area_path, given.area_path))
    before = lead.area_path
    lead.area_path, lead.place = given.area_path, "resolved"
    save_lead(lead, "area_path", "place")
    MatchProposal.objects.filter(lead=lead).update(area_path=given.area_path)
    sent = _send(call, [lead]) if lead.state in OPEN_STATES and lead.same_as_id is None else 0
    undo = {"action": "screening.place_lead", "input": {"lead_id": str(lead.pk), "area_path": before}}
    return {"id": str(lead.pk), "dispatched": sent, "undo": undo}


def _common(one: str, other: str) -> str:
    """Return the area whose permission a move needs: the wider one when one holds the other, else the county."""
    if one.startswith(other) or other.startswith(one):
        return max(one, other, key=len)
    return one[:COUNTY_DIGITS]


class DispatchLeads(Input):
    batch_id: UUID | None = Field(None, **labelled("批次", "Batch", "hidden"))
    within: Path | None = Field(None, **labelled("区域", "Area", "area"))


_WAITING = Lead.objects.filter(state__in=("received", "matched"), same_as__isnull=True)
HAS_WAITING = when(bool, Exists(_WAITING.filter(batch=OuterRef("pk"))))


@action("screening.dispatch_leads", both("分派线索", "Send leads out"), DispatchLeads,
        subject=Subject("screening.batches", "batch_id", HAS_WAITING))  # fmt: skip
def dispatch_leads(call: Call, given: DispatchLeads) -> Result:
    """Send every placed lead of a batch or an area that nobody has yet to who answers for its place."""
    waiting = _WAITING
    if given.batch_id is not None:
        batch = batch_of(call, given.batch_id)
        waiting, path = waiting.filter(batch=batch), batch.area_path
    else:
        path = given.within or call.actor.home_area
        call.permit(path)
        call.about("areas.areas", path)
    mine = list(waiting.filter(within(given.within or path)).select_for_update())
    return {"dispatched": _send(call, mine, given.batch_id), "left": len(mine) - sum(map(_is_sent, mine))}


def batch_of(call: Call, batch_id: UUID) -> LeadBatch:
    """Return the batch, held, and permit the call in its area. Raises `screening.unknown_batch`."""
    batch = LeadBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NO_BATCH(field="batch_id")
    call.permit(batch.area_path)
    call.about("screening.batches", batch.pk)
    return batch


def _is_sent(lead: Lead) -> bool:
    return lead.state == "dispatched"


def _send(call: Call, leads: Sequence[Lead], batch_id: UUID | None = None) -> int:
    """Send leads to who answers for their place; say how many somebody now has."""
    found = known.who_goes_to({lead.area_path for lead in leads}, local(call.received_at).date())
    sent = [lead for lead in leads if lead.area_path in found]
    for lead in sent:
        lead.assignee_id, lead.dispatched_at, lead.state = found[lead.area_path], call.received_at, "dispatched"
        lead.version += 1
    Lead.objects.bulk_update(sent, ["assignee_id", "dispatched_at", "state", "version"], batch_size=500)
    if sent:
        call.announce(LeadsDispatched(area_path=call.area_path, batch_id=batch_id, count=len(sent)))
    return len(sent)


class AssignLead(Input):
    lead_id: LeadId
    account_id: UUID = Field(**labelled("核查人", "Worker", "account"))


@action("screening.assign_lead", both("指定核查人", "Give it to somebody"), AssignLead,
        subject=Subject("screening.leads", "lead_id", _may_become("dispatched")), batch=True)  # fmt: skip
def assign_lead(call: Call, given: AssignLead) -> Result:
    """Give a lead to a worker by name, also one that somebody else has."""
    lead = find_lead(call, given.lead_id)
    if lead.same_as_id:
        raise FOLLOWS(field="lead_id", details={"same_as": str(lead.same_as_id)})
    if not Account.objects.filter(pk=given.account_id, is_active=True).exists():
        raise NO_WORKER(field="account_id")
    check_lead_step(lead.state, "dispatched")
    lead.assignee_id, lead.dispatched_at, lead.state = given.account_id, call.received_at, "dispatched"
    lead.answered_at, lead.answered_by, lead.outcome = None, None, ""
    save_lead(lead, "assignee_id", "dispatched_at", "state", "answered_at", "answered_by", "outcome")
    call.announce(LeadsDispatched(area_path=lead.area_path, batch_id=lead.batch_id, count=1))
    return {"id": str(lead.pk), "version": lead.version}


class AnswerLead(Input):
    lead_id: LeadId
    outcome: str = Field(max_length=20, **labelled("核查结果", "Outcome", "choice", **choices(_ANSWERS)))
    person_id: UUID | None = Field(None, **labelled("登记人员", "Registered person", "person"))
    address: str = Field("", max_length=200, **labelled("核实地址", "Verified address"))
    measure: str = Field("", max_length=200, **labelled("管控措施", "Measure"))
    last_there_on: date | None = Field(None, **labelled("最后在当地的日期", "Last day there", "date"))
    note: Note = ""
    tries: int = Field(0, ge=0, le=99, **labelled("联系次数", "Tries", "number"))
    version: Version = None


@action("screening.answer_lead", both("填报核查结果", "Answer a lead"), AnswerLead,
        subject=Subject("screening.leads", "lead_id", _may_become("verified")))  # fmt: skip
def answer_lead(call: Call, given: AnswerLead) -> Result:
    """Say what was found, with all the outcome needs; leads on the same person are answered with it."""
    lead = find_lead(call, given.lead_id, given.version)
    if lead.same_as_id:
        raise FOLLOWS(field="lead_id", details={"same_as": str(lead.same_as_id)})
    check_lead_step(lead.state, "verified")
    tries = given.tries or lead.tries
    needed = rule("visit.tries_before_secretary", lead.area_path, local(call.received_at).date()).value
    person_id = _person_of(call, given.person_id or lead.person_id)
    told = given.model_dump(exclude={"person_id"}) | {"person_id": person_id or ""}
    outcome = check_outcome(given.outcome, told, tries=tries, tries_needed=needed)
    lead.outcome, lead.person_id, lead.tries = outcome.code, person_id, tries
    lead.verified_address, lead.measure, lead.note = given.address, given.measure, given.note
    lead.last_there_on, lead.state = given.last_there_on, "verified"
    lead.answered_at, lead.answered_by = call.received_at, call.actor.account_id
    save_lead(lead, "outcome", "person_id", "tries", "verified_address", "measure", "note", "last_there_on", "state",
          "answered_at", "answered_by")  # fmt: skip
    followers = _answer_followers(lead)
    call.announce(LeadAnswered(area_path=lead.area_path, lead_id=lead.pk, batch_id=lead.batch_id, outcome=lead.outcome))
    if outcome.in_care and person_id:
        call.announce(_confirmed(lead, person_id))
    return {"id": str(lead.pk), "version": lead.version, "answered_with_it": followers}


def _person_of(call: Call, person_id: UUID | None) -> UUID | None:
    """Return the registered person, of the asker's own area. Raises `screening.unknown_person`."""
    if person_id is None:
        return None
    person = find_person(person_id)
    if person is None or not call.actor.may("screening.answer_lead", person.area_path):
        raise NO_PERSON(field="person_id")
    return person.pk


def _answer_followers(lead: Lead) -> int:
    """Give the answer to every open lead that follows this one."""
    return Lead.objects.filter(same_as=lead, state__in=OPEN_STATES).update(
        state="verified", outcome=lead.outcome, person_id=lead.person_id, answered_at=lead.answered_at,
        answered_by=lead.answered_by, measure=lead.measure, last_there_on=lead.last_there_on,
    )  # fmt: skip


def _confirmed(lead: Lead, person_id: UUID) -> LeadConfirmed:
    return LeadConfirmed(
        area_path=lead.area_path, lead_id=lead.pk, person_id=person_id, incident_id=lead.incident_id,
        outcome=lead.outcome, last_there_on=lead.last_there_on, returned_on=lead.returned_on,
    )  # fmt: skip
