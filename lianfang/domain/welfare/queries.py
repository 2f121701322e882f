"""Reads of requests for other code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from lianfang.domain.welfare import rules
from lianfang.domain.welfare.models import RequestStep, ServiceRequest
from lianfang.foundation.access.actor import any_within
from lianfang.foundation.privacy.fields import within

UNHELPED = ("raised", "accepted", "not_delivered")


def kind_for(code: str, request_class: str) -> str:
    """Return the kind of help for a need named elsewhere: by its code, else the first kind of its class."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    return next((kind for kind, (_, cls) in rules.KINDS.items() if cls == request_class), "other")


_BY_CODE = {
    "children": "carer_needed",
    "disabled": "carer_needed",
    "elderly": "carer_needed",
    "sole_carer": "carer_needed",
    "chronic_medicine": "medicine",
    "dialysis": "treatment",
    "pregnancy": "treatment",
    "livestock": "livestock",
    "kitchen_toilet": "food",
}


def request_from(source: str, source_id: UUID | str) -> UUID | None:
    """Return the request that came from something elsewhere, say a need found before observation."""
    return ServiceRequest.objects.filter(source=source, source_id=source_id).values_list("pk", flat=True).first()


def state_of(request_id: UUID | str) -> str | None:
    """Return the state of a request."""
    return ServiceRequest.objects.filter(pk=request_id).values_list("state", flat=True).first()


def requests_of_person(person_id: UUID) -> list[ServiceRequest]:
    """Return what a person asked for, newest first: for the own page behind a personal link."""
    return list(ServiceRequest.objects.filter(person_id=person_id).order_by("-raised_at")[:50])


def errands_of(paths: Iterable[str]) -> list[dict[str, Any]]:
    """Return the open requests below the areas as the phone keeps them.

    The caller has asked whether the viewer may read `welfare.requests` there.
    """
    rows = ServiceRequest.objects.filter(any_within(list(paths)), state__in=UNHELPED).order_by("due_at", "id")
    return [
        {"id": str(one.pk), "household_id": str(one.household_id) if one.household_id else None,
         "person_id": str(one.person_id) if one.person_id else None, "kind": one.kind, "what": one.what,
         "state": one.state, "due_at": one.due_at.isoformat()}
        for one in rows
    ]  # fmt: skip


def errands_come_back(paths: Iterable[str], reader: UUID | None) -> list[RequestStep]:
    """Return the last step of each request that others gave back, or that was said not to have come, and that waits."""
    rows = RequestStep.objects.filter(
        Q(after="not_delivered") | Q(before="accepted", after="raised"),
        any_within(list(paths)),
        request__state=F("after"),
    ).select_related("request")
    last = {step.request_id: step for step in rows.order_by("at")}
    return [step for step in last.values() if step.account_id is None or step.account_id != reader]


def counts(path: str, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many requests below an area were raised and confirmed in a span of time: 服务需求 收/办."""
    mine = ServiceRequest.objects.filter(within(path))
    return mine.aggregate(
        raised=Count("pk", filter=Q(raised_at__gte=since, raised_at__lt=until)),
        delivered=Count("pk", filter=Q(delivered_at__gte=since, delivered_at__lt=until)),
        confirmed=Count("pk", filter=Q(confirmed_at__gte=since, confirmed_at__lt=until)),
    )
