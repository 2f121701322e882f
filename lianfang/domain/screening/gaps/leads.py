"""What must hold of leads: in time, with somebody, matched by a person where the machine cannot, replied to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min

from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, LeadBatch, MatchProposal
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both

_MOVED = ("screening.leads_received", "screening.leads_dispatched", "screening.lead_answered")


def _open_leads(path: str) -> Iterator[tuple[str, str, datetime, datetime, object]]:
    rows = Lead.objects.filter(within(path), state__in=OPEN_STATES, same_as__isnull=True)
    return rows.values_list("pk", "area_path", "received_at", "due_at", "assignee_id").iterator(chunk_size=5000)  # type: ignore[return-value]


def _late(path: str, now: datetime) -> Iterator[Open]:
    for pk, area, _, due_at, assignee in _open_leads(path):
        if due_at <= now:
            yield Open(str(pk), area, due_at, assignee)  # type: ignore[arg-type]


def _with_nobody(path: str, now: datetime) -> Iterator[Open]:
    for pk, area, received_at, _, assignee in _open_leads(path):
        if assignee is None:
            yield Open(str(pk), area, received_at)


def _unreplied(path: str, now: datetime) -> Iterator[Open]:
    for batch in LeadBatch.objects.filter(within(path), due_at__lte=now).exclude(state="replied"):
        yield Open(str(batch.pk), batch.area_path, batch.due_at, batch.account_id)


def _undecided(path: str, now: datetime) -> Iterator[Open]:
    waiting = MatchProposal.objects.filter(within(path), decision="open", lead__state__in=OPEN_STATES)
    for row in waiting.values("pk", "area_path", "lead__assignee_id").annotate(since=Min("lead__received_at")):
        yield Open(str(row["pk"]), row["area_path"], row["since"], row["lead__assignee_id"])


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
        act=("action", "screening.decide_match", both("判定", "Decide")),
        facts=("screening.leads_received", "screening.lead_answered"),
    )
)
