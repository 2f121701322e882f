"""What must hold of those who serve, by topic."""

from lianfang.domain.workforce.gaps import teams

__all__ = ["teams"]
