"""Figures as JSON lines: what was measured, the goal, whether it was met, and what it is compared with."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any

MISSED: list[str] = []


def tell(
    bench: str,
    figure: str,
    value: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    ratio_to: Any = None,
    **detail: Any,
) -> None:
    """Print one figure; without a goal its `goal` and `ok` are null."""
    goal = f">= {at_least:g}" if at_least is not None else f"<= {at_most:g}" if at_most is not None else None
    low, high = (at_least if at_least is not None else value), (at_most if at_most is not None else value)
    ok = low <= value <= high if goal else None
    if ok is False:
        MISSED.append(f"{bench}: {figure} {_short(value)} {unit}, goal {goal}")
    line = {"bench": bench, "figure": figure, "value": _short(value), "unit": unit, "goal": goal, "ok": ok}
    if ratio_to:
        line["ratio_to"] = {key: _short(one) for key, one in ratio_to.items()}
    print(
        json.dumps(line | {"detail": {key: _short(one) for key, one in detail.items()}}, ensure_ascii=False), flush=True
    )


def beside(what: str, value: float, mine: float) -> dict[str, Any]:
    """Return the comparison of my rate or time with the other's, as my value divided by theirs."""
    return {"what": what, "value": value, "ratio": mine / value if value else 0.0}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that the share of all values does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    """Return the middle value; 0 for none."""
    return statistics.median(values) if values else 0.0


def _short(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return round(value, 1) if abs(value) >= 100 else round(value, 3)
