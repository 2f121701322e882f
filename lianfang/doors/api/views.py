"""The operations made from the registries: one view serves every action, one every table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from lianfang.domain.areas.queries import area_card, child_path_length, children
from lianfang.doors.api.answers import BAD_VALUE, answer, door, json_body
from lianfang.doors.api.catalogue import describe
from lianfang.doors.api.gathering import gather
from lianfang.doors.api.session import actor_of, device_name
from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.actions.running import Outcome, Request, rehearse, run, run_many
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.audit.reading import history_of
from lianfang.foundation.exports.freezing import refuse_if_frozen
from lianfang.foundation.gaps.board import board, items
from lianfang.foundation.jobs.progress import ask_to_cancel, job_card
from lianfang.foundation.tables.downloads import workbook
from lianfang.foundation.tables.reading import Query, find_table, read, read_one
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import Refusal, refusal

BAD_ID = refusal(
    "command.bad_id", "缺少编号，或编号不是 UUID。", "The command id is missing or is not a UUID.", status=400
)
TOO_MANY = refusal("batch.too_many", "一次最多提交 {limit} 条。", "At most {limit} commands at a time.", status=413)
UNKNOWN_GAP = refusal("gap.unknown", "没有这种缺口。", "There is no such gap.", status=404)

BATCH_LIMIT = 1000
RESERVED = frozenset({"q", "within", "sort", "limit", "after", "count", "format"})


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise BAD_ID(field="id") from None


def _moment(value: object) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BAD_VALUE(field="happened_at")
    return found


def to_request(actor: Actor, name: str, body: Mapping[str, Any]) -> Request:
    """Return the command a door was sent. Raises `command.bad_id`, `http.bad_value`."""
    device = device_name(body.get("device_id")) or actor.device_id
    return Request(actor, name, body.get("input", {}), _uuid(body.get("id")), _moment(body.get("happened_at")), device)


@door("GET")
def meta(request: HttpRequest) -> HttpResponse:
    """Return the registries as this viewer may use them."""
    return answer(describe(actor_of(request)))


@door("POST")
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Carry out one action. Facts that arrive together are committed together."""
    command = to_request(actor_of(request), name, json_body(request))
    declared = ACTIONS.get(name)
    outcome = gather(command) if declared is not None and declared.many else run_many([command])[0]
    if outcome.refusal is not None:
        raise outcome.refusal
    return answer(outcome.as_dict())


@door("POST")
def batch(request: HttpRequest) -> HttpResponse:
    """Carry out up to 1,000 commands; each has its own outcome, and one refused does not stop the others.

    With `rehearse` each says what would become of it, and nothing is changed.
    """
    body = json_body(request)
    doing = rehearse if body.get("rehearse") is True else run_many
    return answer({"results": carry_out(actor_of(request), body, doing)})


def carry_out(
    actor: Actor, body: Mapping[str, Any], doing: Callable[[Sequence[Request]], list[Outcome]] = run_many
) -> list[dict[str, Any]]:
    """Return the outcome of each command of a batch, in order."""
    commands = body.get("commands", [])
    if not isinstance(commands, list) or not all(isinstance(one, dict) for one in commands):
        raise BAD_VALUE(field="commands")
    if len(commands) > BATCH_LIMIT:
        raise TOO_MANY(limit=BATCH_LIMIT, field="commands")
    device = {"device_id": body["device_id"]} if body.get("device_id") else {}
    read = [_read(actor, {**device, **one}) for one in commands]
    outcomes = iter(doing([one for one in read if isinstance(one, Request)]))
    return [
        next(outcomes).as_dict()
        if isinstance(one, Request)
        else {"id": str(sent.get("id", ""))[:80], "status": "refused", "refusal": one.as_dict()}
        for one, sent in zip(read, commands, strict=True)
    ]


def _read(actor: Actor, sent: Mapping[str, Any]) -> Request | Refusal:
    """Return the command, or why it cannot be read: one bad row must not refuse its neighbours."""
    try:
        return to_request(actor, str(sent.get("action", "")), sent)
    except Refusal as no:
        return no


def _query(request: HttpRequest) -> Query:
    asked = request.GET
    limit = asked.get("limit", "50")
    if not limit.isdecimal() or len(limit) > 6:
        raise BAD_VALUE(field="limit")
    where = {key: str(value) for key, value in asked.items() if key not in RESERVED}
    within, search, sort, after = (str(asked.get(name, "")) for name in ("within", "q", "sort", "after"))
    return Query(where, within, search, sort, after, int(limit), asked.get("count") == "1", offers=True)


@door("GET")
def rows(request: HttpRequest, name: str) -> HttpResponse:
    """Return one page of a table, each row with the actions that its state and the viewer's grants allow."""
    page = read(actor_of(request), name, _query(request))
    return answer({"rows": page.rows, "next": page.next, "previous": None, "as_of": page.as_of, "count": page.count})


