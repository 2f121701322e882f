"""A newer register held against a county at the command line: one JSON object, with the keys that scripts read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from django.db import connection

from lianfang.config.cli import main
from lianfang.config.demo.cast import COUNTY, GRID, TOWN, VILLAGE
from lianfang.domain.areas.models import Area
from lianfang.domain.reports.tests.conftest import person

pytestmark = pytest.mark.django_db
KEYS = ["same", "renamed", "merged", "split", "vanished", "people_moved", "to_decide"]
VILLAGE_DIGITS = 12


def villages() -> dict[str, str]:
    found = Area.objects.filter(path__startswith=COUNTY, valid_to=None).order_by("path")
    return {area.path: area.name for area in found if len(area.path) == VILLAGE_DIGITS}


def register(folder: Path, rows: list[tuple[str, str, str]]) -> str:
    """Write a register with a column of old codes, as counties pass them on."""
    file = folder / "区划.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([("代码", "名称", "原代码"), *rows])
    return str(file)


def told(capsys: pytest.CaptureFixture[str], *given: str) -> dict[str, int]:
    assert main(["areas", "migrate", *given, "--within", COUNTY, "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert isinstance(said, dict)
    return said


def test_a_township_is_no_county(county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = register(tmp_path, [(path, name, "") for path, name in villages().items()])
    assert main(["areas", "migrate", file, "--within", TOWN, "--json"]) == 1
    said = capsys.readouterr()
    assert "register.not_a_county" in said.out + said.err


def test_the_same_register_changes_nothing(county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = villages()
    said = told(capsys, register(tmp_path, [(path, name, "") for path, name in known.items()]))
    assert list(said) == KEYS
    assert said == dict.fromkeys(KEYS, 0) | {"same": len(known)}


def test_each_village_is_counted_by_what_became_of_it_and_people_by_their_new_codes(
    county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = villages()
    others = [path for path in known if path.startswith(TOWN) and path != VILLAGE]
    renamed, heir, merged, split, vanished = others[:5]
    for path in (GRID, GRID, VILLAGE, merged, split):
        person(path)
    # because the command prepares the database first, and PostgreSQL makes no index while checks are pending
    connection.check_constraints()
    moved = f"{TOWN}777"
    stay = {path: name for path, name in known.items() if path not in (VILLAGE, renamed, merged, split, vanished)}
    rows = [(path, name, "") for path, name in stay.items()] + [
        (moved, known[VILLAGE], VILLAGE), (renamed, "新风光村委会", ""), (heir, known[heir], merged),
        (f"{TOWN}801", "甲乙社区居委会", split), (f"{TOWN}802", "丙丁社区居委会", split),
    ]  # fmt: skip
    said = told(capsys, register(tmp_path, rows))
    assert list(said) == KEYS
    assert said == {
        "same": len(known) - 5, "renamed": 2, "merged": 1, "split": 1, "vanished": 1,
        # the three of the village with another code and the one of the merged village; where the people of a village
        # that was split or vanished belong, somebody has to say
        "people_moved": 4, "to_decide": 2,
    }  # fmt: skip
    assert villages() == known
