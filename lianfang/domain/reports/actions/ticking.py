"""What the passing of time does: reports are prepared at the snapshot, silence shows, coverage is counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from lianfang.domain.areas.queries import areas_of_level
from lianfang.domain.reports import rules
from lianfang.domain.reports.actions.asking import ask_new_units
from lianfang.domain.reports.actions.sheets import note_not_filled
from lianfang.domain.reports.models import DailyReport, SheetSchedule
from lianfang.domain.reports.queries.coverage import is_outdated, recount
from lianfang.domain.reports.queries.figures import period
from lianfang.domain.reports.queries.sheets import NO_SETTER, begun_on, due_schedules
from lianfang.domain.reports.queries.units import open_reports, patience, phones, reports_on, state_of
from lianfang.foundation.access.actor import SYSTEM, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import Progress, job
from lianfang.kernel.clock import local, now
from lianfang.kernel.errors import refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import both

NOT_FILLED = refusal(
    "reports.sheet_not_filled",
    "填表任务出错或被取消，没有填成；原因见后台任务。",
    "The job that fills the sheet failed or was cancelled; the list of jobs says why.",
)
AGAIN_AFTER = timedelta(minutes=30)
_UNDER_WAY = (Job.State.WAITING, Job.State.RUNNING)


@job("reports.tick", both("日报与覆盖", "Daily reports and coverage"))
def tick(_: dict[str, Any], __: Progress) -> None:
    """Prepare the reports that are due, mark the silent ones, fill and ask what is due, and count coverage anew."""
    moment = now()
    for county, level, on in _due(moment):
        run(SYSTEM, "reports.prepare_report", {"area_path": county, "level": level, "on": on.isoformat()})
    fill_due(moment)
    with writing(), transaction.atomic():
        mark_states(moment)
        ask_new_units(moment)
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
    """Have the sheets filled that fill themselves daily, each as whoever said so; why one was not filled is kept."""
    for one in due_schedules(moment):
        why = _begin_filling(one, moment)
        if why is not None:
            with writing(), transaction.atomic():
                note_not_filled(one, *why, moment)


def _begin_filling(one: SheetSchedule, moment: datetime) -> tuple[str, Mapping[str, str]] | None:
    """Have a sheet filled unless that is under way, and return code and sentence of why it is not; None where it is.

    What is refused leaves no trace but that and is asked again at every tick; a filling that failed leaves a job among
    the failed ones, and is begun anew only after a while.
    """
    on = local(moment).date()
    begun = begun_on(one, on)
    if begun is not None:
        done = Job.objects.filter(pk=begun.job_id).first() if begun.job_id else None
        if begun.ended_at is not None or (done and done.state in _UNDER_WAY):
            return None
        if moment - begun.asked_at < AGAIN_AFTER:
            return _why_failed(done)
    account = Account.objects.filter(pk=one.account_id).first() if one.account_id else None
    if account is None:
        return NO_SETTER.code, NO_SETTER.message.as_dict()
    asked = {"template_id": str(one.template_id), "area_path": one.area_path, "each": one.each}
    actor = actor_for(account, on=on, door="clock")
    no = run_many([Request(actor, "reports.fill_sheet", asked, uuid7())])[0].refusal
    return (no.code, no.message.as_dict()) if no else None


def _why_failed(done: Job | None) -> tuple[str, Mapping[str, str]]:
    """Return code and sentence of why a job did not fill its sheet."""
    refused = (done.result or {}).get("refusal") if done else None
    return (refused["code"], refused["message"]) if refused else (NOT_FILLED.code, NOT_FILLED.message.as_dict())


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
