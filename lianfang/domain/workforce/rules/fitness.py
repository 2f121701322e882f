"""Whether a post would harm who is sent there: age, pregnancy, illness and wishes against nights and exposure. Pure.

It warns and never ranks; who posts people may go on with a reason, because small villages have few hands. What
keeps whom from what, and the age, come from the rulebook, as they do for a roster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lianfang.domain.workforce.rules.rostering.problem import AGE, EXPOSURE, NIGHT
from lianfang.kernel.text import Bilingual, both

WARNINGS: dict[str, Bilingual] = {
    "age": both("年龄达到上限，不宜夜班或高风险岗位", "Too old for nights or high exposure"),
    "pregnant": both("孕期、哺乳期，不宜夜班或高风险岗位", "Pregnant or nursing: no nights, no high exposure"),
    "chronic_illness": both("有慢性病，不宜夜班或高风险岗位", "A chronic illness: no nights, no high exposure"),
    "no_nights": both("本人不能上夜班", "Cannot work nights"),
    "no_exposure": both("本人不能上高风险岗位", "Cannot work with high exposure"),
}


def warnings(
    limits: Iterable[str],
    age: int | None,
    barred: Mapping[str, Iterable[str]],
    *,
    nights: bool,
    exposed: bool,
    oldest_below: int,
) -> tuple[str, ...]:
    """Return the keys of WARNINGS that speak against a post with nights or high exposure, none for any other post.

    `barred` says what each limit, and age, keeps somebody from; `oldest_below` is from how many years on age does.
    """
    asked = {*([NIGHT] if nights else []), *([EXPOSURE] if exposed else [])}
    held = {*limits, *([AGE] if age is not None and age >= oldest_below else [])}
    return tuple(one for one in WARNINGS if one in held and not asked.isdisjoint(barred.get(one, ())))
