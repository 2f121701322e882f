"""Long lists: cut off and gone on with, given up in the middle, and what comes back of them."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest

from lianfang.domain.screening.models.leads import Lead, LeadBatch
from lianfang.doors.files import batches, reading, staging
from lianfang.doors.files.batches import check, silent
from lianfang.doors.files.commands import intake_run, marked_path
from lianfang.doors.files.judging import Judge
from lianfang.doors.files.tests.sheets import HEADERS, identity, person, text, xlsx_text
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.intake import targets
from lianfang.foundation.intake.inserting import Packed
from lianfang.foundation.intake.models import IntakeBatch, RefusedRow, StagedPortion
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import CancelledJob, run_one, run_waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moment")]

# 12 rows, 4 to a portion: one refused in each third, and one that repeats a row of another portion
ROWS = [HEADERS, *(person(number) for number in range(1, 11)), person(11, 手机号码="12"), person(2)]
ROWS[3] = person(3, 手机号码="1")
ROWS[7] = person(7, 返乡时间="昨天")


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PORTION", 4)


def uploaded(duty: Actor, body: bytes) -> IntakeBatch:
    """Return a batch whose check is queued."""
    kept = store(duty, "名单.xlsx", [body], "intake", "140826")
    opened = run(duty, "intake.open_batch", {"file_id": str(kept.pk), "within": "140826"})
    run(duty, "intake.check_batch", {"batch_id": opened["batch_id"]})
    return IntakeBatch.objects.get(pk=opened["batch_id"])


def cut_off_after(monkeypatch: pytest.MonkeyPatch, portions: int) -> None:
    """Let the work die after some portions are kept, as when the server is killed."""
    whole = staging.stage

    def stage(batch: IntakeBatch, key: str, number: int, *more: Any) -> None:
        if number == portions:
            raise SystemExit
        whole(batch, key, number, *more)

    monkeypatch.setattr(batches, "stage", stage)


def judged_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of rows that are judged from now on."""
    seen: list[int] = []
    whole = Judge._judge

    def judge(self: Judge, place: int, cells: Any) -> Any:
        seen.append(place + 1)
        return whole(self, place, cells)

    monkeypatch.setattr(Judge, "_judge", judge)
    return seen


def refused_cells() -> list[tuple[int, str]]:
    return list(RefusedRow.objects.filter(is_warning=False).order_by("row").values_list("row", "code"))


def test_a_check_that_was_cut_off_goes_on_at_the_next_portion(cast: dict[str, Actor], monkeypatch: Any) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    with monkeypatch.context() as patched:
        cut_off_after(patched, 2)
        with pytest.raises(SystemExit):
            check(batch, batch.created_at, silent)
    assert StagedPortion.objects.count() == 2
    assert not Lead.objects.exists()
    again = judged_rows(monkeypatch)
    found = check(IntakeBatch.objects.get(), batch.created_at, silent)
    assert again == [10, 11, 12, 13]
    assert (found.figures.rows, found.figures.accepted, found.figures.refused_rows) == (12, 9, 3)
    assert refused_cells() == [(4, "phone.length"), (8, "date.relative"), (12, "phone.length")]
    assert IntakeBatch.objects.get().summary["codes"] == {"phone.length": 2, "date.relative": 1}


def test_a_row_is_known_for_one_before_the_crash(cast: dict[str, Actor], monkeypatch: Any) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    with monkeypatch.context() as patched:
        cut_off_after(patched, 2)
        with pytest.raises(SystemExit):
            check(batch, batch.created_at, silent)
    run_waiting()
    run(cast["duty"], "intake.run_batch", {"batch_id": str(batch.pk)})
    run_waiting()
    assert Lead.objects.get(row=13).same_as_id == Lead.objects.get(row=3).pk


def test_what_the_check_has_judged_is_not_judged_again(cast: dict[str, Actor], monkeypatch: Any) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    run_waiting()
    run(cast["duty"], "intake.run_batch", {"batch_id": str(batch.pk)})
    again = judged_rows(monkeypatch)
    run_waiting()
    assert again == []
    assert Lead.objects.count() == IntakeBatch.objects.get().accepted == 9
    assert not StagedPortion.objects.exists()


