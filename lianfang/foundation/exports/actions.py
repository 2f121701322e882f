"""Taking a list with names out of the house, calling it back, and stopping every export after a breach."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import Path, Reason, labelled
from lianfang.foundation.attachments.storing import erase
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.exports.keeping import Leaving, check_expiry, keep_export, new_mark, row_limit
from lianfang.foundation.exports.locking import lock
from lianfang.foundation.exports.models import ExportFreeze, NamedExport
from lianfang.foundation.exports.writing import named_workbook
from lianfang.foundation.tables.reading import Query, find_table, read_named
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_EXPORTABLE = refusal(
    "privacy.not_exportable", "这张表不能带姓名导出。", "This table is never exported with names.", status=403
)
TOO_MANY = refusal(
    "privacy.too_many_rows",
    "超过一次最多 {limit} 行的限制，请缩小范围。",
    "More than the {limit} rows allowed at once; narrow the list.",
)
NOTHING = refusal("privacy.nothing_to_export", "没有符合条件的行。", "No row meets the filters.")
NO_EXPORT = refusal("privacy.no_export", "没有这次导出，或已收回。", "No such export, or it was revoked.", status=404)
ALREADY = refusal("privacy.already_frozen", "这个区域已经暂停导出。", "Exports of this area are frozen.", status=409)
NO_FREEZE = refusal("privacy.no_freeze", "没有这次暂停，或已解除。", "No such freeze, or it has ended.", status=404)

Filter = Annotated[str, Field(max_length=200)]


class ExportNamed(Input):
    table: str = Field(max_length=80, **labelled("表", "Table"))
    where: dict[Filter, Filter] = Field(default_factory=dict, max_length=20, **labelled("筛选", "Filters"))
    within: Path | None = Field(None, **labelled("区域", "Area", "area"))
    search: str = Field("", max_length=60, **labelled("搜索", "Search"))
    purpose: str = Field(min_length=2, max_length=200, **labelled("用途", "Purpose"))
    recipient: str = Field(min_length=2, max_length=120, **labelled("接收方", "Recipient"))
    expires_on: date = Field(**labelled("销毁日期", "To be destroyed by", "date"))


@action("tables.export_named", both("带姓名导出", "Export with names"), ExportNamed, danger=True)
def export_named(call: Call, given: ExportNamed) -> Result:
    """Make a workbook with names for one recipient and purpose: bounded, watermarked, logged, to be destroyed (P06).

    Raises `privacy.not_exportable`, `privacy.exports_frozen`, `privacy.too_many_rows`, `privacy.nothing_to_export`.
    """
    path = given.within or call.actor.home_area
    call.permit(path)
    refuse_if_frozen(path)
    declared = find_table(given.table)
    if not declared.named_export:
        raise NOT_EXPORTABLE(field="table")
    check_expiry(given.expires_on, local(call.received_at).date())
    limit = row_limit()
    rows = read_named(call.actor, given.table, call.action, Query(given.where, path, given.search, limit=limit + 1))
    if not rows:
        raise NOTHING()
    if len(rows) > limit:
        raise TOO_MANY(limit=limit, field="where")
    columns = [column for column in declared.columns if not column.hidden]
    leaving = Leaving(call.actor, call.received_at, path, given.purpose, given.recipient, given.expires_on, new_mark())
    book = named_workbook(declared, columns, rows, leaving.said, leaving.facts)
    export = keep_export(
        leaving, call.id, lock(f"{declared.title.zh}-{leaving.mark}.xlsx", book), given.table, list(given.where),
        [column.name for column in columns], [row["id"] for row in rows],
    )  # fmt: skip
    call.about("privacy.exports", export.pk, exported=given.table, rows=len(rows), mark=leaving.mark)
    call.once = {"password": export.password}
    return {"id": str(export.pk), "file_id": str(export.file_id), "rows": len(rows), "mark": leaving.mark}


class RevokeExport(Input):
    export_id: UUID = Field(**labelled("导出", "Export"))
    note: str = Field(min_length=2, max_length=200, **labelled("收回说明", "Revocation note"))


NOT_REVOKED = when_empty("revoked_at")


@action("privacy.revoke_export", both("收回导出", "Revoke an export"), RevokeExport,
        subject=Subject("privacy.exports", "export_id", NOT_REVOKED), danger=True)  # fmt: skip
def revoke_export(call: Call, given: RevokeExport) -> Result:
    """Call a named export back: its file and password are erased; the note says what the recipient was told and did."""
    export = NamedExport.objects.filter(pk=given.export_id).first()
    if export is None or not call.allows(NOT_REVOKED, export):
        raise NO_EXPORT(field="export_id")
    call.permit(export.area_path)
    export.revoked_at, export.revoked_by, export.revoke_note = call.received_at, call.actor.account_id, given.note
    export.password = ""
    export.save(update_fields=["revoked_at", "revoked_by", "revoke_note", "password"])
    erase(export.file_id, call.received_at)
    call.about("privacy.exports", export.pk)
    return {"id": str(export.pk)}


class FreezeExports(Input):
    area_path: Path
    reason: Reason


@action("privacy.freeze_exports", both("暂停导出", "Freeze exports"), FreezeExports, danger=True)
def freeze_exports(call: Call, given: FreezeExports) -> Result:
    """Stop every export and download of an area at once, after a breach of privacy (P20)."""
    call.permit(given.area_path)
    if ExportFreeze.objects.filter(area_path=given.area_path, ended_at__isnull=True).exists():
        raise ALREADY(field="area_path")
    freeze = ExportFreeze.objects.create(
        area_path=given.area_path, reason=given.reason, frozen_at=call.received_at, frozen_by=call.actor.account_id
    )
    call.about("privacy.freezes", freeze.pk)
    return {"id": str(freeze.pk)}


class UnfreezeExports(Input):
    freeze_id: UUID = Field(**labelled("暂停", "Freeze"))
    reason: Reason


FROZEN = when_empty("ended_at")


@action("privacy.unfreeze_exports", both("恢复导出", "Allow exports again"), UnfreezeExports,
        subject=Subject("privacy.freezes", "freeze_id", FROZEN), danger=True)  # fmt: skip
def unfreeze_exports(call: Call, given: UnfreezeExports) -> Result:
    """End a freeze, with the reason; it stays on record."""
    freeze = ExportFreeze.objects.filter(pk=given.freeze_id).first()
    if freeze is None or not call.allows(FROZEN, freeze):
        raise NO_FREEZE(field="freeze_id")
    call.permit(freeze.area_path)
    freeze.ended_at, freeze.ended_by, freeze.ended_reason = call.received_at, call.actor.account_id, given.reason
    freeze.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    call.about("privacy.freezes", freeze.pk)
    return {"id": str(freeze.pk)}
