"""Rosters: planned by the engine as a job that can be stopped, published, planned anew when something changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from pydantic import Field

from lianfang.domain.organisation.actions.fields import day_of
from lianfang.domain.workforce.actions.fields import Reason
from lianfang.domain.workforce.actions.posts import IS_WITHDRAWN, NO_POST
from lianfang.domain.workforce.events.shifts import RosterPublished
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.kept_wishes import kept_wishes
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.domain.workforce.queries.rosters import (
    MINUTE,
    assignments_of,
    kind_of,
    midnight,
    people_for,
    posts_of,
    problem_of,
    words_for,
)
from lianfang.domain.workforce.rules import rostering as engine
from lianfang.domain.workforce.rules.shifts import AWAITED, TOLD
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.jobs.queue import CancelledJob, Progress, enqueue, job
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_ROSTER = refusal("workforce.unknown_roster", "没有这份排班表。", "There is no such roster.", status=404)
NOT_DRAFT = refusal("workforce.roster_not_draft", "只有草稿可以发布。", "Only a draft can be published.", status=409)
IS_OVER = refusal(
    "workforce.roster_withdrawn",
    "排班表已作废，或还在排。",
    "The roster was withdrawn, or is being planned.",
    status=409,
)
NO_POSTS = refusal("workforce.nothing_to_staff", "这个区域没有启用的卡点。", "No post stands in this area.", status=409)
NO_LONGER_HOLDS = refusal(
    "workforce.roster_no_longer_holds",
    "排好以后情况变了，不能发布：{why}。请重新排班。",
    "Things changed since it was planned: {why_en}. Plan it again.",
    status=409,
)
PAST = refusal("workforce.roster_in_the_past", "不能为过去的日子排班。", "No roster is made for days gone by.")

TABLE = "workforce.rosters"
MOST_TOLD = 200
AT_ONCE = 500
ASK_EVERY = 0.5  # seconds
PLANNING = both("正在排班", "Planning")

RosterId = Annotated[UUID, Field(**labelled("排班表", "Roster", **{"x-table": TABLE}))]
AreaPath = Annotated[
    str | None, Field(pattern=r"^\d{6}(\d{3}){0,3}$", **labelled("区域（其中所有卡点）", "Area: all its posts", "area"))
]


class PlanRoster(Input):
    area_path: AreaPath = None
    post_id: Annotated[
        UUID | None, Field(**labelled("或者一个卡点", "Or one post", **{"x-table": "workforce.posts"}))
    ] = None
    starts_on: Annotated[date, Field(**labelled("从哪天起", "From", "date"))]
    days: Annotated[int, Field(ge=1, le=31, **labelled("几天", "Days", "number"))] = 7
    seconds: Annotated[int, Field(ge=0, le=600, **labelled("最多算几秒", "Seconds to improve it", "number"))] = 30


@action("workforce.plan_roster", both("自动排班", "Plan a roster"), PlanRoster)
def plan_roster(call: Call, given: PlanRoster) -> Result:
    """Plan the shifts of one post, or of every post of an area, as a job that tells how far it is and can be stopped.

    It becomes a draft: nobody is told before it is published. Stopped, the best roster so far is kept.
    """
    post = find_post(given.post_id) if given.post_id else None
    path = post.area_path if post else given.area_path
    if path is None:
        call.permit(call.actor.home_area)
        raise NO_POST(field="post_id")
    call.permit(path)
    if given.starts_on < day_of(call):
        raise PAST(field="starts_on")
    roster = Roster(
        id=call.id, area_path=path, post=post, starts_on=given.starts_on, days=given.days, state="planning",
        made_by=call.actor.account_id, made_at=call.received_at,
    )  # fmt: skip
    posts = posts_of(roster)
    if not posts:
        raise NO_POSTS(field="area_path")
    if post is not None and post.state != "standing":
        raise IS_WITHDRAWN(field="post_id")
    body = {"roster_id": str(roster.pk), "seconds": given.seconds}
    roster.job_id = enqueue("workforce.plan_roster", body, account_id=call.actor.account_id, area_path=path).pk
    roster.save(force_insert=True)
    call.about(TABLE, roster.pk, posts=len(posts), days=given.days)
    return {"id": str(roster.pk), "job_id": str(roster.job_id)}


@job("workforce.plan_roster", both("自动排班", "Plan a roster"))
def plan_job(body: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Plan a roster that waits for it; safe to repeat, because its shifts are laid anew."""
    roster = Roster.objects.filter(pk=body["roster_id"], state="planning").first()
    if roster is None:
        return {"roster_id": body["roster_id"], "shifts": 0}
    posts = posts_of(roster)
    people = list(people_for(roster.area_path, posts))
    problem = problem_of(roster.area_path, posts, people, roster.starts_on, roster.days)
    made, stopped = _plan(problem, float(body["seconds"]), progress)
    with writing(), transaction.atomic():
        count = _keep(roster, posts, people, problem, made)
        append([Entry("workforce.roster_planned", roster.made_by, "job", subject=f"{TABLE}/{roster.pk}",
                      area_path=roster.area_path, details={"shifts": count})])  # fmt: skip
    told = {name: roster.cost[name] for name in ("unfilled", "wished", "kept")}
    return {"roster_id": str(roster.pk), "shifts": count, **told, "stopped": stopped}