def test_another_mapping_is_judged_from_the_first_row(cast: dict[str, Actor], monkeypatch: Any) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    run_waiting()
    run(cast["duty"], "intake.check_batch", {"batch_id": str(batch.pk), "mapping": {"返乡时间": ""}})
    again = judged_rows(monkeypatch)
    run_waiting()
    assert len(again) == 12
    assert refused_cells() == [(4, "phone.length"), (12, "phone.length")]


def test_judged_rows_that_were_erased_meanwhile_are_judged_again(cast: dict[str, Actor]) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    run_waiting()
    StagedPortion.objects.filter(number=1).delete()
    run(cast["duty"], "intake.run_batch", {"batch_id": str(batch.pk)})
    run_waiting()
    assert Lead.objects.count() == 9
    assert refused_cells() == [(4, "phone.length"), (8, "date.relative"), (12, "phone.length")]


def test_judged_rows_lie_sealed(cast: dict[str, Actor]) -> None:
    uploaded(cast["duty"], xlsx_text(ROWS))
    run_waiting()
    sealed = StagedPortion.objects.extra(select={"raw": "body || ''"}).values_list("raw", flat=True)
    assert len(sealed) == 3
    for raw in (*sealed, *StagedPortion.objects.values_list("figures", flat=True)):
        assert identity(1) not in str(raw)
        assert "13800000001" not in str(raw)


def test_a_list_given_up_while_it_is_checked_leaves_nothing_judged(cast: dict[str, Actor], monkeypatch: Any) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))

    def give_up(done: int, total: int, note: object) -> None:
        if done == 8:
            run(cast["duty"], "intake.cancel_batch", {"batch_id": str(batch.pk)})
            raise CancelledJob

    with pytest.raises(CancelledJob):
        check(batch, batch.created_at, give_up)
    assert not StagedPortion.objects.exists()
    assert IntakeBatch.objects.get().state == "cancelled"


@pytest.mark.parametrize("way", ["intake.cancel_batch", "the job"])
def test_a_list_given_up_while_it_is_written_leaves_no_half(cast: dict[str, Actor], monkeypatch: Any, way: str) -> None:
    batch = uploaded(cast["duty"], xlsx_text(ROWS))
    run_waiting()
    run(cast["duty"], "intake.run_batch", {"batch_id": str(batch.pk)})
    job = IntakeBatch.objects.get().job_id
    whole = targets.insert_packed
    written: list[int] = []

    def insert(packed: Packed) -> None:
        whole(packed)
        written.append(packed.count)
        Job.objects.filter(pk=job).update(cancel_asked=True)

    monkeypatch.setattr(targets, "insert_packed", insert)
    assert run_one()
    assert written == [3, 0]
    assert not Lead.objects.exists()
    assert not LeadBatch.objects.exists()
    assert Job.objects.get(pk=job).state == "cancelled"
    if way == "intake.cancel_batch":
        run(cast["duty"], way, {"batch_id": str(batch.pk)})
        assert not StagedPortion.objects.exists()
    else:  # the judged rows are still there, and can be taken in after all
        monkeypatch.setattr(targets, "insert_packed", whole)
        run(cast["duty"], "intake.run_batch", {"batch_id": str(batch.pk)})
        run_waiting()
        assert Lead.objects.count() == 9


@pytest.mark.parametrize("make", [xlsx_text, text])
def test_a_streamed_list_comes_in_with_every_refused_row_named(
    put: Any, cast: dict[str, Actor], monkeypatch: Any, make: Any
) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 0)
    monkeypatch.setattr("lianfang.doors.files.marking.MOST_MARKED_IN_PLACE", 0)
    path = put(make(ROWS))
    answer = intake_run(path, "140826", cast["duty"])
    assert answer["accepted"] == Lead.objects.count() == 9
    assert [one["row"] for one in answer["rejected"]] == [4, 8, 12]
    page = openpyxl.load_workbook(marked_path(path)).active
    assert page is not None
    table = [[cell.value for cell in row] for row in page.iter_rows()]
    assert [row[0] for row in table] == ["原行号", 4, 8, 12]
    assert "位数不对" in str(table[1][1])
    assert table[2][2:4] == ["7", person(7)[1]]
