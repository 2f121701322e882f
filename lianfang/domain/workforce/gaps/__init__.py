"""What must hold of those who serve and of duty, by topic."""

from lianfang.domain.workforce.gaps import check_ins, checks, listed, posts, serving, shifts, teams

__all__ = ["check_ins", "checks", "listed", "posts", "serving", "shifts", "teams"]