def _plan(problem: engine.Problem, seconds: float, progress: Progress) -> tuple[engine.Plan, bool]:
    """Return the plan, and whether somebody stopped it early.

    The engine works aside and knows no database: it is here that the job tells how far it is and is asked to stop.
    """
    halt, known = threading.Event(), [0.0]
    with ThreadPoolExecutor(1, thread_name_prefix="roster") as aside:
        going = aside.submit(
            engine.plan, problem, seconds, progress=lambda told: known.__setitem__(0, told.share), stop=halt.is_set
        )
        while True:
            try:
                return going.result(ASK_EVERY), halt.is_set()
            except NotYet:
                try:
                    progress.report(round(known[0] * 100), 100, PLANNING)
                except CancelledJob:
                    halt.set()


def _keep(
    roster: Roster, posts: Sequence[Post], people: Sequence[Responder], problem: engine.Problem, made: engine.Plan
) -> int:
    """Write the plan's shifts as a draft and what it lacks; return how many shifts there are."""
    shifts = _rows(roster, posts, people, problem, made.assignments)
    Shift.objects.filter(roster=roster, state="planned").delete()
    Shift.objects.bulk_create(shifts, batch_size=AT_ONCE)
    roster.state = "draft"
    roster.unfilled = [words_for(problem, one) for one in made.unfilled[:MOST_TOLD]]
    roster.conflicts = [one.as_dict() for one in made.conflicts]
    roster.cost = {"total": made.cost.total, "start": made.start.cost, "seconds": round(made.seconds, 1),
                   "shifts": len(shifts), "unfilled": len(made.unfilled), **kept_wishes(roster).as_cost()}  # fmt: skip
    roster.save(update_fields=["state", "unfilled", "conflicts", "cost"])
    return len(shifts)


def _rows(
    roster: Roster, posts: Sequence[Post], people: Sequence[Responder], problem: engine.Problem,
    assignments: Iterable[engine.Assignment],
) -> list[Shift]:  # fmt: skip
    post_of = {str(one.pk): one for one in posts}
    person_of = {str(one.pk): one for one in people}
    patterns = {one.key: one.pattern for one in problem.posts}
    spans = {(one.post.key, one.day, one.kind.key): one for one in engine.slots_of(problem)}
    base, rows = midnight(roster.starts_on), []
    for one in assignments:
        slot, person, post = spans[(one.post, one.day, one.shift)], person_of[one.person], post_of[one.post]
        rows.append(
            Shift(
                area_path=post.area_path, post=post, roster=roster, responder=person, worker=person.name,
                on=roster.starts_on + timedelta(days=one.day), kind=kind_of(patterns[one.post], one.shift),
                starts_at=base + slot.starts * MINUTE, ends_at=base + slot.ends * MINUTE, state="planned",
            )
        )  # fmt: skip
    return rows


class OneRoster(Input):
    roster_id: RosterId


def _find(roster_id: UUID) -> Roster:
    found = Roster.objects.select_for_update().filter(pk=roster_id).first()
    if found is None:
        raise NO_ROSTER(field="roster_id")
    return found


IS_DRAFT = when(lambda state: state == "draft", "state")
IS_ALIVE = when(lambda state: state in ("draft", "published"), "state")


@action("workforce.publish_roster", both("发布排班表", "Publish a roster"), OneRoster,
        subject=Subject(TABLE, "roster_id", IS_DRAFT))  # fmt: skip
def publish_roster(call: Call, given: OneRoster) -> Result:
    """Publish a draft: its people are told. Checked once more, because things change while a draft lies."""
    roster = _find(given.roster_id)
    call.permit(roster.area_path)
    if not call.allows(IS_DRAFT, roster):
        raise NOT_DRAFT(field="roster_id")
    planned = list(Shift.objects.filter(roster=roster, state="planned"))
    _check_still(roster, planned)
    Shift.objects.filter(pk__in=[one.pk for one in planned]).update(state="notified", notified_at=call.received_at)
    roster.state, roster.published_at, roster.published_by = "published", call.received_at, call.actor.account_id
    roster.version += 1
    roster.save(update_fields=["state", "published_at", "published_by", "version"])
    call.about(TABLE, roster.pk, shifts=len(planned))
    call.announce(RosterPublished(area_path=roster.area_path, roster_id=roster.pk))
    return {"id": str(roster.pk), "shifts": len(planned)}


def _check_still(roster: Roster, planned: Sequence[Shift]) -> None:
    people = list(Responder.objects.filter(pk__in={one.responder_id for one in planned}))
    problem = problem_of(roster.area_path, posts_of(roster), people, roster.starts_on, roster.days)
    broken = engine.check(problem, assignments_of(planned, roster.starts_on)).violations
    if broken:
        words = broken[0].words
        raise NO_LONGER_HOLDS(field="roster_id", why=words.zh, why_en=words.en)


