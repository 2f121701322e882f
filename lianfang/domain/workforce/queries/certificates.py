"""Reading a certificate of service back by its number: whether it is genuine, and as little else as that needs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lianfang.domain.areas.queries import full_name
from lianfang.domain.workforce.models.care import ServiceCertificate
from lianfang.kernel.masks import mask_name


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """What stands on a certificate; the name whole or masked, by who asks."""

    serial: str
    name: str
    from_on: str
    until_on: str
    hours: str
    issued_on: str
    issuer: str


def service_by_number(text: str) -> ServiceCard | None:
    """Return the certificate of that number; None when there is none, or it was withdrawn."""
    rows = ServiceCertificate.objects.select_related("responder")
    found = rows.filter(number=text, withdrawn_on__isnull=True).first()
    if found is None:
        return None
    return _card(found, mask_name(found.responder.name))


def service_on_paper(certificate_id: UUID) -> ServiceCard | None:
    """Return a certificate as it is printed for the person, with the whole name; None when it was withdrawn."""
    rows = ServiceCertificate.objects.select_related("responder")
    found = rows.filter(pk=certificate_id, withdrawn_on__isnull=True).first()
    return _card(found, found.responder.name) if found else None


def _card(found: ServiceCertificate, name: str) -> ServiceCard:
    return ServiceCard(
        found.number, name, f"{found.from_on}", f"{found.until_on}",
        f"{found.minutes / 60:.1f}", f"{found.issued_on}", full_name(found.area_path[:9], 6),
    )  # fmt: skip
