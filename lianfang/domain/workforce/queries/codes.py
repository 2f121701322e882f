"""The code at a post: a text signed here that names the post, read by a phone at sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lianfang.domain.workforce.models.posts import Post
from lianfang.foundation.devices.cards import Unreadable, issue_sign, read_sign

KIND = "post"


@dataclass(frozen=True, slots=True)
class Named:
    """The post a code names."""

    post_id: UUID
    name: str


def code_of(post: Post) -> str:
    """Return the signed text for the code that hangs at a post: its id, number and name, nothing else."""
    return issue_sign(KIND, str(post.pk), f"{post.number} {post.name}")


def read_code(text: str) -> Named | None:
    """Return the post that a scanned text names; None for any other text."""
    try:
        key, name = read_sign(KIND, text)
        return Named(UUID(key), name)
    except (Unreadable, ValueError):
        return None
