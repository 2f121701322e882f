"""Proves the solver on other people's rosters, through the reader that stays with the bench."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from lianfang.kernel.errors import refusal

NO_BENCH = refusal(
    "roster.no_bench",
    "本安装不带测试用例的读取程序，请在源代码目录中运行。",
    "The reader of these instances is not part of this installation; run it from the source folder.",
)
NO_INSTANCE = refusal(
    "roster.no_instance", "不能读入这个排班实例：{problem}", "This roster instance cannot be read: {problem}."
)
_SOURCE = Path(__file__).resolve().parents[2]


def bench_instance(file: Path, seconds: float) -> dict[str, Any]:
    """Return cost, proven bound, seconds and the number of hard rules broken, of the best roster found in the time.

    Raises `roster.no_bench` where the bench is not installed, `roster.no_instance` where the file is not such an
    instance or nobody could keep its rules.
    """
    nursing = _reader(_SOURCE)
    try:
        answer: dict[str, Any] = nursing.solve(nursing.read(file), seconds).as_dict()
    except (OSError, ValueError) as error:
        raise NO_INSTANCE(field="file", problem=str(error)) from error
    return answer


def _reader(source: Path) -> Any:
    """Return the bench's reader of a source folder. Raises `roster.no_bench`."""
    if not (source / "bench" / "nursing.py").is_file():
        raise NO_BENCH(field="file")
    if str(source) not in sys.path:
        sys.path.insert(0, str(source))
    return importlib.import_module("bench.nursing")
