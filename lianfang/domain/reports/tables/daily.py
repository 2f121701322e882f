"""The lists of daily reports, of their figures, and of what was published."""

from __future__ import annotations

from lianfang.domain.reports import rules
from lianfang.domain.reports.models import DailyReport, Publication, ReportFigure
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.text import both

STATES = tuple((state, label) for state, label in rules.REPORT_STATES.items() if state != "awaited")
LEVELS = tuple((level, title) for level, title in rules.FORMS.values())
FIGURES = tuple((figure.code, figure.label) for figure in rules.FIGURES)

table(
    Table(
        name="reports.reports",
        title=both("日报", "Daily reports"),
        help=both("每个单位每天一份，未报的在前。", "One per unit and day; those that are silent come first."),
        rows=lambda viewer: DailyReport.objects.all(),
        sort="-place",
        label="unit_name",
        columns=(
            Column("unit_name", both("单位", "Unit"), sortable=True, filterable=True),
            Column("report_on", both("日期", "Day"), kind="date", sortable=True, filterable=True),
            Column("state", both("状态", "State"), kind="choice", choices=STATES, filterable=True),
            Column("level", both("级别", "Level"), kind="choice", choices=LEVELS, filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("snapshot_at", both("截止时刻", "Snapshot"), kind="datetime", sortable=True, filterable=True),
            Column("prepared_at", both("生成时间", "Prepared at"), kind="datetime"),
            Column("confirmed_at", both("确认时间", "Confirmed at"), kind="datetime", filterable=True),
            Column("confirmed_by", both("确认人", "Confirmed by"), kind="link", link="accounts.accounts"),
            Column("remarks", both("情况说明", "Remarks")),
            Column("issues", both("需协调事项", "Issues to settle")),
            Column("tomorrow", both("明日重点", "Tomorrow"), hidden=True),
            Column("published_at", both("公布时间", "Published at"), kind="datetime", filterable=True),
            Column("place", both("次序", "Order"), kind="int", hidden=True, sortable=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("late", both("未报", "Silent"), {"state__in": "late,not_synced"}),
            SavedFilter("draft", both("待确认", "To be confirmed"), {"state": "draft"}),
            SavedFilter("nil", both("零报告", "Nil reports"), {"state": "nil"}),
        ),
        related=(("reports.figures", "report"), ("reports.publications", "report")),
    )
)

table(
    Table(
        name="reports.figures",
        title=both("日报数字", "Figures of the reports"),
        rows=lambda viewer: ReportFigure.objects.all(),
        sort="-report_on",
        columns=(
            Column("report_on", both("日期", "Day"), kind="date", sortable=True, filterable=True),
            Column("unit_name", both("单位", "Unit"), source="report__unit_name"),
            Column("code", both("项目", "Figure"), kind="choice", choices=FIGURES, filterable=True),
            Column("value", both("数字", "Value"), kind="number"),
            Column("level", both("级别", "Level"), kind="choice", choices=LEVELS, filterable=True),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("report", both("日报", "Report"), kind="link", link="reports.reports", filterable=True, hidden=True),
        ),
    )
)

table(
    Table(
        name="reports.publications",
        title=both("对外公布", "Publications"),
        rows=lambda viewer: Publication.objects.all(),
        sort="-published_at",
        columns=(
            Column("report_on", both("日期", "Day"), kind="date", filterable=True, privacy=PrivacyClass.PUBLIC),
            Column("published_at", both("公布时间", "Published at"), kind="datetime", sortable=True, filterable=True,
                   privacy=PrivacyClass.PUBLIC),
            Column("content", both("内容", "Content"), kind="json", privacy=PrivacyClass.PUBLIC),
            Column("account_id", both("公布人", "Published by"), kind="link", link="accounts.accounts"),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, privacy=PrivacyClass.PUBLIC),
            Column("report", both("日报", "Report"), kind="link", link="reports.reports", filterable=True, hidden=True),
        ),
    )
)  # fmt: skip
