"""Ordering observation: the check of dependants and needs first, then the notice, then it begins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import Field, create_model

from lianfang.domain.incidents.queries import incident_of, rule
from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.steps import TABLE, rebuild, step, take_order
from lianfang.domain.observation.events import (
    NeedOwned,
    NeedRaised,
    ObservationBegan,
    ObservationOrdered,
    PersonDecided,
    PersonNotified,
)
from lianfang.domain.observation.models import Awaited, Need, Order, OrderStep
from lianfang.domain.observation.queries.orders import answers, length_rule
from lianfang.domain.people.queries import LIVES_HERE, find_person
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import TODAY, when
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.rulebook import RuleValue
from lianfang.kernel.text import both

NO_PERSON = refusal("observation.person_unknown", "没有这个人。", "There is no such person.", status=404)
NO_INCIDENT = refusal(
    "observation.no_incident",
    "本区域没有正在响应的该类事件，不能下达观察。",
    "No such incident is running here, so no observation can be ordered.",
)
ALREADY = refusal(
    "observation.already_ordered",
    "此人因同一原因已在观察，不重复下达。",
    "The person is under observation for the same reason already.",
    status=409,
)
NO_NEED = refusal("observation.need_unknown", "没有这项困难。", "There is no such need.", status=404)
NO_OWNER = refusal(
    "observation.owner_unknown", "没有这个负责人，或已停用。", "There is no such worker, or the account is inactive."
)
NOT_BEGUN = refusal("observation.not_begun_yet", "观察自 {on} 开始。", "Observation begins on {on}.", status=409)
NOTHING_NEW = refusal(
    "observation.nothing_new_to_tell",
    "这份观察没有延长后待告知的内容。",
    "Nothing about this observation waits to be told again.",
    status=409,
)
NOT_NOTIFIED = refusal(
    "observation.not_notified", "须先告知本人，才能开始观察。", "The person has to be notified first.", status=409
)
EXPOSURE_AHEAD = refusal(
    "observation.exposure_ahead", "末次暴露（离开）日期在今天之后。", "The day of last exposure lies in the future."
)
EXPOSURE_UNKNOWN = refusal(
    "observation.exposure_unknown",
    "请填写末次暴露（离开）日期：没有线索写明这一天。",
    "Give the day of last exposure: no lead says it.",
)

_ASKED = {"x-required": True, **choices({True: both("有", "yes"), False: both("没有", "no")})}

# One question each, none with a default: the check is asked, not assumed.
_QUESTIONS: dict[str, Any] = {
    need.code: (bool | None, Field(None, **labelled(need.question.zh, need.question.en, "choice", **_ASKED)))
    for need in rules.NEEDS
}
NeedsCheck: Any = create_model("NeedsCheck", __base__=Input, **_QUESTIONS)


class OrderObservation(Input):
    person_id: UUID = Field(**labelled("人员", "Person", "person"))
    category: Literal["returnee", "close_contact", "secondary_contact", "after_central", "other"] = Field(
        **labelled("类别", "Category", "choice", **choices(rules.CATEGORIES))
    )
    last_exposure_on: date | None = Field(
        None,
        **labelled(
            "末次暴露或离开日期（线索已核实的可空着）", "Last exposure or departure (empty: as the lead found)", "date"
        ),
    )
    basis: str = Field(min_length=2, max_length=300, **labelled("依据（文件、告知书）", "Legal basis"))
    disease: str | None = Field(
        None, max_length=40, **labelled("病种（默认当前事件）", "Disease (default: the incident's)")
    )
    address: str = Field("", max_length=200, **labelled("观察地址（默认户址）", "Address (default: the household's)"))
    needs: NeedsCheck = Field(default_factory=NeedsCheck, **labelled("困难与照护情况", "Dependants and needs"))
    owner_id: UUID | None = Field(None, **labelled("以上困难的负责人", "Who answers for these needs", "account"))
    care_note: str = Field("", max_length=400, **labelled("情况说明", "Note", "textarea"))


@action("observation.order_observation", both("下达居家观察", "Order observation"), OrderObservation,
        subject=Subject("people.persons", "person_id", LIVES_HERE))  # fmt: skip
def order_observation(call: Call, given: Any) -> Result:
    """Order home observation after every question of the check was asked; its length is the rule's, never typed."""
    person = find_person(given.person_id)
    if person is None:
        raise NO_PERSON(field="person_id")
    call.permit(person.area_path)
    said = {need.code: getattr(given.needs, need.code) for need in rules.NEEDS}
    owner = str(_owner(given.owner_id)) if given.owner_id else None
    replies = {code: rules.NeedAnswer(yes, owner if yes else None) for code, yes in said.items()}
    rules.check_needs_answered(replies)
    order = _order(call, given, person)
    _keep_needs(call, order, replies)
    settle(call, order.person_id, order.area_path, "ordered")
    call.about("observation.orders", order.pk, category=order.category)
    call.announce(
        ObservationOrdered(
            area_path=order.area_path, order_id=order.pk, person_id=order.person_id, category=order.category
        )
    )
    return {
        "id": str(order.pk), "starts_on": order.starts_on.isoformat(), "ends_on": order.ends_on.isoformat(),
        "needs": [need.code for need in rules.needs_raised(replies)],
        "unowned": [need.code for need in rules.blocking_needs(replies)],
    }  # fmt: skip


