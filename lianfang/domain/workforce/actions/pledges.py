"""Pledges: a text, and the register of who signed it on paper, for which unit."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.workforce.actions.offers import Names
from lianfang.domain.workforce.actions.serving_fields import (
    AnyArea,
    Day,
    UnitId,
    Version,
    choice_of,
    past_day,
    require_area,
    responder_values,
)
from lianfang.domain.workforce.models.offers import Pledge, PledgeSignature
from lianfang.domain.workforce.queries.pledges import pledge_examples
from lianfang.domain.workforce.rules.offers import split_names
from lianfang.foundation.actions.inputs import MISSING, Input, one_of
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_PLEDGE = refusal("workforce.unknown_pledge", "没有这份承诺书，或已停用。", "There is no such pledge.", status=404)
OTHER_NUMBER = refusal(
    "workforce.stated_number_differs",
    "说是 {stated} 人，名单上是 {listed} 人，请核对后再报。",
    "{stated} were stated, the list names {listed}; compare them first.",
)
SIGNED_NOBODY_NEW = refusal(
    "workforce.signed_before", "名单上的人都已登记签名。", "Everybody on the list has signed already.", status=409
)

PLEDGES = "workforce.pledges"
IN_USE = when_empty("withdrawn_at")
EXAMPLES = {key: one.title for key, one in pledge_examples().items()}
PledgeId = Annotated[UUID, Field(**labelled("承诺书", "Pledge"))]
Text = Annotated[str, Field(max_length=4000, **labelled("内容", "Text", "textarea"))]
Title = Annotated[str, Field(max_length=80, **labelled("名称", "Title"))]
Stated = Annotated[int | None, Field(ge=0, le=10**5, **labelled("上报人数（核对）", "Stated number", "number"))]


def refuse_other_number(stated: int | None, listed: int) -> None:
    """Raise `workforce.stated_number_differs` where a stated number is not the list's."""
    if stated is not None and stated != listed:
        raise OTHER_NUMBER(field="stated", stated=stated, listed=listed)


class AddPledge(Input):
    area_path: AnyArea
    example: Annotated[
        str, Field(max_length=20, **choice_of(EXAMPLES, "从示例开始", "Begin with an example")), one_of(EXAMPLES)
    ] = ""
    title: Title = ""
    text: Text = ""


@action("workforce.add_pledge", both("拟定承诺书", "Write a pledge"), AddPledge)
def add_pledge(call: Call, given: AddPledge) -> Result:
    """Write the text of a pledge, or take a shipped example, which stays marked as one until it is edited."""
    call.permit(given.area_path)
    require_area(given.area_path)
    example = pledge_examples().get(given.example)
    title = given.title or (example.title.zh if example else "")
    text = given.text or (example.text if example else "")
    for name, value in (("title", title), ("text", text)):
        if not value:
            raise MISSING(field=name)
    row = Pledge.objects.create(
        id=call.id, area_path=given.area_path, title=title, text=text, is_example=not given.text,
        made_at=call.received_at,
    )  # fmt: skip
    call.about(PLEDGES, row.pk)
    return {"id": str(row.pk), "version": 1}


def _pledge(call: Call, pledge_id: UUID) -> Pledge:
    found = Pledge.objects.select_for_update().filter(pk=pledge_id).first()
    if found is None or not call.allows(IN_USE, found):
        raise NO_PLEDGE(field="pledge_id")
    call.permit(found.area_path)
    call.about(PLEDGES, found.pk)
    return found


class EditPledge(Input):
    pledge_id: PledgeId
    version: Version
    title: Title = ""
    text: Text = ""


UNSIGNED = refusal(
    "workforce.pledge_signed",
    "已有人签名，内容不能再改；请另拟一份。",
    "People have signed it; its words stay. Write another.",
)


@action("workforce.edit_pledge", both("修改承诺书", "Edit the pledge"), EditPledge,
        subject=Subject(PLEDGES, "pledge_id", IN_USE))  # fmt: skip
def edit_pledge(call: Call, given: EditPledge) -> Result:
    """Change the words of a pledge nobody has signed; it is no example any more."""
    row = _pledge(call, given.pledge_id)
    if row.signatures.exists():
        raise UNSIGNED(field="text")
    row.title, row.text = given.title or row.title, given.text or row.text
    row.is_example, row.version = False, row.version + 1
    row.save(update_fields=["title", "text", "is_example", "version"])
    return {"id": str(row.pk), "version": row.version}


class SignPledge(Input):
    pledge_id: PledgeId
    names: Names
    unit_id: UnitId = None
    signed_on: Day = None
    stated: Stated = None


@action("workforce.sign_pledge", both("登记签名", "Enter signatures"), SignPledge,
        subject=Subject(PLEDGES, "pledge_id", IN_USE))  # fmt: skip
def sign_pledge(call: Call, given: SignPledge) -> Result:
    """Enter everybody of a unit who signed, from the paper register. A stated number that is not the list's is refused.

    Who signed for the unit before is not entered again.
    """
    row = _pledge(call, given.pledge_id)
    names = [str(responder_values({"name": one}, past_day(call, None))["name"]) for one in split_names(given.names)]
    if not names:
        raise MISSING(field="names")
    refuse_other_number(given.stated, len(names))
    before = {*row.signatures.filter(Q(unit_id=given.unit_id), name__in=names).values_list("name", flat=True)}
    fresh = [one for one in names if one not in before]
    if not fresh:
        raise SIGNED_NOBODY_NEW(field="names")
    PledgeSignature.objects.bulk_create(
        PledgeSignature(area_path=row.area_path, pledge=row, unit_id=given.unit_id, name=one,
                        signed_on=past_day(call, given.signed_on), recorded_at=call.received_at,
                        recorded_by=call.actor.account_id)
        for one in fresh
    )  # fmt: skip
    return {"id": str(row.pk), "signed": len(fresh), "known": len(before), "all": row.signatures.count()}


class WithdrawPledge(Input):
    pledge_id: PledgeId


@action("workforce.withdraw_pledge", both("停用承诺书", "Withdraw the pledge"), WithdrawPledge,
        subject=Subject(PLEDGES, "pledge_id", IN_USE), danger=True)  # fmt: skip
def withdraw_pledge(call: Call, given: WithdrawPledge) -> Result:
    """Withdraw a pledge: nobody signs it any more; who signed stays on record."""
    row = _pledge(call, given.pledge_id)
    row.withdrawn_at = call.received_at
    row.save(update_fields=["withdrawn_at"])
    return {"id": str(row.pk)}
