"""Uploads: what a phone recorded, and what an office brings in from a phone's file. Nothing sent is ever dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from lianfang.doors.api.answers import BAD_VALUE, answer, door, json_body
from lianfang.doors.api.session import actor_of, renewed_actor
from lianfang.doors.api.views import TOO_MANY
from lianfang.doors.sync.commands import carry_out, refuse_all, safe_name
from lianfang.doors.sync.turns import UPLOADS
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import BUSY
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.devices.knowing import note_call, note_wiped
from lianfang.foundation.devices.models import Device
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal, refusal

LOST = refusal(
    "devices.lost",
    "此设备已挂失，请清除本机数据。未上传的记录已由服务器留存，待人工处理。",
    "This device was reported lost: wipe it. What it sent is kept on the server until a person looks at it.",
    status=403,
)
NOT_A_QUEUE = refusal(
    "sync.not_a_queue",
    "这不是从手机导出的待上传文件。",
    "This is not a queue file exported from a phone.",
)

UPLOAD_LIMIT = 1000
# whoever takes over a day's work, or a shift at a gate, records in the same upload what that allows
CHANGE_RIGHTS = ("organisation.hand_over_day", "workforce.sign_in", "workforce.sign_out")
IMPORT_LIMIT = 10_000
FORMAT, FORMAT_VERSION = "lianfang.outbox", 1


def calling_device(actor: Actor, device_id: str, app_version: str, *, uploaded: bool = False) -> Device | None:
    """Return the phone that calls, noted. The one the session was opened on counts too, whatever the body says."""
    known = note_call(actor, device_id or actor.device_id, app_version, now(), uploaded=uploaded)
    if known is not None and known.lost_at is None and actor.device_id not in ("", known.device_id):
        return Device.objects.filter(device_id=actor.device_id, lost_at__isnull=False).first() or known
    return known


def wipe(request: HttpRequest, device: Device) -> Refusal:
    """End a lost phone's session and return what it is told: wipe yourself."""
    note_wiped(device, now())
    logout(request)
    return LOST(details={"wipe": True})


def _commands(body: dict[str, Any], limit: int) -> list[object]:
    commands = body.get("commands", [])
    if not isinstance(commands, list):
        raise BAD_VALUE(field="commands")
    if len(commands) > limit:
        raise TOO_MANY(limit=limit, field="commands")
    return commands


@door("POST")
def upload(request: HttpRequest) -> HttpResponse:
    """Carry out what a phone recorded; each command has its own outcome, and a repeated upload changes nothing.

    Raises `action.busy` when too many phones upload at once: the phone keeps everything and comes again.
    """
    # before it is asked who it is, because two hundred such questions at once would keep everybody else waiting
    with UPLOADS.turn():
        return _upload(request, actor_of(request, "sync"), json_body(request))


def _upload(request: HttpRequest, actor: Actor, body: dict[str, Any]) -> HttpResponse:
    commands = _commands(body, UPLOAD_LIMIT)
    device_id, app_version = safe_name(body.get("device_id"), 64), safe_name(body.get("app_version"), 20)
    device = calling_device(actor, device_id, app_version, uploaded=True)
    if device is not None and device.lost_at is not None:
        no = wipe(request, device)
        return answer({"results": refuse_all(actor, commands, device.device_id, no), "wipe": True})
    results = []
    for part in _by_rights(commands):
        results += carry_out(actor, part, device_id or actor.device_id, app_version)
        actor = renewed_actor(request, "sync") if _changes_rights(part[-1]) else actor
    return answer({"results": [one for one in results if not _is_to_wait(one)]})


def _changes_rights(command: object) -> bool:
    return isinstance(command, dict) and command.get("action") in CHANGE_RIGHTS


def _by_rights(commands: list[object]) -> Iterator[list[object]]:
    """Yield the commands in their order, cut after each that changes what the next ones may do."""
    part: list[object] = []
    for command in commands:
        part.append(command)
        if _changes_rights(command):
            yield part
            part = []
    if part:
        yield part


def _is_to_wait(result: dict[str, Any]) -> bool:
    """Say whether a command met a busy server: left unanswered, it stays in the phone's queue and comes again."""
    return bool(result.get("refusal", {}).get("code") == BUSY.code)


@door("POST")
def bring_in(request: HttpRequest) -> HttpResponse:
    """Carry out a queue that a phone exported to a file, under the name and within the area of whoever brings it.

    A file proves nobody's authorship, so its author is kept as a claim in the audit trail and never acts.
    """
    actor, body = actor_of(request, "import"), _queue_file(request)
    commands = _commands(body, IMPORT_LIMIT)
    device_id, app_version = safe_name(body.get("device_id"), 64), safe_name(body.get("app_version"), 20)
    claimed = _claimed_author(body.get("account"))
    results = carry_out(actor, commands, device_id, app_version, made_by=claimed)
    counts = {status: sum(one["status"] == status for one in results) for status in ("done", "repeated", "refused")}
    append([Entry("sync.import_queue", actor.account_id, actor.door, device_id, area_path=actor.home_area,
                  details={"claimed_author": str(claimed or ""), **counts})])  # fmt: skip
    return answer({"results": results, **counts})


def _queue_file(request: HttpRequest) -> dict[str, Any]:
    """Return the queue, sent as a form's file or as JSON. Raises `sync.not_a_queue`."""
    if request.content_type == "application/json":
        body: Any = json_body(request)
    else:
        body = _read_file(request)
    if not isinstance(body, dict) or body.get("format") != FORMAT or body.get("version") != FORMAT_VERSION:
        raise NOT_A_QUEUE(field="file")
    return body


def _read_file(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > 20 * 2**20:
        raise NOT_A_QUEUE(field="file")
    try:
        return orjson.loads(file.read())
    except ValueError:
        raise NOT_A_QUEUE(field="file") from None


def _claimed_author(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
