"""What must hold: every post has one lead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lianfang.domain.organisation.queries import answerable_ids, holders_for, last_held
from lianfang.domain.workforce.queries.posts import posts_within
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

POSTS = ("workforce.post_set_up", "workforce.post_moved", "workforce.post_withdrawn", "workforce.post_changed")
LEADS = (
    "organisation.responsibility_assigned", "organisation.responsibility_ended",
    "organisation.responsibilities_handed_over", "organisation.responsibilities_turned",
    "organisation.worker_deactivated", "organisation.worker_reactivated",
)  # fmt: skip


def _leaderless(path: str, now: datetime) -> Iterator[Open]:
    on = local(now).date()
    rows = list(posts_within(path).values_list("pk", "area_path", "added_at"))
    led = holders_for((post for post, _, _ in rows), "post_lead", on)
    alone = [row for row in rows if row[0] not in led]
    left = last_held((post for post, _, _ in alone), "post_lead")
    answerable = answerable_ids({area for _, area, _ in alone}, on)
    for post, area, added_at in alone:
        yield Open(str(post), area, left.get(post) or added_at, answerable.get(area))


gap(
    Gap(
        name="posts_without_lead",
        title=both("没有负责人的卡点", "Posts without a lead"),
        help=both("每个卡点必须有且只有一名负责人。", "Every post has exactly one lead."),
        severity="today",
        table="workforce.posts",
        find=_leaderless,
        act=("action", "workforce.name_lead", both("指定负责人", "Name a lead")),
        facts=(*POSTS, *LEADS),
    )
)
