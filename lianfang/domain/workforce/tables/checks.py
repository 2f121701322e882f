"""What was answered to the points of checklists at posts, with what became of each no."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianfang.domain.workforce.models.checks import CheckAnswer
from lianfang.domain.workforce.rules.checks import ANSWERS
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both


def _rows(_: Actor) -> QuerySet[Any]:
    name = Subquery(Account.objects.filter(pk=OuterRef("answered_by")).values("name")[:1])
    return CheckAnswer.objects.annotate(by=Coalesce("shift__worker", name))


table(
    Table(
        name="workforce.check_answers",
        title=both("制度清单回答", "Answers to checklists"),
        help=both("卡点对照制度清单逐条回答；答“否”的由卡点负责人处理。",
                  "Answered at the post point by point; whoever leads the post settles each no."),
        rows=_rows,
        sort="-answered_at",
        label="point",
        search=lambda text: Q(point__icontains=text) | Q(note__icontains=text) | Q(post__name__icontains=text),
        columns=(
            Column("on", both("日期", "Day"), kind="date", filterable=True, sortable=True),
            Column("number", both("编号", "Number"), source="post__number", hidden=True),
            Column("post_name", both("卡点", "Post"), source="post__name"),
            Column("list_name", both("制度", "Regime"), source="checklist__name", filterable=True),
            Column("point", both("要求", "Point")),
            Column("answer", both("回答", "Answer"), kind="choice", choices=tuple(ANSWERS.items()), filterable=True),
            Column("note", both("情况", "Note")),
            Column("by", both("回答人", "By")),
            Column("answered_at", both("回答时间", "At"), kind="datetime", filterable=True, sortable=True),
            Column("settlement", both("处理", "What was done")),
            Column("settled_at", both("处理时间", "Settled"), kind="datetime", filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("post", both("卡点", "Post"), kind="link", link="workforce.posts", source="post_id",
                   filterable=True, hidden=True),
        ),
        saved=(SavedFilter("open", both("答“否”待处理", "Open noes"), {"answer": "no", "settled_at": ""}),),
    )
)  # fmt: skip
