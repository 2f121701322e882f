"""Who is known at a gate: the people of its own village, in the smallest form by which they can be found.

A masked name, its initials, the last four of a phone, the door and fingerprints of plates they came by. Whose address
is confidential is not among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from lianfang.domain.checkpoints.queries.memory import memory_key
from lianfang.domain.checkpoints.queries.standing import standing_passages
from lianfang.domain.checkpoints.rules.remembering import PLATE, mark, plain_plate
from lianfang.domain.people.queries import persons_within
from lianfang.kernel.clock import local
from lianfang.kernel.masks import mask_name
from lianfang.kernel.names import initials

TAIL = 4
PLATES_FROM = timedelta(days=30)
MOST_PLATES = 3000


def locals_of(villages: Iterable[str], at: datetime) -> list[dict[str, Any]]:
    """Return the people of the villages as a gate phone finds them."""
    found = []
    for village in villages:
        plates = _plates(village, at)
        rows = persons_within(village).filter(household__confidential_address=False).order_by("pk")
        for one in rows.select_related("household").only("name", "phone", "area_path", "household__number",
                                                         "household__phone"):  # fmt: skip
            home = one.household
            tails = {phone[-TAIL:] for phone in (one.phone, home.phone if home else "") if phone}
            found.append(
                {"id": str(one.pk), "area": one.area_path, "name": mask_name(one.name), "initials": initials(one.name)}
                | {"door": home.number if home else "", "tails": sorted(tails), "plates": plates.get(str(one.pk), [])}
            )
    return [{name: value for name, value in one.items() if value not in ("", [])} for one in found]


def _plates(village: str, at: datetime) -> dict[str, list[str]]:
    """Return the fingerprints of the plates that known people lately passed the village's gates with."""
    rows = standing_passages().filter(
        area_path__gte=village, area_path__lt=village + "~", happened_at__gt=at - PLATES_FROM, decision="pass_known"
    ).exclude(plate_index="")  # fmt: skip
    key, found, seen = memory_key(village, local(at).date()), defaultdict(set), set()
    columns = ("plate_index", "plate", "person_ids")
    for index, plate, persons in rows.order_by("-happened_at").values_list(*columns)[:MOST_PLATES]:
        if len(persons) != 1 or (index, persons[0]) in seen:
            continue
        seen.add((index, persons[0]))
        found[persons[0]].add(mark(key, PLATE, plain_plate(plate)))
    return {person: sorted(marks) for person, marks in found.items()}
