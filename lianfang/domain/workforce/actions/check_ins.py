"""Reporting at one's community (双报到): a member or a whole unit, by the QR text at the door or from a paper list."""

from __future__ import annotations

from typing import Annotated

from django.db.models import Q
from pydantic import Field

from lianfang.domain.workforce.actions.offers import Names
from lianfang.domain.workforce.actions.serving_fields import (
    AnyArea,
    Day,
    UnitId,
    past_day,
    require_area,
    responder_values,
)
from lianfang.domain.workforce.models.offers import CheckIn
from lianfang.domain.workforce.queries.check_ins import community_of
from lianfang.domain.workforce.rules.offers import split_names
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_CODE = refusal("workforce.not_a_community_code", "这不是社区报到码。", "This is not the code of a community.")


class CheckInHere(Input):
    code: Annotated[str, Field(max_length=600, **labelled("报到码（扫码）", "The community's code", "code"))] = ""
    area_path: AnyArea | None = None
    unit_id: UnitId = None
    names: Names = ""
    on: Day = None


@action("workforce.check_in", both("社区报到", "Report at a community"), CheckInHere)
def check_in(call: Call, given: CheckInHere) -> Result:
    """Report members, or a unit as a whole, at a community: by its code or by choosing it. Nobody twice on a day."""
    path = community_of(given.code, call.received_at) if given.code else given.area_path or ""
    if not path:
        call.permit(call.actor.home_area)
        raise (NO_CODE(field="code") if given.code else MISSING(field="area_path"))
    call.permit(path)
    require_area(path)
    on = past_day(call, given.on)
    names = [str(responder_values({"name": one}, on)["name"]) for one in split_names(given.names)]
    if not names and given.unit_id is None:
        raise MISSING(field="names")
    before = {*CheckIn.objects.filter(Q(unit_id=given.unit_id), area_path=path, on=on).values_list("name", flat=True)}
    fresh = [one for one in names or [""] if one not in before]
    CheckIn.objects.bulk_create(
        CheckIn(area_path=path, unit_id=given.unit_id, name=one, way="qr" if given.code else "paper", on=on,
                recorded_at=call.received_at, recorded_by=call.actor.account_id)
        for one in fresh
    )  # fmt: skip
    call.about("workforce.check_ins", call.id, people=len(fresh))
    return {"checked_in": len(fresh), "known": len(names or [""]) - len(fresh)}
