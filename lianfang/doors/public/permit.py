"""The page on which a holder shows a permit on the phone. Its address is the code itself: nothing is looked up by it.

Shows nothing that is not printed on the card, and no code once the permit is refused.
"""

from __future__ import annotations

import io
from datetime import timedelta

import segno
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe

from lianfang.domain.checkpoints.queries.permits import code_at, shown_permit
from lianfang.domain.checkpoints.rules.permits.checking import ANSWERS
from lianfang.doors.public.answering import language_of, page, public
from lianfang.doors.public.limiting import Brake
from lianfang.kernel.clock import local, now

visits = Brake(120, 600)
SHOWN = ("valid", "not_yet_valid")


@public("permit", "GET")
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """Show a permit's code with what it allows, or why it is refused."""
    visits.count(str(request.META.get("REMOTE_ADDR", "")))
    language, code = language_of(request), code_at(token)
    found, title, place = shown_permit(code, now())
    answer = ANSWERS[found.reason].in_language(language)
    if found.terms is None or found.reason not in SHOWN:
        return page(request, "permit.html", "permit", 404, answer=answer)
    terms, last = found.terms, local(found.terms.ends_at) - timedelta(seconds=1)
    return page(
        request, "permit.html", "permit", ok=found.ok, answer=answer, kind=title.in_language(language), place=place,
        mark=terms.mark, serial=f"{terms.serial:06d}", first=f"{local(terms.begins_at):%Y-%m-%d}",
        last=f"{last:%Y-%m-%d}", qr=mark_safe(_svg(code)),  # noqa: S308  (made here, of letters of base45)
    )  # fmt: skip


def _svg(code: str) -> str:
    out = io.BytesIO()
    made = segno.make(code, error="m", boost_error=False, micro=False)
    made.save(out, kind="svg", border=4, scale=6, light="white", xmldecl=False)
    return out.getvalue().decode()
