"""Other people's sheets filled: 40 columns with 10,000 rows in their layout, and every village's sheet as a zip."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import openpyxl
from openpyxl.styles import Border, Side

from bench.county import COUNTY, Made
from bench.figures import tell

ROWS, COLUMNS = 10_000, 40
GOAL_SECONDS, GOAL_ZIP_SECONDS = 5.0, 30.0
HEADERS = (
    "序号",
    "姓名",
    "性别",
    "年龄",
    "身份证号",
    "电话",
    "现住址",
    "与户主关系",
    "所属乡镇",
    "所在村",
    "网格",
    "门牌号",
)


def run(made: Made) -> None:
    """Measure gathering and writing apart, then the whole way of a clerk through the job."""
    _tell_writing()
    _tell_list(made)
    _tell_villages(made)


def _form(columns: int = COLUMNS) -> bytes:
    """Return a sheet of two header rows with a formula in each row and a total."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "名单"
    sheet["A1"] = "人员信息统计表"
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=columns)
    for column in range(1, columns):
        sheet.cell(2, column, HEADERS[column - 1] if column <= len(HEADERS) else f"附项{column}")
    sheet.cell(2, columns, "核对")
    for row in (3, 4):
        for column in range(1, columns + 1):
            sheet.cell(row, column).border = _thin()
        sheet.cell(row, columns, f'=IF(D{row}>60,"是","否")')
        sheet.row_dimensions[row].height = 24
    sheet["A5"], sheet["D5"] = "合计", "=COUNTA(B3:B4)"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _thin() -> Border:
    side = Side("thin")
    return Border(left=side, right=side, top=side, bottom=side)


def _tell_writing() -> None:
    """Measure the writing alone: every one of 39 columns has a value in every row, the last a formula."""
    from lianfang.doors.files.sheets.template import open_template
    from lianfang.doors.files.sheets.writing import Filling, write

    form = open_template(_form())
    records = [{column: f"第{row}行" if column % 3 else row for column in range(1, COLUMNS)} for row in range(ROWS)]
    started = time.perf_counter()
    body = write(form, {"名单": Filling({}, 3, 4, frozenset(range(1, COLUMNS)), records)})
    tell("sheets", "writing_40_columns_10000_rows", time.perf_counter() - started, "s", at_most=GOAL_SECONDS,
         bytes=len(body))  # fmt: skip


def _mapping(taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was suggested, with more columns given meanings so that every column has a value."""
    for sheet in taken:
        for place, one in enumerate(sheet["list"]["columns"]):
            if not one["meaning"] and place < COLUMNS - 1:
                one["meaning"] = ("col:name", "col:status", "col:number", "col:area_path#full")[place % 4]
    return taken


def _tell_list(made: Made) -> None:
    """Measure a list of 10,000 people from the job's beginning to the file kept."""
    duty, ready = _duty(), _ready(_form(), _mapping, "people.persons")
    within = _area_of(ROWS)
    started = time.perf_counter()
    done = _fill(duty, ready, area_path=within)
    tell("sheets", "list_of_10000_people", time.perf_counter() - started, "s", at_most=GOAL_SECONDS,
         rows=done["rows"], columns=COLUMNS, people=made.people)  # fmt: skip


def _tell_villages(made: Made) -> None:
    """Measure the sheets of every village in one archive, a list and a figure each, and what their passwords take."""
    from lianfang.foundation.exports.locking import locked, new_password

    duty, ready = _duty(), _ready(_daily(), list, "")
    started = time.perf_counter()
    done = _fill(duty, ready, each="village")
    filled = time.perf_counter() - started
    body = _filled(done["fill_id"])
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        copies = [(name, archive.read(name)) for name in archive.namelist()]
    tell("sheets", "every_village_zipped", filled, "s", at_most=GOAL_ZIP_SECONDS, villages=done["sheets"],
         people=made.people, entries=len(copies))  # fmt: skip
    started, password = time.perf_counter(), new_password()
    for name, copy in copies:
        locked(name, copy, password)
    locking = time.perf_counter() - started
    tell("sheets", "every_village_zipped_and_locked", filled + locking, "s", at_most=GOAL_ZIP_SECONDS,
         locking=locking)  # fmt: skip


def _daily() -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "日报"
    sheet["A1"] = "村级日报  填报单位：        日期：  年  月  日"
    for row, label in enumerate(
        ("总户数", "常住人口", "居家观察人数", "今日新增返乡", "累计返乡", "今日入户"), start=2
    ):
        sheet.cell(row, 1, label)
        sheet.cell(row, 2).border = _thin()
    page: Any = book.create_sheet("观察名单")
    for column, word in enumerate(("序号", "姓名", "联系电话", "隔离地址", "开始日期", "解除日期（拟）"), start=1):
        page.cell(1, column, word)
        page.cell(2, column).border = _thin()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _duty() -> Any:
    from lianfang.foundation.access.actor import actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.kernel.clock import today

    return actor_for(Account.objects.get(username="duty"), on=today(), door="command")


def _ready(body: bytes, settle: Any, table: str) -> str:
    """Take a form in and confirm it; returns its id."""
    from lianfang.doors.files.sheets.filling import blank_form
    from lianfang.doors.files.sheets.suggesting import suggest
    from lianfang.doors.files.sheets.template import open_template
    from lianfang.foundation.actions.running import run as act
    from lianfang.foundation.attachments.storing import store

    duty, form = _duty(), open_template(body)
    choices = suggest(form, COUNTY, {})
    kept = store(duty, "表样.xlsx", [blank_form(form, choices)], "sheet_form")
    found = [one.as_mapping() for one in choices]
    taken = act(duty, "reports.take_sheet", {"file_id": str(kept.pk), "file_name": kept.name, "name": "表样",
                "sender": "测速", "area_path": COUNTY, "found": found})  # fmt: skip
    if table:
        found[0]["list"]["table"] = table
    act(duty, "reports.confirm_sheet", {"template_id": taken["id"], "mapping": settle(found)})
    return str(taken["id"])


def _fill(duty: Any, template_id: str, **given: Any) -> dict[str, Any]:
    from lianfang.foundation.actions.running import run as act
    from lianfang.foundation.jobs.models import Job
    from lianfang.foundation.jobs.queue import run_waiting

    asked = act(duty, "reports.fill_sheet", {"template_id": template_id, **given})
    run_waiting()
    job = Job.objects.get(pk=asked["job_id"])
    assert job.state == "done", job.error
    return dict(job.result or {})


def _area_of(rows: int) -> str:
    """Return the area, a township or the county, whose register is nearest to so many people."""
    from django.db.models import Count
    from django.db.models.functions import Substr

    from lianfang.domain.people.models import Person

    areas = {
        str(one["area"]): int(one["people"])
        for length in (6, 9)
        for one in Person.objects.values(area=Substr("area_path", 1, length)).annotate(people=Count("pk"))
    }
    return min(areas, key=lambda one: abs(areas[one] - rows))


def _filled(fill_id: str) -> bytes:
    from uuid import UUID

    from lianfang.domain.reports.queries.sheets import find_fill
    from lianfang.foundation.attachments.storing import read_file

    found = find_fill(UUID(fill_id))
    assert found is not None
    assert found.file_id is not None
    return read_file(found.file_id)
