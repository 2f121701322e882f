"""A demo county that was cut off half way is never served as if it were whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


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
