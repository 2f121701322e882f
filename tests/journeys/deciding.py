"""What the page of pairs says, whatever is decided on it."""

from __future__ import annotations

import re

from playwright.sync_api import Page


def left_to_decide(page: Page) -> int:
    """Return how many pairs the page says are left."""
    found = re.search(r"还剩 ([\d,]+) 对", page.get_by_role("status").filter(has_text="还剩").inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))