def _order(call: Call, given: Any, person: Any) -> Order:
    today = local(call.received_at).date()
    incident = incident_of(person.area_path, given.disease)
    if incident is None:
        raise NO_INCIDENT(field="disease")
    exposed_on = given.last_exposure_on or _found_by_lead(person.pk)
    if exposed_on > today:
        raise EXPOSURE_AHEAD(field="last_exposure_on")
    length = length_rule(given.category, incident.disease, person.area_path, today)
    starts_on, ends_on = _days(exposed_on, length, incident.disease, person.area_path, today)
    rules.check_still_needed(ends_on, today)
    if _running(person.pk, incident.pk, given.category).exists():
        raise ALREADY(field="person_id")
    assert length is not None
    order = Order.objects.create(
        person_id=person.pk, household_id=person.household_id, area_path=person.area_path, incident_id=incident.pk,
        disease=incident.disease, category=given.category, starts_on=starts_on, ends_on=ends_on, first_ends_on=ends_on,
        address=given.address or (person.household.address if person.household else ""), basis=given.basis,
        last_exposure_on=exposed_on, rule_key=length.key, rule_days=int(length.value),
        rule_edition=length.edition[:200], rule_source=length.source[:300], care_note=given.care_note,
        ordered_at=call.received_at, ordered_by=call.actor.account_id,
    )  # fmt: skip
    OrderStep.objects.create(
        order=order, area_path=order.area_path, after="ordered", at=call.received_at, happened_at=call.happened_at,
        account_id=call.actor.account_id, reason=order.basis, edition=order.rule_edition,
    )  # fmt: skip
    return order


def _found_by_lead(person_id: UUID) -> date:
    """Return the last day in the affected area that the open lead found. Raises `observation.exposure_unknown`."""
    found = Awaited.objects.filter(person_id=person_id, settled_at__isnull=True).first()
    if found is None or found.last_there_on is None:
        raise EXPOSURE_UNKNOWN(field="last_exposure_on")
    return found.last_there_on


def settle(call: Call, person_id: UUID, area_path: str, how: str, reason: str = "") -> None:
    """Take a person off the list of the undecided, for an action that has decided."""
    waiting = Awaited.objects.filter(pk=person_id, settled_at__isnull=True)
    settled = waiting.update(
        settled_at=call.received_at, settled_by=call.actor.account_id, settled_how=how, reason=reason
    )
    if settled:
        call.announce(PersonDecided(area_path=area_path, person_id=person_id, how=how))


