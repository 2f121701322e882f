"""What people do about duty, by topic."""

from lianfang.domain.workforce.actions import checklists, duty, notes, placing, posts, rosters, swapping, watching

__all__ = ["checklists", "duty", "notes", "placing", "posts", "rosters", "swapping", "watching"]
