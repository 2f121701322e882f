"""How a gate judges a permit, with or without a network. Decided once in contracts/cases/permits.json.

A permit is never what lets an emergency through: whoever must pass is let pass without one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lianfang.domain.checkpoints.rules.permits import codes
from lianfang.domain.checkpoints.rules.permits.codes import Terms
from lianfang.kernel.clock import local
from lianfang.kernel.sign1 import Unreadable
from lianfang.kernel.text import Bilingual, both

ANSWERS: dict[str, Bilingual] = {
    "valid": both("出入证有效。", "The permit is valid."),
    "unreadable": both("不是本系统的出入证，或二维码不完整。", "This is no permit, or its code is not complete."),
    "forged": both(
        "伪造的出入证，或签发密钥已停用：本县没有这个密钥。刚换过密钥的，请联网更新后再扫。",
        "Forged, or signed with a key that was given up: this county has no such key. If it was changed lately, update "
        "and scan again.",
    ),
    "altered": both(
        "出入证的内容被改过：与本县密钥的签名对不上。", "What the permit says was altered: our key did not sign this."
    ),
    "not_yet_valid": both("出入证还没有到生效时间。", "The permit is not valid yet."),
    "expired": both("出入证已过期，请到村（社区）换发。", "The permit has expired; the village renews it."),
    "revoked": both("出入证已作废，请与村（社区）联系。", "The permit was revoked; please ask the village."),
    "wrong_area": both("出入证不适用于这个卡点。", "The permit does not hold at this gate."),
    "used_too_often": both("本期限内的出入次数已用完。", "The permit has been used as often as it allows."),
}
WARNINGS: dict[str, Bilingual] = {
    "list_old": both(
        "作废名单已超过规定时间没有更新，可能有新作废的证。请尽快联网更新。",
        "The list of revoked permits is older than it may be; newer ones may be missing. Update when there is network.",
    ),
    "out_too_long": both(
        "外出超过规定时间，请提醒。", "They were out longer than the permit allows; please remind them."
    ),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that gates trust: whose permits (of which area and below) and when."""

    key_id: bytes
    public: bytes
    area: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One time that somebody went out with the permit, as far as this gate knows."""

    out_at: datetime
    in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate knows: where it stands, the keys, which serials are revoked and when it heard so last."""

    area: str
    keys: Mapping[bytes, Key]
    revoked: Collection[int]
    list_at: datetime | None
    list_old_after: timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether to accept the permit, the reason, what else to mind, and what the permit says once it can be believed."""

    reason: str
    terms: Terms | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return self.reason == "valid"


def check(text: str, gate: Gate, at: datetime, uses: Sequence[Use] = (), *, returning: bool = False) -> Answer:
    """Judge the text of a code at a gate.

    Nothing of a permit is shown before its signature fits: by a key that nobody here knows it is forged, under the name
    of ours and not fitting it is altered. Who comes back is never refused for having been out.
    """
    try:
        signed = codes.read(text)
        terms = codes.terms_of(signed.payload)
    except Unreadable:
        return Answer("unreadable")
    key = gate.keys.get(signed.key_id)
    if key is None or at < key.from_at or (key.until_at is not None and at >= key.until_at):
        return Answer("forged")
    if not signed.fits(key.public):
        return Answer("altered")
    if not terms.area.startswith(key.area):
        return Answer("forged")
    warnings = ("list_old",) if gate.list_at is None or at - gate.list_at > gate.list_old_after else ()
    refused = _refused(terms, gate, at)
    if refused is None and not returning and is_used_up(terms, uses, at):
        refused = "used_too_often"
    if returning and _is_out_too_long(terms, uses, at):
        warnings = (*warnings, "out_too_long")
    return Answer(refused or "valid", terms, warnings)


def _refused(terms: Terms, gate: Gate, at: datetime) -> str | None:
    if at < terms.begins_at:
        return "not_yet_valid"
    if at >= terms.ends_at:
        return "expired"
    if terms.serial in gate.revoked:
        return "revoked"
    return None if gate.area.startswith(terms.area) else "wrong_area"


def is_used_up(terms: Terms, uses: Sequence[Use], at: datetime) -> bool:
    """Have as many people gone out as the permit allows in its days of the calendar, today being the last of them?"""
    if not terms.persons or not terms.days:
        return False
    first = local(at).date() - timedelta(days=terms.days - 1)
    return sum(1 for use in uses if first <= local(use.out_at).date() <= local(at).date()) >= terms.persons


def _is_out_too_long(terms: Terms, uses: Sequence[Use], at: datetime) -> bool:
    out = [use.out_at for use in uses if use.in_at is None and use.out_at <= at]
    return bool(terms.minutes and out) and at - max(out) > timedelta(minutes=terms.minutes)
