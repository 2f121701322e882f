"""What a newer register left open is decided: where an area that was split or dropped goes, or that it stays."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import Exists, OuterRef
from pydantic import Field

from lianfang.domain.areas.actions.grids import note_change
from lianfang.domain.areas.actions.stepping import note_fates, take_back, take_step
from lianfang.domain.areas.events import AreaKept, AreasMoved
from lianfang.domain.areas.models import Area, AreaDecision, AreaStep
from lianfang.domain.areas.queries import tiles_of
from lianfang.domain.areas.rules.planning import plan_into
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Reason, labelled
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.moving import paths_in_use
from lianfang.kernel.areas import COUNTY_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_DECISION = refusal("areas.no_decision", "没有这个待定区域。", "There is no such area to decide about.", status=404)
DECIDED = refusal("areas.decided", "已经决定过了；如需改变请先撤销。", "This is decided; undo that first.", status=409)
NOT_DECIDED = refusal("areas.not_decided", "还没有决定，无可撤销。", "Nothing is decided yet.", status=409)
WRONG_HEIR = refusal(
    "areas.wrong_heir",
    "请选择一个现行的、同一级别的区域，且不是它自己。",
    "Choose an area in force, of the same level, and not the area itself.",
)
NOT_ITS_GRID = refusal(
    "areas.not_its_grid", "这个网格不在待定的村里。", "This grid is not in the village to decide about."
)
VILLAGES_FIRST = refusal(
    "areas.villages_first",
    "这个乡镇下还有村没有去向，请先决定那些村。",
    "Villages below this town are still in use; decide about them first.",
    status=409,
)

LATER = refusal(
    "areas.later_step",
    "之后又动过区划，请先撤销后面的决定或迁移。",
    "Areas were moved again since; undo the later decision or migration first.",
    status=409,
)

TABLE = "areas.decisions"
DecisionId = Annotated[UUID, Field(**labelled("待定区域", "Area to decide about", "hidden"))]
OPEN = when(lambda outcome: outcome == AreaDecision.Outcome.OPEN, "outcome")
_STEPS = AreaStep.objects.filter(decision=OuterRef("pk"), undone_at__isnull=True)
BEGUN = when(
    lambda outcome, stepped: outcome == AreaDecision.Outcome.KEPT or (outcome in ("open", "moved") and stepped),
    "outcome",
    Exists(_STEPS),
)


class DecideArea(Input):
    decision_id: DecisionId
    into: Annotated[str, Field(pattern=r"^(\d{9}|\d{12})$", **labelled("归入", "Goes to", "area"))]
    grid: Annotated[
        str | None,
        Field(pattern=r"^\d{15}$", **labelled("只迁这个网格（不填则全部）", "Only this grid (all without)", "area")),
    ] = None
    reason: Reason


@action("areas.decide_area", both("决定去向", "Decide where it goes"), DecideArea,
        subject=Subject(TABLE, "decision_id", OPEN))  # fmt: skip
def decide_area(call: Call, given: DecideArea) -> Result:
    """Bring a waiting area, or one grid of it, with everybody and everything in it to an area of the register.

    Single households are moved before by editing them. With the whole of it the area closes and names its successor.
    """
    decision = _find(given.decision_id)
    call.permit(decision.area_path)
    call.permit(given.into)
    if not call.allows(OPEN, decision):
        raise DECIDED(field="decision_id")
    waiting = decision.area_path
    _check_heir(waiting, given.into)
    if given.grid is not None and not (given.grid.startswith(waiting) and _stands(given.grid)):
        raise NOT_ITS_GRID(field="grid")
    county = waiting[:COUNTY_DIGITS]
    known = tiles_of(county)
    strays = paths_in_use(waiting) - {tile.path for tile in known}
    plan = plan_into(known, strays, given.grid or waiting, given.into, local(call.received_at).date())
    step = take_step(call, county, plan, decision.migration, decision)
    if given.grid is None:
        _settle(call, decision, AreaDecision.Outcome.MOVED, given.into, given.reason)
        note_fates(call, step)
    call.about(TABLE, decision.pk, into=given.into, grid=given.grid)
    call.announce(AreasMoved(area_path=county, migration_id=decision.migration_id, moves=len(plan.moves)))
    undo = {"action": "areas.undo_decision", "input": {"decision_id": str(decision.pk), "reason": "撤销决定"}}
    return {"moved_to": given.into, "undo": undo}


class KeepArea(Input):
    decision_id: DecisionId
    reason: Reason


@action("areas.keep_area", both("保留使用", "Keep it in use"), KeepArea,
        subject=Subject(TABLE, "decision_id", OPEN))  # fmt: skip
def keep_area(call: Call, given: KeepArea) -> Result:
    """Keep an area in use that the register does not have; later registers do not ask about it again."""
    decision = _find(given.decision_id)
    call.permit(decision.area_path)
    if not call.allows(OPEN, decision):
        raise DECIDED(field="decision_id")
    _settle(call, decision, AreaDecision.Outcome.KEPT, "", given.reason)
    note_change(call, decision.area_path, "kept", {}, {"name": decision.name}, given.reason)
    call.about(TABLE, decision.pk, kept=True)
    call.announce(AreaKept(area_path=decision.area_path, decision_id=decision.pk))
    undo = {"action": "areas.undo_decision", "input": {"decision_id": str(decision.pk), "reason": "撤销决定"}}
    return {"undo": undo}


class UndoDecision(Input):
    decision_id: DecisionId
    reason: Reason


@action("areas.undo_decision", both("撤销决定", "Undo the decision"), UndoDecision,
        subject=Subject(TABLE, "decision_id", BEGUN))  # fmt: skip
def undo_decision(call: Call, given: UndoDecision) -> Result:
    """Undo the latest that was decided about an area: a grid that went ahead, the whole of it, or that it stays."""
    decision = _find(given.decision_id)
    call.permit(decision.area_path)
    if not call.allows(BEGUN, decision):
        raise NOT_DECIDED(field="decision_id")
    step = None
    if decision.outcome != AreaDecision.Outcome.KEPT:
        step = AreaStep.objects.filter(decision=decision, undone_at__isnull=True).latest("at", "pk")
        _no_newer(step)
        take_back(call, step)
    AreaDecision.objects.filter(pk=decision.pk).update(
        outcome=AreaDecision.Outcome.OPEN, into="", reason="", decided_at=None, decided_by=None
    )
    call.about(TABLE, decision.pk, undone=True)
    moves = len(step.moves) if step is not None else 0
    area = decision.area_path[:COUNTY_DIGITS]
    call.announce(AreasMoved(area_path=area, migration_id=decision.migration_id, moves=moves))
    return {"decision_id": str(decision.pk)}


def _no_newer(step: AreaStep) -> None:
    """Refuse to take a stroke from under later ones. Raises `areas.later_step`."""
    later = AreaStep.objects.filter(area_path=step.area_path, undone_at__isnull=True, at__gt=step.at)
    if later.exists():
        raise LATER(field="decision_id")


def _find(id: UUID) -> AreaDecision:
    found = AreaDecision.objects.select_for_update(of=("self",)).select_related("migration").filter(pk=id).first()
    if found is None:
        raise NO_DECISION(field="decision_id")
    return found


def _check_heir(waiting: str, into: str) -> None:
    heir = Area.objects.filter(path=into, valid_to__isnull=True, dropped_on__isnull=True).first()
    if heir is None or len(into) != len(waiting) or into == waiting or into[:COUNTY_DIGITS] != waiting[:COUNTY_DIGITS]:
        raise WRONG_HEIR(field="into")
    below = Area.objects.filter(within(waiting, "path"), level="village", valid_to__isnull=True)
    if len(waiting) < VILLAGE_DIGITS and below.exists():
        raise VILLAGES_FIRST(field="decision_id")


def _stands(path: str) -> bool:
    return Area.objects.filter(path=path, level="grid", valid_to__isnull=True).exists()


def _settle(call: Call, decision: AreaDecision, outcome: str, into: str, reason: str) -> None:
    AreaDecision.objects.filter(pk=decision.pk).update(
        outcome=outcome, into=into, reason=reason, decided_at=call.received_at, decided_by=call.actor.account_id
    )
