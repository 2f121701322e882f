"""Taking a department's sheet in, saying what it asks, filling it, by itself daily, and retiring it.

Reading and filling workbooks are the work of the files door, queued here under the name `sheets.fill`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import find_area
from lianfang.domain.reports.actions.asking import note_unrecorded
from lianfang.domain.reports.events import SheetFilledItself, SheetNotFilled
from lianfang.domain.reports.models import SheetCopy, SheetFill, SheetSchedule, SheetTemplate, SheetVersion
from lianfang.domain.reports.queries.gathering import PERMISSION, units_below
from lianfang.domain.reports.queries.page import NO_UNIT
from lianfang.domain.reports.queries.sheets import (
    check_meanings,
    confirmed,
    confirmed_mapping,
    counted_asked,
    find_sheet,
    newest,
    own_part,
)
from lianfang.domain.reports.rules.sheets import (
    PEN,
    Changes,
    Copied,
    SheetMapping,
    asked_of,
    carried,
    changes,
    read_mapping,
)
from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Path, Reason, choices, labelled
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import GONE
from lianfang.foundation.events.announcing import announce
from lianfang.foundation.exports.actions import NOT_EXPORTABLE
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.exports.keeping import check_expiry
from lianfang.foundation.intake.remembering import remember
from lianfang.foundation.jobs.queue import enqueue
from lianfang.foundation.tables.reading import find_table
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

SEVERAL_TABLES = refusal(
    "reports.sheet_several_tables",
    "带姓名的表一次只能取自一张名单，这张表样取自 {n} 张。",
    "A sheet with names may come from one list at a time; this one comes from {n}.",
)
NO_LIST = refusal(
    "reports.sheet_without_names",
    "这张表没有名单，不用带姓名导出。",
    "This sheet lists nobody; there are no names to export.",
)

Short = Annotated[str, Field(max_length=200)]
Place = Annotated[str, Field(pattern=r"^[A-Z]{1,3}[0-9]{0,7}$", max_length=10)]
RowNumber = Annotated[int, Field(ge=1, le=1_048_576)]
Level = Literal["", "village", "town"]
LEVELS = {
    "": both("本区域一份", "One for the area"),
    "village": both("每村一份（压缩包）", "One per village, zipped"),
    "town": both("每乡镇一份（压缩包）", "One per township, zipped"),
}


class AskedIn(Input):
    place: Place
    header: Short = ""
    meaning: Short = ""


Columns = Annotated[list[AskedIn], Field(max_length=256)]
Cells = Annotated[list[AskedIn], Field(max_length=2_000)]


class ListIn(Input):
    kind: Literal["table", "areas"]
    table: str = Field("", max_length=80)
    first: RowNumber
    last: RowNumber
    columns: Columns
    where: dict[Short, Short] = Field(default_factory=dict, max_length=20)
    fixed: dict[Annotated[str, Field(pattern=r"^[0-9]{1,7}$")], Annotated[str, Field(max_length=18)]] = Field(
        default_factory=dict, max_length=2_000
    )


class SheetIn(Input):
    name: str = Field(max_length=31)
    list: ListIn | None = None
    cells: Cells = []


Sheets = Annotated[list[SheetIn], Field(max_length=40)]


class TakeSheet(Input):
    file_id: UUID
    file_name: str = Field(max_length=200)
    name: str = Field(min_length=1, max_length=120, **labelled("表名", "Name"))
    sender: str = Field(min_length=1, max_length=80, **labelled("要表单位", "Asked by"))
    area_path: Path
    found: Sheets
    template_id: UUID | None = None


@action("reports.take_sheet", both("上传表样", "Take a sheet in"), TakeSheet, offered=False)
def take_sheet(call: Call, given: TakeSheet) -> Result:
    """Keep a department's sheet as a form, or as a newer edition of one; what it means is yet to be confirmed."""
    call.permit(given.area_path)
    stored = StoredFile.objects.filter(pk=given.file_id, erased_at__isnull=True).first()
    if stored is None:
        raise GONE(field="file_id")
    if stored.account_id != call.actor.account_id:
        raise NOT_YOURS(field="file_id")
    template = _template(call, given)
    found = read_mapping([one.model_dump() for one in given.found])
    differ = _differences(template, found)
    SheetVersion.objects.create(
        template=template, area_path=template.area_path, number=template.version, file_id=stored.pk,
        file_name=given.file_name, sha256=stored.sha256, found=[one.model_dump() for one in given.found],
        changes={"new": differ.new, "gone": differ.gone, "moved": differ.moved} if differ else {},
        account_id=call.actor.account_id, at=call.received_at,
    )  # fmt: skip
    call.about("reports.sheets", template.pk, version=template.version)
    return {"id": str(template.pk), "version": template.version}


