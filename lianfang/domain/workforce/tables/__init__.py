"""What is seen of those who serve, by topic."""

from lianfang.domain.workforce.tables import care, offers, responders, teams

__all__ = ["care", "offers", "responders", "teams"]
