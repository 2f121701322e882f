"""The views a person may use: their own, and those that somebody at or above their area shares."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet, Value

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.foundation.workbench.models import SavedView
from lianfang.kernel.text import both


def _mine_and_shared(viewer: Actor) -> QuerySet[SavedView]:
    shared = Q(shared=True, home__startswith=F("area_path"))
    views = SavedView.objects.annotate(home=Value(viewer.home_area)).filter(Q(account_id=viewer.account_id) | shared)
    return views


table(
    Table(
        name="workbench.views",
        title=both("已存视图", "Saved views"),
        help=both(
            "自己存的视图，以及本级和上级共享的视图。视图里没有查找的文字。",
            "Your own views, and those shared from your level and above. A view holds no text that was searched for.",
        ),
        rows=_mine_and_shared,
        area="",
        sort="name",
        label="name",
        columns=(
            Column("name", both("名称", "Name"), sortable=True),
            Column("table", both("列表", "List"), filterable=True),
            Column("shared", both("已共享", "Shared"), kind="bool", filterable=True),
            Column("by", both("存的人", "Saved by"), source="account__name"),
            Column("account", both("账号", "Account"), kind="link", link="accounts.accounts", source="account_id",
                   hidden=True),
            Column("saved_at", both("时间", "At"), kind="datetime", sortable=True),
            Column("where", both("条件", "Filters"), kind="json", hidden=True),
            Column("columns", both("列", "Columns"), kind="json", hidden=True),
        ),
    )
)  # fmt: skip
