"""What the foundation's own tests share: registries that forget what a test declared, and a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.queue import KINDS
from lianfang.foundation.tables.registry import TABLES


@pytest.fixture
def declaring() -> Iterator[None]:
    """Whatever this test declares is forgotten afterwards."""
    registries: list[dict[str, Any]] = [ACTIONS, TABLES, GAPS, KINDS]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


@pytest.fixture
def phone(cast: dict[str, Actor]) -> Callable[[str], Actor]:
    """Return one of the cast as they come through the phone's door."""
    return lambda name: replace(cast[name], door="sync", device_id="phone-1")
