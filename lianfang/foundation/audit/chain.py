"""Appending to the audit chain and verifying it. Refuses nothing, forgets nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

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


def _head(at: datetime) -> AuditChain:
    """Return this thread's chain, locked; a new one when the thread has none in this database."""
    known: dict[str, int] = _mine.__dict__.setdefault("chains", {})
    name = str(connection.settings_dict["NAME"])
    if name in known:
        chain = AuditChain.objects.select_for_update().filter(pk=known[name]).first()
        if chain is not None:
            return chain
    chain = AuditChain.objects.create(opened_at=at, head="")
    known[name] = chain.pk
    return chain


def append(entries: Iterable[Entry], at: datetime | None = None) -> None:
    """Append lines to this thread's chain, in the caller's transaction: they stand or fall with the act."""
    moment = at or now()
    with transaction.atomic():
        chain, key = _head(moment), ring().audit
        lines: list[AuditLine] = []
        for entry in entries:
            chain.length += 1
            line = AuditLine(
                chain_id=chain.pk, seq=chain.length, at=moment, account_id=entry.account_id, door=entry.door,
                device_id=entry.device_id, action=entry.action, command_id=entry.command_id, subject=entry.subject,
                area_path=entry.area_path, details=entry.details or {},
            )  # fmt: skip
            line.mac = chain.head = _mac(key, chain.head, line)
            lines.append(line)
        AuditLine.objects.bulk_create(lines)
        chain.save(update_fields=["length", "head"])


@dataclass(frozen=True)
class Fault:
    """Where a chain does not hold: the chain, the line's number in it, and what is wrong."""

    chain: int
    seq: int
    problem: str  # "changed", "missing", "out of order", "cut off"


def verify() -> Iterator[Fault]:
    """Walk every chain and yield each fault; a chain without faults yields nothing."""
    key = ring().audit
    expected = 1
    for chain in AuditChain.objects.order_by("pk"):
        for gone in range(expected, chain.pk):
            if AuditLine.objects.filter(chain_id=gone).exists():
                yield Fault(gone, 0, "missing")
        expected = chain.pk + 1
        yield from _verify_chain(chain, key)


def _verify_chain(chain: AuditChain, key: bytes) -> Iterator[Fault]:
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
    if seq < chain.length or (seq == chain.length and previous != chain.head):
        yield Fault(chain.pk, seq + 1, "cut off")
