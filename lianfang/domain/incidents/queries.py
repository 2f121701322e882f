"""Reads of incidents and rules for other code: which value holds where and when, with its source."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.incidents import rules
from lianfang.domain.incidents.models import Incident, LocalRule, Measure
from lianfang.domain.incidents.rules import BoundOrder, ReleaseProposal
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.rulebook import PRODUCT, Rulebook, RuleValue, shipped

RUNNING = ("preparing", "active", "de_escalating")

_kept: dict[str, tuple[float, tuple[rules.LocalRule, ...], tuple[Incident, ...]]] = {}


@cache
def book() -> Rulebook:
    """Return the rulebook of the shipped packs, read once per process."""
    return shipped()


def rule(key: str, area_path: str, on: date, disease: str | None = None) -> RuleValue:
    """Return the value that holds on the day in the area, with source, edition and date.

    Without a disease, the running incident of the area says which. Raises `rulebook.unknown_key`, `rulebook.no_value`.
    """
    local, incidents = _current()
    incident = _incident_of(incidents, area_path, disease)
    profile = disease or (incident.disease if incident else PRODUCT)
    day = incident.rules_as_of if incident and incident.rules_as_of else on
    return rules.value_of(book(), profile, key, day, area_path=area_path, local=local)


def rule_by_area(key: str, on: date) -> list[tuple[str, RuleValue]]:
    """Return the value of a key for every area where it may differ, nearest first, and everywhere (“”) at last."""
    local, incidents = _current()
    paths = {one.area_path for one in local if one.key == key} | {one.area_path for one in incidents}
    paths |= {area.path for area in areas_of_level("county")}
    nearest_first = sorted(paths - {""}, key=lambda path: (-len(path), path))
    return [(path, rule(key, path, on)) for path in [*nearest_first, ""]]


def editions(key: str, disease: str) -> tuple[RuleValue, ...]:
    """Return every dated value of a key, oldest first."""
    return book().editions(disease, key)


def has_rule(key: str, disease: str) -> bool:
    """Say whether any edition of the disease, or the product, gives this key a value."""
    return bool(book().editions(disease, key))


def earlier_releases(profile: str, edition: str, orders: Sequence[BoundOrder]) -> list[ReleaseProposal]:
    """Return the earlier ends that an edition proposes for orders bound to editions before it; a longer one: none."""
    found: list[ReleaseProposal] = []
    for key in {order.key for order in orders}:
        values = editions(key, profile)
        new = next((value for value in values if value.edition == edition), None)
        if new is not None:
            found += rules.proposals_for_all(orders, values, new)
    return found


def running_incidents(area_path: str = "") -> list[Incident]:
    """Return the incidents running in the area or above it; without an area, all of them. Newest first."""
    _, incidents = _current()
    return [one for one in incidents if area_path.startswith(one.area_path) or not area_path]


def incident_of(area_path: str, disease: str | None = None) -> Incident | None:
    """Return the running incident of the area: the nearest area first, then the newest."""
    return _incident_of(_current()[1], area_path, disease)


def find_incident(incident_id: UUID | str) -> Incident | None:
    """Return an incident in whatever state."""
    return Incident.objects.filter(pk=incident_id).first()


def measures_in_force(area_path: str, on: date) -> list[Measure]:
    """Return the measures that hold on the day in the area or above it."""
    above = [area_path[:length] for length in range(len(area_path) + 1)]
    not_lifted = Q(lifted_on__isnull=True) | Q(lifted_on__gt=on)
    return list(Measure.objects.filter(not_lifted, area_path__in=above, starts_on__lte=on, ends_on__gte=on))


def local_rules_below(area_path: str, on: date) -> list[LocalRule]:
    """Return the stricter local rules in force at or below the area."""
    return list(LocalRule.objects.filter(within(area_path), ended_at__isnull=True, from_on__lte=on, until_on__gte=on))


def forget_rules() -> None:
    """Forget what this process remembers of local rules and incidents, so that a change holds at once."""
    _kept.clear()


def _incident_of(incidents: Sequence[Incident], area_path: str, disease: str | None) -> Incident | None:
    mine = [one for one in incidents if area_path.startswith(one.area_path) and disease in (None, one.disease)]
    return max(mine, key=lambda one: (len(one.area_path), one.started_on), default=None)


def _current() -> tuple[tuple[rules.LocalRule, ...], tuple[Incident, ...]]:
    """Return local rules and running incidents, remembered for a moment because every reading asks for them."""
    name = str(connection.settings_dict["NAME"])
    kept = _kept.get(name)
    if kept and kept[0] > time.monotonic():
        return kept[1], kept[2]
    local = tuple(_as_rule(one) for one in LocalRule.objects.filter(ended_at__isnull=True))
    incidents = tuple(Incident.objects.filter(state__in=RUNNING).order_by("-started_on"))
    _kept[name] = (time.monotonic() + settings.LIANFANG_ACTOR_SECONDS, local, incidents)
    return local, incidents


def _as_rule(one: LocalRule) -> rules.LocalRule:
    return rules.LocalRule(one.profile, one.key, one.value, one.area_path, one.from_on, one.until_on, one.document)
