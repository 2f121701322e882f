"""Reading a release certificate back by its printed number: whether it is genuine, and as little else as that needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lianfang.domain.areas.queries import full_name
from lianfang.domain.observation.models import Order
from lianfang.domain.observation.queries.letters import serial
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.masks import mask_name

_SERIAL = re.compile(r"(\d{9})-(\d{8})-[0-9A-F]{6}")


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """What anybody holding the paper may read: enough to compare, not enough to learn about somebody."""

    serial: str
    masked_name: str
    starts_on: str
    ends_on: str
    released_on: str
    issuer: str


def certificate_by_serial(text: str) -> CertificateCard | None:
    """Return the certificate of that number; None when there is none, also while the observation still runs."""
    match = _SERIAL.fullmatch(text)
    if match is None:
        return None
    try:
        starts_on = date.fromisoformat(match[2])
    except ValueError:
        return None
    orders = Order.objects.select_related("person").filter(within(match[1]), starts_on=starts_on, state="released")
    found = [one for one in orders if serial(one) == text]
    return _card(found[0], text) if len(found) == 1 else None


def _card(order: Order, text: str) -> CertificateCard:
    return CertificateCard(
        text, mask_name(order.person.name), f"{order.starts_on}", f"{order.ended_on or order.ends_on}",
        f"{order.released_on}", full_name(order.area_path[:VILLAGE_DIGITS]),
    )  # fmt: skip
