"""Orders, and the numbers that hold for them: every threshold comes from the rulebook, the strictest of several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet

from lianfang.domain.incidents.queries import has_rule, rule
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Need, Order, Proposal, Referral, Timetable
from lianfang.foundation.access.actor import Actor
from lianfang.kernel.rulebook import RuleValue


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a reading is judged by: °C, symptom codes, hours."""

    fever_c: float
    symptoms: frozenset[str]
    refer_hours: float
    lowest_c: float
    highest_c: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How many missed slots in a row are told to whom, and after how many hours."""

    missed: int
    town_after_hours: float


def thresholds(diseases: str, area_path: str, on: date) -> Thresholds:
    """Return the strictest numbers of the diseases (joined by commas) on the day in the area."""
    named = diseases.split(",")

    def numbers(key: str) -> list[float]:
        return [float(rule(key, area_path, on, disease).value) for disease in named]

    symptoms = [rule("observation.symptoms_to_refer", area_path, on, disease).value or () for disease in named]
    return Thresholds(
        fever_c=min(numbers("fever_threshold_c")),
        symptoms=frozenset(one for some in symptoms for one in some),
        refer_hours=min(numbers("referral_within_hours")),
        lowest_c=min(numbers("observation.reading_min_c")),
        highest_c=max(numbers("observation.reading_max_c")),
    )


def fever_line(viewer: Actor, person_id: UUID, on: date) -> dict[str, Any] | None:
    """Return °C and source of what counts as fever for somebody in observation, None when the viewer sees no such."""
    mine = Timetable.objects.filter(viewer.scope("observation.timetable"), pk=person_id)
    board = mine.first() if viewer.may("observation.timetable") else None
    if board is None:
        return None
    found = [rule("fever_threshold_c", board.area_path, on, disease) for disease in board.diseases.split(",")]
    strictest = min(found, key=lambda value: float(value.value))
    return {"fever_c": float(strictest.value), "edition": strictest.edition, "source": strictest.source}


def patience(diseases: str, area_path: str, on: date) -> Patience:
    """Return how many slots may be missed before somebody else is told, by the strictest of the diseases."""
    named = diseases.split(",")
    missed = [int(rule("observation.missed_slots_to_escalate", area_path, on, one).value) for one in named]
    hours = [float(rule("observation.escalate_to_town_after_hours", area_path, on, one).value) for one in named]
    return Patience(min(missed), min(hours))


def windows(diseases: str, area_path: str, on: date) -> tuple[rules.SlotWindow, ...]:
    """Return the slots of a day: of several diseases, those of the one with the most readings."""
    each = [_windows(disease, area_path, on) for disease in diseases.split(",")]
    return max(each, key=len)


def _windows(disease: str, area_path: str, on: date) -> tuple[rules.SlotWindow, ...]:
    per_day = rule("observation.slots_per_day", area_path, on, disease).value
    return rules.windows_from(rule("observation.slots", area_path, on, disease).value, int(per_day))


def length_rule(category: str, disease: str, area_path: str, on: date) -> RuleValue | None:
    """Return the dated length for a category, or None when the disease's pack knows no such observation."""
    key = next((key for key in rules.LENGTH_KEYS[category] if has_rule(key, disease)), None)
    return rule(key, area_path, on, disease) if key else None


def find_order(order_id: UUID | str) -> Order | None:
    """Return the order with its person and household."""
    return Order.objects.select_related("person", "household", "incident").filter(pk=order_id).first()


def orders_of(person_id: UUID) -> list[Order]:
    """Return every order of a person, newest first."""
    return list(Order.objects.filter(person_id=person_id).order_by("-ordered_at"))


def running_orders(person_ids: Iterable[UUID]) -> list[Order]:
    """Return the orders that make up the timetables of these people: live ones, and ended ones not yet released."""
    return list(Order.objects.filter(person_id__in=list(person_ids), state__in=[*rules.LIVE_STATES, "ended"]))


def answers(needs: Iterable[Need]) -> dict[str, rules.NeedAnswer]:
    """Return the answers of the check as rules read them."""
    return {need.code: rules.NeedAnswer(need.yes, str(need.owner_id) if need.owner_id else None) for need in needs}


def spans(orders: Sequence[Order]) -> list[rules.Span]:
    """Return the days of each order."""
    return [rules.Span(str(order.pk), order.starts_on, order.ends_on) for order in orders]


def open_referrals(person: UUID | OuterRef) -> QuerySet[Referral]:
    """Return the referrals of a person for fever or symptoms that are not closed."""
    return Referral.objects.filter(person=person).exclude(state="closed")


def open_proposal(order_id: UUID, kind: str) -> Proposal | None:
    """Return the undecided proposal of a kind for the order."""
    return Proposal.objects.filter(order_id=order_id, kind=kind, decided_at=None).first()


def person_card(person_id: UUID) -> dict[str, Any]:
    """Return where a person's observation stands: state, days, last reading's slot, open referral. Holds no values."""
    orders = orders_of(person_id)
    current = next((one for one in orders if one.state not in rules.CLOSED_STATES), None)
    return {
        "order_id": str(current.pk) if current else None,
        "state": current.state if current else None,
        "starts_on": current.starts_on.isoformat() if current else None,
        "ends_on": current.ends_on.isoformat() if current else None,
        "referred": open_referrals(person_id).exists(),
        "orders": len(orders),
    }
