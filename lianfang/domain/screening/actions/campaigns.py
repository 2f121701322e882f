"""What people do with sweep campaigns: plan, approve after the burden check, start, close, keep in step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.incidents.queries import find_incident, incident_of, rule
from lianfang.domain.screening.actions.keeping import recount, refresh
from lianfang.domain.screening.events import CampaignClosed, CampaignStarted
from lianfang.domain.screening.models.visits import Campaign, SweepHousehold
from lianfang.domain.screening.queries.visits import asked_in_running
from lianfang.domain.screening.rules import (
    ASKED_BY,
    MOST_QUESTIONS,
    burden_problems,
    check_campaign_step,
    may_step_campaign,
)
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import Path, Reason, choices, labelled
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Problems, refusal
from lianfang.kernel.text import both

NO_CAMPAIGN = refusal("screening.unknown_campaign", "没有这次排查。", "There is no such sweep.", status=404)
NO_AREA = refusal("screening.sweep_area_unknown", "没有这个区域，或已撤销。", "There is no such area.", status=404)
NO_INCIDENT = refusal("screening.unknown_incident", "没有这个事件。", "There is no such incident.", status=404)

TABLE = "screening.campaigns"
CampaignId = Annotated[UUID, Field(**labelled("排查", "Sweep", **{"x-table": TABLE}))]
# a draft may lack them, but is not approved without and cannot be changed any more: forms ask for them
_TO_APPROVE = {"x-required": True}
_KINDS = {"yes_no": both("是或否", "yes or no"), "number": both("数字", "a number"), "text": both("文字", "words")}


class Question(Input):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$", **labelled("代码（小写字母）", "Code (small letters)"))
    text: str = Field(min_length=2, max_length=120, **labelled("问题", "Question"))
    text_en: str = Field("", max_length=200, **labelled("英文", "English"))
    kind: Literal["yes_no", "number", "text"] = Field(
        "yes_no",
        **labelled("回答方式", "Kind of answer", "choice", **choices(_KINDS)),
    )  # fmt: skip
    clinical: bool = Field(False, **labelled("涉及医学判断", "Needs clinical judgement", "bool"))
    asked_by: Literal["everyone", "health"] = Field(
        "everyone",
        **labelled("由谁询问", "Asked by", "choice", **choices(ASKED_BY)),
    )  # fmt: skip


class PlanCampaign(Input):
    name: str = Field(min_length=2, max_length=60, **labelled("名称", "Name"))
    purpose: str = Field("", max_length=300, **labelled("目的", "Purpose", "textarea", **_TO_APPROVE))
    area_path: Path
    ends_on: date = Field(**labelled("结束日期", "Last day", "date"))
    owner_id: UUID | None = Field(None, **labelled("负责人", "Owner", "account", **_TO_APPROVE))
    questions: list[Question] = Field(
        default_factory=list, max_length=MOST_QUESTIONS * 2, **labelled("入户问题", "Questions", "list")
    )
    incident_id: UUID | None = Field(None, **labelled("事件", "Incident", **{"x-table": "incidents.incidents"}))


@action("screening.plan_campaign", both("策划排查", "Plan a sweep"), PlanCampaign)
def plan_campaign(call: Call, given: PlanCampaign) -> Result:
    """Plan a sweep of every household of an area. It asks nobody anything before it is approved and started."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    campaign = Campaign.objects.create(
        id=call.id, **given.model_dump(exclude={"owner_id", "incident_id"}, mode="python"),
        owner_id=_known_owner(given.owner_id), incident_id=_known_incident(given),
        planned_by=call.actor.account_id, planned_at=call.received_at,
    )  # fmt: skip
    call.about(TABLE, campaign.pk)
    undo = {"action": "screening.close_campaign", "input": {"campaign_id": str(campaign.pk), "reason": "撤销"}}
    return {"id": str(campaign.pk), "undo": undo}


def _known_owner(owner_id: UUID | None) -> UUID | None:
    return owner_id if owner_id and Account.objects.filter(pk=owner_id).exists() else None


def _known_incident(given: PlanCampaign) -> UUID | None:
    if given.incident_id is None:
        running = incident_of(given.area_path)
        return running.pk if running else None
    found = find_incident(given.incident_id)
    if found is None or not given.area_path.startswith(found.area_path):
        raise NO_INCIDENT(field="incident_id")
    return found.pk


class OneCampaign(Input):
    campaign_id: CampaignId


def _campaign(call: Call, campaign_id: UUID) -> Campaign:
    """Return the campaign, locked, for somebody who may do this there."""
    campaign = Campaign.objects.select_for_update().filter(pk=campaign_id).first()
    if campaign is None:
        raise NO_CAMPAIGN(field="campaign_id")
    call.permit(campaign.area_path)
    call.about(TABLE, campaign.pk)
    return campaign