class WithdrawRoster(Input):
    roster_id: RosterId
    reason: Reason


@action("workforce.withdraw_roster", both("作废排班表", "Withdraw a roster"), WithdrawRoster,
        subject=Subject(TABLE, "roster_id", IS_ALIVE), danger=True)  # fmt: skip
def withdraw_roster(call: Call, given: WithdrawRoster) -> Result:
    """Withdraw a draft or what is left of a published roster: shifts that have not begun are cancelled."""
    roster = _find(given.roster_id)
    call.permit(roster.area_path)
    if not call.allows(IS_ALIVE, roster):
        raise IS_OVER(field="roster_id")
    waiting = Shift.objects.filter(roster=roster, state__in=AWAITED, starts_at__gt=call.received_at)
    cancelled = waiting.update(state="cancelled", reason=given.reason)
    roster.state = "withdrawn"
    roster.version += 1
    roster.save(update_fields=["state", "version"])
    call.about(TABLE, roster.pk, cancelled=cancelled)
    call.announce(RosterPublished(area_path=roster.area_path, roster_id=roster.pk))
    return {"id": str(roster.pk), "cancelled": cancelled}


class ReplanRoster(Input):
    roster_id: RosterId
    reason: Reason


IS_PUBLISHED = when(lambda state: state == "published", "state")
NOT_PUBLISHED = refusal(
    "workforce.roster_not_published",
    "只有已发布的排班表可以调整。",
    "Only a published roster is planned anew.",
    status=409,
)


@action("workforce.replan_roster", both("按新情况调整", "Plan anew with few changes"), ReplanRoster,
        subject=Subject(TABLE, "roster_id", IS_PUBLISHED))  # fmt: skip
def replan_roster(call: Call, given: ReplanRoster) -> Result:
    """Change a published roster as little as possible where things changed: somebody is ill, left, or cannot come.

    What has begun stays. Every change is kept with its reason, and only the people concerned are told.
    """
    roster = _find(given.roster_id)
    call.permit(roster.area_path)
    if not call.allows(IS_PUBLISHED, roster):
        raise NOT_PUBLISHED(field="roster_id")
    posts = posts_of(roster)
    last = roster.starts_on + timedelta(days=roster.days)
    standing = list(Shift.objects.filter(post__in=posts, on__gte=roster.starts_on, on__lt=last, state__in=TOLD))
    people = list(people_for(roster.area_path, posts))
    problem = problem_of(roster.area_path, posts, people, roster.starts_on, roster.days, [one.pk for one in standing])
    keep_until = max(0, (call.received_at - midnight(roster.starts_on)) // MINUTE)
    known = assignments_of(standing, roster.starts_on)
    made = engine.replan(problem, known, keep_until=keep_until)
    told = _change(
        call, roster, dict(zip(known, standing, strict=True)), made, _rows_for(roster, problem, made, people)
    )
    roster.changes = [*roster.changes, {"at": call.received_at.isoformat(), "reason": given.reason, "changes": told}]
    roster.unfilled = [words_for(problem, one) for one in made.unfilled[:MOST_TOLD]]
    kept = kept_wishes(roster).as_cost()
    roster.cost = roster.cost | {"unfilled": len(made.unfilled)} | kept
    roster.version += 1
    roster.save(update_fields=["changes", "unfilled", "cost", "version"])
    call.about(TABLE, roster.pk, changed=len(told))
    call.announce(RosterPublished(area_path=roster.area_path, roster_id=roster.pk))
    return {"id": str(roster.pk), "changes": told, **kept}


def _rows_for(
    roster: Roster, problem: engine.Problem, made: engine.Replan, people: Sequence[Responder]
) -> dict[engine.Assignment, Shift]:
    """Return the new shifts a re-plan asks for, not yet written."""
    added = [one.assignment for one in made.changes if one.kind == "added"]
    return dict(zip(added, _rows(roster, posts_of(roster), people, problem, added), strict=True))


def _change(
    call: Call, roster: Roster, standing: dict[engine.Assignment, Shift], made: engine.Replan,
    fresh: dict[engine.Assignment, Shift],
) -> list[dict[str, Any]]:  # fmt: skip
    """Carry out a re-plan's changes and return them as a person reads them."""
    told = []
    for one in made.changes:
        shift = fresh.get(one.assignment) if one.kind == "added" else standing[one.assignment]
        assert shift is not None
        if one.kind == "added":
            shift.state, shift.notified_at, shift.reason = "notified", call.received_at, one.why.zh[:200]
            shift.save(force_insert=True)
        else:
            Shift.objects.filter(pk=shift.pk, state__in=AWAITED).update(state="cancelled", reason=one.why.zh[:200])
        told.append({"what": one.kind, "who": shift.worker, "on": shift.on.isoformat(), "kind": shift.kind,
                     "why": one.why.as_dict()})  # fmt: skip
    return told
