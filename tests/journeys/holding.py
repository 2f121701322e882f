"""Answers held back while a page is looked at: what shows only in between is seen on a fast machine too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route


@contextmanager
def held(page: Page, address: str, after: int = 0) -> Iterator[None]:
    """Let so many requests to an address through and hold the next until the block ends."""
    asked: list[Route] = []
    holding = True

    def pass_or_hold(route: Route) -> None:
        asked.append(route)
        if not holding or len(asked) <= after:
            route.continue_()

    page.route(address, pass_or_hold)
    yield
    holding, waiting = False, asked[after:]
    for route in waiting:
        route.continue_()
    page.unroute(address)
