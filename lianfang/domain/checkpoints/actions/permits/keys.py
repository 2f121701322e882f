"""The county's key for permits: made with the first permit, changed by decision, given up when others may have it."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Max
from pydantic import Field

from lianfang.domain.checkpoints.models.permits import Permit, PermitKey, PermitSeries
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import Path, Reason, labelled
from lianfang.kernel import base64url, sign1
from lianfang.kernel.areas import COUNTY_DIGITS
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_KEY = refusal("checkpoints.permit_key_unknown", "没有这个签发密钥，或已停用。",
                 "There is no such key, or it was given up.", status=404)  # fmt: skip
NO_COUNTY = refusal("checkpoints.permit_county", "签发密钥属于县，请选择县。", "A key belongs to a county; choose one.")

KEYS = "checkpoints.permit_keys"
STANDING = when_empty("withdrawn_at")


def take_series(area_path: str) -> PermitSeries:
    """Return the county's series, locked until the act is done."""
    county = area_path[:COUNTY_DIGITS]
    PermitSeries.objects.get_or_create(area_path=county)
    return PermitSeries.objects.select_for_update().get(area_path=county)


def signing_key(series: PermitSeries, call: Call) -> PermitKey:
    """Return the key that signs in the county now, made where there is none. The series is locked by the caller."""
    county = series.area_path
    return PermitKey.objects.filter(area_path=county, retired_at__isnull=True).first() or _make(county, call)


def _make(county: str, call: Call) -> PermitKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return PermitKey.objects.create(
        area_path=county, key_id=sign1.key_id_of(public).hex(),
        public=base64url.encode(public),
        private=base64.b64encode(private.private_bytes_raw()).decode(),
        made_at=call.received_at, made_by=call.actor.account_id,
    )  # fmt: skip


class RenewKey(Input):
    county: Path


@action("checkpoints.renew_permit_key", both("更换出入证签发密钥", "Change the key for permits"), RenewKey)
def renew_permit_key(call: Call, given: RenewKey) -> Result:
    """Sign with a new key from now on; permits signed before stay valid until they end."""
    if len(given.county) != COUNTY_DIGITS:
        raise NO_COUNTY(field="county")
    call.permit(given.county)
    series = take_series(given.county)
    for old in PermitKey.objects.filter(area_path=series.area_path, retired_at__isnull=True):
        last = Permit.objects.filter(key=old).aggregate(at=Max("valid_until"))["at"]
        _retire(old, call.received_at, max(last or call.received_at, call.received_at))
    made = _make(series.area_path, call)
    call.about(KEYS, made.pk, key=made.key_id)
    return {"id": str(made.pk), "key_id": made.key_id}


def _retire(key: PermitKey, at: datetime, trusted_until: datetime) -> None:
    PermitKey.objects.filter(pk=key.pk).update(retired_at=key.retired_at or at, trusted_until=trusted_until)


class WithdrawKey(Input):
    key: UUID = Field(**labelled("密钥", "Key", "hidden"))
    reason: Reason


@action("checkpoints.withdraw_permit_key", both("停用泄露的签发密钥", "Give up a leaked key"), WithdrawKey,
        subject=Subject(KEYS, "key", STANDING), danger=True)  # fmt: skip
def withdraw_permit_key(call: Call, given: WithdrawKey) -> Result:
    """Give up a key that others may have: none of its permits is accepted any more, and all are to be issued anew.

    Gates refuse them once they have fetched the newest keys.
    """
    key = PermitKey.objects.filter(pk=given.key).first()
    if key is None:
        raise NO_KEY(field="key")
    call.permit(key.area_path)
    take_series(key.area_path)
    if not call.allows(STANDING, key):
        raise NO_KEY(field="key")
    _retire(key, call.received_at, call.received_at)
    PermitKey.objects.filter(pk=key.pk).update(withdrawn_at=call.received_at, withdrawn_because=given.reason)
    # without a version: gates that do not trust the key need no list of what it signed
    void = Permit.objects.filter(key=key, state=Permit.State.ACTIVE).update(
        state=Permit.State.REVOKED, revoked_at=call.received_at, revoked_by=call.actor.account_id,
        revoked_because="key",
    )  # fmt: skip
    call.about(KEYS, key.pk, key=key.key_id, permits=void)
    return {"id": str(key.pk), "permits": void}
