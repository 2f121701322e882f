"""Wishes for rosters: one's own, and for whoever plans everybody's. They say when, never why."""

from __future__ import annotations

from django.db.models import CharField, Q, Value

from lianfang.domain.workforce.models.wishes import Wish
from lianfang.domain.workforce.queries.wishes import wishes_of
from lianfang.domain.workforce.rules.wishes import PARTS, WANTS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.kernel.masks import mask_name
from lianfang.kernel.text import both

_WHAT = (
    Column("from_on", both("从", "From"), kind="date", filterable=True, sortable=True),
    Column("until_on", both("到", "Until"), kind="date", filterable=True, sortable=True),
    Column("wants", both("愿望", "Wish"), kind="choice", choices=tuple(WANTS.items()), filterable=True),
    Column("part", both("时段", "Part of the day"), kind="choice", choices=tuple(PARTS.items()), filterable=True),
)
_BY = Column("by_proxy", both("代登记", "Entered by another"), kind="bool", filterable=True)
_AT = Column("entered_at", both("登记时间", "Entered"), kind="datetime")

table(
    Table(
        name="workforce.wishes",
        title=both("排班愿望", "Wishes for rosters"),
        help=both("谁想哪天休息或值守。自动排班时在保证岗位有人的前提下尽量照顾；不问原因。",
                  "Who would like which days off or on duty. Rosters keep them where posts stay staffed; no reason is"
                  " asked."),
        rows=lambda viewer: Wish.objects.all(),
        sort="-from_on",
        label="name",
        search=lambda text: Q(responder__name__icontains=text) | Q(responder__keys__contains=text.lower()),
        columns=(
            Column("name", both("姓名", "Name"), privacy=PrivacyClass.NAME, source="responder__name", mask=mask_name),
            *_WHAT,
            Column("unit", both("单位", "Unit"), source="responder__unit__name"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            _BY,
            _AT,
            Column("responder", both("人员", "Person"), kind="link", link="workforce.responders",
                   source="responder_id", filterable=True, hidden=True),
        ),
    )
)  # fmt: skip

table(
    Table(
        name="workforce.my_wishes",
        title=both("我的排班愿望", "My wishes"),
        help=both("本人想休息或想值守的日子，可撤回。", "Days one would like off or on duty; each can be taken back."),
        # because people are sent outside their own area: what is theirs they read from home
        rows=lambda viewer: wishes_of(viewer).annotate(read_from=Value(viewer.home_area, output_field=CharField())),
        area="read_from",
        sort="-from_on",
        label="from_on",
        columns=(*_WHAT, _BY, _AT),
    )
)  # fmt: skip
