"""Reporting at one's community (双报到) by its code, without login: filled in, looked over, sent.

Asks what is needed to ring and post somebody. What is kept is never shown here; what was just typed is, once, to
whoever typed it, before it is sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.workforce.queries.check_ins import CheckInPage, check_in_page, choices_of_check_in, reporter
from lianfang.doors.public.answering import HEADERS, language_of, message, page, public
from lianfang.doors.public.forms import command, known, line, options, sentences
from lianfang.doors.public.limiting import Brake
from lianfang.doors.public.words import CHECK_IN_KEPT, WORDS
from lianfang.foundation.actions.running import Request, rehearse, run
from lianfang.kernel.clock import now
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import Bilingual

ACTION = "workforce.report_by_page"
LONGEST = {"name": 60, "phone": 60, "unit_name": 60}
visits = Brake(120, 600)
# because each is sent in two steps, and a unit that comes together may share one address
sent = Brake(60, 600)


@csrf_exempt
@public("checkin", "GET", "POST")
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show a community's page and take a check-in; a code that was altered, has expired or was revoked has none."""
    who = str(request.META.get("REMOTE_ADDR", ""))
    visits.count(who)
    card = check_in_page(token, now())
    if card is None:
        return message(request, "checkin", WORDS["checkin_over"], 404)
    address = f"/checkin/{quote(token)}?lang={language_of(request)}"
    if request.method == "GET" or request.POST.get("step") == "change":
        return _shown(request, card, address)
    sent.count(who)
    given = _given(request, card)
    try:
        if request.POST.get("step") != "send":
            _rehearse(request, card, given)
            return _looked_over(request, card, address, given)
        run(reporter(card), ACTION, given, id=command(request))
    except Refusal as no:
        return _shown(request, card, address, sentences(no), 422)
    return HttpResponseRedirect(f"{address}&done=1", status=303, headers=HEADERS)


def _given(request: HttpRequest, card: CheckInPage) -> dict[str, Any]:
    skills, parts = choices_of_check_in()
    return {
        "area_path": card.area_path, "code_id": str(card.code_id),
        **{name: line(request, name, most) for name, most in LONGEST.items()},
        "skills": [one for one in request.POST.getlist("skills") if one in skills],
        "part": known(request.POST.get("part", ""), parts, ""),
    }  # fmt: skip


def _rehearse(request: HttpRequest, card: CheckInPage, given: dict[str, Any]) -> None:
    [outcome] = rehearse([Request(reporter(card), ACTION, given, command(request))])
    if outcome.refusal is not None:
        raise outcome.refusal


def _looked_over(request: HttpRequest, card: CheckInPage, address: str, given: dict[str, Any]) -> HttpResponse:
    """Return what was typed, to be sent or changed; nothing of it is kept yet."""
    language = language_of(request)
    skills, parts = choices_of_check_in()
    return page(
        request, "checkin_look.html", "checkin", card=card, address=address, given=given,
        command=str(command(request)), part=parts[given["part"]].in_language(language),
        skills=[skills[key].in_language(language) for key in given["skills"]],
    )  # fmt: skip


def _shown(
    request: HttpRequest, card: CheckInPage, address: str, problems: list[Bilingual] | None = None, status: int = 200
) -> HttpResponse:
    language, given = language_of(request), _given(request, card)
    skills, parts = choices_of_check_in()
    kept = CHECK_IN_KEPT.in_language(language).format(waiting=card.waiting_days, kept=card.kept_days)
    return page(
        request, "checkin.html", "checkin", status, card=card, address=address, kept=kept, given=given,
        done=bool(request.GET.get("done")) and request.method == "GET", command=str(command(request)),
        problems=[one.in_language(language) for one in problems or ()],
        parts=options(parts, language, given["part"]),
        skills=[(key, label.in_language(language), key in given["skills"]) for key, label in skills.items()],
    )  # fmt: skip