def _days(exposure_on: date, length: RuleValue | None, disease: str, area_path: str, on: date) -> tuple[date, date]:
    offset = offset_rule(disease, area_path, on)
    return rules.planned_days(exposure_on, int(length.value) if length and length.value else None, offset)


def offset_rule(disease: str, area_path: str, on: date) -> int:
    """Return the day after the last exposure on which observation begins."""
    return int(rule("observation.start_offset_days", area_path, on, disease).value)


def _running(person_id: UUID, incident_id: UUID, category: str) -> QuerySet[Order]:
    mine = Order.objects.filter(person_id=person_id, incident_id=incident_id, category=category)
    return mine.exclude(state__in=rules.CLOSED_STATES)


def _keep_needs(call: Call, order: Order, replies: dict[str, rules.NeedAnswer]) -> None:
    """Keep every answer, and announce each yes so that help is asked for."""
    rows = [
        Need(
            order=order, person_id=order.person_id, area_path=order.area_path, code=need.code,
            yes=bool(replies[need.code].yes), request_class=need.request_class, raised_at=call.received_at,
            owner_id=_uuid(replies[need.code].owner_id),
            settled_at=call.received_at if replies[need.code].owner_id else None,
        )
        for need in rules.NEEDS
    ]  # fmt: skip
    Need.objects.bulk_create(rows)
    questions = {need.code: need.question.zh for need in rules.NEEDS}
    for row in rows:
        if row.yes:
            call.announce(
                NeedRaised(
                    area_path=order.area_path, need_id=row.pk, order_id=order.pk, person_id=order.person_id,
                    household_id=order.household_id, code=row.code, request_class=row.request_class,
                    question=questions[row.code], owner_id=row.owner_id,
                )
            )  # fmt: skip


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _owner(account_id: UUID) -> UUID:
    if not Account.objects.filter(pk=account_id, is_active=True).exists():
        raise NO_OWNER(field="owner_id")
    return account_id


class SettleNeed(Input):
    need_id: UUID
    owner_id: UUID = Field(**labelled("负责人", "Who answers for it", "account"))
    note: str = Field("", max_length=300, **labelled("怎么解决", "How", "textarea"))


RAISED = when(bool, "yes")


@action("observation.settle_need", both("落实困难负责人", "Give a need an owner"), SettleNeed,
        subject=Subject("observation.needs", "need_id", RAISED))  # fmt: skip
def settle_need(call: Call, given: SettleNeed) -> Result:
    """Name who answers for a need; observation cannot begin while one has nobody."""
    need = Need.objects.select_for_update().filter(pk=given.need_id).first()
    if need is None or not call.allows(RAISED, need):
        raise NO_NEED(field="need_id")
    call.permit(need.area_path)
    call.about("observation.needs", need.pk, code=need.code)
    changed = need.owner_id != given.owner_id
    need.owner_id, need.note = _owner(given.owner_id), given.note or need.note
    need.settled_at = need.settled_at or call.received_at
    need.save(update_fields=["owner_id", "note", "settled_at"])
    if changed:
        call.announce(NeedOwned(area_path=need.area_path, need_id=need.pk, owner_id=given.owner_id))
    return {"id": str(need.pk)}


_WAYS = {
    "visit": both("当面签收", "signed at the door"),
    "phone": both("电话告知，补签", "by phone, to be signed"),
    "guardian": both("监护人代签", "signed by a guardian"),
    "refused": both("拒签，已见证", "refused to sign, witnessed"),
}


class NotifyPerson(Input):
    order_id: UUID
    way: Literal["visit", "phone", "guardian", "refused"] = Field(
        "visit", **labelled("送达方式", "How delivered", "choice", **choices(_WAYS))
    )
    signed_by: str = Field(min_length=1, max_length=60, **labelled("签收人（拒签填见证人）", "Signed by (or witness)"))


