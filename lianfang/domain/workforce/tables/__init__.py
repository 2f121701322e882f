"""What is seen of those who serve and of duty, by topic."""

from lianfang.domain.workforce.tables import (
    care,
    check_ins,
    checks,
    listed,
    offers,
    patterns,
    posts,
    responders,
    shifts,
    teams,
    wishes,
)

__all__ = [
    "care",
    "check_ins",
    "checks",
    "listed",
    "offers",
    "patterns",
    "posts",
    "responders",
    "shifts",
    "teams",
    "wishes",
]
