"""Which rows of one list speak of the same person: the only thing about a row that the rows before it decide."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from lianfang.doors.files.judging import Problem
from lianfang.kernel.errors import refusal

DUPLICATE = refusal(
    "row.duplicate", "与第 {row} 行是同一人，只派发一次。", "The same person as in row {row}; sent out once only."
)


# an accepted row by what finds its person: its number, its marks, the column that says who it is
Who = tuple[int, tuple[bytes, ...], str]


def marks_of(values: dict[str, Any]) -> tuple[bytes, ...]:
    """Return what is equal for two rows about one person: identity number, or name and a phone.

    Fingerprints, because a million names with phones would be a quarter of a gigabyte more; the same in every process.
    """
    number, name = values.get("identity_number"), values.get("name", "")
    marks = [_mark(number)] if number else []
    if not marks or name:
        marks += [_mark(f"{name}\0{one}") for one in values.get("phone", ())]
    return tuple(marks)


def _mark(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


class Doubles:
    """The accepted rows of a list so far."""

    def __init__(self) -> None:
        self.seen: dict[bytes, int] = {}

    def remember(self, number: int, marks: Iterable[bytes]) -> None:
        """Note an accepted row, or the one it repeats, so that a later one about the same person is known for it."""
        for mark in marks:
            self.seen.setdefault(mark, number)

    def find(self, rows: Iterable[Who]) -> tuple[dict[int, int], list[Problem]]:
        """Return which of the next rows repeat an earlier one, with a warning for each; all are remembered."""
        repeats: dict[int, int] = {}
        warned = []
        for number, marks, column in rows:
            first = next((self.seen[mark] for mark in marks if mark in self.seen), None)
            if first is not None:
                repeats[number] = first
                warned.append(Problem(number, column, DUPLICATE.code, DUPLICATE(row=first).message))
            self.remember(number if first is None else first, marks)
        return repeats, warned
