"""Answers of the HTTP door: JSON, refusals as their catalogued bodies, and never a bare error."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from lianfang.foundation.actions.running import BUSY
from lianfang.foundation.privacy.troubles import describe
from lianfang.kernel.errors import Refusal, refusal

log = logging.getLogger(__name__)

NO_SESSION = refusal("session.none", "请先登录。", "Please sign in first.", status=401)
BAD_METHOD = refusal("http.method", "不支持这种请求方式。", "This method is not supported here.", status=405)
BAD_JSON = refusal("http.bad_json", "请求内容不是有效的 JSON。", "The request body is not valid JSON.", status=400)
TOO_BIG = refusal("http.too_big", "请求内容太大。", "The request body is too large.", status=413)
TROUBLE = refusal(
    "server.trouble",
    "系统出错，没有保存。已记录，请稍后再试。",
    "Something failed here and nothing was saved. It is logged; try again.",
    status=500,
)
BAD_VALUE = refusal(
    "http.bad_value", "请求中有无法识别的值。", "The request holds a value that cannot be read.", status=400
)

# longer than any area's path
LONGEST_PATH = 24

NO_ADDRESS = refusal("http.no_address", "没有这个地址。", "There is nothing at this address.", status=404)
FOREIGN = refusal(
    "session.foreign",
    "请求没有带本页面的校验码，可能来自别的网站，已拒绝。请刷新页面再试。",
    "The request lacks this page's token; it may come from another site. Reload the page and try again.",
    status=403,
)

View = Callable[..., HttpResponseBase]


def _plain(value: Any) -> Any:
    """Return what orjson cannot write by itself."""
    return str(value)


def answer(body: object, status: int = 200) -> HttpResponse:
    """Return the body as UTF-8 JSON."""
    return HttpResponse(
        orjson.dumps(body, default=_plain), status=status, content_type="application/json; charset=utf-8"
    )


def secret(body: object) -> HttpResponse:
    """Return the body as `answer` does, for who asks and for no cache on the way."""
    response = answer(body)
    response["Cache-Control"] = "no-store"
    return response


def refuse(no: Refusal) -> HttpResponse:
    """Return a refusal as its body and status."""
    return answer(no.as_dict(), no.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a request without the page's token."""
    return refuse(FOREIGN())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that the server could not read."""
    return refuse(BAD_VALUE())


def path_like(text: str, field: str) -> str:
    """Return a text as an area's path may look. Raises `http.bad_value`."""
    if not (text.isascii() and text.isalnum() and len(text) <= LONGEST_PATH):
        raise BAD_VALUE(field=field)
    return text


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return refuse(NO_ADDRESS())


def server_trouble(request: HttpRequest) -> HttpResponse:
    """Answer when something failed outside every door."""
    return refuse(TROUBLE())


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object sent. Raises `http.bad_json`, `http.too_big`."""
    try:
        body = orjson.loads(request.body or b"{}")
    except RequestDataTooBig:
        raise TOO_BIG() from None
    except (ValueError, UnicodeDecodeError):
        raise BAD_JSON() from None
    if not isinstance(body, dict):
        raise BAD_JSON()
    return body


def door(*methods: str) -> Callable[[View], View]:
    """Wrap a view: methods checked, refusals answered, surprises logged without their values."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                response = refuse(BAD_METHOD())
                response["Allow"] = ", ".join(methods)
                return response
            try:
                return view(request, *args, **kwargs)
            except Refusal as no:
                return refuse(no)
            except (RequestDataTooBig, MultiPartParserError):
                return refuse(TOO_BIG())
            except (OperationalError, InterfaceError) as trouble:
                log.error("database trouble at %s: %s", request.path, describe(trouble))
                return refuse(BUSY())
            except (DataError, UnicodeError) as trouble:
                log.error("unstorable value at %s: %s", request.path, describe(trouble))
                return refuse(BAD_VALUE())
            except Exception as trouble:
                log.error("trouble at %s: %s", request.path, describe(trouble))
                return refuse(TROUBLE())

        guarded.methods = methods  # type: ignore[attr-defined]  # the API's description reads it
        return guarded

    return wrap
