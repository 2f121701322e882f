"""Confirming, reopening and publishing a report. Numbers are counted, never typed; a person adds words."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions import STALE
from lianfang.domain.reports import rules
from lianfang.domain.reports.actions.preparing import ALREADY, keep_figures
from lianfang.domain.reports.events import ReportConfirmed, ReportPublished, ReportReopened
from lianfang.domain.reports.models import DailyReport, Publication
from lianfang.domain.reports.queries.figures import count_unit
from lianfang.domain.reports.queries.page import FORM_OF, hours_of, public_content
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import NOW, When, when, when_set
from lianfang.foundation.administration.actions import Reason, labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

UNKNOWN = refusal("reports.unknown", "没有这份日报。", "There is no such report.", status=404)
NOT_CONFIRMED = refusal(
    "reports.not_confirmed", "日报还没有确认。", "The report has not been confirmed yet.", status=409
)
NOT_PUBLIC = refusal(
    "reports.not_public",
    "只有县级日报可以对外公布。",
    "Only the county's report is published.",
    status=409,
)
CONFIRMED = when_set("confirmed_at")
CONFIRMABLE = when(
    lambda confirmed_at, snapshot_at, now: confirmed_at is None and now >= snapshot_at,
    "confirmed_at", "snapshot_at", NOW,
)  # fmt: skip
PUBLIC = when(lambda level, confirmed_at: level == "county" and confirmed_at is not None, "level", "confirmed_at")


def _on_reports(state: When) -> Subject:
    return Subject("reports.reports", "report_id", state)


class OfReport(Input):
    report_id: UUID = Field(**labelled("日报", "Report"))
    version: int = Field(ge=1, le=10**6, **labelled("版本", "Version", "hidden"))


class ConfirmReport(OfReport):
    nil: bool = Field(False, **labelled("零报告", "Nil report", "bool"))
    remarks: str = Field("", max_length=1000, **labelled("情况说明", "Remarks", "textarea"))
    issues: str = Field("", max_length=1000, **labelled("需协调事项", "Issues to settle", "textarea"))
    tomorrow: str = Field("", max_length=1000, **labelled("明日重点", "Tomorrow", "textarea"))


class ReopenReport(OfReport):
    reason: Reason


class PublishReport(OfReport):
    pass


def _mine(call: Call, given: OfReport) -> DailyReport:
    """Return the report, of the version asked for. Raises `reports.unknown`, `access.not_yours`, `record.stale`."""
    report = DailyReport.objects.select_for_update().filter(pk=given.report_id).first()
    if report is None:
        raise UNKNOWN(field="report_id")
    call.permit(report.area_path)
    if report.version != given.version:
        raise STALE(field="version", details={"version": report.version})
    call.about("reports.reports", report.pk)
    return report


@action("reports.confirm_report", both("确认上报", "Confirm the report"), ConfirmReport,
        subject=_on_reports(CONFIRMABLE))  # fmt: skip
def confirm_report(call: Call, given: ConfirmReport) -> Result:
    """Confirm the counted figures with remarks, or report nil. A nil report must really be nil."""
    report = _mine(call, given)
    if call.allows(CONFIRMED, report):
        raise ALREADY(field="report_id")
    rules.check_may_confirm(report.snapshot_at, call.received_at)
    words = given.model_dump(include={"remarks", "issues", "tomorrow"})
    rules.check_no_personal_data(words)
    hours = hours_of(report, report.level, report.area_path, report.report_on)
    report.figures = count_unit(FORM_OF[report.level], hours, report.area_path)
    if given.nil:
        rules.check_nil(report.figures)
    state = DailyReport.State.NIL if given.nil else DailyReport.State.CONFIRMED
    _settle(report, state, **words, confirmed_at=call.received_at, confirmed_by=call.actor.account_id)
    keep_figures([report])
    call.announce(ReportConfirmed(**_about(report), nil=given.nil))
    undo = {"report_id": str(report.pk), "version": report.version, "reason": "撤销确认"}
    return {"id": str(report.pk), "version": report.version, "state": state.value,
            "undo": {"action": "reports.reopen_report", "input": undo}}  # fmt: skip


def _about(report: DailyReport) -> dict[str, str]:
    return {"area_path": report.area_path, "report_id": str(report.pk), "report_on": report.report_on.isoformat()}


def _settle(report: DailyReport, state: DailyReport.State, **changes: object) -> None:
    """Write the new state with its place in the list."""
    report.state, report.version = state, report.version + 1
    report.place = rules.place_of(report.report_on, state)
    for name, value in changes.items():
        setattr(report, name, value)
    report.save()


@action("reports.reopen_report", both("撤回日报", "Reopen the report"), ReopenReport,
        subject=_on_reports(CONFIRMED), danger=True)  # fmt: skip
def reopen_report(call: Call, given: ReopenReport) -> Result:
    """Take back a confirmation with a reason. What was published stays on record until it is published anew."""
    report = _mine(call, given)
    if not call.allows(CONFIRMED, report):
        raise NOT_CONFIRMED(field="report_id")
    _settle(report, DailyReport.State.DRAFT, confirmed_at=None, confirmed_by=None, published_at=None)
    call.details["reason"] = given.reason
    call.announce(ReportReopened(**_about(report)))
    return {"id": str(report.pk), "version": report.version, "state": report.state}


@action("reports.publish_report", both("对外公布", "Publish"), PublishReport,
        subject=_on_reports(PUBLIC), danger=True)  # fmt: skip
def publish_report(call: Call, given: PublishReport) -> Result:
    """Publish the county's confirmed figures: sums only, small counts of people withheld, no words (P14)."""
    report = _mine(call, given)
    if report.level != "county":
        raise NOT_PUBLIC(field="report_id")
    if not call.allows(PUBLIC, report):
        raise NOT_CONFIRMED(field="report_id")
    hours = hours_of(report, report.level, report.area_path, report.report_on)
    content = public_content(report.area_path, report.report_on, hours, report.figures)
    made = Publication.objects.create(
        report=report, area_path=report.area_path, report_on=report.report_on, content=content,
        published_at=call.received_at, account_id=call.actor.account_id,
    )  # fmt: skip
    _settle(report, DailyReport.State(report.state), published_at=call.received_at)
    call.announce(ReportPublished(**_about(report)))
    return {"id": str(report.pk), "publication_id": str(made.pk), "version": report.version}
