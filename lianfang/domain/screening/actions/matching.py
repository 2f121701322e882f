"""Deciding whether somebody on a list is somebody in the register: the same, different, later, and taken back."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.screening.actions.leads import find_lead, save_lead
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, MatchProposal
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_PROPOSAL = refusal(
    "screening.unknown_proposal",
    "没有这条待比对，或已有人处理。",
    "No such match to decide, or it was decided.",
    status=404,
)
ANSWERED_SINCE = refusal(
    "screening.match_answered",
    "这条线索已核查完毕，比对不能再撤销。",
    "The lead has been answered since; the decision cannot be taken back.",
    status=409,
)


class DecideMatch(Input):
    proposal_id: UUID = Field(**labelled("待比对", "Match", "hidden"))
    same: bool = Field(**labelled("是同一人", "The same person", "bool"))


UNDECIDED = when(lambda decision: decision == "open", "decision")


@action("screening.decide_match", both("判定是否同一人", "Decide a match"), DecideMatch,
        subject=Subject("screening.match_proposals", "proposal_id", UNDECIDED), batch=True)  # fmt: skip
def decide_match(call: Call, given: DecideMatch) -> Result:
    """Decide whether a lead is the registered person it may be; "same" settles the lead's other candidates too."""
    proposal = MatchProposal.objects.select_for_update().filter(pk=given.proposal_id).first()
    if proposal is None or not call.allows(UNDECIDED, proposal):
        raise NO_PROPOSAL(field="proposal_id")
    lead = find_lead(call, proposal.lead_id)
    call.about("screening.match_proposals", proposal.pk, lead=str(lead.pk))
    said = {"decided_at": call.received_at, "decided_by": call.actor.account_id}
    MatchProposal.objects.filter(pk=proposal.pk).update(decision="same" if given.same else "different", **said)
    if given.same:
        MatchProposal.objects.filter(lead=lead, decision="open").update(decision="different", **said)
        _settle(lead, proposal.person_id)
    elif not MatchProposal.objects.filter(lead=lead, decision="open").exists():
        lead.match_level = "new"
        save_lead(lead, "match_level")
    undo = {"action": "screening.reopen_match", "input": {"proposal_id": str(proposal.pk)}}
    return {"id": str(proposal.pk), "lead_id": str(lead.pk), "undo": undo}


def _settle(lead: Lead, person_id: UUID) -> None:
    lead.person_id, lead.match_level = person_id, "exact"
    lead.state = "matched" if lead.state == "received" else lead.state
    save_lead(lead, "person_id", "match_level", "state")


class OneMatch(Input):
    proposal_id: UUID = Field(**labelled("待比对", "Match", "hidden"))


# taken back only while nobody has answered the lead on the strength of it
_OPEN_LEAD = Lead.objects.filter(pk=OuterRef("lead_id"), state__in=OPEN_STATES)
REVERSIBLE = when(lambda decision, is_open: decision != "open" and is_open, "decision", Exists(_OPEN_LEAD))


@action("screening.reopen_match", both("撤销判定", "Take a decision back"), OneMatch,
        subject=Subject("screening.match_proposals", "proposal_id", REVERSIBLE))  # fmt: skip
def reopen_match(call: Call, given: OneMatch) -> Result:
    """Put a decided match, and what was decided together with it, back among those to be decided."""
    proposal = _find(given.proposal_id)
    lead = find_lead(call, proposal.lead_id)
    call.about("screening.match_proposals", proposal.pk, lead=str(lead.pk))
    if not call.allows(REVERSIBLE, proposal):
        raise (NO_PROPOSAL if proposal.decision == "open" else ANSWERED_SINCE)(field="proposal_id")
    together = MatchProposal.objects.filter(
        lead=lead, decided_at=proposal.decided_at, decided_by=proposal.decided_by
    ) if proposal.decision == "same" else MatchProposal.objects.filter(pk=proposal.pk)  # fmt: skip
    together.update(decision="open", decided_at=None, decided_by=None)
    if proposal.decision == "same":
        lead.person_id = None
        lead.state = "received" if lead.state == "matched" else lead.state
    if not MatchProposal.objects.filter(lead=lead, decision="same").exists():
        lead.match_level = "probable"
    save_lead(lead, "person_id", "match_level", "state")
    return {"id": str(proposal.pk), "lead_id": str(lead.pk)}


@action("screening.postpone_match", both("以后再看", "Decide later"), OneMatch,
        subject=Subject("screening.match_proposals", "proposal_id", UNDECIDED))  # fmt: skip
def postpone_match(call: Call, given: OneMatch) -> Result:
    """Put a match at the end of the queue; it stays undecided, and its lead keeps its deadline."""
    proposal = _find(given.proposal_id)
    find_lead(call, proposal.lead_id)
    call.about("screening.match_proposals", proposal.pk)
    if not call.allows(UNDECIDED, proposal):
        raise NO_PROPOSAL(field="proposal_id")
    proposal.later_at, proposal.later_by = call.received_at, call.actor.account_id
    proposal.turn = int(call.received_at.timestamp() * 1000)
    proposal.save(update_fields=["later_at", "later_by", "turn"])
    undo = {"action": "screening.take_up_match", "input": {"proposal_id": str(proposal.pk)}}
    return {"id": str(proposal.pk), "undo": undo}


POSTPONED = when(lambda decision, later_at: decision == "open" and later_at is not None, "decision", "later_at")


@action("screening.take_up_match", both("现在就看", "Decide now"), OneMatch,
        subject=Subject("screening.match_proposals", "proposal_id", POSTPONED))  # fmt: skip
def take_up_match(call: Call, given: OneMatch) -> Result:
    """Put a match that was put off at the front of the queue."""
    proposal = _find(given.proposal_id)
    find_lead(call, proposal.lead_id)
    call.about("screening.match_proposals", proposal.pk)
    if not call.allows(POSTPONED, proposal):
        raise NO_PROPOSAL(field="proposal_id")
    proposal.later_at, proposal.later_by, proposal.turn = None, None, 0
    proposal.save(update_fields=["later_at", "later_by", "turn"])
    return {"id": str(proposal.pk)}


def _find(proposal_id: UUID) -> MatchProposal:
    found = MatchProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise NO_PROPOSAL(field="proposal_id")
    return found
