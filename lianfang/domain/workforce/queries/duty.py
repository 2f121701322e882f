"""Reads of duty for other code: who is on duty at a post, on which post somebody is, the numbers of signing in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lianfang.domain.incidents.queries import rule
from lianfang.domain.workforce.models.posts import Post
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift, Swap
from lianfang.domain.workforce.rules.shifts import AWAITED, SERVED, Clock
from lianfang.foundation.access.actor import Actor
from lianfang.kernel.clock import local, now

CLOCK_KEYS = ("shift.sign_in_early_minutes", "shift.late_after_minutes", "shift.no_show_after_minutes",
              "shift.access_ends_after_minutes")  # fmt: skip
CONFIRM_WITHIN = "shift.confirm_note_within_minutes"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who stands at a post: as the roster names them, with their account where they have one."""

    shift_id: UUID
    responder_id: UUID
    account_id: UUID | None
    name: str
    since: datetime | None
    ends_at: datetime


def clock_at(path: str, on: date) -> Clock:
    """Return the numbers of signing in that hold in an area on a day, in minutes."""
    return Clock(*(int(rule(key, path, on).value) for key in CLOCK_KEYS))


def _signed_in(at: datetime) -> Q:
    """Return the condition for shifts somebody stood on at a moment; who never signed out is gone when it ends."""
    still = Q(signed_out_at__isnull=True, ends_at__gt=at) | Q(signed_out_at__gt=at)
    return still & Q(state__in=SERVED, signed_in_at__lte=at)


def on_duty(post_id: UUID, at: datetime | None = None) -> list[OnDuty]:
    """Return who stands at a post at a moment (now), in the order they signed in."""
    rows = Shift.objects.filter(_signed_in(at or now()), post_id=post_id).order_by("signed_in_at")
    told = rows.values_list("pk", "responder_id", "responder__account_id", "worker", "signed_in_at", "ends_at")
    return [OnDuty(*row) for row in told]


def post_on_duty(account_id: UUID, at: datetime | None = None) -> Post | None:
    """Return the post somebody stands at at a moment (now): what they do there may be done as long as this holds."""
    rows = Shift.objects.filter(_signed_in(at or now()), responder__account_id=account_id)
    shift = rows.select_related("post").order_by("-signed_in_at").first()
    return shift.post if shift else None


def shift_on_duty(account_id: UUID, at: datetime | None = None) -> Shift | None:
    """Return the shift somebody stands on at a moment (now)."""
    rows = Shift.objects.filter(_signed_in(at or now()), responder__account_id=account_id)
    return rows.order_by("-signed_in_at").first()


def shifts_of(viewer: Actor) -> QuerySet[Shift]:
    """Return the shifts of whoever asks, from those that are told to them on."""
    mine = Shift.objects.filter(responder__account_id=viewer.account_id or UUID(int=0))
    return mine.exclude(state="planned")


def swaps_of(viewer: Actor) -> QuerySet[Swap]:
    """Return the swaps that whoever asks proposed or is asked to take part in."""
    me = viewer.account_id or UUID(int=0)
    return Swap.objects.filter(Q(taker__account_id=me) | Q(shift__responder__account_id=me))


def shifts_between(post_ids: Iterable[UUID], starts: datetime, ends: datetime) -> QuerySet[Shift]:
    """Return the shifts of some posts that touch a stretch of time, cancelled and swapped ones left out."""
    rows = Shift.objects.filter(post_id__in=list(post_ids), starts_at__lt=ends, ends_at__gt=starts)
    return rows.exclude(state__in=("cancelled", "swapped")).order_by("starts_at", "post__number", "pk")


def late_shifts(path_condition: Q, at: datetime) -> QuerySet[Shift]:
    """Return the shifts that have begun without their people, of published rosters or told by hand."""
    awaited = Q(state__in=AWAITED[1:]) | Q(state="no_show", ends_at__gt=at)
    return Shift.objects.filter(path_condition, awaited, starts_at__lt=at, ends_at__gt=at - timedelta(days=1))


def open_notes(path_condition: Q) -> QuerySet[HandOverNote]:
    """Return the hand-over notes nobody has confirmed."""
    return HandOverNote.objects.filter(path_condition, confirmed_at__isnull=True)


def confirm_within(path: str, at: datetime) -> timedelta:
    """Return how long the next shift may take to confirm a note."""
    minutes: Any = rule(CONFIRM_WITHIN, path, local(at).date()).value
    return timedelta(minutes=float(minutes))
