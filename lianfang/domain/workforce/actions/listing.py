"""The list of people on duty as intake knows it: who is new is registered, who is known is left, a person decides.

Nobody on the register is changed by a list. What it says differently waits as a line that somebody takes or leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Exists, Q, QuerySet
from pydantic import Field

from lianfang.domain.workforce.actions.responders import change_state, refuse_twice
from lianfang.domain.workforce.actions.serving_fields import (
    TABLE,
    Values,
    day_of,
    responder_values,
    take_responder,
)
from lianfang.domain.workforce.events.serving import ResponderChanged, RespondersListed
from lianfang.domain.workforce.models.listed import ERASED_LINE, ListedResponder
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.listed import match_lines, responders_by_id
from lianfang.domain.workforce.queries.responders import responder_phone_index
from lianfang.domain.workforce.queries.units import units_named
from lianfang.domain.workforce.rules.listed import read_availability, read_origin, read_plate, read_several
from lianfang.domain.workforce.rules.serving import LIMITS, SKILLS
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.events.announcing import announce
from lianfang.foundation.intake.inserting import Draft, pack
from lianfang.foundation.intake.models import RefusedRow
from lianfang.foundation.intake.targets import (
    Delivery,
    Incoming,
    Ready,
    Row,
    RowMatch,
    Rows,
    Target,
    target,
    write_portions,
)
from lianfang.kernel import names
from lianfang.kernel.clock import local
from lianfang.kernel.errors import RefusalKind, refusal
from lianfang.kernel.ids import uuid7, uuid7_of
from lianfang.kernel.text import both

UNNAMED = refusal("workforce.line_unnamed", "没有姓名，没有登记。", "No name, so nobody was registered.")
UNREAD = refusal(
    "workforce.cell_not_read",
    "没有完全认出，请登记后在名册里补充。",
    "Not understood in full; add it on the register.",
)
BEGUN = refusal(
    "workforce.list_in_use",
    "名单里已有人排班、编队或改动，不能整批撤销。",
    "Somebody on the list was posted, put into a team or changed, so it cannot be taken back.",
    status=409,
)
NO_LINE = refusal(
    "workforce.no_line_to_decide", "没有这一行，或已核对。", "There is no such line to decide.", status=404
)
LISTED = "workforce.listed"
FIGURES = ("added", "known", "to_decide", "repeated", "unnamed", "unread")
# where the list and the register are compared: what the list leaves empty says nothing
COMPARED = ("born_on", "unit_id", "rank", "vehicle_plate")
GATHERED = ("skills", "availability", "limits")
# a column's meaning as it is recognised → as it is meant in a list of people on duty
TAKES = {
    **{name: name for name in (
        "serial", "name", "sex", "identity_number", "phone", "born_on", "age", "address", "destination",
        "destination_town", "destination_village", "grid", "group", "door", "category", "source", "workplace", "rank",
        "skills", "available", "limits", "vehicle", "note",
    )},
    "trip_no": "vehicle", "symptoms": "limits", "origin": "source",
}  # fmt: skip
LABELS = {"skills": both("特长", "Skills"), "limits": both("健康限制", "Limits"),
          "availability": both("可用时段", "Available"), "origin": both("来源", "Origin"),
          "unit_id": both("单位", "Unit")}  # fmt: skip


def match_rows(rows: Rows, path: str, on: date) -> list[RowMatch]:
    """Return how each row stands to who serves already; changes nothing."""
    return match_lines(rows, path)


def prepare(delivery: Delivery, rows: Rows, matches: Sequence[RowMatch]) -> Ready:
    """Return rows as people who serve, or as lines to decide; changes nothing."""
    sorting = _Sorting(delivery, rows, matches)
    for row, found, phone_index in zip(rows, matches, rows.told, strict=True):
        sorting.sort(row, found, phone_index)
    packed = (pack(Responder, sorting.people), pack(ListedResponder, sorting.lines), pack(RefusedRow, sorting.warned))
    return Ready(packed, sorting.figures)


class _Sorting:
    """Rows of a portion, each put where it belongs."""

    def __init__(self, delivery: Delivery, rows: Rows, matches: Sequence[RowMatch]) -> None:
        self.delivery = delivery
        self.units = units_named(set(rows.said("workplace", "")), delivery.area_path)
        known = {one for found in matches for one in found.ids}
        self.known = responders_by_id(known, besides=delivery.batch_id)
        self.figures = dict.fromkeys(FIGURES, 0)
        self.people: list[Draft] = []
        self.lines: list[Draft] = []
        self.warned: list[Draft] = []

    def sort(self, row: Row, found: RowMatch, phone_index: str) -> None:
        if row.duplicate_of:
            self.figures["repeated"] += 1
            return
        if not row.values.get("name"):
            self._warn(row, UNNAMED, "姓名")
            self.figures["unnamed"] += 1
            return
        said, unread = self._said(row)
        person = self.known.get(found.ids[0]) if found.ids else None
        if person is None:
            self._register(row, phone_index, said)
        elif found.level == "exact" and not differs(person, said):
            self.figures["known"] += 1
        else:
            self._line(row, person, found.evidence[0][0], said)
        for name in unread:
            self._warn(row, UNREAD, LABELS[name].zh)
        self.figures["unread"] += bool(unread)

    def _said(self, row: Row) -> tuple[Values, list[str]]:
        """Return what a row says in the register's words, and which of it was not understood in full."""
        values = row.values
        skills, skills_read = read_several(values.get("skills", ""), SKILLS)
        limits, limits_read = read_several(values.get("limits", ""), LIMITS)
        availability, times_read = read_availability(values.get("available", ""))
        called = f"{values.get('category', '')} {values.get('source', '')}".strip()
        unit = values.get("workplace", "")
        said: Values = {
            "name": values["name"], "phone": next(iter(values.get("phone", [])), ""),
            "born_on": values.get("born_on"), "origin": read_origin(called), "rank": values.get("rank", "")[:40],
            "skills": skills, "limits": " ".join(limits), "availability": availability,
            "vehicle_plate": read_plate(values.get("vehicle", "")), "unit_id": self.units.get(unit),
        }  # fmt: skip
        read = {"skills": skills_read, "limits": limits_read, "availability": times_read,
                "origin": bool(said["origin"]) or not called, "unit_id": bool(said["unit_id"]) or not unit}  # fmt: skip
        return said, [name for name, is_read in read.items() if not is_read]

    def _register(self, row: Row, phone_index: str, said: Values) -> None:
        delivery = self.delivery
        self.people.append(Draft(
            id=uuid7_of(delivery.batch_id, row.number), area_path=row.area_path or delivery.area_path,
            batch_id=delivery.batch_id, keys=" ".join(sorted(names.search_keys(said["name"])))[:200],
            phone_index=phone_index, state="screened", state_at=delivery.received_at,
            joined_on=local(delivery.received_at).date(), tags=[], **{**said, "origin": said["origin"] or "other"},
        ))  # fmt: skip
        self.figures["added"] += 1

    def _line(self, row: Row, person: Responder, evidence: str, said: Values) -> None:
        self.lines.append(Draft(
            id=uuid7(), area_path=person.area_path, batch_id=self.delivery.batch_id, row=row.number,
            responder_id=person.pk, evidence=evidence, listed_at=self.delivery.received_at, **said,
        ))  # fmt: skip
        self.figures["to_decide"] += 1

    def _warn(self, row: Row, kind: RefusalKind, column: str) -> None:
        no = kind()
        self.warned.append(Draft(
            batch_id=self.delivery.batch_id, area_path=self.delivery.area_path, row=row.number,
            column=column, code=no.code, message_zh=no.message.zh, message_en=no.message.en, is_warning=True,
        ))  # fmt: skip


