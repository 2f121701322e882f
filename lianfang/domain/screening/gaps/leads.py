"""What must hold of leads: in time, with somebody, matched by a person where the machine cannot, replied to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from lianfang.domain.organisation.queries import answerable_ids
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, LeadBatch, MatchProposal
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both

_MOVED = ("screening.leads_received", "screening.leads_dispatched", "screening.lead_answered")


def _open_leads(path: str) -> Iterator[tuple[UUID, str, datetime, datetime, UUID | None]]:
    rows = Lead.objects.filter(within(path), state__in=OPEN_STATES, same_as__isnull=True)
    columns = rows.values_list("pk", "area_path", "received_at", "due_at", "assignee_id")
    return columns.iterator(chunk_size=5000)


def _answered(found: list[Open]) -> Iterator[Open]:
    """Yield what is open with somebody who answers: whoever was given it, else who answers for the area."""
    areas = answerable_ids({one.area_path for one in found if one.answerable_id is None})
    for one in found:
        yield one if one.answerable_id else replace(one, answerable_id=areas.get(one.area_path))


def _late(path: str, now: datetime) -> Iterator[Open]:
    rows = _open_leads(path)
    return _answered([Open(str(pk), area, due_at, who) for pk, area, _, due_at, who in rows if due_at <= now])


def _with_nobody(path: str, now: datetime) -> Iterator[Open]:
    rows = _open_leads(path)
    return _answered([Open(str(pk), area, received_at) for pk, area, received_at, _, who in rows if who is None])


def _unreplied(path: str, now: datetime) -> Iterator[Open]:
    for batch in LeadBatch.objects.filter(within(path), due_at__lte=now).exclude(state="replied"):
        yield Open(str(batch.pk), batch.area_path, batch.due_at, batch.account_id)


def _undecided(path: str, now: datetime) -> Iterator[Open]:
    waiting = MatchProposal.objects.filter(within(path), decision="open", lead__state__in=OPEN_STATES)
    rows = waiting.values_list("pk", "area_path", "lead__received_at", "lead__assignee_id")
    return _answered([Open(str(pk), area, since, who) for pk, area, since, who in rows])


gap(
    Gap(
        name="leads_late",
        title=both("线索超时未核查", "Leads past their deadline"),
        help=both(
            "每条线索在批次规定的时间内核查并填报结果。", "Every lead is answered within the time its batch allows."
        ),
        severity="urgent",
        table="screening.leads",
        find=_late,
        act=("action", "screening.answer_lead", both("填报", "Answer")),
        facts=_MOVED,
    )
)

gap(
    Gap(
        name="leads_with_nobody",
        title=both("线索无人负责", "Leads with nobody"),
        help=both(
            "地点没有认出，或当地没有负责人：请确定地点或指定核查人。",
            "The place is not known or nobody answers there: say where it is, or give it to somebody.",
        ),
        severity="today",
        table="screening.leads",
        find=_with_nobody,
        act=("action", "screening.place_lead", both("确定地点", "Say where")),
        facts=_MOVED,
    )
)

gap(
    Gap(
        name="batches_unreplied",
        title=both("推送名单逾期未反馈", "Lists not replied to"),
        help=both("推送单位在截止时间前收到核查反馈表。", "The sender has the reply before the deadline."),
        severity="urgent",
        table="screening.batches",
        find=_unreplied,
        act=("action", "screening.reply_batch", both("反馈", "Reply")),
        facts=("screening.leads_received", "screening.batch_replied"),
    )
)

gap(
    Gap(
        name="matches_undecided",
        title=both("待判定同一人", "Matches to decide"),
        help=both("机器拿不准的比对由人判定。", "Where the machine is not sure whether two are one, a person decides."),
        severity="soon",
        table="screening.match_proposals",
        find=_undecided,
        act=("page", "pairs", both("逐对判定", "Decide pair by pair")),
        facts=("screening.leads_received", "screening.lead_answered"),
    )
)
