"""Volunteers' sheets of February 2020, 30 columns with continuation rows: taken in, every refused row named.

They lie beside the checkout, in shared/data, and are no part of it.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lianfang.domain.screening.models.leads import Lead
from lianfang.doors.files.commands import intake_run, marked_path
from lianfang.doors.files.headers import best_sheet
from lianfang.doors.files.reading import open_book
from lianfang.doors.files.tests.sheets import xlsx_text
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.intake.models import RefusedRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moment")]

SHEETS = Path(__file__).parents[3] / "shared" / "data" / "wuhan2020_patients_raw" / "raw"
# of each sheet, the persons who are named and the rows that go on with the one above; Shanxi's names nobody at all
NAMED = {"11shandong": (289, 70), "14fujian": (15, 63), "2henan": (187, 41), "4jiangsu": (92, 0), "9shanxi": (0, 0)}


def workbook(name: str) -> bytes:
    """Return a sheet as the workbook it was, zero-width spaces and all."""
    file = SHEETS / f"{name}.json.gz"
    assert file.is_file(), f"the volunteers' sheets are missing: {file}"
    rows = json.loads(gzip.decompress(file.read_bytes()))
    header = [cell["key"] for cell in rows[0]]
    return xlsx_text([header, *([_cell(cell) for cell in row] for row in rows)])


def _cell(cell: dict[str, Any] | None) -> Any:
    value = cell["value"] if cell else ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


@pytest.mark.parametrize("name", NAMED)
def test_a_real_sheet_is_taken_in_and_every_refused_row_is_named(
    name: str, tmp_path: Path, cast: dict[str, Actor]
) -> None:
    body = workbook(name)
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(body)
    answer = intake_run(path, "140826", cast["duty"])
    sheet, layout = best_sheet(open_book(body))
    filled = sum(any(cell not in ("", None) for cell in row) for row in sheet.rows()) - layout.depth
    refused = {one["row"] for one in answer["rejected"]}
    assert sheet.width == 30
    continued = RefusedRow.objects.filter(is_warning=True, code="row.continued")
    assert (answer["accepted"], continued.count()) == NAMED[name]
    assert answer["rows"] == filled - continued.count() == answer["accepted"] + len(refused)
    assert Lead.objects.count() == answer["accepted"]
    assert not refused & set(continued.values_list("row", flat=True))
    headers = {column.header for column in layout.columns}
    for one in RefusedRow.objects.filter(is_warning=False):
        assert one.column in headers or one.code == "row.nobody"
        assert one.message_zh
        assert one.message_en
    if not refused:
        assert not marked_path(path).exists()
        return
    page = openpyxl.load_workbook(io.BytesIO(marked_path(path).read_bytes())).active
    assert page is not None
    assert {cell.row for row in page.iter_rows() for cell in row if cell.comment} == refused
