"""A demo county that was cut off half way is never served as if it were whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from lianfang.config.demo.cast import CAST, VILLAGE
from lianfang.config.demo.making import make_demo_once
from lianfang.domain.areas.queries import area_exists
from lianfang.foundation.accounts.models import Account


def _demo(var: Path) -> subprocess.Popen[str]:
    surroundings = {**os.environ, "LIANFANG_VAR": str(var), "LIANFANG_DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}
    program = str(Path(sys.executable).with_name("lianfang"))
    return subprocess.Popen(
        [program, "demo", "--people", "300", "--no-serve"],
        env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_start_after_a_cut_off_one_says_what_to_do(tmp_path: Path) -> None:
    cut_off = _demo(tmp_path)
    assert cut_off.stdout is not None
    for line in cut_off.stdout:
        if "people" in line and "of 198" in line:
            break
    cut_off.kill()
    cut_off.communicate()
    again = _demo(tmp_path)
    _, told = again.communicate(timeout=120)
    assert again.returncode == 1
    no = json.loads(told.splitlines()[-1])
    assert no["code"] == "demo.unfinished"
    assert str(tmp_path) in no["message"]["zh"]


def test_a_county_whose_villages_have_got_other_codes_is_not_made_again(
    db: None, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    Account.objects.create(username=CAST[0].username, name=CAST[0].name)
    said: list[str] = []
    assert not make_demo_once(300, said.append)
    assert CAST[0].username in " ".join(said)
    assert not area_exists(VILLAGE)
