"""The shipped example texts of pledges. They are examples and say so; a county writes its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from lianfang.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class PledgeExample:
    """One example: its title and its text, in Chinese."""

    title: Bilingual
    text: str


@cache
def pledge_examples() -> dict[str, PledgeExample]:
    """Return the examples by their key."""
    page = yaml.safe_load((files("lianfang.data") / "pledges.yaml").read_text(encoding="utf-8"))
    return {key: PledgeExample(Bilingual(*one["title"]), one["text"].strip()) for key, one in page.items()}
