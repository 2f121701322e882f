"""Who serves: looked up, found by phone, and what speaks against a post for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.fitness import warnings
from lianfang.foundation.privacy.fields import blind, blinding

_PHONE = "responder.phone"
OLDEST, BARRED = "duty.age_limit", "duty.barred_by_limit"


def responder_phone_index(phone: str) -> str:
    """Return by what a phone of somebody who serves is found again; "" for none."""
    return blind(phone, _PHONE) if phone else ""


def responder_phone_indexing() -> Callable[[str], str]:
    """Return `responder_phone_index` for whoever asks it of many people at once."""
    return blinding(_PHONE)


def responder_of_account(account_id: UUID | None) -> Responder | None:
    """Return the entry of a worker's account while they serve."""
    if account_id is None:
        return None
    return Responder.objects.filter(account_id=account_id).exclude(state="ended").first()


def speaks_against(responder: Responder, area_path: str, on: date, *, nights: bool, exposed: bool) -> tuple[str, ...]:
    """Return the keys of WARNINGS that speak against a post with nights or exposure, by the rulebook of the area."""
    if not (nights or exposed):
        return ()
    oldest, barred = (rule(key, area_path, on).value for key in (OLDEST, BARRED))
    return warnings(
        responder.limits.split(), responder.age_on(on), barred, nights=nights, exposed=exposed,
        oldest_below=int(oldest),
    )  # fmt: skip
