"""What must hold of those who serve: offers are answered, who was let go arrives, who is called back is heard from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.queries import answerable_ids
from lianfang.domain.workforce.models.care import CareRequest
from lianfang.domain.workforce.models.offers import RecalledResponder, Secondment
from lianfang.domain.workforce.models.responders import Responder
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

OFFERS_WITHIN = "serving.answer_offers_within_hours"
CARE_WITHIN = "serving.answer_care_within_hours"
RECALLS_WITHIN = "serving.answer_recall_within_minutes"


def late(rows: QuerySet[Any], since: str, key: str, unit: timedelta, now: datetime) -> Iterator[Open]:
    """Yield rows for which more than the rulebook's time has passed since a moment of theirs."""
    found = list(rows)
    limits = {path: rule(key, path, local(now).date()).value for path in {one.area_path for one in found}}
    answerable = answerable_ids(limits)
    for one in found:
        moment = getattr(one, since)
        if now > moment + unit * float(limits[one.area_path]):
            yield Open(str(one.pk), one.area_path, moment, answerable.get(one.area_path))


def _unanswered(path: str, now: datetime) -> Iterator[Open]:
    rows = Responder.objects.filter(within(path), state="offered", state_at__isnull=False)
    return late(rows, "state_at", OFFERS_WITHIN, timedelta(hours=1), now)


gap(
    Gap(
        name="offer_unanswered",
        title=both("报名（请战）未答复", "Offers to serve not answered"),
        help=both("每个报名的人都要得到答复。", "Everybody who offers to serve gets an answer."),
        severity="today",
        table="workforce.responders",
        find=_unanswered,
        act=("action", "workforce.screen_responder", both("审核", "Answer")),
        facts=("workforce.offer_received", "workforce.responder_changed"),
    )
)


def _silent(path: str, now: datetime) -> Iterator[Open]:
    rows = RecalledResponder.objects.filter(within(path), state="called")
    return late(rows, "called_at", RECALLS_WITHIN, timedelta(minutes=1), now)


gap(
    Gap(
        name="recall_unanswered",
        title=both("召回未回应", "Called back and not heard from"),
        help=both("召回后要有回应：打电话问到本人。", "Whoever is called back answers; ring them."),
        severity="urgent",
        table="workforce.recalled",
        find=_silent,
        act=("action", "workforce.answer_recall", both("登记回应", "Enter the answer")),
        facts=("workforce.recall_changed",),
    )
)


def _overdue(path: str, now: datetime, state: str) -> Iterator[Open]:
    rows = list(Secondment.objects.filter(within(path), state=state, from_on__lt=local(now).date()))
    answerable = answerable_ids({one.area_path for one in rows})
    for one in rows:
        since = one.released_at or one.requested_at
        yield Open(str(one.pk), one.area_path, since, answerable.get(one.area_path))


def _not_let_go(path: str, now: datetime) -> Iterator[Open]:
    return _overdue(path, now, "requested")


def _not_here(path: str, now: datetime) -> Iterator[Open]:
    return _overdue(path, now, "released")


gap(
    Gap(
        name="secondment_unanswered",
        title=both("抽调未得到单位答复", "Secondments a unit has not answered"),
        help=both("过了开始日，派出单位还没有答复。", "The first day is over and the unit has not said."),
        severity="today",
        table="workforce.secondments",
        find=_not_let_go,
        act=("action", "workforce.release_secondment", both("同意", "Release")),
        facts=("workforce.secondment_changed",),
    )
)

gap(
    Gap(
        name="secondment_not_arrived",
        title=both("抽调人员未到岗", "Seconded people who have not arrived"),
        help=both("单位已同意，过了开始日还没有到岗。", "They were let go and their first day is over."),
        severity="today",
        table="workforce.secondments",
        find=_not_here,
        act=("action", "workforce.note_arrival", both("登记到岗", "Note the arrival")),
        facts=("workforce.secondment_changed",),
    )
)


def _uncared(path: str, now: datetime) -> Iterator[Open]:
    rows = CareRequest.objects.filter(within(path), state="asked")
    return late(rows, "asked_at", CARE_WITHIN, timedelta(hours=1), now)


gap(
    Gap(
        name="care_unanswered",
        title=both("在岗人员求助未回应", "What people on duty ask for, unanswered"),
        help=both("要休息、要顶替、要吃饭的人不能等。", "Who asks for rest, relief or food is not kept waiting."),
        severity="urgent",
        table="workforce.care_requests",
        find=_uncared,
        act=("action", "workforce.take_care_request", both("受理", "Take it on")),
        facts=("workforce.care_changed",),
    )
)


def _uninsured(path: str, now: datetime) -> Iterator[Open]:
    today = local(now).date()
    lacking = Q(insured_until__isnull=True) | Q(insured_until__lt=today)
    rows = list(Responder.objects.filter(within(path), lacking, state="serving", state_at__isnull=False))
    answerable = answerable_ids({one.area_path for one in rows})
    for one in rows:
        assert one.state_at is not None
        yield Open(str(one.pk), one.area_path, one.state_at, answerable.get(one.area_path))


gap(
    Gap(
        name="serving_uninsured",
        title=both("在岗人员没有保险", "Serving without insurance"),
        help=both("在岗的人都要有有效的工伤（意外）保险。", "Everybody on duty is insured while they serve."),
        severity="soon",
        table="workforce.responders",
        find=_uninsured,
        act=("action", "workforce.note_insurance", both("登记保险", "Note insurance")),
        facts=("workforce.responder_changed",),
    )
)
