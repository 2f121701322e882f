"""One responsibility: assigned to a worker, accepted, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.areas.queries import find_area, level_of
from lianfang.domain.organisation.actions.fields import (
    NO_RESPONSIBILITY,
    RAN_OUT,
    AccountId,
    Agreed,
    EndsOn,
    Kind,
    Reason,
    Regime,
    StartsOn,
    close,
    day_of,
    find_worker,
    opening_state,
)
from lianfang.domain.organisation.events import ResponsibilityAssigned, ResponsibilityEnded
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.domain.organisation.rules import RESPONSIBILITY_KINDS
from lianfang.domain.people.queries import find_household, find_person
from lianfang.domain.places.queries import find_place
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

ONE_TARGET = refusal(
    "organisation.one_target",
    "请选择一个责任对象：区域、场所、户或人，只选一个。",
    "Choose one target: an area, a place, a household or a person.",
)
NO_TARGET = refusal(
    "organisation.unknown_target", "没有这个责任对象，或已撤销。", "There is no such target.", status=404
)
WRONG_TARGET = refusal(
    "organisation.wrong_target",
    "{kind}不能用于这种对象。",
    "This kind of responsibility does not fit the target: {kind_en}.",
)
ALREADY_ANSWERED = refusal(
    "organisation.already_answered",
    "已由 {name} 负责。如需更换，请选择“替换”。",
    "{name} answers for this already; choose replace to change that.",
    status=409,
)
ALREADY_THEIRS = refusal(
    "organisation.already_theirs", "此人已负责这个对象。", "This worker answers for this already.", status=409
)
NOT_LATER = refusal(
    "organisation.not_renewed",
    "续期的结束日期须晚于现在的结束日期和今天。",
    "A renewal ends later than it does now, and not before today.",
)
ENDS_BEFORE = refusal("organisation.ends_before_start", "结束日期早于开始日期。", "It would end before it starts.")

TABLE = "organisation.responsibilities"
# a grid and a post have one lead and a household one primary contact; of every other kind there may be several
ONLY_ONE = {("grid_lead", "area"), ("primary_contact", "household"), ("post_lead", "post")}
FITS = {"grid_lead": ("area",), "grid_worker": ("area",), "village_lead": ("area",),
        "primary_contact": ("household", "person"), "sector_owner": ("place",)}  # fmt: skip
LEVEL_FITS = {"grid_lead": "grid", "grid_worker": "grid", "village_lead": "village"}


@dataclass(frozen=True, slots=True)
class Target:
    """What somebody answers for, as the register knows it."""

    kind: str
    id: UUID | None
    area_path: str
    label: str
    level: str

    @property
    def rows(self) -> Q:
        """Return the condition for the live responsibilities for this target."""
        if self.id is None:
            return Q(state__in=LIVE, target_kind="area", area_path=self.area_path)
        return Q(state__in=LIVE, target_kind=self.kind, target_id=self.id)


class TargetInput(Input):
    area_path: Annotated[str | None, Field(pattern=r"^\d{6}(\d{3}){0,4}$", **labelled("区域", "Area", "area"))] = None
    place_id: Annotated[UUID | None, Field(**labelled("场所", "Place", "place"))] = None
    household_id: Annotated[UUID | None, Field(**labelled("户", "Household", "household"))] = None
    person_id: Annotated[UUID | None, Field(**labelled("人", "Person", "person"))] = None


def find_target(given: TargetInput) -> Target:
    """Return the one target named. Raises `organisation.one_target`, `organisation.unknown_target`."""
    named = {
        name: value
        for name in ("area_path", "place_id", "household_id", "person_id")
        if (value := getattr(given, name)) is not None
    }
    if len(named) != 1:
        raise ONE_TARGET(field="area_path")
    [(field, value)] = named.items()
    found = _FINDERS[field](value)
    if found is None:
        raise NO_TARGET(field=field)
    return found


def _area_target(path: str) -> Target | None:
    area = find_area(path)
    return Target("area", None, path, area.short_name or area.name, level_of(path)) if area else None


def _place_target(place_id: UUID) -> Target | None:
    place = find_place(place_id)
    if place is None or place.closed_on:
        return None
    return Target("place", place.pk, place.area_path, place.name, level_of(place.area_path))


def _household_target(household_id: UUID) -> Target | None:
    home = find_household(household_id)
    if home is None or home.closed_on:
        return None
    return Target("household", home.pk, home.area_path, home.number, "household")


def _person_target(person_id: UUID) -> Target | None:
    person = find_person(person_id)
    return Target("person", person.pk, person.area_path, "", "household") if person else None


_FINDERS: dict[str, Any] = {
    "area_path": _area_target,
    "place_id": _place_target,
    "household_id": _household_target,
    "person_id": _person_target,
}


class Named(Input):
    """Who is to answer, from when to when, and whether somebody else is replaced."""

    account_id: AccountId
    starts_on: StartsOn = None
    ends_on: EndsOn = None
    agreed: Agreed = False
    replace: Annotated[bool, Field(**labelled("替换现责任人", "Replace who answers now", "bool"))] = False
    reason: Annotated[str, Field(max_length=200, **labelled("原因", "Reason"))] = ""


class AssignResponsibility(TargetInput, Named):
    kind: Kind
    regime: Regime = ""


@action("organisation.assign_responsibility", both("指定责任人", "Assign a responsibility"), AssignResponsibility)
def assign_responsibility(call: Call, given: AssignResponsibility) -> Result:
    """Make a worker answer for an area, place, household or person; proposed until the worker accepts or has agreed.

    A household has one primary contact and a grid one lead: another is refused unless `replace` hands it over.
    """
    target = find_target(given)
    call.permit(target.area_path)
    _check_fits(given.kind, target)
    row = answer_for(call, target, given, given.kind, given.regime)
    call.about(TABLE, row.pk, kind=row.kind, target=f"{row.target_kind}/{row.target_id or row.area_path}")
    undo = {
        "action": "organisation.end_responsibility",
        "input": {"responsibility_id": str(row.pk), "reason": "撤销指定"},
    }
    return {"id": str(row.pk), "state": row.state, "undo": undo}


def answer_for(call: Call, target: Target, given: Named, kind: str, regime: str = "") -> Responsibility:
    """Make a worker answer for a target, and announce it; the caller has asked for the right.

    Raises `organisation.inactive_worker`, `organisation.ends_before_start`, `organisation.already_theirs` and, where
    only one may answer, `organisation.already_answered`.
    """
    worker = find_worker(given.account_id, "account_id")
    on = day_of(call)
    starts_on = given.starts_on or on
    if given.ends_on and given.ends_on < starts_on:
        raise ENDS_BEFORE(field="ends_on")
    _make_room(call, given, kind, target, on)
    agreed = given.agreed or worker.pk == call.actor.account_id
    row = Responsibility.objects.create(
        id=call.id, account=worker, kind=kind, level=target.level, target_kind=target.kind, target_id=target.id,
        target_label=target.label, area_path=target.area_path, regime=regime, starts_on=starts_on,
        ends_on=given.ends_on, state=opening_state(agreed, starts_on, on), reason=given.reason,
        proposed_by=call.actor.account_id, proposed_at=call.received_at,
        accepted_at=call.received_at if agreed else None,
    )  # fmt: skip
    call.announce(_assigned(row))
    return row


def _assigned(row: Responsibility) -> ResponsibilityAssigned:
    return ResponsibilityAssigned(
        area_path=row.area_path, responsibility_id=row.pk, account_id=row.account_id, kind=row.kind,
        target_kind=row.target_kind, target_id=row.target_id,
    )  # fmt: skip


def _check_fits(kind: str, target: Target) -> None:
    fits = target.kind in FITS.get(kind, (target.kind,)) and LEVEL_FITS.get(kind, target.level) == target.level
    if not fits:
        label = RESPONSIBILITY_KINDS[kind]
        raise WRONG_TARGET(field="kind", kind=label.zh, kind_en=label.en)


def _make_room(call: Call, given: Named, kind: str, target: Target, on: date) -> None:
    """End what has run out, and hand over or refuse where somebody else answers already."""
    rows = Responsibility.objects.select_for_update(of=("self",)).filter(target.rows, kind=kind)
    same = list(rows.select_related("account"))
    over = [row for row in same if row.ends_on and row.ends_on < on]
    close(call, over, "expired", RAN_OUT)
    standing = [row for row in same if row not in over]
    if any(row.account_id == given.account_id for row in standing):
        raise ALREADY_THEIRS(field="account_id")
    if (kind, target.kind) not in ONLY_ONE or not standing:
        return
    if not given.replace:
        details = {"responsibility_id": str(standing[0].pk), "account_id": str(standing[0].account_id)}
        raise ALREADY_ANSWERED(field="account_id", name=standing[0].account.name, details=details)
    close(call, standing, "handed_over", given.reason or "更换责任人")


class AcceptResponsibility(Input):
    responsibility_ids: Annotated[
        list[UUID], Field(max_length=5000, **labelled("责任（不选即全部）", "Responsibilities (none: all)"))
    ] = Field(default_factory=list)


@action("organisation.accept_responsibility", both("接受责任", "Accept responsibilities"), AcceptResponsibility)
def accept_responsibility(call: Call, given: AcceptResponsibility) -> Result:
    """Accept what was proposed to oneself: all of it, or the named ones. Nobody accepts for another."""
    call.permit(call.actor.home_area)
    me = call.actor.account_id or UUID(int=0)
    mine = Responsibility.objects.select_for_update().filter(account_id=me, state="proposed")
    rows = list(mine.filter(pk__in=given.responsibility_ids) if given.responsibility_ids else mine)
    if len(rows) < len(set(given.responsibility_ids)):
        raise NO_RESPONSIBILITY(field="responsibility_ids")
    on = day_of(call)
    for state, wanted in (("active", True), ("accepted", False)):
        ids = [row.pk for row in rows if (row.starts_on <= on) is wanted]
        Responsibility.objects.filter(pk__in=ids).update(state=state, accepted_at=call.received_at)
    call.about(TABLE, rows[0].pk if len(rows) == 1 else "", accepted=len(rows))
    for row in rows:
        call.announce(_assigned(row))
    return {"accepted": len(rows)}


class EndResponsibility(Input):
    responsibility_id: UUID
    reason: Reason


STILL_HELD = when(lambda state: state in LIVE, "state")


@action(
    "organisation.end_responsibility", both("结束责任", "End a responsibility"), EndResponsibility,
    subject=Subject(TABLE, "responsibility_id", STILL_HELD), danger=True,
)  # fmt: skip
def end_responsibility(call: Call, given: EndResponsibility) -> Result:
    """End a responsibility without a successor; what is left uncovered shows on the gap board."""
    row = Responsibility.objects.select_for_update().filter(pk=given.responsibility_id).first()
    if row is None or not call.allows(STILL_HELD, row):
        raise NO_RESPONSIBILITY(field="responsibility_id")
    call.permit(row.area_path)
    close(call, [row], "ended", given.reason)
    call.about(TABLE, row.pk, kind=row.kind)
    call.announce(
        ResponsibilityEnded(
            area_path=row.area_path, responsibility_id=row.pk, account_id=row.account_id, kind=row.kind,
            target_kind=row.target_kind, target_id=row.target_id,
        )
    )  # fmt: skip
    return {"id": str(row.pk)}


class RenewResponsibility(Input):
    responsibility_id: UUID
    ends_on: EndsOn = None
    reason: Reason


RUNS_OUT = when(lambda state, ends_on: state in LIVE and ends_on is not None, "state", "ends_on")


@action(
    "organisation.renew_responsibility", both("续期责任", "Renew a responsibility"), RenewResponsibility,
    subject=Subject(TABLE, "responsibility_id", RUNS_OUT), batch=True,
)  # fmt: skip
def renew_responsibility(call: Call, given: RenewResponsibility) -> Result:
    """Let a responsibility that would run out go on until a later day, or without an end."""
    row = Responsibility.objects.select_for_update().filter(pk=given.responsibility_id).first()
    if row is None or not call.allows(RUNS_OUT, row):
        raise NO_RESPONSIBILITY(field="responsibility_id")
    call.permit(row.area_path)
    before = row.ends_on
    if given.ends_on and (before is None or given.ends_on <= max(before, day_of(call))):
        raise NOT_LATER(field="ends_on")
    row.ends_on, row.reason = given.ends_on, given.reason
    row.save(update_fields=["ends_on", "reason"])
    call.about(TABLE, row.pk, before=before.isoformat() if before else "")
    call.announce(_assigned(row))
    return {"id": str(row.pk), "ends_on": given.ends_on.isoformat() if given.ends_on else None}
