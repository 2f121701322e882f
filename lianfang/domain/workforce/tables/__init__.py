"""What is seen of those who serve, by topic."""

from lianfang.domain.workforce.tables import responders, teams

__all__ = ["responders", "teams"]
