"""Instances of schedulingbenchmarks.org: read, solved to the best known cost, checked by other code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import nursing
from lianfang.config.cli import main
from lianfang.config.rosters import _reader
from lianfang.kernel.errors import Refusal

INSTANCE = Path(__file__).parent / "Instance1.txt"
WEEK = ["", "D", "D", "D", "D", "D", ""]


@pytest.fixture(scope="module")
def instance() -> nursing.Instance:
    return nursing.read(INSTANCE)


def _broken(instance: nursing.Instance, days: str) -> list[str]:
    """Return what A's days break, with everybody else's broken rules left out."""
    roster = {nurse.key: ["D" if day == "D" else "" for day in days] for nurse in instance.nurses}
    return [one for one in nursing.check(instance, roster)[1] if one.startswith("A:")]


@pytest.mark.parametrize(
    ("days", "broken"),
    [
        (".DDDDD...DDD..", []),
        ("DDDDD....DDD..", ["A: day 0 is off"]),
        (".DDDDDD..DDD..", ["A: 6 days in a row from day 1, at most 5"]),
        (".DDDDD..D.DD..", ["A: only 1 days on from day 8, at least 2", "A: only 1 days off from day 9, at least 2"]),
        (".DDDDD.DDDD...", ["A: only 1 days off from day 6, at least 2"]),
        (".DDD..........", ["A: 1440 minutes, not 3360 to 4320"]),
        ("....DDDD...DDD", ["A: 2 weekends, at most 1"]),
    ],
)
def test_every_hard_rule_is_noticed(instance: nursing.Instance, days: str, broken: list[str]) -> None:
    found = _broken(instance, days)
    assert [one for one in found if "minutes" not in one or "1440" in one] == broken


def test_a_run_at_either_end_may_have_begun_before_or_go_on(instance: nursing.Instance) -> None:
    assert not [one for one in _broken(instance, "...DDDDD..DD.D") if "on from day 13" in one]


def test_the_first_instance_is_solved_to_its_best_known_cost(
    instance: nursing.Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["roster", "bench", str(INSTANCE), "--seconds", "120"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["cost"], found["bound"], found["violations"]) == (607, 607, 0)


def test_group_by_group_an_answer_keeps_every_rule_too(
    instance: nursing.Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursing, "WHOLE", 0)
    found = nursing.solve(instance, 1.0, workers=1)
    assert found.violations == []
    assert found.cost == nursing.check(instance, found.roster)[0] >= 607


def test_a_file_of_another_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "list.txt"
    other.write_text("姓名,电话\n")
    assert main(["roster", "bench", str(other)]) == 1
    assert json.loads(capsys.readouterr().err)["code"] == "roster.no_instance"


def test_an_installation_without_the_bench_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as no:
        _reader(tmp_path)
    assert no.value.code == "roster.no_bench"
