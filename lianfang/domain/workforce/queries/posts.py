"""Reads of posts for other code: one post, the posts of an area, who leads them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.organisation.queries import Contact, holders_for
from lianfang.domain.workforce.models.posts import Post
from lianfang.foundation.privacy.fields import within


def find_post(post_id: UUID) -> Post | None:
    """Return the post, withdrawn ones too."""
    return Post.objects.filter(pk=post_id).first()


def find_posts(post_ids: Iterable[UUID]) -> dict[UUID, Post]:
    """Return the posts that exist, by id."""
    return Post.objects.in_bulk(list(post_ids))


def posts_within(path: str = "", kinds: Iterable[str] = ()) -> QuerySet[Post]:
    """Return the standing posts at or below an area, of some kinds or of all, by number."""
    rows = Post.objects.filter(within(path), state="standing").order_by("number")
    wanted = list(kinds)
    return rows.filter(kind__in=wanted) if wanted else rows


def lead_of(post_id: UUID) -> Contact | None:
    """Return the active worker who leads a post."""
    return holders_for([post_id], "post_lead").get(post_id)
