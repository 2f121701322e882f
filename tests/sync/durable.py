"""A phone with a disk: what it takes in is written before it is said to be saved, and a restart finds the disk alone.

The disk is a journal of lines. A line that was cut off in the middle counts as never written; a disk that is full
takes nothing, and then the worker is told so.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.sync.phones import Entry, Phone, new_device


class NotSaved(Exception):
    """The disk took nothing: the worker is told, and nothing is counted as recorded."""


class SwitchedOff(Exception):
    """The phone went off in the middle of a write; how much of the line is there is a matter of luck."""


@dataclass
class DurablePhone(Phone):
    """A phone whose queue is what its disk says."""

    disk: Path = field(default_factory=Path)
    full: bool = False
    settled_before: tuple[dict[str, Entry], dict[str, Entry]] = field(default_factory=lambda: ({}, {}))
    off_after: float | None = None  # the share of the next line that is written before the phone goes off

    def take_in(self, entry: Entry) -> None:
        """Write an entry down, then count it. Raises NotSaved, SwitchedOff."""
        self._write({"put": entry})
        super().take_in(entry)

    def note(self, entry: Entry, outcome: str) -> None:
        """Note what became of an entry. A disk that cannot take it loses nothing: the upload is repeated."""
        with suppress(NotSaved):
            self._write({outcome: entry["id"]})
        super().note(entry, outcome)

    def _write(self, line: dict[str, object]) -> None:
        if self.full:
            raise NotSaved
        text = json.dumps(line, ensure_ascii=False) + "\n"
        share, self.off_after = self.off_after, None
        with self.disk.open("a", encoding="utf-8") as file:
            file.write(text if share is None else text[: int(len(text) * share)])
        if share is not None:
            raise SwitchedOff

    def restart(self) -> None:
        """Forget everything and read the disk."""
        # what was settled before a wipe the test remembers, not the phone
        known, refused = self.settled_before
        self.waiting, self.known, self.refused = [], dict(known), dict(refused)
        entries: dict[str, Entry] = {}
        text = self.disk.read_text(encoding="utf-8") if self.disk.exists() else ""
        *whole, torn = text.split("\n")
        if torn:
            self.disk.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
        for line in whole:
            [(what, value)] = json.loads(line).items()
            if what == "put":
                entries[value["id"]] = value
                self.waiting.append(value)
            elif value in entries:  # else it was settled again after a wipe
                Phone.note(self, entries[value], what)

    def wipe(self) -> None:
        """A phone reported lost keeps nothing. Whoever signs in on it next begins with a device of its own."""
        self.disk.unlink(missing_ok=True)
        self.settled_before = dict(self.known), dict(self.refused)
        self.waiting, self.session.device = [], new_device()
        self.session.sign_in()
