"""How long it is known what somebody needed: that help was asked for and came stays as a number."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianfang.domain.welfare.models import RequestStep, ServiceRequest
from lianfang.domain.welfare.rules import CLOSED_STATES
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both

SINCE = both("办结之日起", "from when it was settled")
SAID = Q(what="", quantity="", note="", how_asked="")


def _closed(before: datetime) -> QuerySet[ServiceRequest]:
    since = RequestStep.objects.filter(request=OuterRef("pk"), at__gte=before)
    return ServiceRequest.objects.filter(state__in=CLOSED_STATES, raised_at__lt=before).exclude(Exists(since))


def _requests(before: datetime) -> QuerySet[ServiceRequest]:
    return _closed(before).exclude(SAID)


def _steps(before: datetime) -> QuerySet[RequestStep]:
    return RequestStep.objects.filter(at__lt=before, request__in=_closed(before)).exclude(reason="")


keep(
    Kept("welfare.requests", both("服务需求的内容", "What help was asked for"), ServiceRequest,
         "retention.requests_days", SINCE, _requests,
         blank={"what": "", "quantity": "", "note": "", "how_asked": ""})
)  # fmt: skip
keep(
    Kept("welfare.steps", both("服务需求办理说明", "Reasons in the steps of help"), RequestStep,
         "retention.requests_days", SINCE, _steps, blank={"reason": ""})
)  # fmt: skip
