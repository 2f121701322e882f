"""Daily reports and kept counts; other people's sheets with what they ask."""

from lianfang.domain.reports.models.daily import CoverageCount, CoverageSweep, DailyReport, Publication, ReportFigure
from lianfang.domain.reports.models.sheets import (
    AskedField,
    FieldAnswer,
    SheetCopy,
    SheetFill,
    SheetSchedule,
    SheetTemplate,
    SheetVersion,
)

__all__ = [
    "AskedField",
    "CoverageCount",
    "CoverageSweep",
    "DailyReport",
    "FieldAnswer",
    "Publication",
    "ReportFigure",
    "SheetCopy",
    "SheetFill",
    "SheetSchedule",
    "SheetTemplate",
    "SheetVersion",
]
