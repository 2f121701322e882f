"""The patterns of shifts the rulebook ships, as the forms of actions and the columns of tables offer them."""

from __future__ import annotations

from collections.abc import Iterator

from lianfang.domain.incidents.queries import book
from lianfang.domain.workforce.rules.rostering import Pattern, patterns_from
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import Bilingual


def _patterns() -> Iterator[Pattern]:
    for value in book().editions(PRODUCT, "duty.patterns"):
        yield from patterns_from(value.value).values()


def pattern_kinds() -> dict[str, Bilingual]:
    """Return every shipped pattern with its label."""
    return {one.key: one.label for one in _patterns()}


def shift_kinds() -> dict[str, Bilingual]:
    """Return every shift of every shipped pattern, as pattern.shift with its label."""
    return {f"{pattern.key}.{one.key}": one.label for pattern in _patterns() for one in pattern.shifts}
