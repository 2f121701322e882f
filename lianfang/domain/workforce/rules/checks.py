"""Points of a checklist and their answers: which may be given, and which points are left. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lianfang.kernel.text import Bilingual, both

YES, NO, NOT_APPLICABLE = "yes", "no", "na"
ANSWERS: dict[str, Bilingual] = {
    YES: both("是", "Yes"),
    NO: both("否", "No"),
    NOT_APPLICABLE: both("不适用", "Not applicable"),
}


def points_left(asked: Iterable[str], answered: Iterable[str]) -> list[str]:
    """Return the points nobody has answered, in their order."""
    done = set(answered)
    return [point for point in asked if point not in done]


def needs_note(answer: str, note: str) -> bool:
    """Say whether an answer lacks the words it needs: whoever says no says what is wrong."""
    return answer == NO and len(note.strip()) < 2
