"""What people do about those who serve, by topic."""

from lianfang.domain.workforce.actions import members, responders, teams

__all__ = ["members", "responders", "teams"]
