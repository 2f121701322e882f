"""The door of daily reports and coverage: the page, the sheet to print, the text for a chat group, the map's counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path
from django.utils.dateparse import parse_date

from lianfang.domain.reports import rules
from lianfang.domain.reports.queries.coverage import coverage
from lianfang.domain.reports.queries.page import parts_table, public_text, report_page
from lianfang.doors.api.answers import BAD_VALUE, answer, door, path_like
from lianfang.doors.api.daily_sheet import report_workbook
from lianfang.doors.api.session import actor_of
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.printing.frame import new_serial
from lianfang.kernel.clock import now, today

FIRST_YEAR, LAST_YEAR = 2019, 2100


def _day(request: HttpRequest) -> date:
    """Return the day asked for, by default today. Raises `http.bad_value`."""
    asked = request.GET.get("on", "")
    if not asked:
        return today()
    try:
        on = parse_date(asked)
    except ValueError:
        on = None
    if on is None or not FIRST_YEAR <= on.year < LAST_YEAR:
        raise BAD_VALUE(field="on")
    return on


@door("GET")
def report(request: HttpRequest, unit: str) -> HttpResponse:
    """Return the daily report of a village, town or county: every figure with the list it counts."""
    return answer(report_page(actor_of(request), path_like(unit, "path"), _day(request), now()))


@door("GET")
def sheet(request: HttpRequest, unit: str) -> FileResponse:
    """Return the report as a sheet in the layout of forms F12, F13 and F14, A4; the download is audited."""
    actor, on = actor_of(request), _day(request)
    page = report_page(actor, path_like(unit, "path"), on, now())
    head = page["report"]
    hours = rules.Period(on, head["from_at"], head["until_at"])
    serial = new_serial(head["form"], unit, on)
    file = report_workbook(actor, page, parts_table(unit, head["form"], hours), serial)
    append([Entry("reports.download", actor.account_id, actor.door, subject=f"reports.reports/{head['id']}",
                  area_path=unit, details={"on": on.isoformat(), "serial": serial})])  # fmt: skip
    name = f"{head['area']['name']}{head['title']['zh']}{on:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)


@door("GET")
def public(request: HttpRequest, unit: str) -> HttpResponse:
    """Return the text for the public or a chat group: aggregates only, small counts withheld (P06, P14)."""
    body: dict[str, Any] = public_text(actor_of(request), path_like(unit, "path"), _day(request))
    return answer(body)


@door("GET")
def covered(request: HttpRequest) -> HttpResponse:
    """Return coverage of the areas one level below, from kept counts."""
    actor = actor_of(request)
    return answer(coverage(actor, path_like(request.GET.get("within", "") or actor.home_area, "path")))


urlpatterns = [
    path("reports/<str:unit>", report),
    path("reports/<str:unit>/report.xlsx", sheet),
    path("reports/<str:unit>/public", public),
    path("coverage", covered),
]
