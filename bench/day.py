"""A day's work of many phones, drawn from the database of the environment; and afterwards what of it is there.

Run as a program: `python -m bench.day plan N` prints the phones as JSON; `python -m bench.day check` reads ids.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

DEVICE = "day-"
FACTS = 60
ERRAND_EVERY = 12


def plan(most: int) -> list[dict[str, Any]]:
    """Return phones with worker and commands, door by door: the visit, readings there, now and then an errand."""
    from lianfang.domain.observation.models import Timetable
    from lianfang.domain.people.models import Household, Person
    from lianfang.domain.screening.models.visits import Campaign
    from lianfang.foundation.access.models import Grant

    sweep = Campaign.objects.filter(state="running").values_list("pk", flat=True).first()
    observed = set(Timetable.objects.filter(state="live").values_list("person_id", flat=True))
    homes: dict[str, list[Household]] = defaultdict(list)
    for home in Household.objects.exclude(status="closed").order_by("area_path", "order", "pk"):
        homes[home.area_path].append(home)
    living: dict[Any, list[str]] = defaultdict(list)
    for person, home_id in Person.objects.filter(pk__in=observed).values_list("pk", "household_id"):
        living[home_id].append(str(person))
    # grid workers first, then secretaries, whose phones hold their whole village
    workers = Grant.objects.filter(role__in=("grid_worker", "village_secretary")).order_by("role", "account__username")
    for path, some in list(homes.items()):
        homes[path[:12]] += some
    found: list[dict[str, Any]] = []
    for username, path in workers.values_list("account__username", "area_path"):
        if homes[path] and len(found) < most:
            found.append({"username": username, "device": f"{DEVICE}{len(found)}",
                          "commands": _commands(homes[path], living, sweep)})  # fmt: skip
    return found


def _commands(homes: list[Any], living: dict[Any, list[str]], sweep: UUID | None) -> list[dict[str, Any]]:
    first = homes[0]
    made = [_command("people.edit_household", household_id=first.pk, version=first.version, note="门前有狗")]
    while len(made) < FACTS:
        home = homes[len(made) % len(homes)]
        made.append(_command("screening.record_visit", household_id=home.pk, campaign_id=sweep, outcome="done"))
        for person in living[home.pk]:
            made.append(_command("observation.record_reading", person_id=person, temperature_c=36.5, how="visit"))
        if len(made) % ERRAND_EVERY == 0:
            made.append(_command("welfare.raise_request", household_id=home.pk, kind="medicine", what="降压药"))
    return made


def _command(action: str, **given: Any) -> dict[str, Any]:
    from lianfang.kernel.clock import now
    from lianfang.kernel.ids import uuid7

    named = {key: str(value) if isinstance(value, UUID) else value for key, value in given.items()}
    return {
        "id": str(uuid7()),
        "action": action,
        "input": named,
        "happened_at": now().isoformat(),
        "app_version": "0.1",
    }


def check(sent: list[str]) -> dict[str, int]:
    """Return how many of these commands are missing or doubled, by the rows of facts and by the audit."""
    from lianfang.domain.checkpoints.models.passages import Passage
    from lianfang.domain.observation.models import Reading
    from lianfang.domain.screening.models.visits import Visit
    from lianfang.foundation.actions.models import Command
    from lianfang.foundation.audit.models import AuditLine

    there: Counter[str] = Counter()
    for start in range(0, len(sent), 500):
        part = sent[start : start + 500]
        for model in (Reading, Visit, Passage, Command):
            there.update(str(one) for one in model.objects.filter(pk__in=part).values_list("pk", flat=True))
    named: Counter[str] = Counter()
    lines = AuditLine.objects.filter(device_id__startswith=DEVICE, command_id__isnull=False)
    for command_id, details in lines.values_list("command_id", "details"):
        named.update(details.get("commands") or [str(command_id)])
    return {
        "missing": sum(there[one] == 0 for one in sent),
        "doubled": sum(there[one] > 1 or named[one] > 1 for one in sent),
        "without_audit_line": sum(named[one] == 0 for one in sent),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django

    django.setup()
    answer = plan(int(sys.argv[2])) if sys.argv[1] == "plan" else check(json.load(sys.stdin))
    sys.stdout.write(json.dumps(answer))
