"""The county that everything is measured on: made once per database by the demo's own maker."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

COUNTY = "140826"
TOWN = "140826100"
VILLAGE = "140826100201"


@dataclass(frozen=True)
class Made:
    """How large the county is, and how long making it took in this run (0 when it was there)."""

    people: int
    households: int
    orders: int
    seconds: float


def prepare(people: int) -> Made:
    """Migrate the database, make the county unless it is there, and let PostgreSQL know its sizes."""
    from django.core.management import call_command
    from django.db import connection

    from lianfang.config.demo.making import make_demo_once
    from lianfang.domain.observation.models import Order
    from lianfang.domain.people.models import Household, Person

    call_command("migrate", interactive=False, verbosity=0)
    started = time.perf_counter()
    is_new = make_demo_once(people=people, say=lambda line: print(line, file=sys.stderr, flush=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    spent = time.perf_counter() - started if is_new else 0.0
    return Made(Person.objects.count(), Household.objects.count(), Order.objects.count(), spent)
