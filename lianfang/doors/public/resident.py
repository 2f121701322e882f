"""The resident's own page behind a personal link: report, ask for help, confirm help, see end, basis and rights.

Shows nothing that somebody who found the link could use: part of a name, dates, no address, no illness.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.incidents.queries import rule
from lianfang.domain.observation.queries import LinkCard, link_by_secret, orders_of, resident_actor
from lianfang.domain.observation.rules import LIVE_STATES, SYMPTOMS
from lianfang.domain.organisation.queries import who_answers_for
from lianfang.domain.supervision.queries import appeals_of_person
from lianfang.domain.supervision.rules import DECISIONS
from lianfang.domain.supervision.rules import KINDS as APPEALS
from lianfang.domain.supervision.rules import STATES as APPEAL_STATES
from lianfang.domain.welfare.queries import requests_of_person
from lianfang.domain.welfare.rules import KINDS, STATES
from lianfang.doors.public.answering import HEADERS, language_of, message, page, public
from lianfang.doors.public.limiting import Brake
from lianfang.doors.public.words import (
    APPEAL_WITHIN,
    NO_APPEAL,
    NO_KIND,
    NO_NUMBER,
    NOTHING,
    RIGHTS,
    SAID,
    SLOT,
    SLOT_NAMES,
    WORDS,
)
from lianfang.foundation.actions.running import run
from lianfang.kernel.clock import local, now
from lianfang.kernel.errors import Problems, Refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import Bilingual, clean, has_control_characters

guesses = Brake(30, 600)
visits = Brake(120, 600)
RECENT = 5
TYPED = ("temperature_c", "note", "kind", "what", "appeal_kind", "appeal_what")


class _NotSaved(Exception):
    """What was sent cannot be saved as it is; carries the sentences to show."""

    def __init__(self, sentences: list[Bilingual]) -> None:
        super().__init__()
        self.sentences = sentences


# No cookie stands behind this page: who sends a form knows the secret in its address, and a foreign page does not.
@csrf_exempt
@public("own_page", "GET", "POST")
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page of a personal link, or take what was filled in there."""
    card = link_by_secret(token, now())
    if card is None:
        guesses.count(str(request.META.get("REMOTE_ADDR", "")))
        return message(request, "own_page", WORDS["gone"], 404)
    visits.count(str(card.person_id))
    if request.method == "GET":
        return _shown(request, token, card)
    try:
        done = _taken(request, token, card)
    except _NotSaved as no:
        return _shown(request, token, card, no.sentences, 422)
    address = f"/r/{quote(token)}?lang={language_of(request)}&done={done}"
    return HttpResponseRedirect(address, status=303, headers=HEADERS)


def _taken(request: HttpRequest, token: str, card: LinkCard) -> str:
    """Carry out what was sent; return which word of thanks to show."""
    takers = {"reading": _reading, "help": _help, "arrived": _arrived, "appeal": _appeal}
    taker = takers.get(request.POST.get("do", ""))
    if taker is None:
        raise _NotSaved([WORDS["gone"]])
    try:
        return taker(request, token, card)
    except Problems as several:
        raise _NotSaved([one.message for one in several.problems]) from None
    except Refusal as no:
        raise _NotSaved([no.message]) from None


def _command(request: HttpRequest) -> UUID:
    """Return the id the form came with, so that sending it twice counts once."""
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid7()


def _reading(request: HttpRequest, token: str, card: LinkCard) -> str:
    temperature = _temperature(request.POST.get("temperature_c", ""))
    symptoms = [one for one in request.POST.getlist("symptoms") if one in SYMPTOMS]
    if temperature is None and not symptoms:
        raise _NotSaved([NOTHING])
    given = {"token": token, "temperature_c": temperature, "symptoms": symptoms, "note": _line(request, "note", 200)}
    result = run(resident_actor(card), "observation.report_by_link", given, id=_command(request))
    return "refer" if result.get("refer") else "reading"


def _temperature(typed: str) -> float | None:
    """Return the number typed, with full-width digits and a comma or 。 for the point. Raises _NotSaved."""
    text = clean(typed).replace("。", ".").replace(",", ".").replace("，", ".").rstrip("℃°Cc度 ")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise _NotSaved([NO_NUMBER]) from None
    if not 0 <= number <= 200:
        raise _NotSaved([NO_NUMBER])
    return number


def _line(request: HttpRequest, name: str, most: int) -> str:
    """Return what was typed in one line: a browser sends line ends, which no record needs."""
    text = clean(" ".join(request.POST.get(name, "").split()))[:most]
    return "" if has_control_characters(text) else text


def _help(request: HttpRequest, token: str, card: LinkCard) -> str:
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise _NotSaved([NO_KIND])
    what = _line(request, "what", 300) or KINDS[kind][0].zh
    given = {"person_id": str(card.person_id), "kind": kind, "what": what, "source": "resident_link"}
    run(resident_actor(card), "welfare.raise_request", given, id=_command(request))
    return "help"


