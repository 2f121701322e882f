"""Taking a ready-made form out of the house with names in it: only as a named export (P06)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.reports.queries.forms.catalogue import find_form, named_table
from lianfang.domain.reports.queries.forms.filling import Filled, Sought, fill_form, filters, named_frame
from lianfang.domain.reports.queries.gathering import PERMISSION
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.foundation.exports.actions import NOT_EXPORTABLE, NOTHING, TOO_MANY
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.exports.keeping import Leaving, check_expiry, keep_export, new_mark, row_limit
from lianfang.foundation.exports.locking import lock
from lianfang.foundation.exports.watermark import hide
from lianfang.foundation.printing.paper import paper
from lianfang.foundation.printing.workbook import workbook
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

FORMATS = {"xlsx": both("表格 .xlsx", "Workbook .xlsx"), "pdf": both("打印 .pdf", "Print .pdf")}
Code = Annotated[str, Field(max_length=8, pattern=r"^F[0-9]{2}$")]


class ExportForm(Input):
    code: Code = Field(**labelled("表号", "Form"))
    area_path: Path | None = Field(None, **labelled("区域", "Area", "area"))
    on: date | None = Field(None, **labelled("日期（默认今天）", "Day (today by default)", "date"))
    incident_id: UUID | None = Field(None, **labelled("事件", "Incident"))
    kind: Literal["xlsx", "pdf"] = Field("xlsx", **labelled("格式", "Kind of file", "choice", **choices(FORMATS)))
    purpose: str = Field(min_length=2, max_length=200, **labelled("用途", "Purpose"))
    recipient: str = Field(min_length=2, max_length=120, **labelled("接收方", "Recipient"))
    expires_on: date = Field(**labelled("销毁日期", "To be destroyed by", "date"))


@action("reports.export_form", both("带姓名出表", "Form with names"), ExportForm, danger=True)
def export_form(call: Call, given: ExportForm) -> Result:
    """Fill a form with names for one recipient and purpose: bounded, watermarked, logged, to be destroyed (P06).

    Raises `privacy.not_exportable`, `privacy.exports_frozen`, `privacy.too_many_rows`, `privacy.nothing_to_export`,
    `reports.no_form`, `reports.no_unit`.
    """
    path = given.area_path or call.actor.home_area
    call.permit(path)
    call.actor.require(PERMISSION, path)
    refuse_if_frozen(path)
    form = find_form(given.code)
    table = named_table(form)
    if not table:
        raise NOT_EXPORTABLE(field="code")
    day = local(call.received_at).date()
    check_expiry(given.expires_on, day)
    limit = row_limit()
    sought = Sought(
        call.actor, form, path, given.on or day, call.received_at, str(given.incident_id or ""), True, limit
    )
    filled = fill_form(sought)
    if not filled.row_ids:
        raise NOTHING()
    if len(filled.row_ids) > limit:
        raise TOO_MANY(limit=limit, field="area_path")
    leaving = Leaving(call.actor, call.received_at, path, given.purpose, given.recipient, given.expires_on, new_mark())
    name = f"{form.code}{form.title.zh}-{leaving.mark}.{given.kind}"
    export = keep_export(
        leaving, call.id, lock(name, _file(sought, filled, leaving, given.kind)), table,
        list(filters(sought, form.parts[0])), [one.fill for one in form.parts[0].printed], filled.row_ids,
    )  # fmt: skip
    call.about("privacy.exports", export.pk, form=form.code, rows=export.rows, mark=leaving.mark)
    call.once = {"password": export.password}
    return {"id": str(export.pk), "file_id": str(export.file_id), "rows": export.rows, "mark": leaving.mark}


def _file(sought: Sought, filled: Filled, leaving: Leaving, kind: str) -> bytes:
    frame = named_frame(sought, leaving.said, hide(leaving.mark), leaving.mark, leaving.facts)
    return paper(frame, filled.grids) if kind == "pdf" else workbook(frame, filled.grids)
