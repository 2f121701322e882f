"""The problem a roster is made from: posts, people, and every number, as the roster engine wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.patterns import OwnPattern
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster, Shift
from lianfang.domain.workforce.queries.posts import posts_within
from lianfang.domain.workforce.queries.wishes import wishes_for
from lianfang.domain.workforce.rules import rostering as engine
from lianfang.domain.workforce.rules.patterns import OWN
from lianfang.domain.workforce.rules.shifts import TOLD
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import CHINA, local

ALIVE = ("draft", "published")
READY = ("trained", "assigned", "serving")
# duty so long before counts for rest, hours and nights in a row
BEFORE, AFTER = timedelta(days=10), timedelta(days=2)
MINUTE = timedelta(minutes=1)


def midnight(on: date) -> datetime:
    """Return the moment a day begins in the county."""
    return datetime(on.year, on.month, on.day, tzinfo=CHINA)


def patterns_at(path: str, on: date) -> dict[str, engine.Pattern]:
    """Return the patterns of shifts that hold in an area on a day, by key."""
    return engine.patterns_from(rule("duty.patterns", path, on).value)


def limits_at(path: str, on: date) -> engine.Limits:
    """Return the numbers of the hard rules that hold in an area on a day."""
    return engine.limits_from({key: rule(key, path, on).value for key in engine.DUTY_KEYS})


def patterns_of(posts: Iterable[Post], on: date) -> dict[UUID, engine.Pattern]:
    """Return the pattern each post keeps on a day, the rulebook's or the county's own; none for one that is not known.

    The rulebook is read once for posts of one area.
    """
    kept = list(posts)
    known = {path: patterns_at(path, on) for path in {one.area_path for one in kept}}
    own = OwnPattern.objects.in_bulk({one.own_pattern_id for one in kept if one.own_pattern_id})
    found = {
        one.pk: own_pattern(own[one.own_pattern_id]) if one.own_pattern_id else known[one.area_path].get(one.pattern)
        for one in kept
    }  # fmt: skip
    return {post: pattern for post, pattern in found.items() if pattern}


def find_pattern(pattern_id: UUID) -> OwnPattern | None:
    """Return a county's own pattern, an ended one too."""
    return OwnPattern.objects.filter(pk=pattern_id).first()


def own_pattern(row: OwnPattern) -> engine.Pattern:
    """Return a county's own pattern as the engine plans by it."""
    given = {"key": OWN, "zh": row.name_zh, "en": row.name_en, "shifts": row.shifts, "rest_hours": row.rest_hours,
             "most_hours_in_24": row.most_hours_in_24}  # fmt: skip
    return engine.patterns_from([given])[OWN]


def kind_of(pattern: engine.Pattern, shift: str) -> str:
    """Return pattern and shift in one, as a Shift keeps it."""
    return f"{pattern.key}.{shift}"


def hours_of(kind: engine.ShiftKind) -> str:
    """Return from when to when a shift runs, as a clock shows it, past midnight too."""
    first, last = kind.span()
    return f"{first // 60 % 24:02}:{first % 60:02}–{last // 60 % 24:02}:{last % 60:02}"


def area_of_roster(roster_id: UUID) -> str | None:
    """Return the area of a draft or published roster: by it is asked who may see it; None for any other."""
    rows = Roster.objects.filter(pk=roster_id, state__in=ALIVE)
    return rows.values_list("area_path", flat=True).first()


def posts_of(roster: Roster) -> list[Post]:
    """Return the posts a roster is for."""
    if roster.post_id is not None:
        return list(Post.objects.filter(pk=roster.post_id))
    return list(posts_within(roster.area_path))


def standing_of(roster: Roster) -> QuerySet[Shift]:
    """Return the shifts of a draft, or what is told now at the posts of a published roster, by name."""
    last = roster.starts_on + timedelta(days=roster.days)
    of_draft = Q(roster=roster, state="planned")
    told = Q(post__in=posts_of(roster), on__gte=roster.starts_on, on__lt=last, state__in=TOLD)
    return Shift.objects.filter(of_draft if roster.state == "draft" else told).order_by("worker", "pk")


def people_for(path: str, posts: Iterable[Post] = ()) -> QuerySet[Responder]:
    """Return who may be put on the posts of an area: who belongs there, and the people of the units that run them."""
    units = {one.unit_id for one in posts if one.unit_id}
    return Responder.objects.filter(within(path) | Q(unit_id__in=units), state__in=READY).order_by("pk")


