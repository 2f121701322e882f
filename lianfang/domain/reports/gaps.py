"""What must hold of reports: every unit has confirmed the day's report, and none is silent past its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from lianfang.domain.organisation.queries import answerable_ids
from lianfang.domain.reports import rules
from lianfang.domain.reports.models import AskedField, DailyReport, FieldAnswer, SheetSchedule
from lianfang.domain.reports.queries.sheets import NO_SETTER
from lianfang.domain.reports.queries.units import open_reports, patience, phones, state_of
from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.gaps.registry import Find, Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

FACTS = ("reports.reports_prepared", "reports.report_confirmed", "reports.report_reopened")


def _found(path: str, now: datetime, states: frozenset[str]) -> Iterable[tuple[DailyReport, str]]:
    """Yield the reports since yesterday in one of the states; an older one can no longer be made in time."""
    heard = phones(path, now)
    for report in open_reports(local(now).date() - timedelta(days=1), path):
        state = state_of(report, now, heard, patience(report.area_path, report.report_on))
        if state in states:
            yield report, state


def _find(states: frozenset[str]) -> Find:
    def find(path: str, now: datetime) -> Iterable[Open]:
        found = list(_found(path, now, states))
        answerable = answerable_ids({report.area_path for report, _ in found}, local(now).date())
        for report, state in found:
            details = {"state": state, "zh": rules.REPORT_STATES[state].zh, "en": rules.REPORT_STATES[state].en}
            yield Open(str(report.pk), report.area_path, report.snapshot_at, answerable.get(report.area_path), details)

    return find


gap(
    Gap(
        name="reports_late",
        title=both("日报未报", "Reports not in"),
        help=both(
            "截止时刻已过，单位没有确认日报。设备未同步的，请先帮他们找到网络。",
            "The snapshot is past and the unit has not confirmed. Where phones are unheard, help find a network first.",
        ),
        severity="today",
        table="reports.reports",
        find=_find(frozenset({"late", "not_synced"})),
        act=("page", "report", both("打开日报", "Open the report")),
        facts=FACTS,
    )
)
gap(
    Gap(
        name="reports_unconfirmed",
        title=both("日报待确认", "Reports to confirm"),
        help=both("数字已由记录汇总，等人核对并确认。", "The figures are counted; somebody has to look and confirm."),
        severity="soon",
        table="reports.reports",
        find=_find(frozenset({"draft"})),
        act=("page", "report", both("打开日报", "Open the report")),
        facts=FACTS,
    )
)


def _unanswered(path: str, now: datetime) -> Iterable[Open]:
    """Yield the units that were asked for an approved field, still needed, and have not answered."""
    today = local(now).date()
    asked = FieldAnswer.objects.filter(within(path), answered_at__isnull=True, field__expires_on__gte=today,
                                       field__state=AskedField.State.APPROVED)  # fmt: skip
    found = list(asked.select_related("field"))
    answerable = answerable_ids({one.area_path for one in found}, today)
    for one in found:
        yield Open(str(one.pk), one.area_path, one.asked_at, answerable.get(one.area_path), {"field": one.field.header})


gap(
    Gap(
        name="fields_unanswered",
        title=both("新增项未填", "New fields to answer"),
        help=both(
            "经审批新增的项目只问一次：填了以后，各部门的表都能用。",
            "An approved field is asked once: answered, it is known to every department's sheet.",
        ),
        severity="soon",
        table="reports.field_answers",
        find=_unanswered,
        act=("action", "reports.answer_field", both("填一次", "Answer once")),
        facts=("reports.field_approved", "reports.field_answered"),
    )
)


def _not_filled(path: str, now: datetime) -> Iterable[Open]:
    """Yield the sheets that did not fill themselves; whoever set the time answers, unless they may fill it no more."""
    found = list(SheetSchedule.objects.filter(within(path), refused_at__isnull=False).select_related("template"))
    answerable = answerable_ids({one.area_path for one in found}, local(now).date())
    for one in found:
        setter = None if one.refused_code in (NO_SETTER.code, NOT_YOURS.code) else one.account_id
        yield Open(str(one.pk), one.area_path, one.refused_at or one.set_at, setter or answerable.get(one.area_path),
                   {"sheet": one.template.name, **one.refused})  # fmt: skip


gap(
    Gap(
        name="sheets_not_filled",
        title=both("该自动填的表没有填成", "Sheets that did not fill themselves"),
        help=both(
            "到了时间没有填成，当天会自动再试。要表的单位在等：请按所写原因处理，急用的先手工填。",
            "Their time has passed; they are tried again that day. Somebody waits: see to the reason, or fill by hand.",
        ),
        severity="today",
        table="reports.sheet_schedules",
        find=_not_filled,
        act=("table", "reports.sheet_schedules", both("看原因", "See why")),
        facts=("reports.sheet_not_filled", "reports.sheet_filled_itself"),
        says=lambda told: both(f"{told['sheet']}：{told['zh']}", f"{told['sheet']}: {told['en']}"),
    )
)
