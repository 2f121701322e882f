"""The patterns of shifts that are shipped, or a county's own, as forms of actions and columns of tables offer them."""

from __future__ import annotations

from collections.abc import Iterator

from lianfang.domain.incidents.queries import book
from lianfang.domain.workforce.rules.patterns import OWN, own_shift_kinds
from lianfang.domain.workforce.rules.rostering import Pattern, patterns_from
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import Bilingual, both


def _patterns() -> Iterator[Pattern]:
    for value in book().editions(PRODUCT, "duty.patterns"):
        yield from patterns_from(value.value).values()


def pattern_kinds() -> dict[str, Bilingual]:
    """Return every shipped pattern with its label, and that there are a county's own."""
    return {one.key: one.label for one in _patterns()} | {OWN: both("本县自定班制", "The county's own pattern")}


def shift_kinds() -> dict[str, Bilingual]:
    """Return every shift of every shipped pattern and the places of an own one, as pattern.shift with its label."""
    shipped = {f"{pattern.key}.{one.key}": one.label for pattern in _patterns() for one in pattern.shifts}
    return shipped | own_shift_kinds()
