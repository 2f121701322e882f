"""What must hold of those who serve and of duty, by topic."""

from lianfang.domain.workforce.gaps import posts, serving, shifts, teams

__all__ = ["posts", "serving", "shifts", "teams"]
