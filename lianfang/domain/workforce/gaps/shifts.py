"""What must hold at the posts: whoever is awaited has come, and what was handed over has been confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.queries import answerable_ids, holders_for
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.queries.duty import clock_at, confirm_within, late_shifts, open_notes
from lianfang.domain.workforce.queries.kinds import shift_kinds
from lianfang.domain.workforce.queries.rosters import short_soon
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import local
from lianfang.kernel.text import Bilingual, both

DUTY = (
    "workforce.signed_in", "workforce.signed_out", "workforce.shift_missed", "workforce.shifts_changed",
    "workforce.roster_published", "workforce.note_confirmed",
)  # fmt: skip
LOOK_AHEAD = "shift.look_ahead_hours"


def answering(rows: list[tuple[Any, str]], on: Any) -> dict[tuple[Any, str], Any]:
    """Return who answers for each (post, area): the post's lead, else who answers for the area."""
    led = holders_for({post for post, _ in rows}, "post_lead", on)
    areas = answerable_ids({area for _, area in rows}, on)
    return {(post, area): led[post].account_id if post in led else areas.get(area) for post, area in rows}


def _not_there(path: str, now: datetime) -> Iterator[Open]:
    """Yield every shift that has begun without its person and nobody in their place."""
    on = local(now).date()
    found = [one for one in late_shifts(within(path), now) if now >= one.starts_at + _late(one, on)]
    replaced = set(Shift.objects.filter(replaces__in=found).values_list("replaces_id", flat=True))
    open_ = [one for one in found if one.pk not in replaced and (one.state != "no_show" or one.ends_at > now)]
    answers = answering([(one.post_id, one.area_path) for one in open_], on)
    for one in open_:
        told = {"since": one.starts_at.isoformat(), "missed": one.state == "no_show"}
        yield Open(str(one.pk), one.area_path, one.starts_at, answers[(one.post_id, one.area_path)], told)


def _late(shift: Shift, on: Any) -> timedelta:
    return timedelta(minutes=clock_at(shift.area_path, on).late)


def _said(told: dict[str, Any]) -> Bilingual:
    at = local(datetime.fromisoformat(told["since"]))
    if told["missed"]:
        return both(f"{at:%H:%M} 的班，未到岗", f"No show for the shift of {at:%H:%M}")
    return both(f"{at:%H:%M} 的班，还没有签到", f"Not signed in to the shift of {at:%H:%M}")


gap(
    Gap(
        name="shift_not_manned",
        title=both("到点未签到的班次", "Shifts begun without their people"),
        help=both("上班后超过规则库分钟数未签到，或未到岗还没有人顶上。",
                  "Not signed in within the rulebook's minutes, or missed with nobody in their place."),
        severity="urgent",
        table="workforce.shifts",
        find=_not_there,
        act=("action", "workforce.sign_in_for", both("代签到", "Sign in")),
        facts=DUTY,
        says=_said,
    )
)  # fmt: skip


def _unconfirmed(path: str, now: datetime) -> Iterator[Open]:
    rows = [
        one for one in open_notes(within(path)) if now >= one.written_at + confirm_within(one.area_path, now)
    ]  # fmt: skip
    answers = answering([(one.post_id, one.area_path) for one in rows], local(now).date())
    for one in rows:
        yield Open(str(one.pk), one.area_path, one.written_at, answers[(one.post_id, one.area_path)])


gap(
    Gap(
        name="hand_over_unconfirmed",
        title=both("没有人接的交接记录", "Hand-over notes nobody confirmed"),
        help=both(
            "交班超过规则库分钟数，接班人还没有确认。", "Not confirmed by the next shift within the rulebook's minutes."
        ),
        severity="today",
        table="workforce.hand_over_notes",
        find=_unconfirmed,
        act=("action", "workforce.confirm_note", both("确认", "Confirm")),
        facts=DUTY,
    )
)


def _short(path: str, now: datetime) -> Iterator[Open]:
    """Yield every post with a shift of the coming hours that has too few people."""
    hours = int(rule(LOOK_AHEAD, path, local(now).date()).value)
    by_post: dict[Any, list[tuple[Any, str, int]]] = {}
    posts = {}
    for post, on, kind, lack in short_soon(path, now, hours):
        posts[post.pk] = post
        by_post.setdefault(post.pk, []).append((on, kind, lack))
    answers = answering([(post.pk, post.area_path) for post in posts.values()], local(now).date())
    for key, lacks in by_post.items():
        post, (on, kind, _) = posts[key], min(lacks)
        told = {"missing": sum(lack for _, _, lack in lacks), "on": on.isoformat(), "kind": kind}
        yield Open(str(key), post.area_path, now, answers[(key, post.area_path)], told)


def _lacking(told: dict[str, Any]) -> Bilingual:
    label = shift_kinds().get(told["kind"]) or both(told["kind"], told["kind"])
    return both(
        f"缺 {told['missing']} 人次，最早 {told['on']} {label.zh}",
        f"{told['missing']} short, first on {told['on']}, {label.en}",
    )


gap(
    Gap(
        name="shift_short_of_people",
        title=both("即将开始而缺人的班次", "Coming shifts short of people"),
        help=both("已发布的排班表里，规则库小时数内开始的班次人数不足。",
                  "Shifts of published rosters that begin within the rulebook's hours and lack people."),
        severity="today",
        table="workforce.posts",
        find=_short,
        act=("action", "workforce.put_on_shift", both("补人", "Put somebody on")),
        facts=(*DUTY, "workforce.post_changed", "workforce.post_withdrawn"),
        says=_lacking,
    )
)  # fmt: skip
