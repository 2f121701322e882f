"""Answers of the pages without login: Chinese first, no script, no cookie, nothing kept or indexed by others."""

from __future__ import annotations

import base64
import functools
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

from lianfang.doors.public.limiting import TooOften
from lianfang.doors.public.words import WORDS
from lianfang.foundation.actions.running import BUSY
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import Bilingual

log = logging.getLogger(__name__)

STYLE = (Path(__file__).parent / "templates" / "public" / "style.css").read_text("utf-8").strip()
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    # because the address of a resident's page is the key to it, and must not travel to another site
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

View = Callable[..., HttpResponse]


def language_of(request: HttpRequest) -> str:
    """Return "en" when the page was asked for in English, else Chinese."""
    return "en" if request.GET.get("lang", "").startswith("en") else "zh-hans"


def page(request: HttpRequest, template: str, title: str, status: int = 200, **values: Any) -> HttpResponse:
    """Return a page in the language asked for; `title` is a key of the words."""
    language = language_of(request)
    words = {key: sentence.in_language(language) for key, sentence in WORDS.items()}
    context = {
        "lang": "en" if language == "en" else "zh-Hans", "lang_code": language, "style": STYLE, "w": words,
        "title": words[title], **values,
    }  # fmt: skip
    return HttpResponse(render_to_string(f"public/{template}", context), status=status, headers=HEADERS)


def message(request: HttpRequest, title: str, text: Bilingual, status: int) -> HttpResponse:
    """Return a page with one sentence."""
    return page(request, "message.html", title, status, text=text.in_language(language_of(request)))


def public(title: str, *methods: str) -> Callable[[View], View]:
    """Wrap a page: methods checked, refusals and troubles answered in a sentence, never with a value."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods, headers=HEADERS)
            try:
                return view(request, *args, **kwargs)
            except TooOften:
                return message(request, title, WORDS["too_many"], 429)
            except Refusal as no:
                return message(request, title, no.message, no.status)
            except DatabaseError:
                log.exception("database trouble on a page without login")
                return message(request, title, BUSY().message, 503)

        return guarded

    return wrap
