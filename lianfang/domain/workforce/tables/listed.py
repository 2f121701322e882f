"""Lines of lists that may speak of somebody on the register, beside what the register says."""

from __future__ import annotations

from lianfang.domain.workforce.models.listed import ListedResponder
from lianfang.domain.workforce.rules.listed import DECISIONS, EVIDENCE
from lianfang.domain.workforce.rules.serving import LIMITS, SKILLS
from lianfang.domain.workforce.tables.offers import AREA, PERSON
from lianfang.domain.workforce.tables.responders import CONTACT, FITNESS, IDENTITY, NAME, available
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

table(
    Table(
        name="workforce.listed",
        title=both("名单待核对", "Lines of lists to decide"),
        help=both(
            "导入的名单里可能已在名册的人。名册不会被名单自动改动，由人逐条决定。",
            "Who on a list may be on the register already. A list changes nobody by itself; somebody decides.",
        ),
        rows=lambda viewer: ListedResponder.objects.all(),
        sort="-listed_at",
        label="name",
        columns=(
            Column("name", both("名单上的姓名", "Name on the list"), privacy=NAME, mask=mask_name),
            Column("known_name", both("名册上的姓名", "Name on the register"), privacy=NAME, mask=mask_name,
                   source="responder__name"),
            Column("evidence", both("依据", "Why"), kind="choice", choices=tuple(EVIDENCE.items()), filterable=True),
            Column("phone", both("名单上的电话", "Phone on the list"), privacy=CONTACT, mask=mask_phone),
            Column("known_phone", both("名册上的电话", "Phone on the register"), privacy=CONTACT, mask=mask_phone,
                   source="responder__phone"),
            Column("unit_name", both("名单上的单位", "Unit on the list"), source="unit__name"),
            Column("known_unit", both("名册上的单位", "Unit on the register"), source="responder__unit__name"),
            Column("rank", both("名单上的职务", "Rank on the list")),
            Column("known_rank", both("名册上的职务", "Rank on the register"), source="responder__rank"),
            Column("skills", both("名单上的特长", "Skills on the list"), kind="json", choices=tuple(SKILLS.items())),
            Column("limits", both("名单上的健康限制", "Limits on the list"), kind="json", privacy=FITNESS,
                   choices=tuple(LIMITS.items()), show=str.split),
            Column("availability", both("名单上的可用时段", "Available, on the list"), kind="json", show=available),
            Column("vehicle_plate", both("名单上的车辆", "Vehicle on the list")),
            Column("born_on", both("名单上的出生日期", "Born on, on the list"), kind="date", privacy=IDENTITY),
            Column("decision", both("核对", "Decision"), kind="choice", choices=tuple(DECISIONS.items()),
                   filterable=True),
            AREA,
            Column("row", both("名单行号", "Row of the list"), kind="int"),
            Column("listed_at", both("导入", "Taken in"), kind="datetime", filterable=True, sortable=True),
            Column("batch", both("批次编号", "Batch id"), kind="link", link="intake.batches", source="batch_id",
                   filterable=True, hidden=True),
            PERSON,
        ),
        saved=(SavedFilter("open", both("待核对", "To be decided"), {"decision": "open"}),),
    )
)  # fmt: skip
