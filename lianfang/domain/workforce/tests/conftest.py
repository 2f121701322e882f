"""What the tests of the workforce share: acts by the cast, refusals, and a settled queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import run_one
from lianfang.kernel.errors import Refusal

Do = Callable[..., Any]
Refused = Callable[..., Refusal]


@pytest.fixture
def do(cast: dict[str, Actor], moment: Any) -> Do:
    """Carry out an action as one of the cast."""

    def carry_out(who: str, action: str, **given: Any) -> Any:
        return run(cast[who], action, given)

    return carry_out


@pytest.fixture
def refused(do: Do) -> Refused:
    """Return the refusal of an action."""

    def carry_out(who: str, action: str, **given: Any) -> Refusal:
        with pytest.raises(Refusal) as no:
            do(who, action, **given)
        return no.value

    return carry_out


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let every waiting reaction run."""

    def run_all() -> None:
        while run_one():
            pass

    return run_all
