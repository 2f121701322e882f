"""Appending to the audit chain and verifying it. Refuses nothing, forgets nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from lianfang.foundation.audit.models import AuditChain, AuditLine
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel.clock import now

_mine = threading.local()


@dataclass(frozen=True)
class Entry:
    """What one audit line says, before it is chained."""

    action: str
    account_id: UUID | None
    door: str
    device_id: str = ""
    command_id: UUID | None = None
    subject: str = ""
    area_path: str = ""
    details: dict[str, Any] | None = None


def _mac(key: bytes, previous: str, line: AuditLine) -> str:
    body = json.dumps(
        [
            previous, line.chain_id, line.seq, line.at.astimezone(UTC).isoformat(), str(line.account_id), line.door,
            line.device_id, line.action, str(line.command_id), line.subject, line.area_path, line.details,
        ],
        sort_keys=True, ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class _Head:
    """Where a chain ends: number and hash of its last line."""

    chain: int
    length: int
    mac: str


def _locked_head(known: _Head | None, at: datetime) -> _Head:
    """Return where this thread's chain really ends, locked; a new chain when the thread has none in this database."""
    if known is not None:
        found = AuditChain.objects.select_for_update().filter(pk=known.chain).first()
        if found is not None:
            return _Head(found.pk, found.length, found.head)
    return _Head(AuditChain.objects.create(opened_at=at, head="").pk, 0, "")


def _move(known: _Head, new: _Head) -> bool:
    """Move the chain's end; False when it did not end where this thread thought, as after a rollback."""
    mine = AuditChain.objects.filter(pk=known.chain, length=known.length, head=known.mac)
    return bool(mine.update(length=new.length, head=new.mac))


def append(entries: Iterable[Entry], at: datetime | None = None) -> None:
    """Append lines to this thread's chain, in the caller's transaction: they stand or fall with the act."""
    given, moment = list(entries), at or now()
    heads: dict[str, _Head] = _mine.__dict__.setdefault("heads", {})
    name = str(connection.settings_dict["NAME"])
    with transaction.atomic(savepoint=False):
        known = heads.get(name)
        lines, new = _chained(given, known, moment) if known else ([], known)
        if known is None or new is None or not _move(known, new):
            known = _locked_head(known, moment)
            lines, new = _chained(given, known, moment)
            _move(known, new)
        AuditLine.objects.bulk_create(lines)
    heads[name] = new


def _chained(entries: Sequence[Entry], head: _Head, at: datetime) -> tuple[list[AuditLine], _Head]:
    """Return the lines that follow the head, and the head after them."""
    key, lines = ring().audit, []
    for entry in entries:
        line = AuditLine(
            chain_id=head.chain, seq=head.length + 1, at=at, account_id=entry.account_id, door=entry.door,
            device_id=entry.device_id, action=entry.action, command_id=entry.command_id, subject=entry.subject,
            area_path=entry.area_path, details=entry.details or {},
        )  # fmt: skip
        line.mac = _mac(key, head.mac, line)
        head = _Head(head.chain, line.seq, line.mac)
        lines.append(line)
    return lines, head


WITNESS = "audit.witness_chains"


def witness(at: datetime) -> None:
    """Write how far every chain has come into this thread's own.

    The hash of a line covers what came before it, not whether something came after: a chain cut off by somebody who
    can also rewrite its recorded end would look whole, but for what another chain says of it.
    """
    last = AuditLine.objects.filter(action=WITNESS).order_by("-pk").first()
    since = last.details["up_to"] if last else 0
    moved = AuditLine.objects.filter(pk__gt=since).exclude(action=WITNESS).values("chain_id")
    ends = list(moved.annotate(length=Max("seq"), line=Max("pk")).order_by("chain_id"))
    if ends:
        reached = {str(end["chain_id"]): end["length"] for end in ends}
        up_to = max(end["line"] for end in ends)
        append([Entry(WITNESS, None, "inside", details={"reached": reached, "up_to": up_to})], at)


@dataclass(frozen=True)
class Fault:
    """Where a chain does not hold: the chain, the line's number in it, and what is wrong."""

    chain: int
    seq: int
    problem: str  # "changed", "missing", "out of order", "cut off"


def verify() -> Iterator[Fault]:
    """Walk every chain and yield each fault; a chain without faults yields nothing."""
    key, witnessed = ring().audit, _witnessed()
    known = set()
    for chain in AuditChain.objects.order_by("pk"):
        known.add(chain.pk)
        yield from _verify_chain(chain, key, witnessed.get(chain.pk, 0))
    headless = AuditLine.objects.exclude(chain_id__in=AuditChain.objects.values("pk")).values_list(
        "chain_id", flat=True
    )
    for gone in sorted((set(witnessed) - known) | set(headless)):
        yield Fault(gone, 0, "missing")


def _witnessed() -> dict[int, int]:
    """Return how far each chain had come at least, by what other chains say."""
    reached: dict[int, int] = {}
    for details in AuditLine.objects.filter(action=WITNESS).values_list("details", flat=True).iterator():
        for chain, length in details.get("reached", {}).items():
            reached[int(chain)] = max(reached.get(int(chain), 0), length)
    return reached


def _verify_chain(chain: AuditChain, key: bytes, witnessed: int) -> Iterator[Fault]:
    previous, seq, last_id = "", 0, 0
    for line in AuditLine.objects.filter(chain_id=chain.pk).order_by("seq").iterator(chunk_size=2000):
        for gone in range(seq + 1, line.seq):
            yield Fault(chain.pk, gone, "missing")
        if line.id < last_id:
            yield Fault(chain.pk, line.seq, "out of order")
        unbroken = line.seq == seq + 1
        if unbroken and not hmac.compare_digest(_mac(key, previous, line), line.mac):
            yield Fault(chain.pk, line.seq, "changed")
        previous, seq, last_id = line.mac, line.seq, line.id
    # because the server may go on writing meanwhile, a chain may be longer than its end was a moment ago
    if seq < max(chain.length, witnessed) or (seq == chain.length and previous != chain.head):
        yield Fault(chain.pk, seq + 1, "cut off")
