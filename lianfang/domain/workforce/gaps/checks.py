"""What must hold of checklists: each point is answered today, and each no is settled by whoever leads the post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lianfang.domain.workforce.gaps.posts import LEADS, POSTS
from lianfang.domain.workforce.gaps.shifts import answering
from lianfang.domain.workforce.models.checks import CheckAnswer
from lianfang.domain.workforce.queries.checks import left_on
from lianfang.domain.workforce.queries.posts import posts_within
from lianfang.domain.workforce.queries.rosters import midnight
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.text import Bilingual, both

CHECKS = ("workforce.points_answered", "workforce.checklist_changed")


def _unanswered(path: str, now: datetime) -> Iterator[Open]:
    on = local(now).date()
    posts = {post.pk: post for post in posts_within(path)}
    left = left_on(posts.values(), on)
    answers = answering([(post, posts[post].area_path) for post in left], on)
    for post, number in left.items():
        area = posts[post].area_path
        since = max(midnight(on), posts[post].added_at)
        yield Open(str(post), area, since, answers[(post, area)], {"left": number})


def _left(told: dict[str, Any]) -> Bilingual:
    return both(f"今天还有 {told['left']} 条没有回答", f"{told['left']} points not answered today")


gap(
    Gap(
        name="checklist_unanswered",
        title=both("今天没有回答的制度清单", "Checklists not answered today"),
        help=both(
            "卡点类型挂了制度清单的，每天逐条回答。", "Where a checklist is asked of a post, each day has answers."
        ),
        severity="today",
        table="workforce.posts",
        find=_unanswered,
        act=("table", "workforce.posts", both("打开卡点", "Open the post")),
        facts=(*POSTS, *LEADS, *CHECKS),
        says=_left,
    )
)


def _noes(path: str, now: datetime) -> Iterator[Open]:
    rows = CheckAnswer.objects.filter(within(path), answer="no", settled_at__isnull=True).select_related("post")
    found = [one for one in rows if one.post.state == "standing"]
    answers = answering([(one.post_id, one.area_path) for one in found], local(now).date())
    for one in found:
        yield Open(
            str(one.pk), one.area_path, one.answered_at, answers[(one.post_id, one.area_path)], {"note": one.note}
        )


def _noted(told: dict[str, Any]) -> Bilingual:
    return both(told["note"], told["note"])


gap(
    Gap(
        name="checklist_no",
        title=both("制度清单答“否”未处理", "Points answered no and not settled"),
        help=both("由卡点负责人写明怎么处理的。", "Whoever leads the post says what was done."),
        severity="today",
        table="workforce.check_answers",
        find=_noes,
        act=("action", "workforce.settle_answer", both("处理", "Settle")),
        facts=(*POSTS, *LEADS, *CHECKS),
        says=_noted,
    )
)
