"""Answering a call to serve without login. Asks what is needed to reach and post somebody, and tells about nobody."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.workforce.queries.calls import CallCard, applicant, call_by_code, choices_of_the_page
from lianfang.doors.public.answering import HEADERS, language_of, message, page, public
from lianfang.doors.public.forms import command, known, line, options, sentences
from lianfang.doors.public.limiting import Brake
from lianfang.doors.public.words import WORDS
from lianfang.foundation.actions.running import run
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import Bilingual

LONGEST = {"name": 60, "phone": 60, "text": 500}
visits = Brake(120, 600)
# because one house, or one bad mind, sends no hundred offers in ten minutes
answers = Brake(10, 600)


@csrf_exempt
@public("join", "GET", "POST")
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Show a call and take an offer; a call that is closed or was never opened has no page."""
    who = str(request.META.get("REMOTE_ADDR", ""))
    visits.count(who)
    card = call_by_code(code[:16].upper())
    if card is None:
        return message(request, "join", WORDS["join_over"], 404)
    if request.method == "GET":
        return _shown(request, card)
    answers.count(who)
    try:
        _take(request, card)
    except Refusal as no:
        return _shown(request, card, sentences(no), 422)
    address = f"/join/{quote(card.code)}?lang={language_of(request)}&done=1"
    return HttpResponseRedirect(address, status=303, headers=HEADERS)


def _take(request: HttpRequest, card: CallCard) -> None:
    origins, skills, parts = choices_of_the_page()
    given = {
        "area_path": card.area_path, "call_id": str(card.id),
        **{name: line(request, name, most) for name, most in LONGEST.items()},
        "origin": known(request.POST.get("origin", ""), origins, "volunteer"),
        "part": known(request.POST.get("part", ""), parts, ""),
        "skills": [one for one in request.POST.getlist("skills") if one in skills],
    }  # fmt: skip
    run(applicant(card), "workforce.offer_by_page", given, id=command(request))


def _shown(
    request: HttpRequest, card: CallCard, problems: list[Bilingual] | None = None, status: int = 200
) -> HttpResponse:
    language, typed = language_of(request), request.POST
    origins, skills, parts = choices_of_the_page()
    ticked = {*typed.getlist("skills")}
    return page(
        request, "join.html", "join", status, card=card, address=f"/join/{quote(card.code)}",
        so_far=card.so_far.said.in_language(language) if card.so_far.people else "",
        done=bool(request.GET.get("done")) and not problems,
        problems=[one.in_language(language) for one in problems or ()],
        command=str(command(request) if problems else uuid7()),
        typed={name: typed.get(name, "") for name in LONGEST},
        origins=options(origins, language, typed.get("origin", "volunteer")),
        parts=options(parts, language, typed.get("part", "")),
        skills=[(key, label.in_language(language), key in ticked) for key, label in skills.items()],
    )  # fmt: skip
