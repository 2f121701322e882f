"""What must hold of those who serve and of duty, by topic."""

from lianfang.domain.workforce.gaps import checks, posts, serving, shifts, teams

__all__ = ["checks", "posts", "serving", "shifts", "teams"]