def _template(call: Call, given: TakeSheet) -> SheetTemplate:
    """Return the new form, or the one that this is a newer edition of."""
    if given.template_id is None:
        return SheetTemplate.objects.create(
            id=call.id, area_path=given.area_path, name=given.name, sender=given.sender,
            account_id=call.actor.account_id, created_at=call.received_at,
        )  # fmt: skip
    template = find_sheet(given.template_id)
    call.permit(template.area_path)
    template.version += 1
    template.save(update_fields=["version"])
    return template


def _differences(template: SheetTemplate, found: Sequence[SheetMapping]) -> Changes | None:
    """Return how a newer edition differs from the one in use, or from the one before where none is in use yet."""
    before = template.versions.order_by("-number").first()
    if before is None:
        return None
    return changes(confirmed_mapping(template) or read_mapping(before.found), found)


class ConfirmSheet(Input):
    template_id: UUID
    mapping: Sheets


@action("reports.confirm_sheet", both("确认各栏含义", "Confirm what a sheet asks"), ConfirmSheet, offered=False)
def confirm_sheet(call: Call, given: ConfirmSheet) -> Result:
    """Say what each column and cell of the newest edition means; remembered for the sender's other sheets.

    Raises `reports.bad_meaning`.
    """
    template = find_sheet(given.template_id)
    call.permit(template.area_path)
    mapping = read_mapping([one.model_dump() for one in given.mapping])
    check_meanings(mapping)
    version = newest(template)
    version.mapping = [one.model_dump() for one in given.mapping]
    version.confirmed_at, version.confirmed_by = call.received_at, call.actor.account_id
    version.save(update_fields=["mapping", "confirmed_at", "confirmed_by"])
    template.asked, template.held, template.by_hand = counted_asked(mapping)
    template.state = SheetTemplate.State.READY
    template.save(update_fields=["asked", "held", "by_hand", "state"])
    remember(f"sheet:{template.sender}", str(template.pk)[:32], carried(mapping), area_path=template.area_path,
             account_id=call.actor.account_id, at=call.received_at)  # fmt: skip
    asked = [one for _, one in asked_of(mapping)]
    answered = {one.meaning.removeprefix("asked:") for one in asked if one.meaning.startswith("asked:")}
    note_unrecorded(template, [one.header for one in asked if one.meaning in PEN], answered, call.received_at)
    call.about("reports.sheets", template.pk, version=version.number)
    return {"id": str(template.pk), "asked": template.asked, "held": template.held, "by_hand": template.by_hand}


IN_USE = when(lambda state: state != SheetTemplate.State.RETIRED, "state")
READY = when(lambda state: state == SheetTemplate.State.READY, "state")
_OF_SHEET = Subject("reports.sheets", "template_id", READY)


