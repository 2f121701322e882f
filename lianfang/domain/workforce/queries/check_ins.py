"""The code by which members and units report at a community."""

from __future__ import annotations

from lianfang.domain.workforce.rules.offers import CHECK_IN_MARK


def check_in_code(area_path: str) -> str:
    """Return the text of a community's code."""
    return f"{CHECK_IN_MARK}{area_path}"
