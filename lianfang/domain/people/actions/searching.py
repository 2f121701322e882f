"""The register of an area searched for people entered twice: sign by sign, with weights learnt from it, stoppable.

Keeps suggestions and decides nothing. What was found before somebody stopped it stays.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Substr

from lianfang.domain.people.actions.suggesting import Pair, add_pair, compared, keep, likeness
from lianfang.domain.people.models import Person
from lianfang.domain.people.rules import COMPARED, STRONGEST, Sameness, as_record
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.foundation.lookups import AMONG
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import now
from lianfang.kernel.linkage import Model, Record, learn, pattern_of
from lianfang.kernel.text import Bilingual, both

# what stands in the village more often than this is no sign of anything
MOST_ALIKE = 12
AT_ONCE = 1000
# fewer pairs teach nothing about how people of this area are miswritten
ENOUGH_PAIRS = 200
SAMPLE = 5000
LOOKING = both("正在比对", "Comparing")
KEEPING = both("正在登记疑似重复", "Keeping what was found")

Report = Callable[[int, int, Bilingual], None]
Pairs = dict[tuple[UUID, UUID], Pair]


@job("people.seek_duplicates", both("查找重复人员", "Look for duplicates"))
def seek_job(body: dict[str, Any], progress: Progress) -> dict[str, int]:
    """Search the register of an area; safe to repeat, because a pair is kept once."""
    path, account = body["area_path"], body["account_id"]
    found = seek(path, now(), progress.report)
    with writing(), transaction.atomic():
        append([Entry("people.duplicates_sought", UUID(account) if account else None, "job",
                      subject=f"areas.areas/{path}", area_path=path, details={"found": found})])  # fmt: skip
    return {"found": found}


def seek(path: str, at: datetime, report: Report) -> int:
    """Look through an area for entries that may be one person, keep the suggestions and return how many there are.

    `report` is told how far it is, and may raise to stop it between two portions.
    """
    passes = list(_passes(path))
    pairs: Pairs = {}
    for place, (rows, signs) in enumerate(passes):
        report(place, len(passes), LOOKING)
        for group in _groups(rows, signs):
            for a, b in combinations(group, 2):
                add_pair(pairs, a, b)
    weighed = _weighed(path, list(pairs.values()))
    for first in range(0, len(weighed), AT_ONCE):
        report(first, len(weighed), KEEPING)
        with writing(), transaction.atomic():
            keep(weighed[first : first + AT_ONCE], at)
    return len(weighed)


def _passes(path: str) -> Iterator[tuple[QuerySet[Person], tuple[str, ...]]]:
    """Yield which entries are grouped by which signs; what may be one person shares one of them."""
    people = compared().filter(within(path))
    born, called = people.filter(born_on__isnull=False), people.exclude(phone_index="")
    village = people.annotate(village=Substr("area_path", 1, VILLAGE_DIGITS))
    yield people.exclude(identity_index=""), ("identity_index",)
    yield called, ("name", "phone_index")
    yield called, ("phone_index",)
    yield born, ("name", "born_on")
    yield village, ("name", "village")
    yield village, ("sound", "village")
    yield village.filter(born_on__isnull=False), ("born_on", "village")


def _groups(rows: QuerySet[Person], signs: tuple[str, ...]) -> list[list[Person]]:
    """Return the entries that share all the signs, in groups of two to MOST_ALIKE."""
    often = rows.values(*signs).annotate(n=Count("pk")).filter(n__gt=1, n__lte=MOST_ALIKE)
    keys = {tuple(row[sign] for sign in signs) for row in often.order_by()}
    first = {key[0] for key in keys}
    groups: dict[tuple[Any, ...], list[Person]] = defaultdict(list)
    wanted = rows.filter(**{f"{signs[0]}__in": first}) if len(first) <= 5000 else rows
    for row in wanted.iterator(chunk_size=2000):
        key = tuple(getattr(row, sign) for sign in signs)
        if key in keys:
            groups[key].append(row)
    return list(groups.values())


class _Register(Sequence[Record]):
    """An area's register as a sample of it: as long as the whole, so that chances are counted over the whole."""

    def __init__(self, path: str) -> None:
        everybody = list(compared().filter(within(path)).order_by("pk").values_list("pk", flat=True))
        self.whole = len(everybody)
        draw = random.Random(20200123)  # noqa: S311 - a fixed seed gives the same order every time; it keeps no secret
        drawn = draw.sample(everybody, min(SAMPLE, self.whole))
        self.drawn = [as_record(likeness(one)) for one in compared().filter(**{f"pk__{AMONG}": drawn}).order_by("pk")]

    def __len__(self) -> int:
        return self.whole

    def __getitem__(self, place: Any) -> Any:
        return self.drawn[place % len(self.drawn)]


def _weighed(path: str, pairs: list[Pair]) -> list[Pair]:
    """Return the pairs, the likeliest first: by weights learnt from the area's own register where it is large enough.

    Whether a pair is looked at was decided by the rule, which everybody can follow; the weights only say in which
    order, because learnt without answers they would take a family, which shares village and phone, for one person.
    """
    if len(pairs) < ENOUGH_PAIRS:
        return pairs
    register = _Register(path)
    patterns = [pattern_of(COMPARED, as_record(likeness(a)), as_record(likeness(b))) for a, b, _ in pairs]
    model = learn(COMPARED, register, register, patterns)
    found = zip(pairs, patterns, strict=True)
    weighed = [(a, b, _with_strength(same, model, pattern)) for (a, b, same), pattern in found]
    return sorted(weighed, key=lambda pair: -pair[2].strength)


def _with_strength(found: Sameness, model: Model, pattern: tuple[int, ...]) -> Sameness:
    sure = found.why == "identity"
    return found if sure else replace(found, strength=round(model.likelihood(pattern) * (STRONGEST - 1)))