# a need without an owner keeps anybody from being told to stay at home
_UNOWNED = Exists(Need.objects.filter(order=OuterRef("pk"), yes=True, owner_id__isnull=True))
NOTIFIABLE = when(lambda now, unowned: now == "ordered" and not unowned, "state", _UNOWNED)
BEGINNABLE = when(
    lambda now, unowned, starts_on, today: now == "notified" and not unowned and starts_on <= today,
    "state", _UNOWNED, "starts_on", TODAY,
)  # fmt: skip


@action("observation.notify_person", both("告知并签收", "Notify the person"), NotifyPerson,
        subject=Subject(TABLE, "order_id", NOTIFIABLE))  # fmt: skip
def notify_person(call: Call, given: NotifyPerson) -> Result:
    """Record that the notice was delivered and signed; observation begins unless its first day is still to come.

    Raises Problems of `observation.need_unowned`, because a person told to stay at home is under observation in fact.
    """
    order = take_order(call, given.order_id)
    rules.check_may_go_live(answers(order.needs.all()))
    order.notified_at, order.notified_by = call.received_at, call.actor.account_id
    order.notice_way, order.signed_by = given.way, given.signed_by
    step(call, order, "notified", _WAYS[given.way].zh)
    call.announce(PersonNotified(area_path=order.area_path, order_id=order.pk, person_id=order.person_id))
    if order.starts_on <= local(call.received_at).date():
        go_live(call, order, call.received_at)
    return {"id": str(order.pk), "state": order.state}


TO_TELL_AGAIN = when(lambda since, now: since is not None and now not in rules.CLOSED_STATES, "renotice_since", "state")


@action("observation.renotify_person", both("延长后重新告知", "Notify again after an extension"), NotifyPerson,
        subject=Subject(TABLE, "order_id", TO_TELL_AGAIN))  # fmt: skip
def renotify_person(call: Call, given: NotifyPerson) -> Result:
    """Record that the person was told of the later end and signed again; until then it stays on the gap board."""
    order = take_order(call, given.order_id)
    if not call.allows(TO_TELL_AGAIN, order):
        raise NOTHING_NEW(field="order_id")
    order.renotice_since, order.notice_way, order.signed_by = None, given.way, given.signed_by
    order.version += 1
    order.save(update_fields=["renotice_since", "notice_way", "signed_by", "version"])
    OrderStep.objects.create(
        order=order, area_path=order.area_path, before=order.state, after=order.state, at=call.received_at,
        happened_at=call.happened_at, account_id=call.actor.account_id, reason=f"已重新告知，到 {order.ends_on}",
        edition=order.rule_edition,
    )  # fmt: skip
    call.announce(PersonNotified(area_path=order.area_path, order_id=order.pk, person_id=order.person_id))
    return {"id": str(order.pk), "ends_on": order.ends_on.isoformat()}


def go_live(call: Call, order: Order, now: datetime) -> None:
    """Begin observation and lay its slots into the person's timetable."""
    order.live_from = now
    step(call, order, "under_observation")
    rebuild(order.person_id, now)
    call.announce(ObservationBegan(area_path=order.area_path, order_id=order.pk, person_id=order.person_id))


class BeginObservation(Input):
    order_id: UUID


@action("observation.begin_observation", both("开始观察", "Begin observation"), BeginObservation,
        subject=Subject(TABLE, "order_id", BEGINNABLE))  # fmt: skip
def begin_observation(call: Call, given: BeginObservation) -> Result:
    """Begin observation on its first day for somebody who was notified before; the clock does this by itself."""
    order = take_order(call, given.order_id)
    if order.starts_on > local(call.received_at).date():
        raise NOT_BEGUN(field="order_id", on=order.starts_on.isoformat())
    rules.check_may_go_live(answers(order.needs.all()))
    if not call.allows(BEGINNABLE, order):
        raise NOT_NOTIFIED(field="order_id")
    go_live(call, order, call.received_at)
    return {"id": str(order.pk), "state": order.state}
