"""Certificates of service, with a number anybody can check. They hold what the records said when they were issued."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.workforce.actions.serving_fields import (
    NOT_NOW,
    TABLE,
    Reason,
    ResponderId,
    day_of,
    past_day,
    period,
    take_responder,
)
from lianfang.domain.workforce.models.care import ServiceCertificate
from lianfang.domain.workforce.queries.hours import minutes_of, minutes_served
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_HOURS = refusal(
    "workforce.no_hours",
    "这段时间没有服务时长记录，不能出具证明。",
    "No hours are on record for these days.",
    status=409,
)
NO_CERTIFICATE = refusal("workforce.unknown_certificate", "没有这份证书。", "There is no such certificate.", status=404)
CERTIFICATES = "workforce.certificates"
HAS_HOURS = when(lambda minutes: minutes > 0, minutes_served)
IN_FORCE = when_empty("withdrawn_on")


class IssueCertificate(Input):
    responder_id: ResponderId
    from_on: Annotated[date | None, Field(**labelled("从（空为登记日）", "From (empty: since joining)", "date"))] = None
    until_on: Annotated[date | None, Field(**labelled("到（空为今天）", "Until (empty: today)", "date"))] = None


@action("workforce.issue_certificate", both("出具服务证书", "Issue a certificate"), IssueCertificate,
        subject=Subject(TABLE, "responder_id", HAS_HOURS))  # fmt: skip
def issue_certificate(call: Call, given: IssueCertificate) -> Result:
    """Issue a certificate of the hours on record between two days. Raises `workforce.no_hours` where there are none."""
    row = take_responder(call, given.responder_id, when(lambda: True))
    last = past_day(call, given.until_on, "until_on")
    minutes = minutes_of([row.pk], given.from_on, last).get(row.pk, 0)
    if not minutes:
        raise NO_HOURS(field="from_on")
    first = period(call, given.from_on or min(row.joined_on, last), last)
    made = ServiceCertificate.objects.create(
        id=call.id, area_path=row.area_path, responder=row, number=number_of(row.area_path, day_of(call), call.id),
        from_on=first, until_on=last, minutes=minutes, issued_on=day_of(call), issued_by=call.actor.account_id,
    )  # fmt: skip
    call.about(CERTIFICATES, made.pk)
    return {"id": str(made.pk), "number": made.number, "hours": minutes / 60}


def number_of(area_path: str, on: date, id: UUID) -> str:
    """Return the number of a certificate: S, the county, the day, eight characters nobody guesses."""
    return f"S{area_path[:6]}-{on:%Y%m%d}-{id.hex[-8:].upper()}"


class WithdrawCertificate(Input):
    certificate_id: Annotated[UUID, Field(**labelled("证书", "Certificate"))]
    reason: Reason


@action("workforce.withdraw_certificate", both("作废证书", "Withdraw"), WithdrawCertificate,
        subject=Subject(CERTIFICATES, "certificate_id", IN_FORCE), danger=True)  # fmt: skip
def withdraw_certificate(call: Call, given: WithdrawCertificate) -> Result:
    """Withdraw a certificate; its number is genuine no more."""
    row = ServiceCertificate.objects.select_for_update().filter(pk=given.certificate_id).first()
    if row is None:
        raise NO_CERTIFICATE(field="certificate_id")
    call.permit(row.area_path)
    if not call.allows(IN_FORCE, row):
        raise NOT_NOW(field="certificate_id")
    row.withdrawn_on, row.withdrawn_reason = day_of(call), given.reason
    row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    call.about(CERTIFICATES, row.pk)
    return {"id": str(row.pk)}
