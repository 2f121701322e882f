"""Whether a post would harm who is sent there: age, pregnancy, illness and wishes against nights and exposure. Pure.

It warns and never ranks; who posts people may go on with a reason, because small villages have few hands. Defaults of
workflows.md §3.11; the age comes from the rulebook.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianfang.kernel.text import Bilingual, both

WARNINGS: dict[str, Bilingual] = {
    "age": both("年龄达到上限，不宜夜班或高风险岗位", "Too old for nights or high exposure"),
    "pregnant": both("孕期、哺乳期，不宜夜班或高风险岗位", "Pregnant or nursing: no nights, no high exposure"),
    "chronic_illness": both("有慢性病，不宜夜班或高风险岗位", "A chronic illness: no nights, no high exposure"),
    "no_nights": both("本人不能上夜班", "Cannot work nights"),
    "no_exposure": both("本人不能上高风险岗位", "Cannot work with high exposure"),
}


def age_on(born_on: date | None, on: date) -> int | None:
    """Return the age in whole years on a day; None where the birth date is not known."""
    if born_on is None:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def warnings(
    limits: Iterable[str], age: int | None, *, nights: bool, exposed: bool, oldest_below: int
) -> tuple[str, ...]:
    """Return the keys of WARNINGS that speak against a post with nights or high exposure, none for any other post.

    `oldest_below` is the age from which such posts are not given, in years.
    """
    if not (nights or exposed):
        return ()
    said = {*limits}
    found = ["age"] if age is not None and age >= oldest_below else []
    found += [one for one in ("pregnant", "chronic_illness") if one in said]
    found += ["no_nights"] if nights and "no_nights" in said else []
    found += ["no_exposure"] if exposed and "no_exposure" in said else []
    return tuple(found)
