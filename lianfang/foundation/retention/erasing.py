"""Looking for what is due and erasing it in bulk, through the one erasing door, with a certificate.

Each step is a transaction of its own: what was erased is certified with it, and whoever comes next goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, models
from django.db.models import F, QuerySet

from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.privacy.appendonly import erasing
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.privacy.retaining import KEPT, Kept, schedule
from lianfang.foundation.privacy.troubles import describe
from lianfang.foundation.retention.models import ErasureCertificate, RetentionState
from lianfang.kernel.clock import local
from lianfang.kernel.rulebook import RuleValue

log = logging.getLogger(__name__)

STEP = 1000
GRACE_KEY = "retention.overdue_after_days"
AUDITED = "retention.erase"


@dataclass(frozen=True)
class Portion:
    """The records of one kind that one schedule governs: one area, less the areas inside it with their own."""

    kept: Kept
    area: str
    value: RuleValue
    inner: tuple[str, ...]
    path: str

    def due(self, at: datetime) -> QuerySet[Any]:
        """Return the records whose time is over at the moment."""
        rows = self.kept.due(self.needed_before(at))
        rows = rows.filter(within(self.area, self.kept.area), within(self.path, self.kept.area))
        for inner in self.inner:
            rows = rows.exclude(within(inner, self.kept.area))
        return rows

    def needed_before(self, at: datetime) -> datetime:
        return at - timedelta(days=float(self.value.value))


def portions(at: datetime, path: str = "", names: Sequence[str] = ()) -> Iterator[Portion]:
    """Yield every kind of record below the area with the schedule that governs it."""
    for kept in KEPT.values():
        if names and kept.name not in names:
            continue
        nearer: list[str] = []
        for area, value in schedule(kept.rule, local(at).date()):
            touches = not path or area.startswith(path) or path.startswith(area)
            if touches and value.value is not None:
                inner = tuple(one for one in nearer if one.startswith(area))
                yield Portion(kept, area, value, inner, path)
            nearer.append(area)


def overdue_count(at: datetime, path: str = "") -> int:
    """Return how many records below the area should have been erased before the days of grace."""
    return sum(one.due(at - _grace(one.area, at)).count() for one in portions(at, path))


def _grace(area: str, at: datetime) -> timedelta:
    values = dict(schedule(GRACE_KEY, local(at).date()))
    value = values.get(area) or values[""]
    return timedelta(days=float(value.value))


def look(at: datetime, path: str = "") -> list[dict[str, Any]]:
    """Count what is due, kind by kind and area by area; changes nothing."""
    found = []
    for one in portions(at, path):
        due = one.due(at).count()
        overdue = one.due(at - _grace(one.area, at)).count() if due else 0
        found.append({
            "kind": one.kept.name, "title": one.kept.title.as_dict(), "area": one.area, "way": one.kept.way,
            "rule": one.kept.rule, "days": float(one.value.value), "since": one.kept.since.as_dict(),
            "source": one.value.source, "edition": one.value.edition, "due": due, "overdue": overdue,
        })  # fmt: skip
    return found


def note(at: datetime) -> None:
    """Count what is due and keep the figures for the gap board."""
    for one in look(at):
        state, _ = RetentionState.objects.get_or_create(
            kind=one["kind"], area_path=one["area"],
            defaults={"rule_days": one["days"], "rule_source": one["source"], "looked_at": at},
        )  # fmt: skip
        since = (state.overdue_since or at) if one["overdue"] else None
        RetentionState.objects.filter(pk=state.pk).update(
            due=one["due"], overdue=one["overdue"], overdue_since=since, looked_at=at,
            rule_days=one["days"], rule_source=one["source"],
        )  # fmt: skip


def erase_due(
    at: datetime, path: str = "", *, names: Sequence[str] = (), job_id: UUID | None = None, actor: Actor = SYSTEM
) -> list[ErasureCertificate]:
    """Erase or anonymise whatever is due below the area; returns the certificates, none where nothing was due.

    What one kind meets with an error stays due and overdue; the other kinds go on.
    """
    made = []
    for one in portions(at, path, names):
        try:
            certificate = _erase(one, at, job_id, actor)
        except DatabaseError as trouble:
            log.error("erasing %s met trouble: %s", one.kept.name, describe(trouble))
            continue
        if certificate is not None:
            made.append(certificate)
            RetentionState.objects.filter(kind=one.kept.name, area_path=one.area).update(erased_at=at)
    return made


def _erase(one: Portion, at: datetime, job_id: UUID | None, actor: Actor) -> ErasureCertificate | None:
    while _step(one, at, job_id, actor):
        pass
    return _close(one, at, actor)


def _step(one: Portion, at: datetime, job_id: UUID | None, actor: Actor) -> int:
    """Erase up to a thousand records and certify it in the same transaction; returns how many were found."""
    with writing(), erasing():
        keys = list(one.due(at).order_by("pk").values_list("pk", flat=True)[:STEP])
        if not keys:
            return 0
        count = _carry_out(one.kept, keys, at)
        certificate, _ = ErasureCertificate.objects.get_or_create(
            kind=one.kept.name, area_path=one.area, closed_at=None,
            defaults={
                "way": one.kept.way, "rule_key": one.kept.rule, "rule_days": float(one.value.value),
                "rule_edition": one.value.edition, "rule_source": one.value.source, "began_at": at,
                "needed_before": one.needed_before(at), "job_id": job_id, "account_id": actor.account_id,
            },
        )  # fmt: skip
        ErasureCertificate.objects.filter(pk=certificate.pk).update(count=F("count") + count)
    return len(keys)


def _carry_out(kept: Kept, keys: list[Any], at: datetime) -> int:
    if kept.carry is not None:
        return kept.carry(keys, at)
    rows = kept.model._base_manager.filter(pk__in=keys)
    if kept.blank:
        return rows.update(**_blanked(kept, at))
    together = kept.model._base_manager.filter(pk__in=_with_followers(kept.model, keys))
    return int(together._raw_delete(together.db))


def _blanked(kept: Kept, at: datetime) -> dict[str, Any]:
    """Return what the fields become; a blank that is asked for a moment is told the moment of erasing."""
    return {name: value(at) if callable(value) else value for name, value in kept.blank.items()}


def _with_followers(model: type[models.Model], keys: list[Any]) -> set[Any]:
    """Return the keys with those of rows of the same table that name them: a correction goes with what it corrects."""
    own = [field.name for field in model._meta.concrete_fields if field.related_model is model]
    found, fresh = set(keys), set(keys)
    while own and fresh:
        following: set[Any] = set()
        for name in own:
            following |= set(model._base_manager.filter(**{f"{name}__in": fresh}).values_list("pk", flat=True))
        fresh = following - found
        found |= fresh
    return found


def _close(one: Portion, at: datetime, actor: Actor) -> ErasureCertificate | None:
    """Close the certificate of a finished erasure, its digest in the audit trail."""
    with writing(), erasing():
        certificate = ErasureCertificate.objects.filter(
            kind=one.kept.name, area_path=one.area, closed_at__isnull=True
        ).first()
        if certificate is None:
            return None
        certificate.closed_at = at
        certificate.digest = digest_of(certificate)
        certificate.save(update_fields=["closed_at", "digest"])
        details = {"kind": certificate.kind, "count": certificate.count, "digest": certificate.digest}
        append([Entry(AUDITED, actor.account_id, actor.door, subject=f"privacy.certificates/{certificate.pk}",
                      area_path=certificate.area_path, details=details)], at)  # fmt: skip
    return certificate


def digest_of(certificate: ErasureCertificate) -> str:
    """Return the fingerprint of all that a certificate says."""
    said = [
        str(certificate.pk), certificate.kind, certificate.way, certificate.area_path, certificate.count,
        certificate.rule_key, certificate.rule_days, certificate.rule_edition, certificate.rule_source,
        *(one and one.astimezone(UTC).isoformat()
          for one in (certificate.needed_before, certificate.began_at, certificate.closed_at)),
        str(certificate.job_id), str(certificate.account_id),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def is_genuine(certificate: ErasureCertificate) -> bool:
    """Say whether a certificate is as it was when the audit trail took note of it."""
    if not certificate.digest or certificate.digest != digest_of(certificate):
        return False
    lines = AuditLine.objects.filter(action=AUDITED, subject=f"privacy.certificates/{certificate.pk}")
    return any(line.details.get("digest") == certificate.digest for line in lines)
