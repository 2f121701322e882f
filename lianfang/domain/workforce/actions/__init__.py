"""What people do about those who serve, by topic."""

from lianfang.domain.workforce.actions import (
    calls,
    check_ins,
    members,
    offers,
    pledges,
    recalls,
    responders,
    secondments,
    teams,
)

__all__ = [
    "calls",
    "check_ins",
    "members",
    "offers",
    "pledges",
    "recalls",
    "responders",
    "secondments",
    "teams",
]
