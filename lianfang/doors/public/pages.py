"""The shells of the two browser apps, and the way to them. Assets come from /static/; these pages are never cached."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; "
    "connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
NOT_BUILT = "网页部分尚未构建：请安装 Node 20 后运行 make web。 The browser parts are not built: install Node 20 and run make web."


def _shell(app: str) -> HttpResponse:
    page = Path(settings.PACKAGE) / "web_dist" / app / "index.html"
    if not page.exists():
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(page.read_bytes(), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the console."""
    return HttpResponseRedirect("/console/")


@require_safe
@ensure_csrf_cookie
def console(request: HttpRequest) -> HttpResponse:
    """Serve the console's shell, whatever page of it is asked for."""
    return _shell("console")


@require_safe
@ensure_csrf_cookie
def field(request: HttpRequest) -> HttpResponse:
    """Serve the field app's shell."""
    return _shell("field")


def _file(name: str, kind: str) -> HttpResponse:
    kept = Path(settings.PACKAGE) / "web_dist" / "field" / name
    if not kept.exists():
        return HttpResponse(status=404)
    response = HttpResponse(kept.read_bytes(), content_type=kind)
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/field/"
    return response


@require_safe
def field_worker(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the service worker and its library from the app's own address, because its reach is its folder."""
    return _file(name, "text/javascript; charset=utf-8")


@require_safe
def field_manifest(request: HttpRequest) -> HttpResponse:
    """Serve the manifest that makes the field app installable."""
    return _file("manifest.webmanifest", "application/manifest+json")


urlpatterns: list[URLPattern] = [
    path("", home),
    re_path(r"^field/(?P<name>sw\.js|workbox-[0-9a-f]+\.js)$", field_worker),
    path("field/manifest.webmanifest", field_manifest),
    re_path(r"^console(?:/.*)?$", console),
    re_path(r"^field(?:/.*)?$", field),
]
