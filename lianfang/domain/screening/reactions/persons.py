"""What screening does when the register learns that two entries are one person, or are not."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.actions.running import follow


def persons_merged(fact: dict[str, Any]) -> None:
    """Two entries of a person became one."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("screening.carry_over", given, because=fact["event_id"])


def persons_unmerged(fact: dict[str, Any]) -> None:
    """A merge was undone."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("screening.part_again", given, because=fact["event_id"])
