"""Which rows of one list speak of the same person: the only thing about a row that the rows before it decide."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from lianfang.doors.files.judging import Problem
from lianfang.kernel.errors import refusal

DUPLICATE = refusal(
    "row.duplicate", "与第 {row} 行是同一人，只派发一次。", "The same person as in row {row}; sent out once only."
)


# an accepted row by what finds its person: its number, its marks, the column that says who it is
Who = tuple[int, tuple[int, ...], str]

# how many places there are for marks at first; always a power of two, and never more than three quarters taken
_PLACES = 1 << 14


def marks_of(values: dict[str, Any]) -> tuple[int, ...]:
    """Return what is equal for two rows about one person: identity number, or name and a phone.

    Fingerprints of 64 bits and never 0, the same in every process.
    """
    number, name = values.get("identity_number"), values.get("name", "")
    marks = [_mark(number)] if number else []
    if not marks or name:
        marks += [_mark(f"{name}\0{one}") for one in values.get("phone", ())]
    return tuple(marks)


def _mark(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") or 1


class Doubles:
    """The accepted rows of a list so far, by their marks.

    Two columns of numbers, because a dictionary takes ten times their memory and a list may have a million rows: a mark
    stands at the place that its last bits say, or at the next one that is free, and beside it the first row that had
    it.
    """

    def __init__(self) -> None:
        self.taken = 0
        self.marks, self.rows = array("Q", (0,)) * _PLACES, array("I", (0,)) * _PLACES

    def find(self, rows: Sequence[Who]) -> tuple[dict[int, int], list[Problem]]:
        """Return which of the next rows repeat an earlier one, with a warning for each; all are remembered."""
        repeats = self.remember([(number, marks) for number, marks, _ in rows])
        warned = [
            Problem(number, column, DUPLICATE.code, DUPLICATE(row=repeats[number]).message)
            for number, _, column in rows if number in repeats
        ]  # fmt: skip
        return repeats, warned

    def remember(self, rows: Sequence[tuple[int, tuple[int, ...]]]) -> dict[int, int]:
        """Note accepted rows by number and marks, so that later ones about the same person are known for it.

        Returns which of them repeat an earlier one, and which.
        """
        self._make_room(sum(len(marks) for _, marks in rows))
        repeats: dict[int, int] = {}
        kept, firsts, last = self.marks, self.rows, len(self.marks) - 1
        for number, marks in rows:
            first, free = 0, []
            # no function of its own, because to call one for each of two million marks takes as long as the rest
            for mark in marks:
                place = mark & last
                while there := kept[place]:
                    if there == mark:
                        first = first or firsts[place]
                        break
                    place = (place + 1) & last
                else:
                    kept[place] = mark
                    free.append(place)
            if first:
                repeats[number] = first
            for place in free:
                firsts[place] = first or number
            self.taken += len(free)
        return repeats

    def _make_room(self, more: int) -> None:
        """Let so many more marks stand without long ways to a free place."""
        size = len(self.marks)
        while (self.taken + more) * 4 > size * 3:
            size *= 2
        if size == len(self.marks):
            return
        before = zip(self.marks, self.rows, strict=True)
        self.marks, self.rows = array("Q", (0,)) * size, array("I", (0,)) * size
        for mark, row in before:
            if mark:
                place = mark & (size - 1)
                while self.marks[place]:
                    place = (place + 1) & (size - 1)
                self.marks[place], self.rows[place] = mark, row
