"""What must hold of those who serve, by topic."""

from lianfang.domain.workforce.gaps import serving, teams

__all__ = ["serving", "teams"]
