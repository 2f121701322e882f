"""The one place that reads the clock. Rules and actions are told the time, never ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """Return the present moment in UTC, or the moment a test or the demo has fixed."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """Return today's date as a county in China reads it from the wall."""
    return now().astimezone(CHINA).date()


def local(moment: datetime) -> datetime:
    """Return the moment in China's time."""
    return moment.astimezone(CHINA)


@contextmanager
def fixed(moment: datetime) -> Iterator[None]:
    """Hold the clock still, for tests and for building the demo."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
