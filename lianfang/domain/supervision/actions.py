"""What people do about their rights and after a leak: object, answer, list whom a leak concerns, tell them.

Refuses an answer without reasons and a second case while the first is open.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Max
from pydantic import Field

from lianfang.domain.incidents.queries import rule
from lianfang.domain.observation.queries import orders_of
from lianfang.domain.observation.queries.orders import running_orders
from lianfang.domain.people.queries import find_person
from lianfang.domain.supervision import queries, rules
from lianfang.domain.supervision.events import (
    AffectedTold,
    AnomalySettled,
    AppealAnswered,
    AppealRaised,
    AppealTaken,
    BreachOpened,
)
from lianfang.domain.supervision.models import AffectedPerson, Anomaly, Appeal, Breach
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.foundation.devices.models import Device
from lianfang.foundation.exports.models import NamedExport
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_PERSON = refusal("supervision.no_person", "没有这个人。", "There is no such person.", status=404)
NO_APPEAL = refusal(
    "supervision.no_appeal", "没有这件申诉，或已答复。", "There is no such case, or it was answered.", status=404
)
ALREADY_TAKEN = refusal(
    "supervision.already_taken", "已有人受理。", "Somebody has taken the case on already.", status=409
)
STILL_OPEN = refusal(
    "supervision.still_open",
    "这个人已有一件同类事项在办，答复后才能再提。",
    "A case of this kind is open for this person; it is answered first.",
    status=409,
)
NO_LEAK = refusal(
    "supervision.no_leak",
    "请写明是哪些导出（编号）、哪个账号（含起止时间）或哪台设备。",
    "Name the exports (marks), the account with two moments, or the device.",
)
NO_ANOMALY = refusal(
    "supervision.no_anomaly", "没有这条异常，或已核实。", "There is no such anomaly, or it was looked into.", status=404
)
NO_BREACH = refusal("supervision.no_breach", "没有这次泄露登记。", "There is no such leak on record.", status=404)
UNKNOWN_MARK = refusal("supervision.unknown_mark", "没有编号为 {mark} 的导出。", "There is no export {mark}.")


UNTAKEN = when(lambda state: state == "open", "state")
UNSETTLED = when(lambda settled: settled is None, "settled_at")
UNANSWERED = when(lambda state: state != "answered", "state")


class RaiseAppeal(Input):
    person_id: UUID = Field(**labelled("人员", "Person", "person"))
    kind: Literal["appeal", "complaint", "access"] = Field(
        "appeal", **labelled("事项", "Kind", "choice", **choices(rules.KINDS))
    )
    how: Literal["link", "paper", "phone", "visit"] = Field(
        "phone", **labelled("提出方式", "How", "choice", **choices(rules.WAYS))
    )
    what: str = Field(min_length=2, max_length=500, **labelled("内容", "What", "textarea"))


@action("supervision.raise_appeal", both("登记申诉或投诉", "Enter an appeal or complaint"), RaiseAppeal,
        subject=Subject("people.persons", "person_id"))  # fmt: skip
def raise_appeal(call: Call, given: RaiseAppeal) -> Result:
    """Enter what somebody objects to, by link, on paper, by phone or face to face; it is answered by a deadline (P09).

    Raises `supervision.no_person`, `supervision.still_open`.
    """
    person = find_person(given.person_id)
    if person is None:
        raise NO_PERSON(field="person_id")
    call.permit(person.area_path)
    if Appeal.objects.filter(person_id=person.pk, kind=given.kind).exclude(state="answered").exists():
        raise STILL_OPEN(field="kind")
    running = running_orders([person.pk])
    hours = float(rule("appeal.answer_within_hours", person.area_path, local(call.received_at).date()).value)
    appeal = Appeal.objects.create(
        id=call.id, area_path=person.area_path, person_id=person.pk, order_id=running[0].pk if running else None,
        kind=given.kind, how=given.how, what=given.what, raised_at=call.received_at,
        raised_by=call.actor.account_id, due_at=rules.due_at(call.received_at, hours),
    )  # fmt: skip
    call.about("supervision.appeals", appeal.pk, kind=given.kind, how=given.how)
    call.announce(AppealRaised(area_path=appeal.area_path, appeal_id=appeal.pk, kind=given.kind))
    return {"id": str(appeal.pk), "due_at": appeal.due_at.isoformat()}


def _appeal(call: Call, appeal_id: UUID) -> Appeal:
    found = Appeal.objects.select_for_update().filter(pk=appeal_id).exclude(state="answered").first()
    if found is None:
        raise NO_APPEAL(field="appeal_id")
    call.permit(found.area_path)
    call.about("supervision.appeals", found.pk)
    return found


class TakeAppeal(Input):
    appeal_id: UUID


@action("supervision.take_appeal", both("受理", "Take on"), TakeAppeal,
        subject=Subject("supervision.appeals", "appeal_id", UNTAKEN))  # fmt: skip
def take_appeal(call: Call, given: TakeAppeal) -> Result:
    """Take a case on: from here on the one who took it answers for it. Raises `supervision.already_taken`."""
    appeal = _appeal(call, given.appeal_id)
    if not call.allows(UNTAKEN, appeal):
        raise ALREADY_TAKEN(field="appeal_id")
    appeal.state, appeal.taken_at, appeal.taken_by = "taken", call.received_at, call.actor.account_id
    appeal.version += 1
    appeal.save(update_fields=["state", "taken_at", "taken_by", "version"])
    call.announce(AppealTaken(area_path=appeal.area_path, appeal_id=appeal.pk))
    return {"id": str(appeal.pk)}


class AnswerAppeal(Input):
    appeal_id: UUID
    decision: Literal["upheld", "partly", "rejected", "informed"] = Field(
        **labelled("结果", "Decision", "choice", **choices(rules.DECISIONS))
    )
    answer: str = Field(max_length=500, **labelled("答复（理由和依据）", "Answer with reasons", "textarea"))


@action("supervision.answer_appeal", both("答复", "Answer"), AnswerAppeal,
        subject=Subject("supervision.appeals", "appeal_id", UNANSWERED))  # fmt: skip
def answer_appeal(call: Call, given: AnswerAppeal) -> Result:
    """Answer a case with reasons; never by whoever ordered the measure or gave notice of it.

    Raises `supervision.wrong_answer`, `supervision.answer_needs_reason`, `supervision.own_cause`.
    """
    appeal = _appeal(call, given.appeal_id)
    involved: set[str] = set()
    for one in orders_of(appeal.person_id):
        if appeal.order_id in (None, one.pk):
            involved |= {str(who) for who in (one.ordered_by, one.notified_by) if who}
    rules.check_answer(appeal.kind, given.decision, given.answer, str(call.actor.account_id or ""), frozenset(involved))
    appeal.state, appeal.decision, appeal.answer = "answered", given.decision, given.answer
    appeal.answered_at, appeal.answered_by = call.received_at, call.actor.account_id
    appeal.version += 1
    appeal.save()
    call.announce(AppealAnswered(area_path=appeal.area_path, appeal_id=appeal.pk, decision=given.decision))
    return {"id": str(appeal.pk), "late": call.received_at > appeal.due_at}


# --- after a leak ------------------------------------------------------------------------------------------------


class OpenBreach(Input):
    area_path: Path
    what: str = Field(min_length=2, max_length=300, **labelled("发生了什么", "What happened", "textarea"))
    kinds: str = Field(min_length=2, max_length=200, **labelled("涉及哪些信息", "Which information"))
    measures: str = Field(min_length=2, max_length=400, **labelled("已采取的补救措施", "What was done", "textarea"))
    contact: str = Field(min_length=2, max_length=120, **labelled("联系方式", "Whom to ask"))
    marks: str = Field("", max_length=400, **labelled("导出编号（逗号分隔）", "Marks of exports"))
    account_id: UUID | None = Field(None, **labelled("账号", "Account", "account"))
    device: UUID | None = Field(None, **labelled("设备", "Device", "", **{"x-table": "devices.devices"}))
    from_at: datetime | None = Field(None, **labelled("起", "From", "datetime"))
    until_at: datetime | None = Field(None, **labelled("止", "Until", "datetime"))


@action(
    "supervision.open_breach", both("登记泄露并列出受影响的人", "List whom a leak concerns"), OpenBreach, danger=True
)
def open_breach(call: Call, given: OpenBreach) -> Result:
    """List everybody whose data a leak may have shown: in exports, shown to an account, or on a phone (P20).

    Raises `supervision.no_leak`, `supervision.unknown_mark`. Freezing exports is an action of its own and comes first.
    """
    call.permit(given.area_path)
    marks = [one.strip().lower() for one in given.marks.replace("，", ",").split(",") if one.strip()]
    ways = _ways(call, given, marks)
    hours = float(rule("breach.tell_within_hours", given.area_path, local(call.received_at).date()).value)
    breach = Breach.objects.create(
        id=call.id, marks=marks, opened_at=call.received_at, opened_by=call.actor.account_id,
        tell_by=call.received_at + timedelta(hours=hours), **given.model_dump(exclude={"marks"}),
    )  # fmt: skip
    breach.persons = _affect(breach, ways)
    breach.save(update_fields=["persons"])
    call.about("supervision.breaches", breach.pk, persons=breach.persons)
    call.announce(BreachOpened(area_path=breach.area_path, breach_id=breach.pk))
    return {"id": str(breach.pk), "persons": breach.persons}


def _ways(call: Call, given: OpenBreach, marks: list[str]) -> dict[UUID, set[str]]:
    """Return the persons concerned with the ways it came about. Raises `access.not_yours` outside one's own area."""
    found: dict[UUID, set[str]] = {}
    if marks:
        known = dict(NamedExport.objects.filter(mark__in=marks).values_list("mark", "area_path"))
        for mark in marks:
            if mark not in known:
                raise UNKNOWN_MARK(field="marks", mark=mark[:20])
            call.actor.require(call.action, known[mark])
        _add(found, queries.behind_exports(marks))
    if given.account_id and given.from_at and given.until_at:
        _add(found, queries.behind_account(given.account_id, given.from_at, given.until_at))
    device = Device.objects.filter(pk=given.device).first() if given.device else None
    if device is not None:
        call.actor.require(call.action, device.area_path)
        _add(found, queries.behind_device(device))
    if not marks and device is None and not (given.account_id and given.from_at and given.until_at):
        raise NO_LEAK(field="marks")
    return found


