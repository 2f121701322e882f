"""Personal links: from a secret to one person's page, and the narrow actor that reports through it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lianfang.domain.observation.models import ResidentLink, Slot, Timetable
from lianfang.domain.observation.queries.orders import thresholds
from lianfang.domain.observation.queries.slots import is_due
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.privacy.fields import blind
from lianfang.kernel.clock import local
from lianfang.kernel.masks import mask_name
from lianfang.kernel.text import both

# Crockford's letters without those that people mix up when they type from paper
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1"})

# What a person may do through the own link: report, ask for and confirm help, object. Doors bind the person.
RESIDENT = Role(
    "resident",
    both("本人", "Resident"),
    ("observation.report_by_link", "welfare.raise_request", "welfare.confirm_request", "supervision.raise_appeal"),
)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """What the public door shows behind a link: nothing that somebody who found it could use."""

    person_id: UUID
    household_id: UUID | None
    area_path: str
    masked_name: str
    ends_on: str
    slots: list[dict[str, Any]]
    fever_threshold_c: float
    symptoms: list[str]


def secret_index(secret: str) -> str:
    """Return the keyed digest of a secret however it was typed; "" for what cannot be one."""
    plain = re.sub(r"[^0-9A-Z]", "", secret[:60].upper()).translate(_TYPED)
    if len(plain) != LENGTH or set(plain) - set(ALPHABET):
        return ""
    return blind(plain, "observation.link")


def links_by_secrets(secrets: Iterable[str], now: datetime) -> dict[str, ResidentLink]:
    """Return the links in force by the secrets that open them."""
    wanted = {secret: secret_index(secret) for secret in secrets}
    indexes = [index for index in wanted.values() if index]
    rows = ResidentLink.objects.filter(
        secret_index__in=indexes, revoked_at__isnull=True, expires_on__gte=local(now).date()
    )
    known = {link.secret_index: link for link in rows}
    return {secret: known[index] for secret, index in wanted.items() if index in known}


def link_by_secret(secret: str, now: datetime) -> LinkCard | None:
    """Return what stands behind a link in force; None for any other, without saying which it was."""
    link = links_by_secrets([secret], now).get(secret)
    board = Timetable.objects.select_related("person").filter(person_id=link.person_id).first() if link else None
    if link is None or board is None or board.state != "live":
        return None
    judged = thresholds(board.diseases, board.area_path, local(now).date())
    due = Slot.objects.filter(is_due(now), person_id=link.person_id).order_by("opens_at")
    return LinkCard(
        person_id=link.person_id, household_id=link.household_id, area_path=link.area_path,
        masked_name=mask_name(board.person.name), ends_on=board.ends_on.isoformat(),
        slots=[{"day_on": one.day_on.isoformat(), "name": one.name, "late_until": one.late_until.isoformat()}
               for one in due],
        fever_threshold_c=judged.fever_c, symptoms=sorted(judged.symptoms),
    )  # fmt: skip


def resident_actor(card: LinkCard) -> Actor:
    """Return the actor of the public door for one link: it may report and ask for help at the own home, no more."""
    return Actor(
        account_id=None, name="本人", grants=(Held(RESIDENT, card.area_path, "自报"),), door="public",
        home_area=card.area_path,
    )  # fmt: skip
