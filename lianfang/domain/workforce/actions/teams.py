"""Teams and temporary units: set up, edited, active, dissolved."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import (
    NOT_NOW,
    STALE,
    AnyArea,
    Reason,
    UnitId,
    Version,
    choice_of,
    day_of,
    past_day,
    require_area,
)
from lianfang.domain.workforce.events.serving import TeamChanged
from lianfang.domain.workforce.models.teams import Membership, Team
from lianfang.domain.workforce.rules.teams import TEAM_KINDS
from lianfang.foundation.actions.inputs import Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import When, when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_TEAM = refusal("workforce.unknown_team", "没有这支队伍。", "There is no such team.", status=404)
DISSOLVED = refusal("workforce.team_dissolved", "这支队伍已撤销。", "The team was dissolved.", status=409)
NO_LEAD = refusal("workforce.team_without_lead", "还没有负责人，先指定负责人。", "Name a lead first.", status=409)
SAME_NAME = refusal(
    "workforce.team_named_already", "本区域已有同名队伍。", "The area has a team of that name.", status=409
)

TEAMS = "workforce.teams"
STANDING = when(lambda state: state != "dissolved", "state")
LED = when(lambda state, lead: state == "set_up" and lead is not None, "state", "lead_id")

TeamId = Annotated[UUID, Field(**labelled("队伍", "Team", **{"x-table": TEAMS}))]
TeamName = Annotated[str, Field(min_length=2, max_length=80, **labelled("名称", "Name"))]
TeamKind = Annotated[str, Field(max_length=20, **choice_of(TEAM_KINDS, "类别", "Kind")), one_of(TEAM_KINDS)]
Purpose = Annotated[str, Field(max_length=200, **labelled("任务", "Purpose"))]
Place = Annotated[str, Field(max_length=80, **labelled("依托点位", "Based at"))]
Nights = Annotated[bool, Field(**labelled("有夜班", "Works at night", "bool"))]
Exposed = Annotated[bool, Field(**labelled("高风险岗位", "High exposure", "bool"))]
Stated = Annotated[
    int | None, Field(ge=0, le=10**5, **labelled("上报人数（仅供核对）", "Stated number (only to compare)", "number"))
]
CallId = Annotated[
    UUID | None, Field(**labelled("响应的号召", "In answer to the call", **{"x-table": "workforce.calls"}))
]


def take_team(call: Call, team_id: UUID, state: When = STANDING, field: str = "team_id") -> Team:
    """Return a team, locked, which the actor may act on and whose state allows it.

    Raises `workforce.unknown_team`, `access.not_yours`, `workforce.team_dissolved`.
    """
    found = Team.objects.select_for_update().filter(pk=team_id).first()
    if found is None:
        raise NO_TEAM(field=field)
    call.permit(found.area_path)
    if found.state == "dissolved":
        raise DISSOLVED(field=field)
    if not call.allows(state, found):
        raise NOT_NOW(field=field)
    return found


def changed(call: Call, team: Team, *fields: str) -> None:
    """Save what changed of a team and announce it."""
    team.version += 1
    team.save(update_fields=[*fields, "version"])
    call.about(TEAMS, team.pk, fields=sorted(fields))
    call.announce(TeamChanged(area_path=team.area_path, team_id=team.pk, state=team.state))


class SetUpTeam(Input):
    area_path: AnyArea
    kind: TeamKind
    name: TeamName
    purpose: Purpose = ""
    unit_id: UnitId = None
    place: Place = ""
    nights: Nights = False
    exposed: Exposed = False
    call_id: CallId = None
    stated: Stated = None
    set_up_on: Annotated[date | None, Field(**labelled("成立日期", "Set up on", "date"))] = None


@action("workforce.set_up_team", both("组建队伍", "Set up a team"), SetUpTeam)
def set_up_team(call: Call, given: SetUpTeam) -> Result:
    """Set up a team or temporary unit. Its members are counted; a stated number is only shown against the list."""
    call.permit(given.area_path)
    require_area(given.area_path)
    if Team.objects.filter(area_path=given.area_path, name=given.name).exclude(state="dissolved").exists():
        raise SAME_NAME(field="name")
    values = given.model_dump(exclude={"set_up_on"})
    on = past_day(call, given.set_up_on, "set_up_on")
    team = Team.objects.create(id=call.id, set_up_on=on, made_at=call.received_at, **values)
    call.about(TEAMS, team.pk, kind=team.kind)
    call.announce(TeamChanged(area_path=team.area_path, team_id=team.pk, state="set_up"))
    undo = {"action": "workforce.dissolve_team", "input": {"team_id": str(team.pk), "reason": "撤销组建"}}
    return {"id": str(team.pk), "version": 1, "undo": undo}


class EditTeam(Input):
    team_id: TeamId
    version: Version
    kind: TeamKind | None = None
    name: TeamName | None = None
    purpose: Purpose | None = None
    unit_id: UnitId = None
    place: Place | None = None
    nights: Nights | None = None
    exposed: Exposed | None = None
    stated: Stated = None


@action("workforce.edit_team", both("修改队伍", "Edit a team"), EditTeam,
        subject=Subject(TEAMS, "team_id", STANDING))  # fmt: skip
def edit_team(call: Call, given: EditTeam) -> Result:
    """Change what is given and leave the rest. An edit of an older version is refused."""
    team = take_team(call, given.team_id)
    if team.version != given.version:
        raise STALE(field="version", details={"version": team.version})
    values = given.model_dump(exclude={"team_id", "version"}, exclude_none=True)
    for name, value in values.items():
        setattr(team, name, value)
    changed(call, team, *values)
    return {"id": str(team.pk), "version": team.version}


class ActivateTeam(Input):
    team_id: TeamId


@action("workforce.activate_team", both("队伍上岗", "Put a team on duty"), ActivateTeam,
        subject=Subject(TEAMS, "team_id", LED), batch=True)  # fmt: skip
def activate_team(call: Call, given: ActivateTeam) -> Result:
    """Put a team on duty; it has a lead by then. Raises `workforce.team_without_lead`."""
    team = take_team(call, given.team_id)
    if team.lead_id is None:
        raise NO_LEAD(field="team_id")
    if not call.allows(LED, team):
        raise NOT_NOW(field="team_id")
    team.state, team.active_on = "active", day_of(call)
    changed(call, team, "state", "active_on")
    return {"id": str(team.pk), "state": team.state}


class DissolveTeam(Input):
    team_id: TeamId
    reason: Reason


@action("workforce.dissolve_team", both("撤销队伍", "Dissolve a team"), DissolveTeam,
        subject=Subject(TEAMS, "team_id", STANDING), danger=True)  # fmt: skip
def dissolve_team(call: Call, given: DissolveTeam) -> Result:
    """Dissolve a team today; its memberships end with it, and everything stays on record."""
    team = take_team(call, given.team_id)
    on = max(day_of(call), team.set_up_on)
    for one in Membership.objects.select_for_update().filter(team=team, until_on__isnull=True):
        one.until_on, one.reason = max(on, one.from_on), given.reason
        one.save(update_fields=["until_on", "reason"])
    team.state, team.dissolved_on, team.dissolved_reason = "dissolved", on, given.reason
    changed(call, team, "state", "dissolved_on", "dissolved_reason")
    return {"id": str(team.pk)}