def differs(person: Responder, said: Values) -> bool:
    """Say whether a list says more of somebody, or something else, than the register does."""
    other = any(said[name] and said[name] != getattr(person, name) for name in COMPARED)
    return other or any(_gathered(getattr(person, name), said[name]) != getattr(person, name) for name in GATHERED)


def _gathered(known: Any, said: Any) -> Any:
    """Return what is known of several things with what was said: skills and limits added up, times as they were."""
    if isinstance(known, str):
        return known if {*said.split()} <= {*known.split()} else " ".join(sorted({*known.split(), *said.split()}))
    if said and isinstance(said[0], dict):
        return known or said
    return known if {*said} <= {*known} else sorted({*known, *said})


def receive(delivery: Delivery, incoming: Incoming, stop: Callable[[], None]) -> dict[str, Any]:
    """Write the new people of a list and the lines to decide, in the caller's transaction."""
    figures = dict.fromkeys(FIGURES, 0)
    write_portions(incoming, stop, figures)
    fact = RespondersListed(area_path=delivery.area_path, batch_id=delivery.batch_id, people=figures["added"],
                            to_decide=figures["to_decide"])  # fmt: skip
    announce([fact], account_id=delivery.account_id)
    return figures


def _work_on(batch: Any) -> Iterator[QuerySet[Any]]:
    """Yield what shows that work on a list has begun: people changed or named by whatever else, lines decided."""
    yield Responder.objects.filter(batch_id=batch, version__gt=1)
    yield ListedResponder.objects.filter(batch_id=batch).exclude(decision="open")
    for one in Responder._meta.get_fields(include_hidden=True):
        if one.auto_created and (one.one_to_many or one.one_to_one):
            yield one.related_model._base_manager.filter(**{f"{one.field.name}__batch_id": batch})  # type: ignore[union-attr]


