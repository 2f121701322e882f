"""What follows from the register: responsibilities move with their targets, and end with them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import Field

from lianfang.domain.organisation.actions.fields import close, day_of
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.domain.people.actions.carrying import CarryOver, persons_apart
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import Path, labelled
from lianfang.kernel.text import both

CHUNK = 5000
MERGED, PARTED = "人员记录合并", "撤销人员合并"
Targets = Annotated[list[UUID], Field(max_length=50_000, **labelled("对象", "Targets", "hidden"))]
Why = Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason"))]


def _permit_at(call: Call, rows: QuerySet[Responsibility]) -> None:
    """Ask for every area the responsibilities lie in, because the area given is only where they go."""
    for path in sorted(set(rows.values_list("area_path", flat=True))):
        call.permit(path)


class FollowTargets(Input):
    target_ids: Targets
    to_path: Path


@action(
    "organisation.follow_targets",
    both("责任随对象变动", "Responsibilities follow their targets"),
    FollowTargets,
    offered=False,
)
def follow_targets(call: Call, given: FollowTargets) -> Result:
    """Bring the responsibilities for households, people or places to the area their targets moved to."""
    call.permit(given.to_path)
    moved = 0
    for start in range(0, len(given.target_ids), CHUNK):
        rows = Responsibility.objects.filter(target_id__in=given.target_ids[start : start + CHUNK], state__in=LIVE)
        _permit_at(call, rows)
        moved += rows.update(area_path=given.to_path)
    call.area_path = given.to_path
    call.about("areas.areas", given.to_path, moved=moved)
    return {"moved": moved}


class EndForTarget(Input):
    target_id: Annotated[UUID | None, Field(**labelled("对象", "Target", "hidden"))] = None
    area_path: Path
    reason: Why


@action("organisation.end_for_target", both("对象撤销，责任结束", "End with the target"), EndForTarget, offered=False)
def end_for_target(call: Call, given: EndForTarget) -> Result:
    """End every responsibility for a target that is no more: a closed household or place, a closed grid, a death."""
    call.permit(given.area_path)
    live = Responsibility.objects.filter(state__in=LIVE)
    whole_area = live.filter(target_kind="area", area_path=given.area_path)
    mine = live.filter(target_id=given.target_id) if given.target_id else whole_area
    _permit_at(call, mine)
    ended = close(call, mine, "ended", given.reason)
    call.about("areas.areas", given.area_path, ended=ended)
    return {"ended": ended}


class FollowMerge(Input):
    kept_id: Annotated[UUID, Field(**labelled("保留", "Kept", "hidden"))]
    merged_id: Annotated[UUID, Field(**labelled("并入", "Merged", "hidden"))]
    area_path: Path


@action(
    "organisation.follow_merge", both("责任随人员合并", "Responsibilities follow a merge"), FollowMerge, offered=False
)
def follow_merge(call: Call, given: FollowMerge) -> Result:
    """Let whoever answers for a merged entry of a person answer for the kept one."""
    call.permit(given.area_path)
    theirs = Responsibility.objects.filter(target_kind="person", target_id=given.merged_id, state__in=LIVE)
    _permit_at(call, theirs)
    rows = list(theirs)
    kept = Responsibility.objects.filter(target_kind="person", target_id=given.kept_id, state__in=LIVE)
    known = set(kept.values_list("account_id", "kind"))
    close(call, rows, "handed_over", MERGED)
    on = day_of(call)
    fresh = [
        _handed_on(row, given.kept_id, given.area_path)
        for row in rows
        if (row.account_id, row.kind) not in known and (row.ends_on is None or row.ends_on >= on)
    ]
    Responsibility.objects.bulk_create(fresh)
    call.about("people.persons", given.kept_id, followed=len(fresh))
    return {"followed": len(fresh)}


@action(
    "organisation.part_again", both("撤销合并后责任复原", "Responsibilities follow an undone merge"), CarryOver,
    offered=False,
)  # fmt: skip
def part_again(call: Call, given: CarryOver) -> Result:
    """Let those who answered for the other entry answer for it again, and no longer for the kept one by the merge."""
    pair = persons_apart(call, given)
    if pair is None:
        return {"followed": 0}
    kept, other = pair
    live = Responsibility.objects.filter(state__in=LIVE, target_kind="person")
    close(call, live.filter(target_id=kept.pk, handed_from__target_id=other.pk), "handed_over", PARTED)
    known = set(live.filter(target_id=other.pk).values_list("account_id", "kind"))
    given_away = Responsibility.objects.filter(target_kind="person", target_id=other.pk, ended_reason=MERGED)
    again = Responsibility.objects.filter(handed_from=OuterRef("pk"), target_id=other.pk)
    fresh = [
        _handed_on(row, other.pk, other.area_path)
        for row in given_away.filter(~Exists(again))
        if (row.account_id, row.kind) not in known and (row.ends_on is None or row.ends_on >= day_of(call))
    ]
    Responsibility.objects.bulk_create(fresh)
    return {"followed": len(fresh)}


def _handed_on(row: Responsibility, target_id: UUID, area_path: str) -> Responsibility:
    """Return the same responsibility for another entry of the person, in force as it was."""
    state = row.state if row.state in LIVE else "active" if row.accepted_at else "proposed"
    return Responsibility(
        account_id=row.account_id, kind=row.kind, level=row.level, target_kind="person", target_id=target_id,
        target_label=row.target_label, area_path=area_path, regime=row.regime, starts_on=row.starts_on,
        ends_on=row.ends_on, state=state, reason=row.reason, handed_from=row, proposed_by=row.proposed_by,
        proposed_at=row.proposed_at, accepted_at=row.accepted_at,
    )  # fmt: skip