def _add(found: dict[UUID, set[str]], more: dict[UUID, set[str]]) -> None:
    for person, ways in more.items():
        found.setdefault(person, set()).update(ways)


def _affect(breach: Breach, ways: dict[UUID, set[str]]) -> int:
    """Keep the people concerned, a merged entry under the one that was kept; returns how many there are."""
    kept: dict[UUID, AffectedPerson] = {}
    for asked, (person, area) in queries.areas_of(ways).items():
        row = kept.setdefault(person, AffectedPerson(breach=breach, person_id=person, area_path=area, ways=[]))
        row.ways = sorted({*row.ways, *ways[asked]})
    AffectedPerson.objects.bulk_create(kept.values(), batch_size=2000)
    return len(kept)


class NoteTold(Input):
    affected_id: UUID
    how: Literal["paper", "phone", "visit"] = Field(
        "phone", **labelled("告知方式", "How", "choice",
                            **choices({way: rules.WAYS[way] for way in ("paper", "phone", "visit")})),
    )  # fmt: skip


@action("supervision.note_told", both("登记已告知", "Note that they were told"), NoteTold,
        subject=Subject("supervision.affected", "affected_id"), batch=True)  # fmt: skip
def note_told(call: Call, given: NoteTold) -> Result:
    """Note that somebody whom a leak concerns was told of it, and how."""
    found = AffectedPerson.objects.filter(pk=given.affected_id).first()
    if found is None:
        raise NO_BREACH(field="affected_id")
    call.permit(found.area_path)
    found.told_at, found.told_by, found.told_how = call.received_at, call.actor.account_id, given.how
    found.save(update_fields=["told_at", "told_by", "told_how"])
    call.about("supervision.affected", found.pk)
    call.announce(AffectedTold(area_path=found.area_path, breach_id=found.breach_id))
    return {"id": str(found.pk)}