def started(batch: Any) -> Q:
    """Return the condition that somebody has worked on what a list brought."""
    return reduce(or_, (Q(Exists(found)) for found in _work_on(batch)))


def undo(batch_id: UUID) -> int:
    """Take a list's people back. Raises `workforce.list_in_use` once one of them was posted, teamed or changed."""
    if any(found.exists() for found in _work_on(batch_id)):
        raise BEGUN()
    ListedResponder.objects.filter(batch_id=batch_id).delete()
    return Responder.objects.filter(batch_id=batch_id).delete()[0]


RESPONDERS = target(
    Target("workforce.responders", both("参战（值守）人员名单", "List of people who serve"), match_rows, prepare,
           receive, undo, started, takes=TAKES, needs="workforce.register_responder", table=TABLE)
)  # fmt: skip


# --- lines to decide ---------------------------------------------------------------------------------------------

UPDATABLE = when(lambda decision, state: decision == "open" and state != "ended", "decision", "responder__state")
ANOTHER = when(lambda decision, why: decision == "open" and why != "differs", "decision", "evidence")
OPEN = when(lambda decision: decision == "open", "decision")
LineId = Annotated[UUID, Field(**labelled("名单行", "Line", **{"x-table": LISTED}))]


class NameLine(Input):
    line_id: LineId


def _take(call: Call, line_id: UUID, allowed: Any) -> ListedResponder:
    line = ListedResponder.objects.select_for_update().filter(pk=line_id).first()
    if line is None:
        raise NO_LINE(field="line_id")
    call.permit(line.area_path)
    if not call.allows(allowed, line):
        raise NO_LINE(field="line_id")
    return line


def _decide(call: Call, line: ListedResponder, decision: str) -> Result:
    line.decision, line.decided_at, line.decided_by = decision, call.received_at, call.actor.account_id
    for name, value in ERASED_LINE.items():
        setattr(line, name, value)
    line.save(update_fields=["decision", "decided_at", "decided_by", *ERASED_LINE])
    call.about(LISTED, line.pk, decision=decision)
    return {"id": str(line.pk), "responder": str(line.responder_id)}


@action("workforce.update_from_list", both("按名单更新", "Update by the list"), NameLine,
        subject=Subject(LISTED, "line_id", UPDATABLE), batch=True)  # fmt: skip
def update_from_list(call: Call, given: NameLine) -> Result:
    """Take what the list says of this person: what it leaves empty stays, skills and limits are added."""
    line = _take(call, given.line_id, UPDATABLE)
    row = take_responder(call, line.responder_id)
    said = {name: getattr(line, name) for name in ("name", "phone", *COMPARED) if getattr(line, name)}
    values = responder_values(said, day_of(call))
    values |= {name: _gathered(getattr(row, name), getattr(line, name)) for name in GATHERED}
    change_state(call, row, row.state, **values)
    return _decide(call, line, "updated")


@action("workforce.add_from_list", both("是另一个人，登记", "Another person: register"), NameLine,
        subject=Subject(LISTED, "line_id", ANOTHER), batch=True)  # fmt: skip
def add_from_list(call: Call, given: NameLine) -> Result:
    """Register whom the list names as somebody else than the one on the register."""
    line = _take(call, given.line_id, ANOTHER)
    values = responder_values({"name": line.name, "phone": line.phone}, day_of(call))
    refuse_twice(values["name"], responder_phone_index(line.phone))
    copied = {name: getattr(line, name) for name in (*COMPARED, *GATHERED)}
    row = Responder.objects.create(
        id=call.id, area_path=line.area_path, origin=line.origin or "other", state="screened",
        state_at=call.received_at, joined_on=day_of(call), **values, **copied,
    )  # fmt: skip
    call.about(TABLE, row.pk)
    call.announce(ResponderChanged(area_path=row.area_path, responder_id=row.pk, state=row.state))
    return _decide(call, line, "added")


@action("workforce.leave_listed", both("保持不变", "Leave it as it is"), NameLine,
        subject=Subject(LISTED, "line_id", OPEN), batch=True)  # fmt: skip
def leave_listed(call: Call, given: NameLine) -> Result:
    """Leave the register as it is; what the list said of this line is erased."""
    return _decide(call, _take(call, given.line_id, OPEN), "left")