@door("GET")
def row(request: HttpRequest, name: str, row_id: str) -> HttpResponse:
    """Return one row with its history and what belongs to it."""
    actor = actor_of(request)
    found = read_one(actor, name, row_id)
    declared = find_table(name)
    related = [{"table": other, "where": {field: row_id}} for other, field in declared.related if actor.may(other)]
    return answer({"row": found, "history": _told(f"{name}/{row_id}"), "related": related})


def _told(subject: str) -> list[dict[str, Any]]:
    """Return the history of a subject with what each action is called, also of those that no form offers."""
    return [
        line | ({"title": ACTIONS[line["action"]].title.as_dict()} if line["action"] in ACTIONS else {})
        for line in history_of(subject)
    ]


@door("GET")
def download(request: HttpRequest, name: str) -> FileResponse:
    """Return a table as a masked workbook; the download stands in the audit trail."""
    actor, query = actor_of(request), _query(request)
    refuse_if_frozen(query.within or actor.home_area)
    file = workbook(actor, name, query)
    append([Entry("table.download", actor.account_id, actor.door, subject=name,
                  area_path=query.within or actor.home_area,
                  details={"filters": sorted(query.where), "searched": bool(query.search)})])  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{TABLES[name].title.zh}.xlsx")


@door("GET")
def gaps(request: HttpRequest) -> HttpResponse:
    """Return the gap board of an area, by default of one's own."""
    actor = actor_of(request)
    path = request.GET.get("within", "") or actor.home_area
    if not actor.grants:
        raise NOT_YOURS(field="within")
    if not path.isalnum() or len(path) > 24:
        raise BAD_VALUE(field="within")
    if not any(held.covers(path) or held.area_path.startswith(path) for held in actor.grants):
        raise NOT_YOURS(field="within")
    found = board(actor, path, child_path_length(path))
    below = [
        {"path": area.path, "name": area.short_name or area.name, "level": area.level,
         "total": sum(found.children.get(area.path, {}).values()), "counts": found.children.get(area.path, {})}
        for area in children(path)
    ]  # fmt: skip
    return answer(
        {"as_of": found.as_of, "within": area_card(path), "gaps": [_line(line) for line in found.lines], "areas": below}
    )


def _line(line: Any) -> dict[str, Any]:
    kind, name, title = line.gap.act
    return {
        "name": line.gap.name, "title": line.gap.title.as_dict(), "help": line.gap.help.as_dict(),
        "severity": line.gap.severity, "count": line.count, "oldest_since": line.oldest_since,
        "act": {kind: name, "title": title.as_dict()}, "table": line.gap.table,
    }  # fmt: skip


@door("GET")
def gap_items(request: HttpRequest, name: str) -> HttpResponse:
    """Return the open items of one gap, oldest first, each with who answers."""
    actor = actor_of(request)
    found = items(actor, name, request.GET.get("within", "") or actor.home_area, request.GET.get("after", ""))
    if found is None:
        raise UNKNOWN_GAP()
    paths = {one["area_path"] for one in found["rows"]}
    cards = {path: {"path": path, "name": area_card(path)["full_name"]} for path in paths}
    for one in found["rows"]:
        one["area"] = cards[one.pop("area_path")]
    return answer(found)


@door("GET")
def areas(request: HttpRequest, path: str) -> HttpResponse:
    """Return an area with those above and directly below it."""
    actor_of(request)
    below = [{"path": one.path, "name": one.short_name or one.name, "level": one.level,
              "longitude": one.longitude, "latitude": one.latitude} for one in children(path)]  # fmt: skip
    return answer({"area": area_card(path), "children": below})


@door("POST")
def reveal(request: HttpRequest) -> HttpResponse:
    """Show one masked value for five minutes, with a reason; logged. The value is never stored with the command."""
    body = json_body(request)
    given = {
        "table": body.get("table"),
        "row_id": body.get("id"),
        "column": body.get("column"),
        "reason": body.get("reason"),
    }
    result = run(actor_of(request), "privacy.reveal_value", given)
    return answer({"value": result.get("value"), "until": result["until"]})


@door("GET")
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Return how far a job is. Only who started it may ask."""
    return answer(job_card(actor_of(request), job_id))


@door("POST")
def cancel_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask a job to stop; what it has not committed is rolled back."""
    actor = actor_of(request)
    ask_to_cancel(actor, job_id)
    return answer(job_card(actor, job_id))


@door("GET")
def search(request: HttpRequest) -> HttpResponse:
    """Search households, persons, areas and places at once; at most eight of each, masked."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()
    found: dict[str, Any] = {}
    for key, name in (
        ("households", "people.households"),
        ("persons", "people.persons"),
        ("areas", "areas.areas"),
        ("places", "places.places"),
    ):
        allowed = name in TABLES and text and actor.may(name)
        found[key] = read(actor, name, Query(search=text[:60], limit=8)).rows if allowed else []
    return answer(found)
