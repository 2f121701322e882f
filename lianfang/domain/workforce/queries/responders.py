"""Who serves: looked up, found by phone, and what speaks against a post for them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.rules.fitness import age_on, warnings
from lianfang.foundation.privacy.fields import blind

OLDEST = "duty.age_limit"


def responder_phone_index(phone: str) -> str:
    """Return by what a phone of somebody who serves is found again; "" for none."""
    return blind(phone, "responder.phone") if phone else ""


def responder_of_account(account_id: UUID | None) -> Responder | None:
    """Return the entry of a worker's account while they serve."""
    if account_id is None:
        return None
    return Responder.objects.filter(account_id=account_id).exclude(state="ended").first()


def speaks_against(responder: Responder, area_path: str, on: date, *, nights: bool, exposed: bool) -> tuple[str, ...]:
    """Return the keys of WARNINGS that speak against a post with nights or exposure, by the rulebook of the area."""
    oldest = int(rule(OLDEST, area_path, on).value) if nights or exposed else 0
    return warnings(
        responder.limits.split(), age_on(responder.born_on, on), nights=nights, exposed=exposed, oldest_below=oldest
    )
