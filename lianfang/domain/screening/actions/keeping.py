"""Keeping how households stand in a campaign, and the counts above them, in step with visits and with the register.

Refuses nothing. Runs inside an action's transaction. Whoever records visits holds their campaigns first (`hold`), and
a refresh locks its campaign whole: so a refresh counts what is committed, and neither waits for the other in a circle.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Count

from lianfang.domain.areas.queries import ancestors_of, level_of
from lianfang.domain.organisation.queries import answerable_ids, primary_contact_ids
from lianfang.domain.people.queries import households_within
from lianfang.domain.screening.models.visits import Campaign, SweepCount, SweepHousehold, Visit
from lianfang.domain.screening.rules import VISIT_OUTCOMES, Standing, VisitMade, standing
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.privacy.fields import within

Pair = tuple[UUID, UUID]  # campaign, household
Deltas = Counter[tuple[UUID, str, str]]  # campaign, area path, what is counted
COUNTED = ("households", *VISIT_OUTCOMES)
_STANDING = ("outcome", "visits", "tries", "last_visit", "last_at", "follow_up", "due_at")
CHUNK = 2000


def hold(campaign_ids: Iterable[UUID]) -> None:
    """Hold campaigns against a refresh until this transaction ends; others who record visits are not held up.

    Said aloud, because PostgreSQL checks keys to the campaign only at the end and SQLite has one writer anyhow.
    """
    ids = sorted(set(campaign_ids))
    if ids and connection.vendor == "postgresql":
        sql = f'SELECT 1 FROM "{Campaign._meta.db_table}" WHERE "id" = ANY(%s) ORDER BY "id" FOR KEY SHARE'  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [ids])


def keep_standings(campaigns: Mapping[UUID, Campaign], places: Mapping[Pair, str], at: datetime) -> None:
    """Bring the standing of these households, and the counts above them, in line with all their visits.

    `places` gives the area path of each; a household the campaign did not know yet joins it.
    """
    if not places:
        return
    deltas: Deltas = Counter()
    rows = _joined(places, at, deltas)
    made = _visits_of(rows)
    changed = []
    for pair, row in rows.items():
        campaign = campaigns[pair[0]]
        before, now = row.outcome, _standing(made.get(pair, ()), campaign)
        if before != (now.outcome or ""):
            _move(deltas, row, before, now.outcome or "")
        _set(row, now)
        changed.append(row)
    _write_standings(changed)
    _add_up(campaigns, deltas)


def _joined(places: Mapping[Pair, str], at: datetime, deltas: Deltas) -> dict[Pair, SweepHousehold]:
    """Return the row of every pair, locked; rows that were missing are made and counted."""
    rows = _locked(places)
    missing = [pair for pair in places if pair not in rows]
    if missing:
        made = [_row(campaign, home, places[campaign, home], at) for campaign, home in missing]
        fresh = append_facts(made)
        deltas.update((row.campaign_id, row.area_path, "households") for row in made if row.pk in fresh)
        rows |= _locked(missing)
    return rows


def _locked(pairs: Iterable[Pair]) -> dict[Pair, SweepHousehold]:
    wanted = set(pairs)
    found = (
        SweepHousehold.objects.select_for_update()
        .filter(campaign_id__in={one[0] for one in wanted}, household_id__in={one[1] for one in wanted})
        .order_by("household_id", "campaign_id")
    )
    return {pair: row for row in found if (pair := (row.campaign_id, row.household_id)) in wanted}


def _row(campaign_id: UUID, home: UUID, path: str, at: datetime, answerable: UUID | None = None) -> SweepHousehold:
    return SweepHousehold(
        campaign_id=campaign_id, household_id=home, area_path=path, since=at, answerable_id=answerable
    )


def _visits_of(pairs: Iterable[Pair]) -> dict[Pair, list[VisitMade]]:
    known = list(pairs)
    rows = Visit.objects.filter(campaign_id__in={one[0] for one in known}, household_id__in={one[1] for one in known})
    found: dict[Pair, list[VisitMade]] = defaultdict(list)
    columns = ("campaign_id", "household_id", "id", "outcome", "happened_at", "corrects_id")
    for campaign, home, visit, outcome, happened_at, corrects in rows.values_list(*columns):
        made = VisitMade(str(visit), outcome, happened_at, str(corrects) if corrects else None)
        found[campaign, home].append(made)
    return found


def _standing(visits: Iterable[VisitMade], campaign: Campaign) -> Standing:
    return standing(
        visits,
        revisit_after_hours=campaign.revisit_after_hours,
        tries_before_secretary=campaign.tries_before_secretary,
    )


def _set(row: SweepHousehold, now: Standing) -> None:
    row.outcome, row.visits, row.tries = now.outcome or "", now.visits, now.tries
    row.last_visit = UUID(now.last_visit) if now.last_visit else None
    row.last_at, row.follow_up, row.due_at = now.last_at, now.follow_up, now.due_at


def _move(deltas: Deltas, row: SweepHousehold, before: str, after: str) -> None:
    if before:
        deltas[row.campaign_id, row.area_path, before] -= 1
    if after:
        deltas[row.campaign_id, row.area_path, after] += 1


def _prepared(model: type[models.Model], name: str, value: Any) -> Any:
    return model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]


def _write_standings(rows: Sequence[SweepHousehold]) -> None:
    _update(SweepHousehold, _STANDING, [(row.pk, *(getattr(row, name) for name in _STANDING)) for row in rows])


def _update(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set columns of many rows in one go: each row is its key and the values, several times faster than bulk_update."""
    sets = ", ".join(f'"{model._meta.get_field(name).column}" = %s' for name in names)  # type: ignore[union-attr]
    sql = f'UPDATE "{model._meta.db_table}" SET {sets} WHERE "id" = %s'  # noqa: S608
    values = [
        [
            *(_prepared(model, name, value) for name, value in zip(names, row[1:], strict=True)),
            _prepared(model, "id", row[0]),
        ]
        for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def levels_above(campaign: Campaign, path: str) -> list[str]:
    """Return the areas of the campaign that a household at this path counts in, the campaign's own the first."""
    return [one for one in ancestors_of(path) if one.startswith(campaign.area_path)]


def _add_up(campaigns: Mapping[UUID, Campaign], deltas: Deltas) -> None:
    """Add the deltas to the counts of every level in one order, so that two writers never wait for each other."""
    sums: dict[tuple[UUID, str], Counter[str]] = defaultdict(Counter)
    for (campaign_id, path, what), number in deltas.items():
        for area in levels_above(campaigns[campaign_id], path):
            sums[campaign_id, area][what] += number
    added = ", ".join(f'"{name}" = "{SweepCount._meta.db_table}"."{name}" + excluded."{name}"' for name in COUNTED)
    columns = ", ".join(f'"{name}"' for name in ("campaign_id", "area_path", "level", *COUNTED))
    marks = ", ".join(["%s"] * (3 + len(COUNTED)))
    sql = (
        f'INSERT INTO "{SweepCount._meta.db_table}" ({columns}) VALUES ({marks}) '  # noqa: S608
        f'ON CONFLICT ("campaign_id", "area_path") DO UPDATE SET {added}'
    )
    values = [
        [_prepared(SweepCount, "campaign", campaign), area, level_of(area), *(count[name] for name in COUNTED)]
        for (campaign, area), count in sorted(sums.items(), key=lambda one: (str(one[0][0]), one[0][1]), reverse=True)
        if any(count.values())
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


# --- in step with the register -----------------------------------------------------------------------------------


def refresh(campaign: Campaign, path: str, at: datetime) -> int:
    """Bring a campaign below an area in step with the register and with who answers; return its households there.

    New doors join. Doors gone without a visit leave; visited ones stay with what was found, where they are now.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    homes = _occupied(path)
    rows = {row.household_id: row for row in SweepHousehold.objects.filter(within(path), campaign=campaign)}
    rows |= _moved_in(campaign, [home for home in homes if home not in rows])
    answers = _answers(path, homes)
    _join(campaign, homes, rows, answers, at)
    _follow(rows, homes, answers)
    _leave(campaign, [row for home, row in rows.items() if home not in homes])
    _recount(campaign)
    return SweepHousehold.objects.filter(campaign=campaign).count()


def _occupied(path: str) -> dict[UUID, str]:
    return dict(households_within(path).filter(status="occupied").values_list("pk", "area_path"))


def _moved_in(campaign: Campaign, homes: Sequence[UUID]) -> dict[UUID, SweepHousehold]:
    found: dict[UUID, SweepHousehold] = {}
    for start in range(0, len(homes), CHUNK):
        chunk = homes[start : start + CHUNK]
        rows = SweepHousehold.objects.filter(campaign=campaign, household_id__in=chunk)
        found |= {row.household_id: row for row in rows}
    return found


def _answers(path: str, homes: Mapping[UUID, str]) -> dict[UUID, UUID | None]:
    """Return who answers for each household: its primary contact, else whoever answers for its area."""
    contacts, areas = primary_contact_ids(path), answerable_ids(homes.values())
    return {home: contacts.get(home) or areas.get(area) for home, area in homes.items()}


def _join(
    campaign: Campaign, homes: Mapping[UUID, str], rows: Mapping[UUID, Any], answers: Mapping[UUID, Any], at: datetime
) -> None:
    fresh = [_row(campaign.pk, home, path, at, answers[home]) for home, path in homes.items() if home not in rows]
    SweepHousehold.objects.bulk_create(fresh, batch_size=CHUNK, ignore_conflicts=True)


def _follow(
    rows: Mapping[UUID, SweepHousehold], homes: Mapping[UUID, str], answers: Mapping[UUID, UUID | None]
) -> None:
    changed = [
        (row.pk, homes[home], answers[home])
        for home, row in rows.items()
        if home in homes and (row.area_path, row.answerable_id) != (homes[home], answers[home])
    ]
    _update(SweepHousehold, ("area_path", "answerable"), changed)


def _leave(campaign: Campaign, rows: Sequence[SweepHousehold]) -> None:
    gone = [row.pk for row in rows if not row.visits]
    for start in range(0, len(gone), CHUNK):
        SweepHousehold.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
    visited = {row.household_id: row for row in rows if row.visits}
    now_at = dict(households_within(campaign.area_path).filter(pk__in=visited).values_list("pk", "area_path"))
    moved = [(visited[home].pk, path) for home, path in now_at.items() if visited[home].area_path != path]
    _update(SweepHousehold, ("area_path",), moved)


def _recount(campaign: Campaign) -> None:
    """Rewrite the campaign's counts from its households."""
    found = SweepHousehold.objects.filter(campaign=campaign).order_by().values_list("area_path", "outcome")
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for path, outcome, number in found.annotate(n=Count("pk")):
        for area in levels_above(campaign, path):
            sums[area]["households"] += number
            sums[area][outcome] += number
    SweepCount.objects.filter(campaign=campaign).delete()
    SweepCount.objects.bulk_create(
        (
            SweepCount(
                campaign=campaign, area_path=area, level=level_of(area), **{name: count[name] for name in COUNTED}
            )
            for area, count in sums.items()
        ),
        batch_size=CHUNK,
    )