# --- unusual changes ---------------------------------------------------------------------------------------------


def note_anomalies(now: datetime) -> int:
    """Keep an anomaly for each account with more changes by hand than its limit; returns how many are new.

    What was looked into does not count again.
    """
    on, found = local(now).date(), 0
    window = timedelta(hours=float(rule("anomaly.window_hours", "", on).value))
    for account_id, (unit, area) in queries.busy_accounts(now - window).items():
        looked_into = Anomaly.objects.filter(account_id=account_id, settled_at__gte=now - window)
        since = looked_into.aggregate(at=Max("settled_at"))["at"] or now - window
        count = queries.changes_by(account_id, since)
        unusual = rules.anomaly_of(count, unit, _limits(area, on))
        if unusual is None:
            continue
        kind, limit = unusual
        given = {"area_path": area, "kind": kind, "count": count, "limit": limit, "since": since}
        with writing():
            _, made = Anomaly.objects.update_or_create(
                account_id=account_id, settled_at=None, defaults=given, create_defaults=given | {"found_at": now}
            )
        found += made
    return found


def _limits(area: str, on: date) -> rules.Limits:
    many, outside, words = (
        rule(f"anomaly.{key}", area, on).value for key in ("changes_by_one", "changes_outside_health", "health_units")
    )
    return rules.Limits(int(many), int(outside), tuple(words))


class SettleAnomaly(Input):
    anomaly_id: UUID
    finding: str = Field(min_length=5, max_length=300, **labelled("核实情况", "What it was", "textarea"))


@action("supervision.settle_anomaly", both("核实异常", "Look into an anomaly"), SettleAnomaly,
        subject=Subject("supervision.anomalies", "anomaly_id", UNSETTLED))  # fmt: skip
def settle_anomaly(call: Call, given: SettleAnomaly) -> Result:
    """Say what was found behind unusual changes; never by the one who made them. Raises `supervision.own_anomaly`."""
    found = Anomaly.objects.filter(pk=given.anomaly_id, settled_at__isnull=True).first()
    if found is None:
        raise NO_ANOMALY(field="anomaly_id")
    call.permit(found.area_path)
    if found.account_id == call.actor.account_id:
        raise rules.OWN_ANOMALY(field="finding")
    found.settled_at, found.settled_by, found.finding = call.received_at, call.actor.account_id, given.finding
    found.save(update_fields=["settled_at", "settled_by", "finding"])
    call.about("supervision.anomalies", found.pk)
    call.announce(AnomalySettled(area_path=found.area_path, anomaly_id=found.pk))
    return {"id": str(found.pk)}
