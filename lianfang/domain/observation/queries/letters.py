"""What stands in the letters of one order: notice, release certificate, temperature card, self-report sheet.

Values come clear: who asks for a letter has been asked for permission before, and the letter is in the audit trail.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import full_name
from lianfang.domain.incidents.queries import rule
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Order, Reading, Slot
from lianfang.domain.observation.queries.orders import find_order, thresholds, windows
from lianfang.domain.observation.queries.slots import slots_of
from lianfang.domain.organisation.queries import Contact, who_answers_for
from lianfang.foundation.accounts.models import Account
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.rulebook import PRODUCT

NO_ORDER = refusal("observation.order_unknown", "没有这份观察通知。", "There is no such order.", status=404)
NOT_RELEASED = refusal(
    "observation.not_released",
    "还没有确认解除，不能出具期满证明。",
    "Release is not confirmed yet, so there is no certificate.",
    status=409,
)
EMERGENCY = "120"
_NEEDED = {"doctor", "primary_contact", "grid_lead", "grid_worker", "village_lead", "contract"}


def _order(order_id: UUID | str) -> Order:
    order = find_order(order_id)
    if order is None:
        raise NO_ORDER(field="order_id")
    return order


def serial(order: Order) -> str:
    """Return the number printed on an order's letters: town, first day, and the end of the order's id."""
    return f"{order.area_path[:TOWN_DIGITS]}-{order.starts_on:%Y%m%d}-{order.pk.hex[-6:].upper()}"


def _contacts(order: Order) -> list[Contact]:
    """Return those who answer for the person, nearest first, each worker once."""
    chain = who_answers_for("person", order.person_id)
    everybody = [one for answer in reversed(chain.answers) for one in answer.contacts] if chain else []
    return list({one.account_id: one for one in reversed(everybody) if one.is_active}.values())[::-1]


def _phone(contact: Contact | None, order: Order) -> str:
    """Return a worker's number; without one, the command post's, because a letter without a number helps nobody."""
    return (contact.phone if contact else "") or order.incident.hotline


def _named(contacts: list[Contact], *kinds: str) -> Contact | None:
    return next((one for kind in kinds for one in contacts if one.kind == kind), None)


def _head(order: Order, now: datetime) -> dict[str, Any]:
    return {
        "serial": serial(order),
        "as_of": f"{local(now):%Y-%m-%d %H:%M}",
        "issued_on": _day(local(now).date()),
        "issuer": full_name(order.area_path[:VILLAGE_DIGITS]) or order.incident.name,
        "incident": order.incident.name,
        "name": order.person.name,
        "address": order.address,
        "starts_on": order.starts_on.isoformat(),
        "ends_on": order.ends_on.isoformat(),
        "basis": [f"{order.rule_source}（{order.rule_edition}，{order.rule_days} 天）", order.basis],
    }


def _day(on: date) -> str:
    return f"{on.year} 年 {on.month} 月 {on.day} 日"


def _identity(order: Order) -> dict[str, str]:
    number = order.person.identity_number
    return {"identity": f"尾号 {number[-4:]}"} if number else {}


def _alarm(order: Order, contacts: list[Contact], now: datetime) -> dict[str, Any]:
    judged = thresholds(order.disease, order.area_path, local(now).date())
    doctor = _named(contacts, "doctor")
    named = [rules.SYMPTOMS[one].zh for one in sorted(judged.symptoms - {"fever"}) if one in rules.SYMPTOMS]
    return {
        "fever_threshold_c": judged.fever_c,
        "symptoms": "、".join(named) or "其他不适",
        "doctor_name": doctor.name if doctor else "值班医生",
        "doctor_phone": _phone(doctor, order),
    }


def _hours(order: Order) -> str:
    shown = [
        f"{rules.SLOT_NAMES[one.name].zh}（{one.opens_at:%H:%M}–{one.closes_at:%H:%M}）"
        for one in windows(order.disease, order.area_path, order.starts_on)
    ]
    return "、".join(shown)


def notice_letter_data(order_id: UUID | str, now: datetime) -> dict[str, Any]:
    """Return the notice of observation (F36): basis, dates, who helps, rights, where to appeal and by when (P09)."""
    order = _order(order_id)
    contacts = [one for one in _contacts(order) if one.kind in _NEEDED]
    answer_hours = rule("appeal.answer_within_hours", order.area_path, local(now).date(), PRODUCT).value
    label = rules.CATEGORIES[order.category].zh
    return {
        **_head(order, now),
        **_identity(order),
        **_alarm(order, contacts, now),
        "days": (order.ends_on - order.starts_on).days + 1,
        "reason": f"{label}，末次暴露（离开）日 {order.last_exposure_on}，自 {order.starts_on} 起算",
        "slots": _hours(order),
        "requests": ["观察期间请留在家中，尽量单独居住，勤开窗通风。", "按时测量体温；有困难请早点告诉我们。"],
        "contacts": _people(contacts, order),
        "emergency_phone": EMERGENCY,
        "appeal_to": order.incident.office or order.incident.name,
        "appeal_phone": order.incident.hotline,
        "appeal_hours": answer_hours,
    }


def _people(contacts: list[Contact], order: Order) -> list[dict[str, str]]:
    listed = [{"role": one.role.zh, "name": one.name, "phone": _phone(one, order)} for one in contacts]
    office = {"role": "值班", "name": order.incident.office, "phone": order.incident.hotline}
    return [*listed, office] if order.incident.hotline else listed


def release_certificate_data(order_id: UUID | str, now: datetime) -> dict[str, Any]:
    """Return the certificate of completed observation (F36). Raises `observation.not_released`."""
    order = _order(order_id)
    if order.state != "released" or order.released_on is None:
        raise NOT_RELEASED(field="order_id")
    by = Account.objects.filter(pk=order.released_by).first() if order.released_by else None
    return {
        **_head(order, now),
        **_identity(order),
        "released_on": order.released_on.isoformat(),
        "confirmed_by": by.name if by else "",
        "verify_phone": order.incident.hotline,
    }


def temperature_card_data(order_id: UUID | str, now: datetime) -> dict[str, Any]:
    """Return the temperature card (F06): one row a day, what was recorded in it, and blanks for the pen."""
    order = _order(order_id)
    contacts = _contacts(order)
    contact = _named(contacts, "primary_contact", "grid_worker", "grid_lead", "village_lead")
    return {
        **_head(order, now),
        **_alarm(order, contacts, now),
        "contact_name": contact.name if contact else order.incident.office or "值班",
        "contact_phone": _phone(contact, order),
        "rows": _rows(order),
    }


def _rows(order: Order) -> list[dict[str, Any]]:
    kept = {(one.day_on, one.name): one for one in slots_of(order.person_id, order.starts_on)}
    readings = Reading.objects.in_bulk([one.reading_id for one in kept.values() if one.reading_id])
    workers = Account.objects.in_bulk({one.account_id for one in readings.values() if one.account_id})
    days = [order.starts_on + timedelta(days=n) for n in range((order.ends_on - order.starts_on).days + 1)]

    def cell(day: date, name: str) -> dict[str, str]:
        slot = kept.get((day, name))
        return _cell(slot, readings, workers) if slot and slot.reading_id else {}

    return [
        {"date": day.isoformat(), "number": number, "morning": cell(day, "morning"), "evening": cell(day, "evening")}
        for number, day in enumerate(days, 1)
    ]


def _cell(slot: Slot, readings: dict[UUID, Reading], workers: dict[UUID, Account]) -> dict[str, str]:
    reading = readings[slot.reading_id] if slot.reading_id else None
    if reading is None:
        return {}
    named = [rules.SYMPTOMS[one].zh for one in reading.symptoms.split(",") if one in rules.SYMPTOMS]
    worker = workers.get(reading.account_id) if reading.account_id else None
    return {
        "time": f"{local(reading.happened_at):%H:%M}",
        "temperature": f"{reading.temperature_c:.1f}" if reading.temperature_c is not None else "",
        "symptoms": "、".join(named) or "无",
        "way": rules.WAYS[reading.how].zh,
        "by": worker.name if worker else "本人",
    }


def self_report_data(order_id: UUID | str, now: datetime, url: str) -> dict[str, Any]:
    """Return the sheet with the QR of a personal link; the link itself is known only to who issued it just now."""
    card = temperature_card_data(order_id, now)
    order = _order(order_id)
    name = order.person.name
    return {**card, "for_whom": f"{name[:1]}{'*' * (len(name) - 1)}", "url": url, "slots": _hours(order)}
