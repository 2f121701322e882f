"""Keeping how households stand in a campaign, and the counts above them, in step with visits and with the register.

Refuses nothing. Runs inside an action's transaction. Whoever records visits holds their campaigns first (`hold`), and
a refresh locks its campaign whole: so a refresh counts what is committed, and neither waits for the other in a circle.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Count, F

from lianfang.domain.areas.queries import ancestors_of, level_of
from lianfang.domain.organisation.queries import answerable_ids, primary_contact_ids
from lianfang.domain.people.queries import households_within
from lianfang.domain.screening.actions.rows import insert_rows, update_rows
from lianfang.domain.screening.models.visits import Campaign, SweepCount, SweepHousehold, Visit
from lianfang.domain.screening.rules import VISIT_OUTCOMES, Standing, VisitMade, standing
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.ids import uuid7

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


@dataclass(slots=True)
class _Row:
    """What of a household in a sweep has to be known to set its standing anew."""

    id: UUID
    area_path: str
    outcome: str
    visits: int


def keep_standings(campaigns: Mapping[UUID, Campaign], new: Sequence[Visit], at: datetime) -> None:
    """Bring the standing of the visited households, and the counts above them, in line with all their visits.

    A household the campaign did not know yet joins it.
    """
    places = {_pair(visit): visit.area_path for visit in new if visit.campaign_id}
    if not places:
        return
    deltas: Deltas = Counter()
    rows = _joined(campaigns, places, at, deltas)
    made = _visits_of(rows, new)
    standings = {pair: _standing(made[pair], campaigns[pair[0]]) for pair in rows}
    for pair, row in rows.items():
        after = standings[pair].outcome or ""
        if row.outcome != after:
            _move(deltas, pair[0], row, after)
    update_rows(SweepHousehold, _STANDING, [(*_columns(standings[pair]), row.id) for pair, row in rows.items()])
    _add_up(campaigns, deltas)


def _pair(visit: Visit) -> Pair:
    assert visit.campaign_id is not None
    return visit.campaign_id, visit.household_id


def _joined(
    campaigns: Mapping[UUID, Campaign], places: Mapping[Pair, str], at: datetime, deltas: Deltas
) -> dict[Pair, _Row]:
    """Return the row of every pair, locked; rows that were missing are made and counted."""
    rows = _locked(places)
    missing = [pair for pair in places if pair not in rows]
    if missing:
        made = [
            SweepHousehold(campaign_id=campaign, campaign_state=campaigns[campaign].state, household_id=home,
                           area_path=places[campaign, home], since=at)
            for campaign, home in missing
        ]  # fmt: skip
        fresh = append_facts(made)
        deltas.update((row.campaign_id, row.area_path, "households") for row in made if row.pk in fresh)
        rows |= _locked(missing)
    return rows


def _locked(pairs: Iterable[Pair]) -> dict[Pair, _Row]:
    wanted = set(pairs)
    found = (
        SweepHousehold.objects.select_for_update()
        .filter(campaign_id__in={one[0] for one in wanted}, household_id__in={one[1] for one in wanted})
        .order_by("household_id", "campaign_id")
        .values_list("campaign_id", "household_id", "id", "area_path", "outcome", "visits")
    )
    return {(one[0], one[1]): _Row(*one[2:]) for one in found if (one[0], one[1]) in wanted}


def _visits_of(rows: Mapping[Pair, _Row], new: Sequence[Visit]) -> dict[Pair, list[VisitMade]]:
    """Return all visits of each household: the new ones, and where there were some before, those too."""
    found: dict[Pair, list[VisitMade]] = defaultdict(list)
    for visit in new:
        if visit.campaign_id and not rows[_pair(visit)].visits:
            found[_pair(visit)].append(_made(visit.pk, visit.outcome, visit.happened_at, visit.corrects_id))
    earlier = {pair for pair, row in rows.items() if row.visits}
    if earlier:
        known = Visit.objects.filter(
            campaign_id__in={one[0] for one in earlier}, household_id__in={one[1] for one in earlier}
        )
        columns = ("campaign_id", "household_id", "id", "outcome", "happened_at", "corrects_id")
        for campaign, home, *told in known.values_list(*columns):
            if (campaign, home) in earlier:
                found[campaign, home].append(_made(*told))
    return found


def _made(id: UUID, outcome: str, happened_at: datetime, corrects_id: UUID | None) -> VisitMade:
    return VisitMade(str(id), outcome, happened_at, str(corrects_id) if corrects_id else None)


def _standing(visits: Iterable[VisitMade], campaign: Campaign) -> Standing:
    return standing(
        visits,
        revisit_after_hours=campaign.revisit_after_hours,
        tries_before_secretary=campaign.tries_before_secretary,
    )


def _columns(now: Standing) -> tuple[Any, ...]:
    """Return the values of the columns that hold a standing, in their order."""
    last = UUID(now.last_visit) if now.last_visit else None
    return (now.outcome or "", now.visits, now.tries, last, now.last_at, now.follow_up, now.due_at)


def _move(deltas: Deltas, campaign_id: UUID, row: _Row, after: str) -> None:
    if row.outcome:
        deltas[campaign_id, row.area_path, row.outcome] -= 1
    if after:
        deltas[campaign_id, row.area_path, after] += 1


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
    prepare = SweepCount._meta.get_field("campaign").get_db_prep_save
    values = [
        [prepare(campaign, connection), area, level_of(area), *(count[name] for name in COUNTED)]
        for (campaign, area), count in sorted(sums.items(), key=lambda one: (str(one[0][0]), one[0][1]), reverse=True)
        if any(count.values())
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


# --- in step with the register -----------------------------------------------------------------------------------


def refresh(campaign: Campaign, path: str, at: datetime) -> int:
    """Bring a running campaign below an area in step with the register and with who answers; return its households.

    New doors join. Doors gone without a visit leave; visited ones stay with what was found, where they are now.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    homes = _occupied(path)
    rows = _rows(SweepHousehold.objects.filter(within(path), campaign=campaign))
    rows |= _moved_in(campaign, [home for home in homes if home not in rows])
    answers = _answers(path, homes)
    _join(campaign, {home: area for home, area in homes.items() if home not in rows}, answers, at)
    touched = _follow(rows, homes, answers)
    touched |= _leave(campaign, {home: row for home, row in rows.items() if home not in homes})
    inside = all(area.startswith(path) for area in touched)
    return _recount(campaign, path if inside else campaign.area_path)


