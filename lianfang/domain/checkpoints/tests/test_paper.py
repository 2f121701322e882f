"""Numbered paper: one series a post, each number once, and no line of a sheet typed in twice. Refusals first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from lianfang.config.demo.cast import NEIGHBOUR_VILLAGE, VILLAGE
from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.sheets import SheetRun
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.checkpoints.tests.conftest import make_post
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run_many
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def enter(cast: Any, post: UUID, sheet: str, *numbers: int | None, **more: Any) -> list[str]:
    """Type in lines of a sheet as a grid does; returns what became of each: a refusal's code, or its status."""
    given = [{"post_id": str(post), "sheet_no": sheet, "line_no": number, "direction": "in", "name": "李远",
              "happened_at": "2020-02-03T00:30:00Z", **more} for number in numbers]  # fmt: skip
    outcomes = run_many([Request(cast["gate"], "checkpoints.enter_line", one, uuid7()) for one in given])
    return [one.refusal.code if one.refusal else one.status for one in outcomes]


# --- refused ---


@pytest.mark.parametrize("who", ["outsider", "neighbour", "auditor", "leader"])
def test_nobody_numbers_paper_for_a_gate_that_is_not_theirs(refused: Any, east: UUID, who: str) -> None:
    asked = refused(who, "checkpoints.number_sheets", post_id=str(east), form="F02", sheets=2)
    assert asked.code == "access.not_yours"
    assert not SheetRun.objects.exists()


def test_no_paper_for_no_gate_and_no_other_form(do: Any, refused: Any, east: UUID) -> None:
    unknown = refused("gate", "checkpoints.number_sheets", post_id=str(uuid4()), form="F02")
    other = refused("gate", "checkpoints.number_sheets", post_id=str(east), form="F16")
    many = refused("gate", "checkpoints.number_sheets", post_id=str(east), form="F02", sheets=51)
    do("system", "workforce.withdraw_post", post_id=str(east), reason="解封")
    gone = refused("gate", "checkpoints.number_sheets", post_id=str(east), form="F02")
    assert [one.code for one in (unknown, other, many, gone)] == [
        "workforce.unknown_post", "input.invalid", "input.invalid", "checkpoints.paper_for_no_gate",
    ]  # fmt: skip


def test_a_line_typed_in_twice_is_refused_with_its_number(cast: Any, do: Any, east: UUID) -> None:
    do("gate", "checkpoints.number_sheets", post_id=str(east), form="F02")
    assert enter(cast, east, "K001-0001", 1, 2, 2) == ["done", "done", "checkpoints.line_typed_before"]
    given = {"post_id": str(east), "sheet_no": "k001-0001", "line_no": 1, "direction": "in", "name": "李远",
             "happened_at": "2020-02-03T00:30:00Z"}  # fmt: skip
    [again] = run_many([Request(cast["gate"], "checkpoints.enter_line", given, uuid7())])
    assert again.refusal is not None
    assert again.refusal.as_dict()["message"]["zh"] == "K001-0001-1 已经录入过。"
    assert Passage.objects.count() == 2


def test_a_line_that_its_sheet_does_not_have_is_refused(cast: Any, do: Any, east: UUID) -> None:
    do("gate", "checkpoints.number_sheets", post_id=str(east), form="F03")
    assert enter(cast, east, "K001-0001", 3, 4) == ["done", "checkpoints.line_not_on_sheet"]
    assert enter(cast, east, "", 1) == ["checkpoints.line_without_sheet"]
    assert enter(cast, east, "自制表7", 40) == ["done"]


def test_the_database_itself_keeps_a_line_once(cast: Any, east: UUID) -> None:
    enter(cast, east, "K001-0001", 1)
    row = Passage.objects.get()
    row.pk = uuid7()
    with writing(), transaction.atomic(), pytest.raises(DatabaseError):
        row.save(force_insert=True)


# --- taken ---


def test_numbers_of_a_post_go_on_whatever_the_form_and_each_post_has_its_own(do: Any, east: UUID) -> None:
    west = make_post("K002", "城内村西口")
    made = [do("gate", "checkpoints.number_sheets", post_id=str(post), form=form, sheets=sheets)
            for post, form, sheets in ((east, "F02", 3), (east, "F03", 2), (west, "F02", 1))]  # fmt: skip
    assert [(one["first"], one["last"]) for one in made] == [
        ("K001-0001", "K001-0003"), ("K001-0004", "K001-0005"), ("K002-0001", "K002-0001"),
    ]  # fmt: skip


def test_a_line_that_comes_twice_from_the_same_keyboard_is_a_repeat(cast: Any, east: UUID) -> None:
    given = {"post_id": str(east), "sheet_no": "K001-0001", "line_no": 1, "direction": "in",
             "happened_at": "2020-02-03T00:30:00Z"}  # fmt: skip
    one = Request(cast["gate"], "checkpoints.enter_line", given, uuid7())
    assert [run_many([one])[0].status for _ in range(2)] == ["done", "repeated"]


def test_the_same_line_of_two_posts_is_two_lines_and_unnumbered_ones_are_all_taken(cast: Any, east: UUID) -> None:
    west = make_post("K002", "城内村西口")
    assert enter(cast, east, "1", 1) + enter(cast, west, "1", 1) + enter(cast, east, "1", None, None) == ["done"] * 4


def test_a_corrected_line_stays_typed_in_and_is_corrected_again(cast: Any, do: Any, east: UUID) -> None:
    enter(cast, east, "K001-0001", 1)
    first = do("gate", "checkpoints.correct_passage", passage_id=str(Passage.objects.get().pk), plate="晋M12345",
               reason="看错")  # fmt: skip
    do("gate", "checkpoints.correct_passage", passage_id=first["id"], plate="晋M12346", reason="又看错")
    assert enter(cast, east, "K001-0001", 1) == ["checkpoints.line_typed_before"]
    [row] = read(cast["town"], "checkpoints.passages", Query(within=VILLAGE)).rows
    assert (row["cells"]["sheet_no"], row["cells"]["line_no"]) == ("K001-0001", 1)


def test_who_was_handed_over_on_paper_keeps_the_number_of_the_paper_slip(
    cast: Any, do: Any, east: UUID, moment: datetime
) -> None:
    do("gate", "checkpoints.number_sheets", post_id=str(east), form="F02")
    do("gate", "checkpoints.number_sheets", post_id=str(east), form="F03")
    over = {"decision": "hand_over", "destination_path": NEIGHBOUR_VILLAGE}
    assert enter(cast, east, "K001-0012", 2, **over) == ["done"]
    assert enter(cast, east, "K001-0001", 2, **over) == ["done"]
    on_slip, on_log = (Slip.objects.get(passage_id=Passage.objects.get(sheet_no=sheet).pk).number
                       for sheet in ("K001-0012", "K001-0001"))  # fmt: skip
    assert on_slip == "K001-0012-2"
    assert not on_log.startswith("K001")
