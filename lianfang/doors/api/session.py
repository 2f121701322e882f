"""Signing in and out, and who is asking: the session becomes an actor with the grants of the day."""

from __future__ import annotations

import time
from typing import Any

from axes.exceptions import AxesBackendPermissionDenied
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt

from lianfang.domain.areas.queries import area_card
from lianfang.doors.api.answers import BAD_VALUE, NO_SESSION, answer, door, json_body, refuse
from lianfang.foundation.access.actor import Actor, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.actions.running import run
from lianfang.foundation.administration.codes import use_code
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.clock import now, today
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import has_control_characters

WRONG = refusal("session.wrong", "登录名或密码不对。", "Wrong name or password.", status=401)
CODE_NEEDED = refusal(
    "session.code_needed",
    "请输入动态验证码（手机验证器上的 6 位数字）。",
    "Type the one-time code of six digits.",
    status=401,
)
WRONG_CODE = refusal(
    "session.wrong_code", "动态验证码不对或已用过。", "The one-time code is wrong or was used.", status=401
)
LONGEST_DEVICE = 64
LOCKED = refusal(
    "session.locked", "尝试次数过多，请 15 分钟后再试。", "Too many attempts. Try again in 15 minutes.", status=429
)


def locked_out(request: HttpRequest, *_: object) -> HttpResponse:
    """Answer a sign-in after too many failures."""
    return refuse(LOCKED())


_actors: dict[tuple[str, str], tuple[float, Actor]] = {}


def actor_of(request: HttpRequest, door_name: str = "console") -> Actor:
    """Return who is asking. Raises `session.none`. Kept for a moment, so that a busy phone costs one look-up."""
    key = (request.session.session_key or "", door_name)
    kept = _actors.get(key) if key[0] else None
    if kept and kept[0] > time.monotonic():
        return kept[1]
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        raise NO_SESSION()
    actor = actor_for(account, on=today(), door=door_name, device_id=request.session.get("device_id", ""))
    if len(_actors) > 20_000:
        _actors.clear()
    _actors[key] = (time.monotonic() + settings.LIANFANG_ACTOR_SECONDS, actor)
    return actor


def renewed_actor(request: HttpRequest, door_name: str) -> Actor:
    """Return who is asking with the grants as they stand now, after a command that changed them."""
    _actors.pop((request.session.session_key or "", door_name), None)
    return actor_of(request, door_name)


def _forget_session(request: HttpRequest | None, **_: Any) -> None:
    """Forget the kept actors of a session that ends, so that its cookie opens nothing from here on."""
    ended = request.session.session_key if request is not None else None
    for key in [key for key in list(_actors) if key[0] == ended]:
        _actors.pop(key, None)


user_logged_out.connect(_forget_session, dispatch_uid="lianfang.session")


def me(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Return what the screens need to know of the person signed in."""
    account = request.user
    assert isinstance(account, Account)
    return {
        "account": {"id": str(account.pk), "name": account.name, "username": account.username,
                    "language": account.language, "title": account.title,
                    "codes": account.codes_since is not None},
        "csrf": get_token(request),
        "grants": [
            {"role": held.role.name, "label": held.role.label.as_dict(), "area": area_card(held.area_path),
             "purpose": held.purpose}
            for held in actor.grants
        ],
        "home_area": area_card(actor.home_area),
        "can": sorted(name for name in (*ACTIONS, *TABLES) if actor.may(name)),
        "server_time": now().isoformat(),
    }  # fmt: skip


@csrf_exempt
@door("GET", "POST", "DELETE")
def session(request: HttpRequest) -> HttpResponse:
    """GET who I am, POST sign in, DELETE sign out. Signing in takes JSON only, which a foreign page cannot send.

    Whoever is signed in and gives the password once more is not asked for a code again.
    """
    if request.method == "GET":
        return answer(me(request, actor_of(request)))
    if request.method == "DELETE":
        logout(request)
        return HttpResponse(status=204)
    body = json_body(request)
    device_id = device_name(body.get("device_id"))
    account = _authenticate(request, str(body.get("username", ""))[:60], str(body.get("password", ""))[:128])
    if account.codes_since is not None and request.user.pk != account.pk:
        _check_code(request, account, str(body.get("code") or "")[:10])
    login(request, account, backend="django.contrib.auth.backends.ModelBackend")
    request.session["device_id"] = device_id
    actor = actor_of(request)
    append([Entry("session.sign_in", account.pk, "console", request.session["device_id"], area_path=actor.home_area)])
    return answer(me(request, actor))


def device_name(value: object) -> str:
    """Return the id a device gave itself. Raises `http.bad_value` for what no device would call itself."""
    name = str(value or "")
    if len(name) > LONGEST_DEVICE or has_control_characters(name):
        raise BAD_VALUE(field="device_id")
    return name


def _authenticate(request: HttpRequest, username: str, password: str) -> Account:
    if request.content_type != "application/json":
        raise WRONG()
    try:
        account = authenticate(request, username=username.replace("\x00", ""), password=password)
    except (AxesBackendPermissionDenied, PermissionDenied):
        raise LOCKED() from None
    if getattr(request, "axes_locked_out", False):
        raise LOCKED()
    if not isinstance(account, Account) or not account.is_active:
        raise WRONG()
    return account


def _check_code(request: HttpRequest, account: Account, code: str) -> None:
    """Ask for the one-time code of an account that has them; a wrong one counts like a wrong password.

    Raises `session.code_needed`, `session.wrong_code`, `session.locked`.
    """
    if not code:
        raise CODE_NEEDED(field="code")
    if use_code(account, code, now()):
        return
    user_login_failed.send(sender=__name__, credentials={"username": account.username}, request=request)
    raise LOCKED() if getattr(request, "axes_locked_out", False) else WRONG_CODE(field="code")


@door("POST")
def choose_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of one's own screens."""
    run(actor_of(request), "accounts.choose_language", {"language": json_body(request).get("language")})
    return HttpResponse(status=204)
