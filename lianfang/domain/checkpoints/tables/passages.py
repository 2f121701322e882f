"""The list of passages (F02), newest first, and what gates remember for one another."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.models import Q

from lianfang.domain.checkpoints.models.passages import PLATE_CONTEXT
from lianfang.domain.checkpoints.queries.memory import standing_memory
from lianfang.domain.checkpoints.queries.standing import corrected_passages, standing_passages
from lianfang.domain.checkpoints.rules.deciding import DECISIONS, DIRECTIONS, MUST_PASS, REASONS, SYMPTOMS
from lianfang.domain.checkpoints.rules.remembering import plain_plate
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import blind
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

NAME, CONTACT = PrivacyClass.NAME, PrivacyClass.CONTACT
MOVEMENT, HEALTH = PrivacyClass.MOVEMENT, PrivacyClass.HEALTH


# stands for who said nothing, so that names, phones and temperatures of one person stand in the same place
UNSAID = "—"


def _each(raw: Any) -> list[Any]:
    return list(orjson.loads(raw)) if raw else []


def show_all(raw: Any) -> str:
    """Return what was said of each person as one text, in their order."""
    return "、".join(str(one) or UNSAID for one in _each(raw))


def show_temperatures(raw: Any) -> str:
    """Return the temperatures of each in their order, with the one after rest behind an arrow."""
    found = [_temperature(one) for one in _each(raw)]
    return "、".join(one or UNSAID for one in found) if any(found) else ""


def _temperature(one: dict[str, Any]) -> str:
    return " → ".join(f"{one[name]:.1f}" for name in ("t", "again") if name in one)


def show_symptoms(raw: Any) -> str:
    """Return the symptoms of each in Chinese, as the paper form has them."""
    return "、".join(dict.fromkeys(SYMPTOMS[code].zh for one in _each(raw) for code in one.get("s", ())))


def _mask_each(mask: Any) -> Any:
    return lambda told: "、".join(one if one == UNSAID else mask(one) for one in told.split("、"))


def mask_plate(plate: str) -> str:
    """Show the first two and the last character: 晋M12345 → 晋M****5."""
    return f"{plate[:2]}{'*' * max(len(plate) - 3, 1)}{plate[-1:]}"


def _search(text: str) -> Q:
    """Return the condition for a whole plate or the number of a paper sheet: what an index finds in a month of rows."""
    plate = blind(plain_plate(text), PLATE_CONTEXT)
    return (Q(plate_index=plate) & ~Q(plate_index="")) | (Q(sheet_no=text) & ~Q(sheet_no=""))


COLUMNS = (
    Column("happened_at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
    Column("post", both("卡点", "Post"), kind="link", source="post_id", link="workforce.posts",
           filterable=True),
    Column("post_name", both("卡点名称", "Post's name"), filterable=True),
    Column("post_kind", both("卡点类型", "Kind of post"), filterable=True, hidden=True),
    Column("area_path", both("区域", "Area"), kind="area", filterable=True),
    Column("direction", both("进/出", "In or out"), kind="choice", choices=tuple(DIRECTIONS.items()),
           filterable=True),
    Column("plate", both("车牌号", "Plate"), privacy=CONTACT, mask=mask_plate),
    Column("names", both("姓名", "Names"), privacy=NAME, show=show_all, mask=_mask_each(mask_name)),
    Column("phones", both("电话", "Phones"), privacy=CONTACT, show=show_all, mask=_mask_each(mask_phone)),
    Column("people", both("人数", "People"), kind="int", source="heads"),
    Column("has_vehicle", both("车辆", "Vehicle"), kind="bool", filterable=True),
    Column("came_from", both("出发地", "From"), privacy=MOVEMENT),
    Column("goes_to", both("目的地", "To"), privacy=MOVEMENT),
    Column("purpose", both("事由", "Reason"), privacy=MOVEMENT),
    Column("temperature", both("体温", "Temperature"), source="health", privacy=HEALTH,
           show=show_temperatures),
    Column("symptoms", both("症状", "Symptoms"), source="health", privacy=HEALTH, show=show_symptoms),
    Column("must_pass", both("必须放行的情形", "Must pass"), kind="choice", privacy=HEALTH,
           choices=tuple(MUST_PASS.items())),
    Column("decision", both("处置", "Decision"), kind="choice", choices=tuple(DECISIONS.items()),
           filterable=True),
    Column("reason", both("依据", "Basis"), kind="choice", privacy=HEALTH, choices=tuple(REASONS.items())),
    Column("by_rule", both("按规则应作处置", "By the rule"), kind="choice",
           choices=tuple(DECISIONS.items()), filterable=True),
    Column("measure", both("依据的措施", "Measure"), kind="link", source="measure_id",
           link="incidents.measures"),
    Column("appeal", both("申诉联系", "Appeal to")),
    Column("permit", both("出入证序号", "Permit"), kind="int", source="permit_serial"),
    Column("sheet_no", both("纸质表编号", "Paper sheet"), filterable=True),
    Column("recorded_by", both("登记人", "By"), kind="link", source="account_id",
           link="organisation.workers"),
    Column("received_at", both("上传时间", "Received"), kind="datetime", filterable=True),
    Column("line_no", both("行号", "Line"), kind="int"),
    Column("corrects", both("更正前的记录", "As it was before"), kind="link", source="corrects_id",
           link="checkpoints.corrected_passages", filterable=True),
    Column("why_corrected", both("更正原因", "Why corrected")),
)  # fmt: skip

table(
    Table(
        name="checkpoints.passages",
        title=both("卡点通行记录", "Passages at gates"),
        help=both(
            "一车一条，驾驶人和同乘人员记在一起。更正过的以更正后的为准。到期自动清除，只留数量。",
            "One entry a vehicle, driver and occupants together; a corrected one as it stands now. Erased after their "
            "days; only the count stays.",
        ),
        rows=lambda viewer: standing_passages(),
        sort="-happened_at",
        search=_search,
        needs_narrowing=True,
        named_export=True,
        columns=COLUMNS,
        saved=(
            SavedFilter("turned_back", both("劝返", "Turned back"), {"decision": "turn_back"}),
            SavedFilter("referred", both("转诊", "To a health worker"), {"decision": "refer_health"}),
            SavedFilter("must_pass", both("必须放行", "Must pass"), {"decision": "must_pass"}),
        ),
    )
)  # fmt: skip

table(
    Table(
        name="checkpoints.corrected_passages",
        title=both("更正前的通行记录", "Passages before they were corrected"),
        help=both(
            "更正不改原记录：原来怎样记的留在这里，不再计数。",
            "A correction changes nothing that was written: what stood before is here, and counts no more.",
        ),
        rows=lambda viewer: corrected_passages(),
        sort="-happened_at",
        columns=COLUMNS,
        related=(("checkpoints.passages", "corrects"), ("checkpoints.corrected_passages", "corrects")),
    )
)  # fmt: skip

table(
    Table(
        name="checkpoints.gate_memory",
        title=both("卡点间提醒", "What gates remember"),
        help=both(
            "一个卡点劝返或转诊后，一日内提醒其他卡点。不含姓名和健康信息，只能用车牌、电话核对。",
            "What one gate decided is told to the next for a day: no name, nothing of health; only a plate or phone "
            "at hand can be compared.",
        ),
        rows=lambda viewer: standing_memory(),
        sort="-happened_at",
        columns=(
            Column("happened_at", both("时间", "At"), kind="datetime", sortable=True, filterable=True),
            Column("post_name", both("卡点", "Post")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("decision", both("处置", "Decision"), kind="choice", choices=tuple(DECISIONS.items()),
                   filterable=True),
        ),
    )
)  # fmt: skip