def busy_of(
    people: Iterable[UUID], starts_on: date, days: int, without: Iterable[UUID] = (), draft: UUID | None = None
) -> dict[UUID, tuple[engine.Span, ...]]:
    """Return the duty people are told to do around some days, in minutes from the first; some shifts left out.

    What a `draft` plans counts too, for whoever changes that draft by hand.
    """
    base = midnight(starts_on)
    rows = Shift.objects.filter(
        Q(state__in=TOLD) | Q(state="planned", roster_id=draft), responder_id__in=list(people),
        ends_at__gt=base - BEFORE, starts_at__lt=base + timedelta(days=days) + AFTER,
    ).exclude(state="no_show")  # fmt: skip
    found: dict[UUID, list[engine.Span]] = defaultdict(list)
    for person, starts, ends in rows.exclude(pk__in=list(without)).values_list("responder_id", "starts_at", "ends_at"):
        found[person].append(engine.Span((starts - base) // MINUTE, (ends - base) // MINUTE))
    return {person: tuple(spans) for person, spans in found.items()}


def problem_of(
    path: str, posts: Sequence[Post], people: Sequence[Responder], starts_on: date, days: int,
    without: Iterable[UUID] = (), draft: UUID | None = None,
) -> engine.Problem:  # fmt: skip
    """Return what the engine plans and checks. `without` are shifts that do not count, `draft` one whose shifts do."""
    values = {key: rule(key, path, starts_on).value for key in engine.DUTY_KEYS}
    limits = engine.limits_from(values)
    patterns = patterns_of(posts, starts_on)
    busy = busy_of((one.pk for one in people), starts_on, days, without, draft)
    wishes = wishes_for((one.pk for one in people), starts_on, days, limits)
    manned = [one for one in posts if one.pk in patterns]
    return engine.Problem(
        starts_on, days, tuple(_post(one, patterns[one.pk], starts_on) for one in manned),
        tuple(_person(one, busy.get(one.pk, ()), wishes.get(one.pk, ()), starts_on, days, limits) for one in people),
        limits, engine.weights_from(values),
    )  # fmt: skip


def _post(post: Post, pattern: engine.Pattern, starts_on: date) -> engine.Post:
    last = None if post.withdrawn_on is None else (post.withdrawn_on - starts_on).days
    return engine.Post(
        str(post.pk), f"{post.number} {post.name}", post.area_path, pattern,
        {one.key: post.staff for one in pattern.shifts}, dict.fromkeys(post.skills, 1), post.experienced, post.exposure,
        post.standing, max(0, (post.set_up_on - starts_on).days), last,
    )  # fmt: skip


def _person(
    one: Responder, busy: tuple[engine.Span, ...], wishes: tuple[engine.Wish, ...], starts_on: date, days: int,
    limits: engine.Limits,
) -> engine.Person:  # fmt: skip
    return engine.Person(
        str(one.pk), one.name, one.area_path, frozenset(one.skills), one.experienced, frozenset(one.limits.split()),
        one.age_on(starts_on), str(one.unit_id or ""),
        engine.away_from(one.availability, starts_on, days, limits), busy, wishes,
    )  # fmt: skip


def assignments_of(shifts: Iterable[Shift], starts_on: date) -> list[engine.Assignment]:
    """Return shifts as the engine knows them."""
    return [
        engine.Assignment(
            str(one.responder_id), str(one.post_id), (one.on - starts_on).days, one.kind.rpartition(".")[2]
        )
        for one in shifts
    ]


def broken_by(
    person: Responder, post: Post, on: date, kind: str, without: Iterable[UUID] = (), draft: UUID | None = None
) -> tuple[engine.Violation, ...]:
    """Return every hard rule that is broken when somebody is put on one shift of a post, their other duty counted."""
    problem = problem_of(post.area_path, [post], [person], on, 1, without, draft)
    asked = engine.Assignment(str(person.pk), str(post.pk), 0, kind.rpartition(".")[2])
    return engine.check(problem, [asked]).violations


def span_of(post: Post, on: date, kind: str) -> tuple[datetime, datetime] | None:
    """Return when a shift of a post begins and ends; None for a shift its pattern does not have."""
    pattern = patterns_of([post], on).get(post.pk)
    found = next((one for one in pattern.shifts if kind_of(pattern, one.key) == kind), None) if pattern else None
    if found is None:
        return None
    starts = midnight(on) + found.starts * MINUTE
    return starts, starts + found.minutes * MINUTE


def words_for(problem: engine.Problem, lack: engine.Unfilled) -> dict[str, Any]:
    """Return a place left empty as a person reads it."""
    post = next(one for one in problem.posts if one.key == lack.post)
    shift = next(one for one in post.pattern.shifts if one.key == lack.shift)
    on = problem.starts_on + timedelta(days=lack.day)
    return {"post": lack.post, "name": post.name, "on": on.isoformat(), "kind": kind_of(post.pattern, lack.shift),
            "shift": shift.label.as_dict(), "what": lack.what, "missing": lack.missing}  # fmt: skip


def short_soon(path: str, at: datetime, hours: int) -> list[tuple[Post, date, str, int]]:
    """Return the shifts of published rosters that begin within some hours and lack people, with how many."""
    until = at + timedelta(hours=hours)
    days = [local(at).date() + timedelta(days=number) for number in range(-1, hours // 24 + 2)]
    live = Roster.objects.filter(within(path), state="published", starts_on__lte=days[-1]).select_related("post")
    found: dict[tuple[UUID, date, str], tuple[Post, date, str, int]] = {}
    for roster in live:
        mine = [on for on in days if roster.starts_on <= on < roster.starts_on + timedelta(days=roster.days)]
        posts = [post for post in posts_of(roster) if post.state == "standing"] if mine else []
        patterns = [(on, patterns_of(posts, on)) for on in mine]
        for post in posts:
            for on, kind in _coming([(on, kept[post.pk]) for on, kept in patterns if post.pk in kept], at, until):
                lack = post.staff - _told_to(post, on, kind)
                if lack > 0:
                    found[(post.pk, on, kind)] = (post, on, kind, lack)
    return list(found.values())


def _coming(days: Iterable[tuple[date, engine.Pattern]], at: datetime, until: datetime) -> Iterator[tuple[date, str]]:
    for on, pattern in days:
        for one in pattern.shifts:
            if at <= midnight(on) + one.starts * MINUTE < until:
                yield on, kind_of(pattern, one.key)


def _told_to(post: Post, on: date, kind: str) -> int:
    return Shift.objects.filter(post=post, on=on, kind=kind, state__in=TOLD).exclude(state="no_show").count()
