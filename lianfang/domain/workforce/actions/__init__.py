"""What people do about duty, by topic."""

from lianfang.domain.workforce.actions import checklists, posts

__all__ = ["checklists", "posts"]
