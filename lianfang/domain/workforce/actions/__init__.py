"""What people do about duty, by topic."""

from lianfang.domain.workforce.actions import checklists, duty, notes, posts, watching

__all__ = ["checklists", "duty", "notes", "posts", "watching"]
