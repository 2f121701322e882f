"""Who belongs to a team and who leads it; and one who takes over everything another held, in one step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.organisation.actions.fields import live_of
from lianfang.domain.organisation.actions.handing import carry_over, make_plan
from lianfang.domain.workforce.actions.responders import change_state, leave_teams
from lianfang.domain.workforce.actions.serving_fields import (
    SERVING,
    TABLE,
    FromOn,
    Reason,
    ResponderId,
    day_of,
    take_responder,
)
from lianfang.domain.workforce.actions.teams import STANDING, TEAMS, TeamId, changed, take_team
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.teams import Membership, Team
from lianfang.domain.workforce.queries.responders import speaks_against
from lianfang.domain.workforce.rules.fitness import WARNINGS
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

UNFIT = refusal(
    "workforce.unfit",
    "这支队伍有夜班或高风险岗位，不宜安排：{why}。确需安排请写明理由和照顾办法。",
    "The team works at night or with high exposure; this speaks against it: {why}. A reason is needed to go on.",
)
UNANSWERED = refusal(
    "workforce.offer_unanswered", "先审核这个人的报名，再编入队伍。", "Answer the offer first.", status=409
)
MEMBER_ALREADY = refusal("workforce.member_already", "此人已在这支队伍里。", "They are a member already.")
NOT_A_MEMBER = refusal(
    "workforce.unknown_membership", "没有这条队员记录，或已结束。", "There is no such membership.", status=404
)
LEADS_ALREADY = refusal("workforce.leads_already", "此人已是负责人。", "They lead the team already.")
TO_ONESELF = refusal("workforce.succeed_oneself", "不能由本人顶替本人。", "Nobody succeeds oneself.")

PLACEABLE = when(lambda state: state not in ("offered", "ended"), "state")
Despite = Annotated[str, Field(max_length=200, **labelled("确需安排的理由", "Reason to go on all the same"))]


class AddMember(Input):
    responder_id: ResponderId
    team_id: TeamId
    from_on: FromOn = None
    as_lead: Annotated[bool, Field(**labelled("任负责人", "As the lead", "bool"))] = False
    despite: Despite = ""


@action("workforce.add_member", both("编入队伍", "Add to a team"), AddMember,
        subject=Subject(TABLE, "responder_id", PLACEABLE), batch=True)  # fmt: skip
def add_member(call: Call, given: AddMember) -> Result:
    """Add somebody to a team, as its lead if so said. Who was trained is assigned then.

    Raises `workforce.unfit` where age, pregnancy, illness or a wish speaks against nights or exposure, until a reason
    is given; `workforce.member_already`.
    """
    row = take_responder(call, given.responder_id)
    if row.state == "offered":
        raise UNANSWERED(field="responder_id")
    team = take_team(call, given.team_id)
    if Membership.objects.filter(team=team, responder=row, until_on__isnull=True).exists():
        raise MEMBER_ALREADY(field="team_id")
    refuse_unfit(call, row, team, given.despite)
    one = join(call, row, team, given.despite, given.from_on or day_of(call))
    if given.as_lead:
        team.lead = row
    changed(call, team, "lead")
    return {"id": str(one.pk), "members": _count(team)}


def refuse_unfit(call: Call, row: Responder, team: Team, despite: str) -> None:
    """Raise `workforce.unfit` where something speaks against the team's work for somebody and no reason is given."""
    against = speaks_against(row, team.area_path, day_of(call), nights=team.nights, exposed=team.exposed)
    if against and len(despite) < 2:
        raise UNFIT(field="despite", why=_in_words(against), details={"against": against})


def _in_words(against: Iterable[str]) -> str:
    return "；".join(f"{WARNINGS[one].zh} / {WARNINGS[one].en}" for one in against)


def join(call: Call, row: Responder, team: Team, despite: str, from_on: date) -> Membership:
    """Make somebody a member; who was trained and unassigned is assigned."""
    if row.state == "trained":
        change_state(call, row, "assigned")
    return Membership.objects.create(
        area_path=team.area_path, team=team, responder=row, from_on=from_on, despite=despite
    )


def _count(team: Team) -> int:
    return Membership.objects.filter(team=team, until_on__isnull=True).count()


