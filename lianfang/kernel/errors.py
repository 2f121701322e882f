"""Refusals: every "no" of the system is a catalogued sentence with a stable code, never a bare exception."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lianfang.kernel.text import Bilingual


@dataclass(frozen=True)
class RefusalKind:
    """One catalogued refusal: stable code, sentence with {placeholders}, HTTP status."""

    code: str
    message: Bilingual
    status: int = 422

    def __call__(
        self,
        *,
        field: str | None = None,
        reason: Bilingual | None = None,
        details: dict[str, Any] | None = None,
        **values: object,
    ) -> Refusal:
        """Return the refusal ready to raise; `values` fill the placeholders of the sentence."""
        message = Bilingual(self.message.zh.format(**values), self.message.en.format(**values))
        return Refusal(self, message, field=field, reason=reason, details=details or {})


CATALOGUE: dict[str, RefusalKind] = {}


def refusal(code: str, zh: str, en: str, *, status: int = 422) -> RefusalKind:
    """Catalogue a refusal once, in the module that owns it. Raises ValueError when the code is taken."""
    if code in CATALOGUE:
        raise ValueError(f"refusal code {code} is already catalogued")
    kind = RefusalKind(code, Bilingual(zh, en), status)
    CATALOGUE[code] = kind
    return kind


@dataclass
class Refusal(Exception):
    """A "no" with its stable code, sentence, field and reason. Carries no personal data beyond what the asker sent."""

    kind: RefusalKind
    message: Bilingual
    field: str | None = None
    reason: Bilingual | None = None
    details: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def status(self) -> int:
        return self.kind.status

    def __str__(self) -> str:
        return f"{self.code}: {self.message.zh}"

    def as_dict(self) -> dict[str, Any]:
        """Return the body every door sends."""
        return {
            "code": self.code,
            "message": self.message.as_dict(),
            "field": self.field,
            "reason": self.reason.as_dict() if self.reason else None,
            "details": self.details,
        }


INVALID = refusal("input.invalid", "填写的内容有 {count} 处不符合要求。", "{count} of the values are not acceptable.")


class Problems(Refusal):
    """Several field refusals at once: whoever filled a form sees all of them, not one after another."""

    def __init__(self, problems: Iterable[Refusal]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        message = Bilingual(INVALID.message.zh.format(count=count), INVALID.message.en.format(count=count))
        super().__init__(INVALID, message, field=self.problems[0].field if self.problems else None)

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "problems": [one.as_dict() for one in self.problems]}
