"""What happens to permits when other apps announce facts."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.actions.running import follow


def returnee_registered(fact: dict[str, Any]) -> None:
    """End the permit of the household where somebody who came back was found and registered."""
    follow("checkpoints.end_for_returnee", {"person_id": fact["person_id"]}, because=fact["event_id"])


def household_closed(fact: dict[str, Any]) -> None:
    """End the permit of a closed household."""
    follow("checkpoints.end_for_closed", {"household_id": fact["household_id"]}, because=fact["event_id"])


def households_moved(fact: dict[str, Any]) -> None:
    """Let permits follow their households, or end where they no longer hold."""
    follow("checkpoints.follow_households", {"household_ids": fact["household_ids"]}, because=fact["event_id"])
