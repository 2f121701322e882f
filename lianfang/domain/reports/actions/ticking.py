"""What the passing of time does: reports are prepared at the snapshot, silence shows, coverage is counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.reports import rules
from lianfang.domain.reports.actions.sheets import note_scheduled
from lianfang.domain.reports.models import DailyReport
from lianfang.domain.reports.queries.coverage import is_outdated, recount
from lianfang.domain.reports.queries.figures import period
from lianfang.domain.reports.queries.sheets import due_schedules
from lianfang.domain.reports.queries.units import open_reports, patience, phones, reports_on, state_of
from lianfang.foundation.access.actor import SYSTEM, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import local, now
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import both


@job("reports.tick", both("日报与覆盖", "Daily reports and coverage"))
def tick(_: dict[str, Any], __: Progress) -> None:
    """Prepare the reports that are due, mark the silent ones, and count coverage anew when something happened."""
    moment = now()
    for county, level, on in _due(moment):
        run(SYSTEM, "reports.prepare_report", {"area_path": county, "level": level, "on": on.isoformat()})
    fill_due(moment)
    with writing(), transaction.atomic():
        mark_states(moment)
        if is_outdated(moment):
            recount(moment)


def _due(moment: datetime) -> Iterator[tuple[str, str, date]]:
    """Yield the levels whose snapshot has passed and which lack reports; yesterday's too, after a power cut."""
    today = local(moment).date()
    began_before = DailyReport.objects.filter(report_on__lt=today).exists()
    days = [today - timedelta(days=1), today] if began_before else [today]
    for county in areas_of_level("county"):
        for level in rules.LEVELS:
            for on in days:
                if moment >= period(level, county.path, on).until_at and _lacks_some(county.path, level, on):
                    yield county.path, level, on


def _lacks_some(county: str, level: str, on: date) -> bool:
    known = reports_on(county, level, on)
    return any(area.path not in known for area in areas_of_level(level, county))


def fill_due(moment: datetime) -> None:
    """Have the sheets filled that fill themselves daily, each as whoever said so; one that is refused waits a day."""
    on = local(moment).date()
    for one in due_schedules(moment):
        account = Account.objects.filter(pk=one.account_id).first() if one.account_id else None
        actor = actor_for(account, on=on, door="clock") if account else None
        with writing():
            note_scheduled(one.pk, on)
        if actor is not None:
            asked = {"template_id": str(one.template_id), "area_path": one.area_path, "each": one.each}
            run_many([Request(actor, "reports.fill_sheet", asked, uuid7())])


def mark_states(moment: datetime, path: str = "") -> None:
    """Note on every unconfirmed report of today and yesterday whether its unit is late or its phones are unheard."""
    since = local(moment).date() - timedelta(days=1)
    heard = phones(path, moment)
    changed: dict[tuple[date, rules.ReportState], list[UUID]] = defaultdict(list)
    for report in open_reports(since, path):
        state = state_of(report, moment, heard, patience(report.area_path, report.report_on))
        if state not in ("awaited", report.state):
            changed[report.report_on, state].append(report.pk)
    for (on, state), keys in changed.items():
        DailyReport.objects.filter(pk__in=keys, confirmed_at__isnull=True).update(
            state=state, place=rules.place_of(on, state)
        )
