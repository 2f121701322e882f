"""Reads of sheets for the door that reads and fills them, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from lianfang.domain.reports.models import SheetFill, SheetSchedule, SheetTemplate, SheetVersion
from lianfang.domain.reports.queries.meanings import (
    AREA,
    FORMULA,
    MARKS,
    SERIAL,
    approved_field,
    approved_fields,
    is_held,
    is_meaning,
)
from lianfang.domain.reports.rules.sheets import TABLE, SheetMapping, asked_of, is_due, read_mapping
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.intake.remembering import remembered
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal

NO_SHEET = refusal(
    "reports.no_sheet", "没有这张表样，或已停用。", "There is no such sheet, or it is retired.", status=404
)
NOT_CONFIRMED = refusal(
    "reports.sheet_not_confirmed",
    "这张表样还没有人确认各栏含义。",
    "Nobody has confirmed what the columns of this sheet mean.",
    status=409,
)
NO_SETTER = refusal(
    "reports.sheet_without_setter",
    "设定每天自动填的账号已不在，请重新设定。",
    "The account that set the daily filling is gone; set it anew.",
    status=409,
)
EXPIRED = refusal(
    "reports.field_expired",
    "“{header}”只批准用到 {until}，已到期，不再填报；确需继续的，请重新申请。",
    "“{header}” was approved until {until} and is asked no more; ask for it anew if it is still needed.",
    status=409,
)
BAD_MEANING = refusal(
    "reports.bad_meaning",
    "“{header}”所选的内容不存在：{meaning}。",
    "What was chosen for “{header}” does not exist: {meaning}.",
)


BAD_ROWS = refusal(
    "reports.bad_rows",
    "“{sheet}”的名单行数不对：最后一行不能早于第一行，空行最多 {limit} 行。",
    "The rows of the list on “{sheet}” do not fit: the last comes before the first, or more than {limit} are blank.",
)
MOST_BLANK = 2_500
# province, city, county, township, village
PATH_LENGTHS = (2, 4, 6, 9, 12)


def find_sheet(template_id: UUID) -> SheetTemplate:
    """Return a sheet that is in use. Raises `reports.no_sheet`."""
    found = SheetTemplate.objects.filter(pk=template_id).exclude(state=SheetTemplate.State.RETIRED).first()
    if found is None:
        raise NO_SHEET(field="template_id")
    return found


def is_shared_with(actor: Actor, template: SheetTemplate) -> bool:
    """Say whether somebody may fill a sheet that an area above theirs has confirmed."""
    held = actor.prefixes("reports.fill_sheet")
    return template.state == SheetTemplate.State.READY and any(one.startswith(template.area_path) for one in held)


def shared_sheets(actor: Actor) -> QuerySet[SheetTemplate]:
    """Return the sheets that areas above somebody's have confirmed; what lies in their own area is not among them."""
    held = [one for one in actor.prefixes("reports.fill_sheet") if one]
    above = {one[:length] for one in held for length in PATH_LENGTHS if length < len(one)}
    return SheetTemplate.objects.filter(state=SheetTemplate.State.READY, area_path__in=above)


def own_part(actor: Actor, template: SheetTemplate) -> str:
    """Return the area a sheet is filled for by itself: all of it, or one's own where a sheet comes from above."""
    return template.area_path if actor.may("reports.fill_sheet", template.area_path) else actor.home_area


def newest(template: SheetTemplate) -> SheetVersion:
    """Return the newest edition of a sheet, confirmed or not."""
    return template.versions.get(number=template.version)


def confirmed(template: SheetTemplate) -> SheetVersion:
    """Return the newest edition that a person has confirmed. Raises `reports.sheet_not_confirmed`."""
    found = _newest_confirmed(template)
    if found is None:
        raise NOT_CONFIRMED(field="template_id")
    return found


def confirmed_mapping(template: SheetTemplate) -> tuple[SheetMapping, ...]:
    """Return what the newest confirmed edition was confirmed to mean; nothing where a person has confirmed none."""
    found = _newest_confirmed(template)
    return mapping_of(found) if found else ()


def _newest_confirmed(template: SheetTemplate) -> SheetVersion | None:
    return template.versions.filter(confirmed_at__isnull=False).order_by("-number").first()


def edition(template: SheetTemplate, number: int) -> SheetVersion | None:
    """Return one edition of a sheet."""
    return template.versions.filter(number=number).first()


