"""The lists of other people's sheets, of what was filled, and of what they ask that nobody has recorded."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from lianfang.domain.reports.models import AskedField, FieldAnswer, SheetFill, SheetSchedule, SheetTemplate
from lianfang.domain.reports.queries.burden import asked_out_of_turn, cells_of, minutes_of
from lianfang.domain.reports.queries.sheets import daily, shared_sheets
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.clock import today
from lianfang.kernel.text import both

STATES = (
    ("draft", both("待确认", "to be confirmed")),
    ("ready", both("可填报", "ready")),
    ("retired", both("已停用", "retired")),
)
FIELD_STATES = (
    ("found", both("尚无登记", "not recorded")),
    ("requested", both("已申请", "requested")),
    ("approved", both("已同意", "approved")),
    ("refused", both("未同意", "refused")),
)
EACH = (
    ("", both("一份", "one")),
    ("village", both("每村一份", "per village")),
    ("town", both("每乡镇一份", "per township")),
)


def _tenths(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def _or_nothing(said: dict[str, str]) -> dict[str, str] | None:
    return said or None


def _sheets(_: Actor) -> QuerySet[SheetTemplate]:
    on = today()
    return SheetTemplate.objects.annotate(
        typed=cells_of("typed", on), spared=cells_of("spared", on), out_of_turn=asked_out_of_turn(on),
        minutes_by_hand=minutes_of("typed", on), minutes_spared=minutes_of("spared", on),
        fill_at=Coalesce(daily("fill_at", OuterRef("area_path")), Value("")),
        fill_each=Coalesce(daily("each", OuterRef("area_path")), Value("")),
        filled_on=daily("filled_on", OuterRef("area_path")), not_filled=daily("refused", OuterRef("area_path")),
    )  # fmt: skip


def _shared(viewer: Actor) -> QuerySet[SheetTemplate]:
    return shared_sheets(viewer).annotate(fill_at=Coalesce(daily("fill_at", viewer.home_area), Value("")))


table(
    Table(
        name="reports.sheets",
        title=both("各部门表样", "Departments' sheets"),
        help=both(
            "各部门要的表，上传一次，确认一次，以后每天自动填好。",
            "Sheets that departments want: taken in once, confirmed once, filled by themselves from then on.",
        ),
        rows=_sheets,
        label="name",
        columns=(
            Column("name", both("表名", "Sheet"), filterable=True),
            Column("sender", both("要表单位", "Asked by"), filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column("version", both("版本", "Edition"), kind="int"),
            Column("asked", both("要几项", "Asked"), kind="int"),
            Column("held", both("已有几项", "Held already"), kind="int"),
            Column("by_hand", both("手填几项", "By hand"), kind="int"),
            Column("minutes_by_hand", both("手填约需（分钟）", "Minutes by hand"), kind="number", show=_tenths),
            Column("minutes_spared", both("免填约省（分钟）", "Minutes spared"), kind="number", show=_tenths),
            Column("out_of_turn", both("近 7 天临时要（次）", "Asked out of turn, 7 days"), kind="int"),
            Column("fill_at", both("每天几点", "Daily at"), filterable=True),
            Column("fill_each", both("份数", "Copies"), kind="choice", choices=EACH),
            Column("filled_on", both("最近自动填报", "Last filled by itself"), kind="date"),
            Column("not_filled", both("自动填没有填成", "Why not by itself"), kind="json", show=_or_nothing),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("created_at", both("上传时间", "Taken in"), kind="datetime"),
            Column("retired_reason", both("停用原因", "Why retired")),
        ),
        saved=(SavedFilter("ready", both("可填报", "Ready"), {"state": "ready"}),),
        related=(
            ("reports.sheet_fills", "template"),
            ("reports.sheet_schedules", "template"),
            ("reports.asked_fields", "template"),
        ),
    )
)

table(
    Table(
        name="reports.shared_sheets",
        title=both("上级表样", "Sheets from above"),
        help=both(
            "县、乡镇确认过的表样，下面可以直接用，只填本辖区的行。",
            "Sheets that an area above has confirmed: ready to use, filled with the rows of one's own area only.",
        ),
        rows=_shared,
        # because these lie above whoever asks: `shared_sheets` gives those of the areas above and no others
        area="",
        label="name",
        columns=(
            Column("name", both("表名", "Sheet"), filterable=True),
            Column("sender", both("要表单位", "Asked by"), filterable=True),
            Column("area", both("哪里的表样", "From"), kind="area", source="area_path"),
            Column("asked", both("要几项", "Asked"), kind="int"),
            Column("held", both("已有几项", "Held already"), kind="int"),
            Column("by_hand", both("手填几项", "By hand"), kind="int"),
            Column("fill_at", both("本辖区每天几点", "Daily here at")),
        ),
    )
)

table(
    Table(
        name="reports.sheet_schedules",
        title=both("每天自动填的表", "Sheets filled daily"),
        help=both(
            "一张表、一个辖区一个时间；上级的表，下级可以自定时间，互不影响。",
            "One time for a sheet and an area; who uses a sheet from above sets a time of their own.",
        ),
        rows=lambda viewer: SheetSchedule.objects.all(),
        columns=(
            Column("name", both("表名", "Sheet"), source="template__name"),
            Column("sender", both("要表单位", "Asked by"), source="template__sender"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("fill_at", both("每天几点", "Daily at"), filterable=True),
            Column("each", both("份数", "Copies"), kind="choice", choices=EACH),
            Column("filled_on", both("最近自动填报", "Last filled by itself"), kind="date"),
            Column("refused", both("没有填成的原因", "Why it was not filled"), kind="json", show=_or_nothing),
            Column("refused_at", both("从何时起没有填成", "Not filled since"), kind="datetime"),
            Column("refused_code", both("原因代码", "Code of the reason"), filterable=True),
            Column("account_id", both("设定人", "Set by"), kind="link", link="accounts.accounts"),
            Column("set_at", both("设定时间", "Set at"), kind="datetime"),
            Column("template", both("表样", "Form"), kind="link", link="reports.sheets", filterable=True, hidden=True),
        ),
        label="name",
    )
)

table(
    Table(
        name="reports.sheet_fills",
        title=both("填报记录", "Sheets filled"),
        rows=lambda viewer: SheetFill.objects.all(),
        columns=(
            Column("name", both("表名", "Sheet"), source="template__name"),
            Column("sender", both("要表单位", "Asked by"), source="template__sender"),
            Column("on", both("日期", "Day"), kind="date", filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("each", both("份数", "Copies"), kind="choice", choices=EACH),
            Column("sheets", both("文件数", "Files"), kind="int"),
            Column("rows", both("行数", "Rows"), kind="int"),
            Column("spared", both("免填格数", "Cells not typed"), kind="int"),
            Column("left", both("没填上的", "Left blank or out"), kind="json"),
            Column("named", both("带姓名", "With names"), kind="bool", filterable=True),
            Column("purpose", both("用途", "Purpose")),
            Column("recipient", both("接收方", "Recipient")),
            Column("scheduled", both("自动", "By itself"), kind="bool", filterable=True),
            Column("account_id", both("填报人", "Filled by"), kind="link", link="accounts.accounts", filterable=True),
            Column("asked_at", both("时间", "At"), kind="datetime"),
            Column("ended_at", both("填好时间", "Ready at"), kind="datetime"),
            Column("template", both("表样", "Form"), kind="link", link="reports.sheets", filterable=True, hidden=True),
        ),
    )
)

table(
    Table(
        name="reports.asked_fields",
        title=both("表里要、系统没有的", "Asked and not recorded"),
        help=both(
            "先看是否已有；确需新增的，写明用途、负责单位、依据和期限，由另一人审批。",
            "See whether it is held already; what is really new needs purpose, owner, basis, expiry and another's yes.",
        ),
        rows=lambda viewer: AskedField.objects.all(),
        label="header",
        columns=(
            Column("header", both("表头", "Header"), filterable=True),
            Column("sender", both("要表单位", "Asked by"), filterable=True),
            Column("times", both("几张表在要", "Sheets that ask it"), kind="int", filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=FIELD_STATES, filterable=True),
            Column("held_as", both("疑似已有", "Perhaps held as")),
            Column("purpose", both("用途", "Purpose")),
            Column("owner", both("负责单位", "Owner")),
            Column("basis", both("依据", "Basis")),
            Column("expires_on", both("用到哪天", "Until"), kind="date", filterable=True),
            Column("decided_note", both("审批意见", "Decision note")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("asked_at", both("首次要的时间", "First asked"), kind="datetime"),
            Column("template", both("表样", "Form"), kind="link", link="reports.sheets", filterable=True, hidden=True),
        ),
        saved=(SavedFilter("requested", both("待审批", "To be decided"), {"state": "requested"}),),
        related=(("reports.field_answers", "field"),),
    )
)

table(
    Table(
        name="reports.field_answers",
        title=both("新增项填一次", "New fields, asked once"),
        help=both("经审批新增的项目，各单位只填一次，以后各表通用。", "Each unit answers once, for all sheets."),
        rows=lambda viewer: FieldAnswer.objects.all(),
        columns=(
            Column("header", both("项目", "Field"), source="field__header"),
            Column("area_path", both("单位", "Unit"), kind="area", filterable=True),
            Column("value", both("数字", "Number"), kind="number"),
            Column("purpose", both("用途", "Purpose"), source="field__purpose"),
            Column("owner", both("负责单位", "Owner"), source="field__owner"),
            Column("expires_on", both("用到哪天", "Until"), kind="date", source="field__expires_on"),
            Column("answered_at", both("填写时间", "Answered"), kind="datetime", filterable=True),
            Column("account_id", both("填写人", "Answered by"), kind="link", link="accounts.accounts"),
            Column("field", both("新增项", "Asked field"), kind="link", link="reports.asked_fields", filterable=True,
                   hidden=True),
        ),
        saved=(SavedFilter("open", both("未填", "Open"), {"answered_at": ""}),),
    )
)  # fmt: skip
