"""Addresses of the pages without login, and the shells of console and field app, which ask for a session themselves."""

from __future__ import annotations

import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from lianfang.doors.public.answering import message
from lianfang.doors.public.checking_in import check_in
from lianfang.doors.public.health import healthz
from lianfang.doors.public.joining import join
from lianfang.doors.public.permit import shown
from lianfang.doors.public.resident import own_page
from lianfang.doors.public.verifying import verify
from lianfang.doors.public.words import WORDS

DIST = Path(settings.PACKAGE) / "web_dist"
APPS = ("console", "field")
# styles may be inline because the component libraries set them on elements; scripts may not
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "X-Robots-Tag": "noindex, nofollow"}
_FILE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the console."""
    return HttpResponseRedirect("/console/")


@require_safe
@ensure_csrf_cookie
def shell(request: HttpRequest, app: str, rest: str = "") -> HttpResponse:
    """Return the app's page for every address below it; its worker and manifest under their own names."""
    name = rest if _FILE.fullmatch(rest) and rest != "index.html" else "index.html"
    file = DIST / app / name
    try:
        return _file(file, file.stat().st_mtime_ns)
    except OSError:
        if name != "index.html":
            return HttpResponse(status=404, headers=HEADERS)
        return message(request, "not_built", WORDS["not_built_text"], 503)


def _file(file: Path, stamp: int) -> HttpResponse:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix == ".webmanifest":
        kind = "application/manifest+json"
    return HttpResponse(_read(file, stamp), content_type=kind, headers=HEADERS)


@lru_cache(maxsize=32)
def _read(file: Path, stamp: int) -> bytes:
    return file.read_bytes()


urlpatterns: list[URLPattern] = [
    path("", root),
    path("healthz", healthz),
    path("r/<str:token>", own_page),
    path("p/<str:token>", shown),
    path("join/<str:code>", join),
    path("checkin/<str:token>", check_in),
    path("verify/", verify),
    path("verify/<str:serial>", verify),
    *(path(f"{app}", lambda request, app=app: HttpResponseRedirect(f"/{app}/")) for app in APPS),
    *(path(f"{app}/", shell, {"app": app}) for app in APPS),
    *(path(f"{app}/<path:rest>", shell, {"app": app}) for app in APPS),
]