class FillSheet(Input):
    template_id: UUID
    area_path: Path | None = Field(None, **labelled("区域", "Area", "area"))
    on: date | None = Field(None, **labelled("日期（默认今天）", "Day (today by default)", "date"))
    each: Level = Field("", **labelled("份数", "Copies", "choice", **choices(LEVELS)))
    named: bool = Field(False, **labelled("带姓名（须说明用途和接收方）", "With names (says purpose and recipient)"))
    purpose: str = Field("", max_length=200, **labelled("用途", "Purpose"))
    recipient: str = Field("", max_length=120, **labelled("接收方", "Recipient"))
    expires_on: date | None = Field(None, **labelled("销毁日期", "To be destroyed by", "date"))


@action("reports.fill_sheet", both("填表", "Fill the sheet"), FillSheet, subject=_OF_SHEET)
def fill_sheet(call: Call, given: FillSheet) -> Result:
    """Fill a confirmed sheet in its own layout, masked; with names only as a named export (P06).

    Raises `reports.no_sheet`, `reports.sheet_not_confirmed`, `reports.no_unit`, `privacy.exports_frozen`.
    """
    template = find_sheet(given.template_id)
    path = _part(call, template, given)
    refuse_if_frozen(path)
    version = confirmed(template)
    if given.named:
        _check_named(call, given, version, path)
    fill = SheetFill(
        id=call.id, template=template, area_path=path, version=version.number,
        on=given.on or local(call.received_at).date(), each=given.each,
        named=given.named, purpose=given.purpose, recipient=given.recipient,
        expires_on=given.expires_on if given.named else None, scheduled=call.actor.door == "clock",
        account_id=call.actor.account_id, asked_at=call.received_at,
    )  # fmt: skip
    job = enqueue("sheets.fill", {"fill_id": str(fill.pk)}, account_id=call.actor.account_id, area_path=path)
    fill.job_id = job.pk
    fill.save()
    call.about("reports.sheets", template.pk, fill=str(fill.pk), named=given.named)
    return {"id": str(fill.pk), "job_id": str(job.pk)}


def _part(call: Call, template: SheetTemplate, given: FillSheet | ScheduleSheet) -> str:
    """Return the area that was asked for, when the actor may and the sheet reaches it. Raises `reports.no_unit`."""
    path = given.area_path or own_part(call.actor, template)
    call.permit(path)
    if not path.startswith(template.area_path) or find_area(path) is None or not units_below(path, given.each):
        raise NO_UNIT(field="area_path")
    return path


def _check_named(call: Call, given: FillSheet, version: SheetVersion, path: str) -> None:
    """Refuse names without permission, purpose, recipient and a near day of destruction, or from several lists."""
    call.actor.require(PERMISSION, path)
    for name in ("purpose", "recipient", "expires_on"):
        if not getattr(given, name):
            raise MISSING(field=name)
    assert given.expires_on is not None
    check_expiry(given.expires_on, local(call.received_at).date())
    tables = named_tables(read_mapping(version.mapping))
    if not tables:
        raise NO_LIST(field="named")
    if len(tables) > 1:
        raise SEVERAL_TABLES(field="named", n=len(tables))
    if not find_table(tables[0]).named_export:
        raise NOT_EXPORTABLE(field="named")


def named_tables(mapping: Sequence[SheetMapping]) -> list[str]:
    """Return the tables whose rows a workbook lists."""
    return sorted({one.list.table for one in mapping if one.list and one.list.table})


def filled(
    fill: SheetFill, file_id: UUID, name: str, *, sheets: int, rows: int, spared: int, left: Sequence[Bilingual],
    at: datetime,
) -> None:  # fmt: skip
    """Note what a filling brought and what it left blank or out; called in the transaction that keeps its file."""
    fill.file_id, fill.file_name, fill.sheets, fill.rows = file_id, name, sheets, rows
    fill.spared, fill.left, fill.ended_at = spared, [one.as_dict() for one in left], at
    fill.save(update_fields=["file_id", "file_name", "sheets", "rows", "spared", "left", "ended_at"])
    if not fill.scheduled and fill.on != local(at).date():
        return
    mine = SheetSchedule.objects.filter(template=fill.template_id, area_path=fill.area_path)
    if not fill.scheduled:  # because nobody waits any more once it is filled by hand, in as many copies
        mine = mine.filter(refused_at__isnull=False, each=fill.each)
    if mine.update(filled_on=fill.on, refused_code="", refused={}, refused_at=None) or fill.scheduled:
        announce([SheetFilledItself(area_path=fill.area_path, template_id=str(fill.template_id))])


