"""The checker of the second nurse rostering competition says what the competition's own validator said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import inrc2

FOLDER = Path(__file__).parent / "n005w4"
SOLUTIONS = sorted(FOLDER.glob("Solution_*"))


def test_the_validators_output_is_reproduced_to_the_letter() -> None:
    folder = FOLDER / "Solution_H_0-WD_1-2-3-3"
    assert inrc2.report(*inrc2.read_solution(folder)) == (folder / "validator.txt").read_text()


@pytest.mark.parametrize("folder", SOLUTIONS, ids=lambda folder: folder.name)
def test_the_published_solutions_break_no_hard_rule(folder: Path) -> None:
    assert set(inrc2.hard(*inrc2.read_solution(folder)).values()) == {0}


@pytest.mark.parametrize("folder", SOLUTIONS, ids=lambda folder: folder.name)
def test_whoever_is_taken_off_is_missed(folder: Path) -> None:
    given, served = inrc2.read_solution(folder)
    bare = {who: [(inrc2.OFF, "")] * len(days) for who, days in served.items()}
    least = sum(low for need in given.need for days in need.values() for low, _ in days)
    best = sum(high for need in given.need for days in need.values() for _, high in days)
    assert inrc2.hard(given, bare)["Minimal coverage constraints"] == least
    assert inrc2.soft(given, bare)["Optimal coverage constraints"] == 30 * best


def test_a_skill_nobody_has_and_a_morning_after_a_night_are_noticed() -> None:
    given, served = inrc2.read_solution(SOLUTIONS[0])
    served["Sara"][:3] = [("Night", "Nurse"), ("Early", "HeadNurse"), ("Early", "Nurse")]
    found = inrc2.hard(given, served)
    assert found["Required skill constraints"] == 1
    assert found["Illegal shift type succession constraints"] == 1