@dataclass(slots=True)
class _Known:
    """A household as the campaign lists it."""

    id: UUID
    area_path: str
    answerable_id: UUID | None
    visits: int


def _rows(found: models.QuerySet[SweepHousehold]) -> dict[UUID, _Known]:
    columns = ("household_id", "id", "area_path", "answerable_id", "visits")
    return {home: _Known(*rest) for home, *rest in found.values_list(*columns).iterator(chunk_size=CHUNK)}


def _occupied(path: str) -> dict[UUID, str]:
    return dict(households_within(path).filter(status="occupied").values_list("pk", "area_path"))


def _moved_in(campaign: Campaign, homes: Sequence[UUID]) -> dict[UUID, _Known]:
    """Return those that the campaign lists elsewhere; a campaign that lists nobody yet need not be asked."""
    found: dict[UUID, _Known] = {}
    if not homes or not SweepHousehold.objects.filter(campaign=campaign).exists():
        return found
    for start in range(0, len(homes), CHUNK):
        chunk = homes[start : start + CHUNK]
        found |= _rows(SweepHousehold.objects.filter(campaign=campaign, household_id__in=chunk))
    return found


def _answers(path: str, homes: Mapping[UUID, str]) -> dict[UUID, UUID | None]:
    """Return who answers for each household: its primary contact, else whoever answers for its area."""
    contacts, areas = primary_contact_ids(path), answerable_ids(set(homes.values()))
    return {home: contacts.get(home) or areas.get(area) for home, area in homes.items()}


def _join(campaign: Campaign, homes: Mapping[UUID, str], answers: Mapping[UUID, UUID | None], at: datetime) -> None:
    """List households as not yet visited."""
    names = ("id", "household", "area_path", "answerable", "campaign", "campaign_state", "since", "outcome", "visits",
             "tries", "follow_up", "settled_note")  # fmt: skip
    same = (campaign.pk, "running", at, "", 0, 0, "visit", "")
    insert_rows(SweepHousehold, names, ((uuid7(), home, path, answers[home], *same) for home, path in homes.items()))


def _follow(rows: Mapping[UUID, _Known], homes: Mapping[UUID, str], answers: Mapping[UUID, UUID | None]) -> set[str]:
    """Bring listed households to where they are and to who answers now; return the areas that some came from."""
    changed = [
        (row, homes[home], answers[home])
        for home, row in rows.items()
        if home in homes and (row.area_path, row.answerable_id) != (homes[home], answers[home])
    ]
    update_rows(SweepHousehold, ("area_path", "answerable"), [(path, who, row.id) for row, path, who in changed])
    return {row.area_path for row, path, _ in changed if row.area_path != path}


def _leave(campaign: Campaign, rows: Mapping[UUID, _Known]) -> set[str]:
    """Drop doors nobody was at, bring visited ones to where they went; return the areas that some went to."""
    gone = [row.id for row in rows.values() if not row.visits]
    for start in range(0, len(gone), CHUNK):
        SweepHousehold.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
    visited = {home: row for home, row in rows.items() if row.visits}
    if not visited:
        return set()
    now_at = dict(households_within(campaign.area_path).filter(pk__in=visited).values_list("pk", "area_path"))
    moved = {home: path for home, path in now_at.items() if visited[home].area_path != path}
    update_rows(SweepHousehold, ("area_path",), [(path, visited[home].id) for home, path in moved.items()])
    return set(moved.values())


def recount(campaign: Campaign) -> None:
    """Rewrite all counts of a campaign from its households."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    SweepCount.objects.filter(campaign=campaign).delete()
    _recount(campaign, campaign.area_path)


def _recount(campaign: Campaign, path: str) -> int:
    """Rewrite the campaign's counts below an area from its households, carry the difference up, return the whole."""
    found = SweepHousehold.objects.filter(within(path), campaign=campaign).order_by()
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for area_path, outcome, number in found.values_list("area_path", "outcome").annotate(n=Count("pk")):
        for area in levels_above(campaign, area_path):
            if area.startswith(path):
                sums[area] += Counter({"households": number, outcome: number})
    counts = SweepCount.objects.filter(campaign=campaign)
    above = [area for area in levels_above(campaign, path) if area != path]
    if counts.filter(area_path__in=above).count() < len(above):
        return _recount(campaign, campaign.area_path)
    before = counts.filter(area_path=path).values(*COUNTED).first() or dict.fromkeys(COUNTED, 0)
    counts.filter(within(path)).delete()
    SweepCount.objects.bulk_create(
        (
            SweepCount(
                campaign=campaign, area_path=area, level=level_of(area), **{name: count[name] for name in COUNTED}
            )
            for area, count in sums.items()
        ),
        batch_size=CHUNK,
    )
    change = {name: sums[path][name] - before[name] for name in COUNTED}
    counts.filter(area_path__in=above).update(**{name: F(name) + change[name] for name in COUNTED})
    return counts.filter(area_path=campaign.area_path).values_list("households", flat=True).first() or 0
