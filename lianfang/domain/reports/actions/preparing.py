"""Preparing reports: every unit of a level as of its snapshot, counted at once. A confirmed one is never touched."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.queries import areas_of_level, find_area, level_of, path_length
from lianfang.domain.reports import rules
from lianfang.domain.reports.events import ReportsPrepared
from lianfang.domain.reports.models import DailyReport, ReportFigure
from lianfang.domain.reports.queries.figures import count_units, offered, period
from lianfang.domain.reports.queries.page import FORM_OF, NO_UNIT
from lianfang.domain.reports.queries.units import reports_on
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

ALREADY = refusal(
    "reports.already_confirmed",
    "这份日报已确认。要改请先撤回。",
    "This report is confirmed. Reopen it first to change it.",
    status=409,
)

FIRST_DAY, LAST_DAY = date(2019, 1, 1), date(2100, 1, 1)
LEVELS = {level: rules.FORMS[form][1] for level, form in FORM_OF.items()}


class PrepareReport(Input):
    area_path: Path
    on: date = Field(ge=FIRST_DAY, le=LAST_DAY, **labelled("日期", "Day", "date"))
    level: str = Field(
        "",
        pattern="^(village|town|county|)$",
        **labelled("级别", "Level", "choice", **choices(LEVELS)),
    )


@action("reports.prepare_report", both("生成日报", "Prepare a report"), PrepareReport)
def prepare_report(call: Call, given: PrepareReport) -> Result:
    """Prepare the report of an area, or of every unit of a level below it, from the records as of the snapshot."""
    call.permit(given.area_path)
    level = given.level or level_of(given.area_path)
    units = _units(level, given.area_path)
    hours = period(level, given.area_path, given.on)
    rules.check_may_confirm(hours.until_at, call.received_at)
    known = reports_on(given.area_path, level, given.on)
    if len(units) == 1 and any(one.confirmed_at for one in known.values()):
        raise ALREADY(field="on")
    reports = [_report(call, path, name, level, hours, known.get(path)) for path, name in units.items()]
    drafts = [one for one in reports if one.confirmed_at is None]
    _fill(drafts, level, hours, given.area_path)
    _keep(drafts, {one.pk for one in known.values()})
    call.about("reports.reports", drafts[0].pk if len(units) == 1 else given.area_path, units=len(drafts))
    call.announce(
        ReportsPrepared(area_path=given.area_path, level=level, report_on=given.on.isoformat(), units=len(drafts))
    )
    return {"prepared": len(drafts), "id": str(drafts[0].pk) if len(units) == 1 else None}


def _units(level: str, path: str) -> dict[str, str]:
    """Return path and name of the units that report. Raises `reports.no_unit`."""
    if level not in FORM_OF:
        raise NO_UNIT(field="area_path")
    own = find_area(path) if level == level_of(path) else None
    areas = [own] if own else areas_of_level(level, path)
    if not areas:
        raise NO_UNIT(field="area_path")
    return {area.path: area.short_name or area.name for area in areas}


def _report(
    call: Call, path: str, name: str, level: str, hours: rules.Period, known: DailyReport | None
) -> DailyReport:
    report = known or DailyReport(
        area_path=path, level=level, unit_name=name, report_on=hours.on, from_at=hours.from_at,
        snapshot_at=hours.until_at, place=rules.place_of(hours.on, DailyReport.State.DRAFT),
    )  # fmt: skip
    if report.confirmed_at is None:
        report.prepared_at = call.received_at
    return report


def _fill(reports: list[DailyReport], level: str, hours: rules.Period, path: str) -> None:
    values, codes = count_units(offered(FORM_OF[level]), hours, path, path_length(level))
    for report in reports:
        report.figures = dict.fromkeys(codes, 0) | values.get(report.area_path, {})


def _keep(reports: list[DailyReport], known: set[UUID]) -> None:
    """Write the reports and their figures, new and old, with a fixed number of statements."""
    DailyReport.objects.bulk_create([one for one in reports if one.pk not in known], batch_size=500)
    old = [one for one in reports if one.pk in known]
    DailyReport.objects.bulk_update(old, ["figures", "prepared_at"], batch_size=200)
    keep_figures(reports)


def keep_figures(reports: list[DailyReport]) -> None:
    """Keep the figures of reports as rows of their own, in place of those kept before."""
    ReportFigure.objects.filter(report__in=[one.pk for one in reports]).delete()
    ReportFigure.objects.bulk_create(
        [_row(one, code, value) for one in reports for code, value in one.figures.items()], batch_size=2000
    )


def _row(report: DailyReport, code: str, value: int | float) -> ReportFigure:
    return ReportFigure(report=report, area_path=report.area_path, level=report.level, report_on=report.report_on,
                        code=code, value=value)  # fmt: skip
