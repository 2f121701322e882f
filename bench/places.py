"""The place resolver on what people write for the villages of one county."""

from __future__ import annotations

import time

from bench.county import COUNTY, Made
from bench.figures import tell

TEXTS = 5_000


def run(made: Made) -> None:
    """Measure texts a second on one core, and how many of them found the village they were made from."""
    from lianfang.kernel.places import resolve_lines

    wanted = _written()
    started = time.perf_counter()
    found = list(resolve_lines(COUNTY, [text for text, _ in wanted]))
    spent = time.perf_counter() - started
    right = sum(one["code"] == code for one, (_, code) in zip(found, wanted, strict=True))
    unresolved = sum(one["code"] is None for one in found)
    wrong = len(wanted) - right - unresolved
    tell(
        "places",
        "texts_resolved",
        TEXTS / spent,
        "texts/s",
        right=right,
        wrong=wrong,
        unresolved=unresolved,
        texts=TEXTS,
    )


def _written() -> list[tuple[str, str]]:
    """Return texts as people write them, each with the village it means; no two are the same text."""
    from lianfang.kernel.places import areas_within

    areas = {area.code: area.name for area in areas_within(COUNTY)}
    villages = [(code, name) for code, name in sorted(areas.items()) if len(code) == 12]
    shapes = (
        "{town}{village}{n}组{n}号",
        "绛县{town}{short}村{n}号",
        "{short} {town} {n}组",
        "山西省运城市绛县{town}{village}",
    )
    made = []
    for number in range(TEXTS):
        code, village = villages[number % len(villages)]
        short = village.removesuffix("委会").removesuffix("居").removesuffix("村")
        shape = shapes[number // len(villages) % len(shapes)]
        made.append((shape.format(town=areas[code[:9]], village=village, short=short, n=number // 97 + 1), code))
    return made