def _arrived(request: HttpRequest, token: str, card: LinkCard) -> str:
    given = {"request_id": request.POST.get("request_id", ""), "person_id": str(card.person_id)}
    run(resident_actor(card), "welfare.confirm_request", given, id=_command(request))
    return "arrived"


def _appeal(request: HttpRequest, token: str, card: LinkCard) -> str:
    kind = request.POST.get("appeal_kind", "")
    said = _line(request, "appeal_what", 500)
    if kind not in APPEALS or len(said) < 2:
        raise _NotSaved([NO_APPEAL])
    given = {"person_id": str(card.person_id), "kind": kind, "how": "link", "what": said}
    run(resident_actor(card), "supervision.raise_appeal", given, id=_command(request))
    return "appeal"


# --- what is shown -----------------------------------------------------------------------------------------------


def _shown(
    request: HttpRequest, token: str, card: LinkCard, problems: list[Bilingual] | None = None, status: int = 200
) -> HttpResponse:
    language, typed = language_of(request), request.POST
    ticked = set(typed.getlist("symptoms"))
    said = SAID.get(request.GET.get("done", ""))
    return page(
        request, "resident.html", "own_page", status,
        address=f"/r/{quote(token)}", name=card.masked_name, ends_on=card.ends_on,
        said=said.in_language(language) if said and not problems else "",
        problems=[one.in_language(language) for one in problems or ()],
        slots=[_slot(one, language) for one in card.slots],
        symptoms=[(code, label.in_language(language), code in ticked) for code, label in SYMPTOMS.items()],
        kinds=[(code, label.in_language(language)) for code, (label, _) in KINDS.items()],
        ids={"reading": _id_again(request, "reading"), "help": _id_again(request, "help"),
             "appeal": _id_again(request, "appeal")},
        typed={name: typed.get(name, "") for name in TYPED},
        appeals=[_case(one, language) for one in appeals_of_person(card.person_id)[:RECENT]],
        appeal_kinds=[(code, label.in_language(language)) for code, label in APPEALS.items()],
        requests=[_request(one, language) for one in requests_of_person(card.person_id)[:RECENT]],
        contacts=_contacts(card, language), rights=[one.in_language(language) for one in RIGHTS],
        **_grounds(card, language),
    )  # fmt: skip


def _id_again(request: HttpRequest, form: str) -> str:
    """Return the id of a form shown again after a refusal, else a fresh one."""
    again = request.method == "POST" and request.POST.get("do") == form
    return str(_command(request) if again else uuid7())


def _slot(one: dict[str, Any], language: str) -> str:
    until = local(datetime.fromisoformat(one["late_until"]))
    name = SLOT_NAMES.get(one["name"])
    return SLOT.in_language(language).format(
        day=one["day_on"][5:], name=name.in_language(language) if name else one["name"], until=f"{until:%H:%M}"
    )


def _request(one: Any, language: str) -> dict[str, Any]:
    return {
        "id": str(one.pk), "command": str(uuid7()), "kind": KINDS[one.kind][0].in_language(language),
        "state": STATES[one.state].in_language(language), "on": f"{local(one.raised_at):%m-%d}",
        "delivered": one.state == "delivered",
    }  # fmt: skip


def _case(one: Any, language: str) -> dict[str, Any]:
    """Return a case as its person sees it: what became of it, by when it is answered, and the answer."""
    decision = DECISIONS.get(one.decision)
    return {
        "kind": APPEALS[one.kind].in_language(language), "state": APPEAL_STATES[one.state].in_language(language),
        "on": f"{local(one.raised_at):%m-%d}", "answered": one.state == "answered", "answer": one.answer,
        "decision": decision.in_language(language) if decision else "", "due": f"{local(one.due_at):%m-%d %H:%M}",
    }  # fmt: skip


def _contacts(card: LinkCard, language: str) -> list[dict[str, str]]:
    """Return the workers to call, nearest first, each once."""
    chain = who_answers_for("person", card.person_id)
    everybody = [one for answer in reversed(chain.answers) for one in answer.contacts] if chain else []
    once = {one.account_id: one for one in reversed(everybody) if one.is_active}
    return [
        {"role": one.role.in_language(language), "name": one.name, "phone": one.phone}
        for one in list(reversed(once.values()))[:4]
    ]


def _grounds(card: LinkCard, language: str) -> dict[str, Any]:
    """Return why the observation is, by which rule, and where to appeal."""
    orders = [one for one in orders_of(card.person_id) if one.state in LIVE_STATES]
    hours = rule("appeal.answer_within_hours", card.area_path, local(now()).date()).value
    incident = orders[0].incident if orders else None
    return {
        "orders": [
            {"starts_on": f"{one.starts_on}", "ends_on": f"{one.ends_on}", "basis": one.basis,
             "rule": f"{one.rule_source} {one.rule_edition}"}
            for one in orders
        ],
        "hotline": incident.hotline if incident else "",
        "office": incident.office if incident else "",
        "appeal_within": APPEAL_WITHIN.in_language(language).format(hours=f"{hours:g}"),
    }  # fmt: skip
