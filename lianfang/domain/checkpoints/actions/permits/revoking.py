"""Ending a permit before its time, and another in its place. Gates refuse it once they have fetched the list."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from lianfang.domain.checkpoints.actions.permits.holding import hold_back
from lianfang.domain.checkpoints.actions.permits.issuing import PERMITS, keep_permits
from lianfang.domain.checkpoints.actions.permits.keys import take_series
from lianfang.domain.checkpoints.events.permits import PermitRevoked
from lianfang.domain.checkpoints.models.permits import Permit, PermitSeries
from lianfang.domain.checkpoints.queries.permits import code_of, page_of
from lianfang.domain.checkpoints.rules.permits import kinds
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import NOW, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_PERMIT = refusal("checkpoints.permit_unknown", "没有这张出入证。", "There is no such permit.", status=404)
ENDED = refusal("checkpoints.permit_ended", "这张出入证已作废或过期。",
                "The permit was revoked or has expired.", status=409)  # fmt: skip

STANDS = when(lambda state, until, now: state == "active" and until > now, "state", "valid_until", NOW)


GIVEN = {code: kinds.REASONS[code] for code in kinds.GIVEN_REASONS}


class RevokePermit(Input):
    permit_id: UUID
    because: str = Field(max_length=12, **labelled("原因", "Reason", "choice", **choices(GIVEN)))
    note: str = Field("", max_length=200, **labelled("说明", "Note", "textarea"))


@action("checkpoints.revoke_permit", both("作废出入证", "Revoke a permit"), RevokePermit,
        subject=Subject(PERMITS, "permit_id", STANDS), danger=True)  # fmt: skip
def revoke_permit(call: Call, given: RevokePermit) -> Result:
    """Revoke a permit, with the reason; gates refuse it once they have fetched the list."""
    if given.because not in GIVEN:
        raise CHOICE(field="because")
    permit, series = _take(call, given.permit_id)
    if given.because == "returnee" and permit.household_id:
        hold_back([permit.household_id], call.received_at)
    end_permits(call, series, [permit], given.because, given.note)
    return {"id": str(permit.pk), "version": series.revocation_version}


class ReplacePermit(Input):
    permit_id: UUID
    because: str = Field(max_length=12, **labelled("为什么换", "Why", "choice", **choices(kinds.REPLACED_BECAUSE)))


@action("checkpoints.replace_permit", both("换发出入证", "Replace a permit"), ReplacePermit,
        subject=Subject(PERMITS, "permit_id", STANDS))  # fmt: skip
def replace_permit(call: Call, given: ReplacePermit) -> Result:
    """Issue another permit of the same terms in place of one that was lost, damaged or changed; the old one ends."""
    if given.because not in kinds.REPLACED_BECAUSE:
        raise CHOICE(field="because")
    old, series = _take(call, given.permit_id)
    end_permits(call, series, [old], "replaced", kinds.REPLACED_BECAUSE[given.because].zh)
    mark = kinds.mark_of(old.household.number) if old.household else old.mark
    made = Permit(
        area_path=old.area_path, holds_in=old.holds_in, kind=old.kind, household_id=old.household_id, mark=mark,
        holder_name=old.holder_name, use=old.use, persons=old.persons, per_days=old.per_days,
        minutes_out=old.minutes_out, valid_from=old.valid_from, valid_until=old.valid_until, replaces_id=old.pk,
    )  # fmt: skip
    keep_permits(call, series, [made])
    call.about(PERMITS, made.pk, replaces=str(old.pk))
    code = code_of(made)
    call.once = {"code": code, "page": page_of(code)}
    return {"id": str(made.pk), "serial": made.serial}


def _take(call: Call, permit_id: UUID) -> tuple[Permit, PermitSeries]:
    """Return a standing permit and its county's series, locked. Raises `checkpoints.permit_unknown`, `…_ended`."""
    known = Permit.objects.filter(pk=permit_id).values_list("area_path", "key__area_path").first()
    if known is None:
        raise NO_PERMIT(field="permit_id")
    call.permit(known[0])
    series = take_series(known[1])
    permit = Permit.objects.select_related("key", "household").get(pk=permit_id)
    call.about(PERMITS, permit.pk)
    if not call.allows(STANDS, permit):
        raise ENDED(field="permit_id")
    return permit, series


def end_permits(call: Call, series: PermitSeries, permits: Sequence[Permit], because: str, note: str = "") -> None:
    """Revoke permits of one county in one version of its list, under the lock on its series."""
    if not permits:
        return
    series.revocation_version += 1
    series.save(update_fields=["revocation_version"])
    Permit.objects.filter(pk__in=[one.pk for one in permits]).update(
        state=Permit.State.REVOKED, revoked_at=call.received_at, revoked_by=call.actor.account_id,
        revoked_because=because, revoked_note=note, revocation_version=series.revocation_version,
    )  # fmt: skip
    for one in permits:
        call.announce(PermitRevoked(area_path=one.area_path, permit_id=one.pk, because=because))
