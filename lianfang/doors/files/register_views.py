"""The door of division registers: a newer one up, what it would change, taking it over and giving it back as jobs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.dateparse import parse_date

from lianfang.domain.areas.queries import area_exists, full_name
from lianfang.doors.api.answers import BAD_VALUE, answer, door, json_body
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.guarding import EMPTY, check_size
from lianfang.doors.files.register_commands import Asked, judge_register, lines_of, take_over, undo_latest
from lianfang.doors.files.registers import Sent
from lianfang.foundation.access.actor import Actor, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import find_file, read_file, store
from lianfang.foundation.jobs.progress import job_card
from lianfang.foundation.jobs.queue import Progress, enqueue, job, report_aside
from lianfang.foundation.privacy.moving import TOLD, path_columns
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.clock import local, now, today
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_COUNTY = refusal(
    "register.no_county", "{within} 的区划还没有载入。", "The areas of {within} are not loaded.", status=404
)
REGISTER = "register"
SHOWN = 500
MOVING = both("正在迁移记录，其间暂停写入", "Records are moving; nothing else is written meanwhile")
_REASON = both("在控制台撤销", "undone on the console")


@door("POST")
def look(request: HttpRequest) -> HttpResponse:
    """Hold a newer register against a county: what became of each village, how many people move; changes nothing."""
    actor = actor_of(request)
    county = _county(request.POST.get("within") or actor.home_area[:COUNTY_DIGITS])
    actor.require("areas.migrate_register", county)
    if not area_exists(county):
        raise NO_COUNTY(field="within", within=county)
    file = request.FILES.get("file")
    if file is None:
        raise EMPTY(field="file")
    check_size(file.size or 0)
    sent = Sent(file.name or "登记册", b"".join(file.chunks()))
    asked = Asked([sent], county, _day(request.POST.get("valid_from")))
    judged = judge_register(asked, actor)
    kept = store(actor, sent.name, [sent.body], REGISTER, county)
    lines = list(lines_of(judged))
    return answer(
        {"file_id": str(kept.pk), "file": kept.name, "within": county, "county": full_name(county, 6),
         "valid_from": asked.day, "counts": judged.counts() | {"added": len(judged.plan.added)},
         "changes_nothing": judged.plan.changes_nothing, "lines": lines[:SHOWN], "more": max(len(lines) - SHOWN, 0)},
        201,
    )  # fmt: skip


@door("POST")
def apply(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Queue taking a register over that was looked at before; returns the job."""
    actor, body = actor_of(request), json_body(request)
    kept = _file(actor, file_id)
    actor.require("areas.migrate_register", kept.area_path)
    valid_from = _day(body.get("valid_from"))
    given = {"file_id": str(kept.pk), "valid_from": valid_from.isoformat() if valid_from else ""}
    return _queued(actor, "areas.migrate", given, kept.area_path)


@door("POST")
def undo(request: HttpRequest) -> HttpResponse:
    """Queue giving back the latest register of a county; returns the job."""
    actor, body = actor_of(request), json_body(request)
    county = _county(body.get("within"))
    actor.require("areas.undo_migration", county)
    reason = body.get("reason") or _REASON.in_language(actor.language)
    if not isinstance(reason, str) or len(reason) > 200:
        raise BAD_VALUE(field="reason")
    return _queued(actor, "areas.unmigrate", {"within": county, "reason": reason}, county)


def _queued(actor: Actor, work: str, given: dict[str, Any], county: str) -> HttpResponse:
    queued = enqueue(work, given, account_id=actor.account_id, area_path=county)
    return answer(job_card(actor, queued.pk), 202)


def _file(actor: Actor, file_id: UUID) -> StoredFile:
    kept = find_file(actor, file_id)
    if kept.kind != REGISTER:
        raise BAD_VALUE(field="file_id")
    return kept


def _county(asked: object) -> str:
    if not isinstance(asked, str) or not re.fullmatch(r"[0-9]{6}", asked):
        raise BAD_VALUE(field="within")
    return asked


def _day(asked: object) -> date | None:
    if not asked:
        return None
    try:
        found = parse_date(str(asked))
    except ValueError:
        found = None
    if found is None:
        raise BAD_VALUE(field="valid_from")
    return found


# --- jobs ---------------------------------------------------------------------------------------------------------


@job("areas.migrate", both("迁移到新区划", "Take over a newer register"), attempts=3)
def migrate_county(body: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Take a stored register over as whoever asked; done again after a lost worker, it changes nothing more."""
    kept = StoredFile.objects.get(pk=body["file_id"])
    asked = Asked([Sent(kept.name, read_file(kept.pk))], kept.area_path, _day(body["valid_from"]) or today())
    return take_over(asked, _asker(progress), _teller(progress))


@job("areas.unmigrate", both("撤销区划迁移", "Undo a migration"), attempts=1)
def unmigrate_county(body: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Give the latest register of a county back as whoever asked."""
    token = TOLD.set(_teller(progress))
    try:
        return undo_latest(body["within"], _asker(progress), body["reason"])
    finally:
        TOLD.reset(token)


def _asker(progress: Progress) -> Actor:
    """Return whoever asked, with the grants in force now."""
    account = Account.objects.get(pk=str(progress.job.account_id))
    return actor_for(account, on=local(now()).date(), door="job")


def _teller(progress: Progress) -> Callable[[str, int], None]:
    """Return what counts the columns that came along; said beside the one transaction that all of it is."""
    columns = len(path_columns())
    progress.report(0, columns, MOVING)
    told: set[str] = set()

    def say(column: str, rows: int) -> None:
        told.add(column)
        report_aside(progress.job.pk, min(len(told), columns), columns)

    return say


urlpatterns = [
    path("registers", look),
    path("registers/<uuid:file_id>/apply", apply),
    path("registers/undo", undo),
]
