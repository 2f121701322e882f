"""What is seen of those who serve, by topic."""

from lianfang.domain.workforce.tables import offers, responders, teams

__all__ = ["offers", "responders", "teams"]