def _may_become(state: str) -> When:
    return when(lambda now: may_step_campaign(now, state), "state")


def _step(campaign: Campaign, state: str, **changes: Any) -> Result:
    check_campaign_step(campaign.state, state)
    Campaign.objects.filter(pk=campaign.pk).update(state=state, version=campaign.version + 1, **changes)
    return {"id": str(campaign.pk), "state": state}


@action("screening.approve_campaign", both("批准排查", "Approve a sweep"), OneCampaign,
        subject=Subject(TABLE, "campaign_id", _may_become("approved")))  # fmt: skip
def approve_campaign(call: Call, given: OneCampaign) -> Result:
    """Approve a sweep that passes the burden check: purpose, owner, end, no question twice or too clinical."""
    campaign = _campaign(call, given.campaign_id)
    problems = burden_problems(
        purpose=campaign.purpose,
        owner_on_duty=campaign.owner is not None and campaign.owner.is_active,
        ends_on=campaign.ends_on,
        questions=campaign.questions,
        asked_elsewhere=asked_in_running(campaign.area_path),
        on=local(call.received_at).date(),
    )
    if problems:
        raise Problems(problems)
    return _step(campaign, "approved", approved_by=call.actor.account_id, approved_at=call.received_at)


@action("screening.start_campaign", both("开始排查", "Start a sweep"), OneCampaign,
        subject=Subject(TABLE, "campaign_id", _may_become("running")))  # fmt: skip
def start_campaign(call: Call, given: OneCampaign) -> Result:
    """Start an approved sweep: every occupied household of the area is listed, under the rules of this day."""
    campaign = _campaign(call, given.campaign_id)
    check_campaign_step(campaign.state, "running")
    values = _rules(campaign, call.received_at)
    households = refresh(campaign, campaign.area_path, call.received_at)
    call.announce(CampaignStarted(area_path=campaign.area_path, campaign_id=campaign.pk, households=households))
    return _step(campaign, "running", started_at=call.received_at, households=households, **values) | {
        "households": households
    }


def _rules(campaign: Campaign, at: datetime) -> dict[str, Any]:
    """Return the rule values in force, with where they come from: they stay with the sweep from now on."""
    disease = campaign.incident.disease if campaign.incident else None
    keys = {
        "revisit_after_hours": "visit.revisit_after_hours",
        "tries_before_secretary": "visit.tries_before_secretary",
    }
    found = {name: rule(key, campaign.area_path, local(at).date(), disease) for name, key in keys.items()}
    return {name: value.value for name, value in found.items()} | {
        "rule_sources": {value.key: value.as_dict() for value in found.values()}
    }


class CloseCampaign(Input):
    campaign_id: CampaignId
    reason: Reason


@action("screening.close_campaign", both("结束排查", "Close a sweep"), CloseCampaign,
        subject=Subject(TABLE, "campaign_id", _may_become("closed")), danger=True)  # fmt: skip
def close_campaign(call: Call, given: CloseCampaign) -> Result:
    """Close a sweep. Visits made before, and brought in late by a phone, still count."""
    campaign = _campaign(call, given.campaign_id)
    call.announce(CampaignClosed(area_path=campaign.area_path, campaign_id=campaign.pk))
    SweepHousehold.objects.filter(campaign=campaign).update(campaign_state="closed")
    return _step(campaign, "closed", closed_at=call.received_at, closed_reason=given.reason)


class RefreshSweep(Input):
    area_path: Path


@action("screening.refresh_sweep", both("更新排查户表", "Bring sweeps in step with the register"), RefreshSweep,
        offered=False)  # fmt: skip
def refresh_sweep(call: Call, given: RefreshSweep) -> Result:
    """Bring the running sweeps of an area in step with the register and with who answers. Safe to repeat."""
    call.permit(given.area_path)
    done = []
    for campaign in Campaign.objects.filter(state="running").order_by("pk"):
        area = max(given.area_path, campaign.area_path, key=len)
        if area.startswith(given.area_path) and area.startswith(campaign.area_path):
            households = refresh(campaign, area, call.received_at)
            Campaign.objects.filter(pk=campaign.pk).update(households=households)
            done.append(str(campaign.pk))
    return {"campaigns": done}


@action("screening.recount_sweeps", both("重新合计排查进度", "Add up sweeps again"), RefreshSweep, offered=False)
def recount_sweeps(call: Call, given: RefreshSweep) -> Result:
    """Add up the counts of an area's sweeps again from their doors, ended ones too. Safe to repeat."""
    call.permit(given.area_path)
    campaigns = Campaign.objects.filter(within(given.area_path)).order_by("pk")
    for campaign in campaigns:
        recount(campaign)
    return {"campaigns": len(campaigns)}
