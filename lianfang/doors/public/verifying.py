"""Checking a certificate by the number printed on it: of release, or of service. Shows no more than part of a name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from lianfang.domain.observation.queries.verifying import certificate_by_serial
from lianfang.domain.workforce.queries.certificates import service_by_number
from lianfang.doors.public.answering import page, public
from lianfang.doors.public.limiting import Brake

tries = Brake(60, 600)


@public("verify", "GET")
def verify(request: HttpRequest, serial: str = "") -> HttpResponse:
    """Show whether a certificate of this number was issued; without a number, where to type one."""
    asked = (serial or request.GET.get("serial", "")).strip()[:40].upper()
    if asked:
        tries.count(str(request.META.get("REMOTE_ADDR", "")))
    card = certificate_by_serial(asked) if asked else None
    service = service_by_number(asked) if asked and card is None else None
    status = 404 if asked and card is None and service is None else 200
    return page(request, "verify.html", "verify", status, card=card, service=service, asked=asked)
