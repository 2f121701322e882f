"""Knowing a phone when it calls. Refuses nothing: whoever is called decides what a lost one may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.devices.models import Device
from lianfang.foundation.privacy.fields import within

# because a busy phone calls many times a minute, and nobody needs to know it to the second
NOTE_EVERY = timedelta(minutes=1)


def note_call(actor: Actor, device_id: str, app_version: str, at: datetime, *, uploaded: bool = False) -> Device | None:
    """Note that the phone called and return it; None for a caller without a device id or an account."""
    if not device_id or actor.account_id is None:
        return None
    known, _ = Device.objects.get_or_create(
        device_id=device_id,
        defaults={"account_id": actor.account_id, "area_path": actor.home_area, "first_seen_at": at, "last_seen_at": at,
                  "app_version": app_version},
    )  # fmt: skip
    changes = _changes(known, actor, app_version, at, uploaded)
    if changes:
        Device.objects.filter(pk=known.pk).update(**changes)
    return known


def _changes(known: Device, actor: Actor, app_version: str, at: datetime, uploaded: bool) -> dict[str, object]:
    """Return what differs from what is known; a lost phone keeps the name of who had it when it was lost."""
    changes: dict[str, object] = {}
    if at - known.last_seen_at > NOTE_EVERY:
        changes["last_seen_at"] = at
    if uploaded and (known.last_upload_at is None or at - known.last_upload_at > NOTE_EVERY):
        changes["last_upload_at"] = at
    if app_version and app_version != known.app_version:
        changes["app_version"] = app_version
    if known.account_id != actor.account_id and known.lost_at is None:
        changes |= {"account_id": actor.account_id, "area_path": actor.home_area}
    return changes


def note_wiped(device: Device, at: datetime) -> None:
    """Note that a lost phone was told to wipe itself, the first time it was."""
    Device.objects.filter(pk=device.pk, wiped_at__isnull=True).update(wiped_at=at)


def last_upload_within(path: str) -> datetime | None:
    """Return when a phone of the area last uploaded: tells “nothing happened” from “not yet synced”."""
    found: datetime | None = Device.objects.filter(within(path)).aggregate(at=Max("last_upload_at"))["at"]
    return found


def last_calls(path: str, since: datetime) -> list[tuple[str, datetime]]:
    """Return, for each worker of the area with a phone heard of since then, the worker's area and the last call.

    Only the newest phone of a worker counts, because one that was replaced will never call again; lost ones do not.
    """
    mine = Device.objects.filter(within(path), lost_at__isnull=True, account__is_active=True).order_by()
    newest = mine.values("account_id", "area_path").annotate(at=Max("last_seen_at")).filter(at__gte=since)
    latest: dict[UUID, tuple[str, datetime]] = {}
    for row in newest:
        known = latest.get(row["account_id"])
        if known is None or row["at"] > known[1]:
            latest[row["account_id"]] = (row["area_path"], row["at"])
    return list(latest.values())
