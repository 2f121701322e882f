"""Reads the Febrl lists, whose ids tell who is who: rec-N-org and rec-N-dup-M are one person."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

from lianfang.kernel import likeness
from lianfang.kernel.linkage import Comparison, Key
from lianfang.kernel.text import both

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "record_linkage" / "febrl"

COMPARISONS: tuple[Comparison, ...] = (
    likeness.latin_name("given_name", "surname", both("名", "given name")),
    likeness.latin_name("surname", "given_name", both("姓", "surname")),
    likeness.text("address_1", both("街道", "street")),
    likeness.text("suburb", both("社区", "suburb")),
    likeness.digits("postcode", both("邮编", "postcode")),
    likeness.digits("date_of_birth", both("出生日期", "date of birth")),
    likeness.digits("soc_sec_id", both("社保号", "social security number")),
)


def _joined(*fields: str) -> Key:
    return lambda record: "|".join(values) if all(values := [record[field] for field in fields]) else ""


KEYS: tuple[Key, ...] = (
    _joined("soc_sec_id"), _joined("date_of_birth"), _joined("given_name", "surname"), _joined("address_1"),
    _joined("surname", "postcode"), _joined("given_name", "suburb"),
)  # fmt: skip


def read(number: int) -> list[dict[str, str]]:
    """Return the rows of dataset 1 or 2, every cell without the blanks around it."""
    with (FOLDER / f"dataset{number}.csv").open(encoding="utf-8", newline="") as file:
        return [{key.strip(): value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


def true_links(rows: list[dict[str, str]]) -> set[tuple[int, int]]:
    """Return the pairs of places that are one person."""
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(row["rec_id"].split("-")[1], []).append(place)
    return {pair for group in groups.values() for pair in combinations(group, 2)}
