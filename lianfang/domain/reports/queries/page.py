"""The daily report as one page: figures with the lists behind them, how the units below stand, what is public."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lianfang.domain.areas.queries import area_card, areas_of_level, child_path_length, find_area, level_of, names
from lianfang.domain.incidents.queries import rule
from lianfang.domain.reports import rules
from lianfang.domain.reports.models import DailyReport, Publication
from lianfang.domain.reports.queries.figures import Values, count_parts, count_unit, offered, period
from lianfang.domain.reports.queries.units import find_report, patience, phones, state_of, unit_lines
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.kernel.errors import refusal

NO_UNIT = refusal(
    "reports.no_unit",
    "没有这个单位，或这一级不报日报。",
    "There is no such unit, or its level has no report.",
    status=404,
)

FORM_OF = {level: form for form, (level, _) in rules.FORMS.items()}
VERBS = ("prepare", "confirm", "reopen", "publish")
LEVEL_BELOW = {"county": "town", "town": "village"}
# because the law has the daily counts of cases published whatever their size
BY_LAW = frozenset(figure.code for figure in rules.FIGURES if figure.section == "cases")
# the two counts a county publishes by township
BY_AREA = ("returnees.total", "observation.standing")


def form_of_unit(path: str) -> tuple[str, str]:
    """Return level and form of a unit that reports. Raises `reports.no_unit`."""
    level = level_of(path)
    if level not in FORM_OF or find_area(path) is None:
        raise NO_UNIT(field="path")
    return level, FORM_OF[level]


def hours_of(report: DailyReport | None, level: str, path: str, on: date) -> rules.Period:
    """Return the hours of a report as they were when it was prepared, else as the rulebook says."""
    if report is None:
        return period(level, path, on)
    return rules.Period(on, report.from_at, report.snapshot_at)


def report_page(viewer: Actor, path: str, on: date, now: datetime) -> dict[str, Any]:
    """Return the whole report of a unit for a day; before its snapshot, the figures so far.

    Every number is counted now, from the list it opens. A confirmed report also tells what was confirmed, so that a
    later correction shows. Raises `access.not_yours`, `reports.no_unit`.
    """
    viewer.require("reports.reports", path)
    level, form = form_of_unit(path)
    report = find_report(path, on)
    hours = hours_of(report, level, path, on)
    values = count_unit(form, hours, path)
    below = LEVEL_BELOW.get(level)
    return {
        "report": _head(viewer, path, level, form, hours, report, values, now),
        "as_of": min(now, hours.until_at),
        "sections": _sections(viewer, form, hours, path, values, _confirmed(report)),
        "rates": rates(form, values),
        "units": unit_lines(path, below, on, now) if below else [],
        "public": public_content(path, on, hours, values) | {"published_at": report.published_at if report else None},
    }


def _confirmed(report: DailyReport | None) -> Values:
    return report.figures if report is not None and report.confirmed_at else {}


def _head(
    viewer: Actor,
    path: str,
    level: str,
    form: str,
    hours: rules.Period,
    report: DailyReport | None,
    values: Values,
    now: datetime,
) -> dict[str, Any]:
    shown = report or DailyReport(area_path=path, snapshot_at=hours.until_at, version=0)
    state = state_of(shown, now, phones(path, now), patience(path, hours.on))
    account = Account.objects.filter(pk=shown.confirmed_by).first() if shown.confirmed_by else None
    return {
        "id": str(shown.pk) if report else None, "area": area_card(path), "level": level, "form": form,
        "title": rules.FORMS[form][1].as_dict(), "on": hours.on, "from_at": hours.from_at, "until_at": hours.until_at,
        "state": state, "label": rules.REPORT_STATES[state].as_dict(),
        "prepared_at": report.prepared_at if report else None, "confirmed_at": shown.confirmed_at,
        "confirmed_by": {"id": str(account.pk), "name": account.name} if account else None,
        "remarks": shown.remarks, "issues": shown.issues, "tomorrow": shown.tomorrow, "version": shown.version,
        "not_nil": rules.not_nil(values), "can": [verb for verb in VERBS if viewer.may(f"reports.{verb}_report", path)],
    }  # fmt: skip


def _sections(
    viewer: Actor, form: str, hours: rules.Period, path: str, values: Values, confirmed: Values
) -> list[dict[str, Any]]:
    figures = offered(form)
    shown = [key for key in rules.SECTIONS if any(figure.section == key for figure in figures)]
    return [
        {
            "key": key,
            "title": rules.SECTIONS[key].as_dict(),
            "figures": [_figure(viewer, one, hours, path, values, confirmed) for one in figures if one.section == key],
        }
        for key in shown
    ]


def _figure(
    viewer: Actor, figure: rules.Figure, hours: rules.Period, path: str, values: Values, confirmed: Values
) -> dict[str, Any]:
    behind = rules.list_behind(figure, hours, path)
    may_open = viewer.may(figure.table, path)
    said = confirmed.get(figure.code)
    value = values[figure.code]
    return {
        "code": figure.code, "label": figure.label.as_dict(), "unit": figure.unit.as_dict(), "value": value,
        "adding": figure.adding or None, "confirmed": said, "changed": said is not None and said != value,
        "behind": {"table": behind.table, "where": dict(behind.where), "within": behind.within} if may_open else None,
    }  # fmt: skip


def rates(form: str, values: Values) -> list[dict[str, Any]]:
    """Return the shares that the figures of a form allow, each naming the two figures it comes from."""
    return [
        {
            "code": rate.code, "label": rate.label.as_dict(), "of": rate.part, "out_of": rate.whole,
            "percent": rules.percent(values[rate.part], values[rate.whole]), "target": rate.target,
        }
        for rate in rules.RATES
        if form in rate.forms and rate.part in values and rate.whole in values
    ]  # fmt: skip


def public_content(path: str, on: date, hours: rules.Period, values: Values) -> dict[str, Any]:
    """Return what may be given to the public or a chat group: aggregates, small counts withheld (P06, P14)."""
    below = int(rule("report.suppress_below", path, on).value)
    figures = rules.public_version(values, below=below, required_by_law=BY_LAW)
    text = rules.digest(_unit_name(path), hours.until_at, figures)
    lines = [
        {"code": one.code, "label": one.label.as_dict(), "unit": one.unit.as_dict(), "shown": one.shown}
        for one in figures
    ]
    return {"text": text.as_dict(), "lines": lines, "suppressed_below": below, "by_area": _by_area(path, hours, below)}


def public_text(viewer: Actor, path: str, on: date) -> dict[str, Any]:
    """Return what may be told outside: word for word what was published, else a preview of it.

    Raises `access.not_yours`, `reports.no_unit`.
    """
    viewer.require("reports.reports", path)
    level, form = form_of_unit(path)
    told = last_publication(path, on)
    if told is not None:
        return told.content | {"published_at": told.published_at}
    hours = hours_of(find_report(path, on), level, path, on)
    return public_content(path, on, hours, count_unit(form, hours, path)) | {"published_at": None}


def _unit_name(path: str) -> str:
    return names([path]).get(path, path)


def _by_area(path: str, hours: rules.Period, below: int) -> list[dict[str, Any]]:
    """Return a county's counts by township, without any column whose total would betray a withheld count."""
    if level_of(path) != "county":
        return []
    wanted = [figure for figure in offered("F14") if figure.code in BY_AREA]
    parts = count_parts(wanted, hours, path, child_path_length(path))
    shown = {figure.code: _shown_parts(parts, figure.code, below) for figure in wanted}
    return [
        {"path": area, "name": name, "shown": {code: texts[area] for code, texts in shown.items() if texts}}
        for area, name in sorted(names(parts).items())
    ]


def _shown_parts(parts: dict[str, Values], code: str, below: int) -> dict[str, str] | None:
    return rules.shown_parts({area: int(values.get(code, 0)) for area, values in parts.items()}, below)


def parts_table(path: str, form: str, hours: rules.Period) -> list[tuple[str, Values]]:
    """Return, for each area one level below, its name and the figures of the form: the second sheet of a report."""
    level = LEVEL_BELOW.get(level_of(path))
    if level is None:
        return []
    figures = offered(form)
    parts = count_parts(figures, hours, path, child_path_length(path))
    nought: Values = dict.fromkeys((figure.code for figure in figures), 0)
    return [(area.short_name or area.name, nought | parts.get(area.path, {})) for area in areas_of_level(level, path)]


def last_publication(path: str, on: date) -> Publication | None:
    """Return what was last published of a unit's day, unless the report was reopened since."""
    found = Publication.objects.filter(area_path=path, report_on=on).order_by("-published_at").first()
    return found if found is not None and found.report.published_at else None
