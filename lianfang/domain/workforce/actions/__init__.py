"""What people do about those who serve, by topic."""

from lianfang.domain.workforce.actions import (
    calls,
    care,
    certificates,
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
    "care",
    "certificates",
    "check_ins",
    "members",
    "offers",
    "pledges",
    "recalls",
    "responders",
    "secondments",
    "teams",
]
