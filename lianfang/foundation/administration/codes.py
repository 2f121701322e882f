"""One-time codes beside the password, for whoever wants them: begun, confirmed, ended, taken off by an administrator.

The secret is told once and stored sealed. Nobody takes off their own codes with the password alone.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db.models import Q
from pydantic import Field

from lianfang.foundation.accounts.models import Account
from lianfang.foundation.accounts.sessions import end_sessions
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import NO_ACCOUNT, WRONG_PASSWORD, Reason, labelled
from lianfang.kernel import onetime
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

ISSUER = "Lianfang"
WRONG_CODE = refusal("accounts.wrong_code", "动态验证码不对或已用过。", "The one-time code is wrong or was used.")
NOT_BEGUN = refusal(
    "accounts.codes_not_begun", "还没有开始设置动态验证码。", "One-time codes were not begun.", status=409
)
ALREADY_ON = refusal("accounts.codes_on", "动态验证码已启用。", "One-time codes are on already.", status=409)
NOT_ON = refusal("accounts.codes_off", "没有启用动态验证码。", "One-time codes are not on.", status=409)
TO_ONESELF = refusal(
    "accounts.codes_own",
    "不能自己解除自己的动态验证码，请由另一位管理员办理。",
    "Nobody takes off their own codes; another administrator does.",
    status=403,
)
WITH_CODES = when(lambda since: since is not None, "codes_since")


def use_code(account: Account, code: str, at: datetime) -> bool:
    """Say whether the code is right, and use it up: it opens nothing a second time."""
    secret = onetime.read(account.codes_secret)
    step = onetime.matching_step(secret, code, at.timestamp()) if secret else None
    if step is None:
        return False
    unused = Account.objects.filter(Q(codes_step__isnull=True) | Q(codes_step__lt=step), pk=account.pk)
    return bool(unused.update(codes_step=step))


def _own(call: Call, password: str) -> Account:
    call.permit(call.actor.home_area)
    account = Account.objects.filter(pk=call.actor.account_id or UUID(int=0)).first()
    if account is None:
        raise NO_ACCOUNT()
    if not check_password(password, account.password):
        raise WRONG_PASSWORD(field="password")
    call.about("accounts.accounts", account.pk)
    return account


class BeginCodes(Input):
    password: str = Field(max_length=128, **labelled("登录密码", "Password"))


@action("accounts.begin_codes", both("设置动态验证码", "Set up one-time codes"), BeginCodes)
def begin_codes(call: Call, given: BeginCodes) -> Result:
    """Make a secret for an authenticator app and tell it once; codes are asked for once one was confirmed (P18)."""
    account = _own(call, given.password)
    if account.codes_since is not None:
        raise ALREADY_ON()
    secret = secrets.token_bytes(onetime.SECRET_BYTES)
    account.codes_secret, account.codes_step = onetime.written(secret), None
    account.save(update_fields=["codes_secret", "codes_step"])
    call.once = {"secret": account.codes_secret, "address": onetime.address(secret, ISSUER, account.username)}
    return {}


class ConfirmCodes(Input):
    password: str = Field(max_length=128, **labelled("登录密码", "Password"))
    code: str = Field(max_length=10, **labelled("动态验证码", "One-time code"))


@action("accounts.confirm_codes", both("启用动态验证码", "Turn one-time codes on"), ConfirmCodes)
def confirm_codes(call: Call, given: ConfirmCodes) -> Result:
    """Turn one-time codes on with a first code from the app: from here on sign-in asks for one."""
    account = _own(call, given.password)
    if account.codes_since is not None:
        raise ALREADY_ON()
    if not account.codes_secret:
        raise NOT_BEGUN()
    if not use_code(account, given.code, call.received_at):
        raise WRONG_CODE(field="code")
    Account.objects.filter(pk=account.pk).update(codes_since=call.received_at)
    return {}


@action("accounts.end_codes", both("停用动态验证码", "Turn one-time codes off"), ConfirmCodes)
def end_codes(call: Call, given: ConfirmCodes) -> Result:
    """Turn one's own one-time codes off, with password and a code."""
    account = _own(call, given.password)
    if account.codes_since is None:
        raise NOT_ON()
    if not use_code(account, given.code, call.received_at):
        raise WRONG_CODE(field="code")
    _take_off(account)
    return {}


class ResetCodes(Input):
    account_id: UUID
    reason: Reason


@action("accounts.reset_codes", both("解除动态验证码", "Take one-time codes off"), ResetCodes,
        subject=Subject("accounts.accounts", "account_id", WITH_CODES), danger=True)  # fmt: skip
def reset_codes(call: Call, given: ResetCodes) -> Result:
    """Take the one-time codes off an account whose phone is lost, and end its sessions; never off one's own."""
    account = Account.objects.filter(pk=given.account_id).first()
    if account is None:
        raise NO_ACCOUNT(field="account_id")
    call.permit(account.home_area)
    if account.pk == call.actor.account_id:
        raise TO_ONESELF(field="reason")
    if not call.allows(WITH_CODES, account):
        raise NOT_ON(field="account_id")
    _take_off(account)
    end_sessions(account.pk, call.received_at)
    call.about("accounts.accounts", account.pk)
    return {"id": str(account.pk)}


def _take_off(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(codes_secret="", codes_since=None, codes_step=None)
