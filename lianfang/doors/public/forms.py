"""What forms of the pages without login share: a line as it may be kept, a choice that is offered, the form's id."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from lianfang.kernel.errors import Problems, Refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import Bilingual, clean, has_control_characters


def known(value: str, options: dict[str, Bilingual], other: str) -> str:
    """Return a choice that was offered, else the other."""
    return value if value in options else other


def line(request: HttpRequest, name: str, longest: int) -> str:
    """Return a field as one line, cut to the longest; "" for what no keyboard types."""
    text = clean(" ".join(request.POST.get(name, "").split()))[:longest]
    return "" if has_control_characters(text) else text


def command(request: HttpRequest) -> UUID:
    """Return the id the form came with, so that sending it twice counts once."""
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid7()


def options(offered: dict[str, Bilingual], language: str, chosen: str) -> list[tuple[str, str, bool]]:
    """Return choices for a page: key, label, whether it is the chosen one."""
    return [(key, label.in_language(language), key == chosen) for key, label in offered.items()]


def sentences(no: Refusal) -> list[Bilingual]:
    """Return what a refusal says, one sentence a field."""
    return [one.message for one in no.problems] if isinstance(no, Problems) else [no.message]