def is_asked_of_each(header: str, area_path: str) -> bool:
    """Say whether sheets in use ask something of each row of a list, and none of them as a number of a unit."""
    of_each = False
    for template in SheetTemplate.objects.filter(area_path=area_path, state=SheetTemplate.State.READY):
        for sheet in mapping_of(confirmed(template)):
            rows = sheet.list.columns if sheet.list and sheet.list.kind == TABLE else ()
            # because a longer header is kept no longer than this
            alike = [one for one in sheet.asked() if one.header[:120] == header]
            if any(one not in rows for one in alike):
                return False
            of_each |= bool(alike)
    return of_each


def find_fill(fill_id: UUID) -> SheetFill | None:
    """Return one filling."""
    return SheetFill.objects.filter(pk=fill_id).first()


def check_meanings(mapping: Sequence[SheetMapping]) -> None:
    """Raise `reports.bad_meaning` or `reports.field_expired` for the first nothing can fill, `reports.bad_rows`."""
    for sheet in mapping:
        table = sheet.list.table if sheet.list and sheet.list.kind == TABLE else ""
        if sheet.list and not 0 <= sheet.list.last - sheet.list.first < MOST_BLANK:
            raise BAD_ROWS(field="mapping", sheet=sheet.name, limit=MOST_BLANK)
        for one in sheet.asked():
            if one.meaning and not is_meaning(one.meaning, table):
                if (kept := approved_field(one.meaning.removeprefix("asked:"))) is not None:
                    raise EXPIRED(field="mapping", header=kept.header, until=kept.expires_on)
                raise BAD_MEANING(field="mapping", header=one.header[:40], meaning=one.meaning[:80])


def remembered_meanings(sender: str, area_path: str) -> dict[str, str]:
    """Return what headers of a sender's earlier sheets were confirmed to mean, and those that were approved since."""
    known = remembered(f"sheet:{sender}", "", area_path)
    # because a field is approved until a day, and a memory has none
    current = {header: one for header, one in known.items() if not one.startswith("asked:") or is_meaning(one)}
    return current | approved_fields(area_path)


def counted_asked(mapping: Sequence[SheetMapping]) -> tuple[int, int, int]:
    """Return how many things a sheet asks, how many of them are held already, and how many are left to the pen."""
    meanings = [one.meaning for _, one in asked_of(mapping) if one.meaning not in (SERIAL, AREA, FORMULA, *MARKS)]
    held = sum(is_held(one) for one in meanings)
    return len(meanings), held, len(meanings) - held


def due_schedules(moment: datetime) -> list[SheetSchedule]:
    """Return the sheets, each with an area, that fill themselves daily and have not today."""
    listed = SheetSchedule.objects.filter(template__state=SheetTemplate.State.READY)
    return [one for one in listed if is_due(one.fill_at, one.filled_on, local(moment))]


def begun_on(schedule: SheetSchedule, on: date) -> SheetFill | None:
    """Return the newest filling of a day that the clock began for a schedule, however it went."""
    begun = SheetFill.objects.filter(template=schedule.template_id, area_path=schedule.area_path, on=on, scheduled=True)
    return begun.order_by("-asked_at").first()


def daily(name: str, path: str | OuterRef) -> Subquery:
    """Return a column of a sheet's schedule for one area, for rows of sheets."""
    return Subquery(SheetSchedule.objects.filter(template=OuterRef("pk"), area_path=path).values(name)[:1])


def sheet_card(template: SheetTemplate, version: SheetVersion, path: str) -> dict[str, Any]:
    """Return a sheet as its page shows it, with when it fills itself for one area."""
    schedule = template.schedules.filter(area_path=path).first()
    return {
        "id": str(template.pk), "name": template.name, "sender": template.sender, "area": template.area_path,
        "state": template.state, "version": version.number, "file": version.file_name, "asked": template.asked,
        "held": template.held, "by_hand": template.by_hand, "fills_for": path,
        "fill_at": schedule.fill_at if schedule else "", "fill_each": schedule.each if schedule else "",
        "not_filled": schedule.refused if schedule and schedule.refused_at else None,
        "changes": version.changes, "confirmed_at": version.confirmed_at,
    }  # fmt: skip


def mapping_of(version: SheetVersion) -> tuple[SheetMapping, ...]:
    """Return what an edition was confirmed to mean."""
    return read_mapping(version.mapping)
