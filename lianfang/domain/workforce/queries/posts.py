"""Reads of posts for other code: one post, the posts of an area, who leads them, what is asked there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from lianfang.domain.areas.queries import ancestors_of
from lianfang.domain.organisation.queries import Contact, holders_for
from lianfang.domain.workforce.models.posts import Checklist, Post
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


def checklists_for(post: Post) -> list[Checklist]:
    """Return the county's checklists that are asked at a post of this kind, nearest area first."""
    rows = Checklist.objects.filter(area_path__in=ancestors_of(post.area_path), ended_at__isnull=True)
    return sorted((one for one in rows if post.kind in one.kinds), key=lambda one: (-len(one.area_path), one.name))
