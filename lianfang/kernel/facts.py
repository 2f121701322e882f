"""Facts: what actions announce, in the past tense. Pure, because rules and phones know them too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of every fact. Subclasses name themselves by `name = "app.past_tense"` and hold ids, codes and dates."""

    area_path: str

    @classmethod
    def event_name(cls) -> str:
        return str(cls.name)  # type: ignore[attr-defined]  # every subclass declares it