class NameLead(Input):
    team_id: TeamId
    responder_id: ResponderId
    despite: Despite = ""


@action("workforce.name_team_lead", both("指定负责人", "Name the lead"), NameLead,
        subject=Subject(TEAMS, "team_id", STANDING))  # fmt: skip
def name_team_lead(call: Call, given: NameLead) -> Result:
    """Name who leads a team; a lead is a member too. The one before stays a member."""
    team = take_team(call, given.team_id)
    row = take_responder(call, given.responder_id, PLACEABLE)
    if team.lead_id == row.pk:
        raise LEADS_ALREADY(field="responder_id")
    if not Membership.objects.filter(team=team, responder=row, until_on__isnull=True).exists():
        refuse_unfit(call, row, team, given.despite)
        join(call, row, team, given.despite, day_of(call))
    team.lead = row
    changed(call, team, "lead")
    return {"id": str(team.pk)}


IN_TEAM = when_empty("until_on")


class EndMembership(Input):
    membership_id: Annotated[UUID, Field(**labelled("队员记录", "Membership"))]
    reason: Reason


@action("workforce.end_membership", both("退出队伍", "Leave the team"), EndMembership,
        subject=Subject("workforce.memberships", "membership_id", IN_TEAM), danger=True)  # fmt: skip
def end_membership(call: Call, given: EndMembership) -> Result:
    """End a membership today; the lead who leaves leaves the team without one, which is a gap."""
    one = Membership.objects.select_for_update().filter(pk=given.membership_id).first()
    if one is None or not call.allows(IN_TEAM, one):
        raise NOT_A_MEMBER(field="membership_id")
    call.permit(one.area_path)
    one.until_on, one.reason = max(day_of(call), one.from_on), given.reason
    one.save(update_fields=["until_on", "reason"])
    team = Team.objects.select_for_update().get(pk=one.team_id)
    if team.lead_id == one.responder_id:
        team.lead = None
    changed(call, team, "lead")
    return {"id": str(one.pk), "members": _count(team)}


class SucceedResponder(Input):
    responder_id: ResponderId
    successor_id: Annotated[UUID, Field(**labelled("顶替的人", "Who takes over", **{"x-table": TABLE}))]
    reason: Reason
    despite: Despite = ""


@action("workforce.succeed_responder", both("顶替接岗", "Take over from somebody"), SucceedResponder,
        subject=Subject(TABLE, "responder_id", SERVING), danger=True)  # fmt: skip
def succeed_responder(call: Call, given: SucceedResponder) -> Result:
    """One takes over every team, lead and responsibility of another in one step, with the reason.

    Responsibilities move by the accounts of both (organisation.hand_over_all), and need its right at every area.
    """
    before = take_responder(call, given.responder_id)
    after = take_responder(call, given.successor_id, PLACEABLE, "successor_id")
    if before.pk == after.pk:
        raise TO_ONESELF(field="successor_id")
    teams = [one.team for one in Membership.objects.select_related("team").filter(responder=before, until_on=None)]
    led = {team.pk for team in leave_teams(call, before, day_of(call), given.reason)}
    for team in [take_team(call, one.pk) for one in teams]:
        if not Membership.objects.filter(team=team, responder=after, until_on__isnull=True).exists():
            refuse_unfit(call, after, team, given.despite)
            join(call, after, team, given.despite, day_of(call))
        if team.pk in led:
            team.lead = after
        changed(call, team, "lead")
    held = _responsibilities(call, before, after, given.reason)
    call.about(TABLE, before.pk, teams=len(teams), led=len(led), responsibilities=held)
    return {"id": str(after.pk), "teams": len(teams), "led": len(led), "responsibilities": held}


def _responsibilities(call: Call, before: Responder, after: Responder, reason: str) -> int:
    """Hand over what the account of one answers for to the account of the other; none where either has no account."""
    if before.account_id is None or after.account_id is None:
        return 0
    rows = live_of(before.account_id, day_of(call))
    for path in sorted({row.area_path for row in rows}):
        call.permit(path, "organisation.hand_over_all")
    if rows:
        plan = make_plan(rows, after.account_id, [], rest_stays=False)
        carry_over(call, before.account_id, plan, reason, agreed=True)
    return len(rows)