def keep_copies(fill: SheetFill, mapping: Sequence[SheetMapping], copies: Iterable[Copied]) -> None:
    """Keep what a filling asked of each unit it was made for; called in the transaction that keeps its file."""
    asked, held, by_hand = counted_asked(mapping)
    SheetCopy.objects.bulk_create(
        SheetCopy(fill=fill, area_path=one.path, on=fill.on, asked=asked, held=held, by_hand=by_hand, rows=one.rows,
                  spared=one.spared, typed=one.typed)
        for one in copies
    )  # fmt: skip


def note_not_filled(schedule: SheetSchedule, code: str, said: Mapping[str, str], at: datetime) -> None:
    """Keep why a sheet did not fill itself, and since when; the same reason again changes nothing."""
    if (schedule.refused_code, schedule.refused) == (code, said):
        return
    SheetSchedule.objects.filter(pk=schedule.pk).update(
        refused_code=code, refused=said, refused_at=schedule.refused_at or at
    )
    announce([SheetNotFilled(area_path=schedule.area_path, template_id=str(schedule.template_id), code=code)])


class ScheduleSheet(Input):
    template_id: UUID
    area_path: Path | None = Field(None, **labelled("区域", "Area", "area"))
    fill_at: str = Field(
        "", pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$", max_length=5,
        **labelled("每天几点（留空不再自动）", "Daily at HH:MM (empty: no more)", "time"),
    )  # fmt: skip
    each: Level = Field("", **labelled("份数", "Copies", "choice", **choices(LEVELS)))


@action("reports.schedule_sheet", both("每天自动填", "Fill it daily"), ScheduleSheet, subject=_OF_SHEET)
def schedule_sheet(call: Call, given: ScheduleSheet) -> Result:
    """Have the sheet filled every day at a time, masked, as the one who says so may see it; empty ends it.

    Without an area it is for all of the sheet's, or for one's own where the sheet comes from above; every area has its
    own time. Raises `reports.no_sheet`, `reports.sheet_not_confirmed`, `reports.no_unit`.
    """
    template = find_sheet(given.template_id)
    path = _part(call, template, given)
    confirmed(template)
    if given.fill_at:
        said = {"fill_at": given.fill_at, "each": given.each, "account_id": call.actor.account_id,
                "set_at": call.received_at}  # fmt: skip
        template.schedules.update_or_create(area_path=path, defaults=said)
    else:
        template.schedules.filter(area_path=path).delete()
    call.about("reports.sheets", template.pk, area=path)
    return {"id": str(template.pk)}


class RetireSheet(Input):
    template_id: UUID
    reason: Reason


@action("reports.retire_sheet", both("停用表样", "Retire a sheet"), RetireSheet,
        subject=Subject("reports.sheets", "template_id", IN_USE), danger=True)  # fmt: skip
def retire_sheet(call: Call, given: RetireSheet) -> Result:
    """Say that nobody needs the sheet any more: it was dropped, or another asks the same; no area fills it daily."""
    template = find_sheet(given.template_id)
    call.permit(template.area_path)
    template.state = SheetTemplate.State.RETIRED
    template.retired_at, template.retired_reason = call.received_at, given.reason
    template.save(update_fields=["state", "retired_at", "retired_reason"])
    template.schedules.all().delete()
    note_unrecorded(template, [], set(), call.received_at)
    call.about("reports.sheets", template.pk)
    return {"id": str(template.pk)}
