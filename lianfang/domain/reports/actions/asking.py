"""The burden gate (P04): what sheets ask and nobody has recorded is asked of anyone only after it was justified.

A request says purpose, owner, legal basis and until when; another person decides. What is held already is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from lianfang.domain.areas.queries import areas_of_level, level_of
from lianfang.domain.reports.events import FieldAnswered, FieldApproved
from lianfang.domain.reports.models import AskedField, FieldAnswer, SheetTemplate
from lianfang.domain.reports.queries.burden import held_as
from lianfang.domain.reports.queries.sheets import EXPIRED, is_asked_of_each
from lianfang.domain.reports.rules.sheets import is_needed
from lianfang.foundation.actions.inputs import RANGE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, TODAY, when
from lianfang.foundation.administration.actions import Reason, choices, labelled
from lianfang.foundation.events.announcing import announce
from lianfang.kernel.clock import local
from lianfang.kernel.errors import Refusal, refusal
from lianfang.kernel.text import both

NO_FIELD = refusal("reports.no_asked_field", "没有这一项，或已处理。", "No such item, or it is settled.", status=404)
HELD = refusal(
    "reports.already_held",
    "系统已登记此项（{held}），请直接选用，不再向基层要。",
    "This is recorded already ({held}); use it instead of asking anyone again.",
    status=409,
)
OWN_REQUEST = refusal(
    "reports.own_request",
    "申请人不能审批自己的申请，请由另一人审批。",
    "Nobody decides on their own request; ask somebody else.",
    status=403,
)
OF_EACH = refusal(
    "reports.asked_of_each",
    "“{header}”是名单上每人各填各的，不能当作每个单位一个数来问；请登记在各人的页面上，页面上没有的随表手填。",
    "“{header}” is asked of each person on a list, not as a number of a unit; record it on each person's page, or "
    "leave it to the pen where the page has no place for it.",
    status=409,
)
State = AskedField.State
LEVELS = {"village": both("各村（社区）", "each village"), "town": both("各乡镇", "each township")}


def note_unrecorded(template: SheetTemplate, headers: Iterable[str], answered: Set[str], at: datetime) -> None:
    """Keep what a sheet asks and nobody has recorded, with every sheet in use that asks it and who sent it.

    `answered` are the approved fields, by id, that fill the sheet: it asks them still. What a newer edition or a
    retired sheet asks no more, it is not counted for.
    """
    wanted = dict.fromkeys(one[:120] for one in headers if one)
    known = AskedField.objects.select_for_update().filter(area_path=template.area_path)
    key = str(template.pk)
    for one in known.filter(Q(header__in=wanted) | Q(pk__in=answered) | Q(asked_by__has_key=key)):
        others = {each: sender for each, sender in one.asked_by.items() if each != key}
        asks = one.header in wanted or str(one.pk) in answered
        _count(one, others | {key: template.sender} if asks else others)
        wanted.pop(one.header, None)
    for header in wanted:
        AskedField.objects.create(
            area_path=template.area_path, header=header, sender=template.sender, template=template,
            asked_by={key: template.sender}, asked_at=at, held_as=held_as(header)[:120],
        )  # fmt: skip


def _count(field: AskedField, asked_by: dict[str, str]) -> None:
    """Keep who asks a field; whoever asked it last is named still when nobody does."""
    if asked_by == field.asked_by:
        return
    field.asked_by, field.times = asked_by, len(asked_by)
    field.sender = "、".join(dict.fromkeys(asked_by.values()))[:400] or field.sender
    field.save(update_fields=["asked_by", "times", "sender"])


def _may_be_requested(state: str, expires_on: date | None, on: date) -> bool:
    return state in (State.FOUND, State.REFUSED) or (state == State.APPROVED and not is_needed(expires_on, on))


OPEN = when(_may_be_requested, "state", "expires_on", TODAY)
TO_DECIDE = when(lambda state, by, me: state == State.REQUESTED and (by is None or by != me), "state",
                 "requested_by", ME)  # fmt: skip


class RequestField(Input):
    field_id: UUID
    purpose: str = Field(min_length=2, max_length=200, **labelled("用途", "Purpose"))
    owner: str = Field(min_length=2, max_length=80, **labelled("负责单位（谁要、谁用）", "Owner: who asks and uses it"))
    basis: str = Field(min_length=2, max_length=200, **labelled("依据", "Legal basis"))
    expires_on: date = Field(**labelled("用到哪天", "Needed until", "date"))
    not_held: bool = Field(False, **labelled("已核对：系统里没有相同内容", "I looked: nothing recorded answers it"))


@action("reports.request_field", both("申请增加一项", "Ask for a new field"), RequestField,
        subject=Subject("reports.asked_fields", "field_id", OPEN))  # fmt: skip
def request_field(call: Call, given: RequestField) -> Result:
    """Ask that something be recorded once, with purpose, owner, basis and expiry; anew when that is past.

    Raises `reports.already_held`.
    """
    found = _field(call, given.field_id)
    if not call.allows(OPEN, found):
        raise NO_FIELD(field="field_id")
    if given.expires_on < local(call.received_at).date():
        raise RANGE(field="expires_on", limit=f"≥ {local(call.received_at).date()}")
    if found.held_as and not given.not_held:
        raise HELD(field="not_held", held=found.held_as)
    found.purpose, found.owner, found.basis = given.purpose, given.owner, given.basis
    found.expires_on, found.state = given.expires_on, State.REQUESTED
    found.requested_at, found.requested_by = call.received_at, call.actor.account_id
    found.save()
    return {"id": str(found.pk)}


def _field(call: Call, field_id: UUID) -> AskedField:
    found = AskedField.objects.select_for_update().filter(pk=field_id).first()
    if found is None:
        raise NO_FIELD(field="field_id")
    call.permit(found.area_path)
    call.about("reports.asked_fields", found.pk)
    return found


class DecideField(Input):
    field_id: UUID
    approve: bool = Field(**labelled("同意增加", "Approve"))
    level: Literal["village", "town"] = Field(
        "village", **labelled("由谁填一次", "Asked once of", "choice", **choices(LEVELS))
    )
    note: Reason


@action("reports.decide_field", both("审批新增项", "Decide on a new field"), DecideField,
        subject=Subject("reports.asked_fields", "field_id", TO_DECIDE))  # fmt: skip
def decide_field(call: Call, given: DecideField) -> Result:
    """Approve a new field, to be asked once of each unit, or refuse it.

    Raises `reports.own_request`, and `reports.asked_of_each` for what is no number of a unit.
    """
    found = _field(call, given.field_id)
    if found.state == State.REQUESTED and found.requested_by == call.actor.account_id and not call.actor.system:
        raise OWN_REQUEST(field="field_id")
    if not call.allows(TO_DECIDE, found):
        raise NO_FIELD(field="field_id")
    if given.approve and is_asked_of_each(found.header, found.area_path):
        raise OF_EACH(field="approve", header=found.header)
    found.state = State.APPROVED if given.approve else State.REFUSED
    found.decided_at, found.decided_by, found.decided_note = call.received_at, call.actor.account_id, given.note
    found.save()
    if given.approve:
        _ask(call, found, given.level)
    return {"id": str(found.pk), "state": found.state}


def _ask(call: Call, field: AskedField, level: str) -> None:
    """Ask each unit of the level once; what was answered before the field expired is no answer any more."""
    field.answers.all().delete()
    units = [unit.path for unit in areas_of_level(level, field.area_path)]
    call.announce(_asked_of(field, units, call.received_at))


def ask_new_units(moment: datetime) -> None:
    """Ask what was approved of the units that have come to be since, as the others of their level were asked."""
    for field in AskedField.objects.filter(state=State.APPROVED, expires_on__gte=local(moment).date()):
        asked = set(field.answers.values_list("area_path", flat=True))
        levels = {level_of(one) for one in asked}
        units = (unit.path for level in levels for unit in areas_of_level(level, field.area_path))
        if missing := [unit for unit in units if unit not in asked]:
            announce([_asked_of(field, missing, moment)])


def _asked_of(field: AskedField, units: Sequence[str], at: datetime) -> FieldApproved:
    """Ask units for a field, those that are asked already not again; returns what is to be announced."""
    FieldAnswer.objects.bulk_create(
        [FieldAnswer(field=field, area_path=one, asked_at=at) for one in units], ignore_conflicts=True
    )
    return FieldApproved(area_path=field.area_path, field_id=str(field.pk), units=len(units))


class AnswerField(Input):
    answer_id: UUID
    value: float = Field(ge=0, le=1e9, **labelled("数字", "Number"))


def _may_be_answered(state: str, expires_on: date | None, on: date) -> bool:
    return state == State.APPROVED and is_needed(expires_on, on)


def _no_more(field: AskedField) -> Refusal:
    """Return why a field is not answered: its day is past, or it was asked for anew and nobody has decided."""
    if field.state != State.APPROVED:
        return NO_FIELD(field="answer_id")
    return EXPIRED(field="answer_id", header=field.header, until=field.expires_on)


NEEDED = when(_may_be_answered, "field__state", "field__expires_on", TODAY)


@action("reports.answer_field", both("填一次", "Answer once"), AnswerField,
        subject=Subject("reports.field_answers", "answer_id", NEEDED))  # fmt: skip
def answer_field(call: Call, given: AnswerField) -> Result:
    """Say a unit's number for a field that was approved; a later word replaces it, and every sheet knows it.

    Raises `reports.field_expired` after the day it was approved until.
    """
    answers = FieldAnswer.objects.select_related("field").select_for_update(of=("self",))
    found = answers.filter(pk=given.answer_id).first()
    if found is None:
        raise NO_FIELD(field="answer_id")
    call.permit(found.area_path)
    if not call.allows(NEEDED, found):
        raise _no_more(found.field)
    found.value, found.answered_at, found.account_id = given.value, call.received_at, call.actor.account_id
    found.save(update_fields=["value", "answered_at", "account_id"])
    call.about("reports.field_answers", found.pk)
    call.announce(FieldAnswered(area_path=found.area_path, field_id=str(found.field_id)))
    return {"id": str(found.pk)}
