"""A paper sheet typed in later: every line at its own time, refused alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.domain.checkpoints.models.passages import Passage
from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.foundation.events.models import Event
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def line(at: datetime, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "happened_at": at.isoformat(), "direction": "in", "name": "李远", **more}


def enter(cast: Any, east: UUID, lines: list[dict[str, Any]], who: str = "gate") -> list[dict[str, Any]]:
    given = {"post_id": str(east), "sheet_no": "0001", "lines": lines}
    return list(run(cast[who], "checkpoints.enter_sheet", given)["lines"])


def test_a_sheet_has_fifty_lines_and_belongs_to_the_own_gate(cast: Any, east: UUID, moment: datetime) -> None:
    for lines in ([], [line(moment) for _ in range(51)]):
        with pytest.raises(Refusal) as no:
            enter(cast, east, lines)
        assert no.value.code == "input.invalid"
    with pytest.raises(Refusal) as no:
        enter(cast, east, [line(moment)], who="neighbour")
    assert no.value.code == "access.not_yours"


def test_each_line_is_refused_alone(cast: Any, east: UUID, moment: datetime) -> None:
    good = line(moment)
    told = enter(cast, east, [
        line(moment, must_pass="fire", decision="turn_back"), good, good, line(moment, temperature_c=55),
        line(moment + timedelta(days=1)), {**line(moment), "happened_at": "2020-02-03T08:00:00"},
        line(moment, decision="hand_over"),
    ])  # fmt: skip
    codes = [one.get("refusal", {}).get("code", one["status"]) for one in told]
    assert codes == [
        "checkpoints.must_pass_stopped", "done", "checkpoints.line_repeated", "checkpoints.impossible_temperature",
        "checkpoints.passage_ahead", "checkpoints.line_without_zone", "checkpoints.hand_over_to_nobody",
    ]  # fmt: skip
    assert [str(one.pk) for one in Passage.objects.all()] == [good["id"]]


def test_fifty_lines_keep_their_own_times_and_a_second_sheet_doubles_none(
    cast: Any, east: UUID, moment: datetime
) -> None:
    lines = [line(moment - timedelta(hours=30, minutes=number)) for number in range(50)]
    assert {one["status"] for one in enter(cast, east, lines)} == {"done"}
    assert {one["status"] for one in enter(cast, east, [*lines[:3], line(moment)])} == {"repeated", "done"}
    kept = {str(one.pk): one.happened_at for one in Passage.objects.filter(sheet_no="0001")}
    assert len(kept) == 51
    assert all(kept[one["id"]] == datetime.fromisoformat(one["happened_at"]) for one in lines)


def test_what_follows_from_a_line_follows(cast: Any, east: UUID, moment: datetime) -> None:
    hot = {"temperature_c": 38.2, "again_c": 38.0, "decision": "refer_health"}
    [told] = enter(cast, east, [line(moment, **hot)])
    assert Slip.objects.get().number == told["slips"][0]
    assert Event.objects.filter(name="checkpoints.sent_to_health").count() == 1


# --- many lines as a grid ---


def type_in(cast: Any, east: UUID, lines: list[dict[str, Any]], who: str = "gate") -> list[Outcome]:
    given = [{name: value for name, value in one.items() if name != "id"} | {"post_id": str(east)} for one in lines]
    ids = [UUID(one["id"]) for one in lines]
    return run_many([
        Request(cast[who], "checkpoints.enter_line", one, id) for one, id in zip(given, ids, strict=True)
    ])  # fmt: skip


def test_a_line_of_a_grid_is_refused_on_its_row(cast: Any, east: UUID, moment: datetime) -> None:
    lines = [line(moment, must_pass="fire"), line(moment), {**line(moment), "happened_at": "2020-02-03T08:00:00"}]
    outcomes = type_in(cast, east, lines)
    assert [one.refusal and one.refusal.code for one in outcomes] == [
        "checkpoints.must_pass_stopped", None, "checkpoints.line_without_zone",
    ]  # fmt: skip
    [no] = type_in(cast, east, [line(moment)], who="neighbour")
    assert no.refusal is not None
    assert no.refusal.code == "access.not_yours"


def test_lines_of_a_grid_keep_their_times_and_are_kept_once(cast: Any, east: UUID, moment: datetime) -> None:
    lines = [line(moment - timedelta(hours=20, minutes=number), plate="晋M12345") for number in range(12)]
    assert {one.status for one in type_in(cast, east, lines)} == {"done"}
    assert {one.status for one in type_in(cast, east, lines)} == {"repeated"}
    kept = {str(one.pk): one.happened_at.isoformat() for one in Passage.objects.all()}
    assert kept == {one["id"]: one["happened_at"] for one in lines}
