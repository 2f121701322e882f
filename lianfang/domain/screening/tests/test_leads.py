"""Leads from four sources: reported, placed, sent out, answered once for everybody who asked, replied to in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from lianfang.domain.screening.actions.receiving import LEADS
from lianfang.domain.screening.gaps.leads import _late, _undecided, _unreplied, _with_nobody
from lianfang.domain.screening.models.leads import Lead, LeadBatch
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import WriteAroundActionError, writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.events.models import Event
from lianfang.foundation.intake.inserting import Draft, insert_new
from lianfang.foundation.intake.targets import Delivery, Incoming, Row, Rows
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Problems, Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db

COUNTY, TOWN, VILLAGE = "140826", "140826100", "140826100201"
STRANGER = "018f0000-0000-7000-8000-000000000000"
GRID, NEIGHBOUR = f"{VILLAGE}001", "140826100202001"


def report(actor: Actor, **changes: Any) -> Lead:
    given = {"source": "grid", "area_path": GRID, "name": "王小明", "phone": "13800000001", **changes}
    return Lead.objects.get(pk=run(actor, "screening.report_lead", given)["id"])


def receive(moment: datetime, *rows: Row, due_at: datetime | None = None) -> LeadBatch:
    delivery = Delivery(uuid7(), COUNTY, "县大数据局", None, moment, due_at)
    with writing():
        told = Rows.of(rows)
        ready = LEADS.prepare(delivery, told, LEADS.match(told, COUNTY, moment.date()))
        LEADS.receive(delivery, Incoming(len(rows), [ready]), lambda: None)
    return LeadBatch.objects.get(pk=delivery.batch_id)


def row(number: int, path: str = "", **values: Any) -> Row:
    told = {"name": f"张{chr(0x4E00 + number)}", "phone": [f"139{number:08d}"], **values}
    return Row(number, told, path, "resolved" if path else "unresolved")


def registered(path: str = GRID) -> str:
    """Put a person of a household into the register; returns the id."""
    home = run(SYSTEM, "people.add_household", {"area_path": path, "number": "1", "address": "1号"})
    given = {"household_id": home["id"], "name": "王小明", "phone": "13800000001"}
    return str(run(SYSTEM, "people.add_person", given)["id"])


def refused(actor: Actor, action: str, given: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run(actor, action, given)
    return caught.value


def codes(no: Refusal) -> list[str]:
    return [one.code for one in no.problems] if isinstance(no, Problems) else [no.code]


# --- reporting ---------------------------------------------------------------------------------------------------


def test_leads_are_not_inserted_in_bulk_outside_an_action(moment: datetime) -> None:
    lead = Draft(id=uuid7(), area_path=GRID, source="grid", received_at=moment, due_at=moment)
    with pytest.raises(WriteAroundActionError):
        insert_new(Lead, [lead])


def test_a_lead_on_nobody_is_refused(cast: dict[str, Actor], moment: datetime) -> None:
    given = {"area_path": GRID, "reason": "听说有人回来"}
    assert refused(cast["grid"], "screening.report_lead", given).code == "screening.names_nobody"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone": "123"}, "phone.length"),
        ({"identity_number": "1408261980"}, "identity.length"),
        ({"name": "王1"}, "name.digits"),
    ],
)
def test_what_cannot_be_read_is_refused(cast: dict[str, Actor], moment: datetime, changes: Any, code: str) -> None:
    given = {"area_path": GRID, "name": "王小明", **changes}
    assert refused(cast["grid"], "screening.report_lead", given).code == code


@pytest.mark.parametrize(
    ("who", "path"), [("outsider", GRID), ("neighbour", GRID), ("grid", NEIGHBOUR), ("auditor", GRID)]
)
def test_nobody_reports_into_another_s_area(cast: dict[str, Actor], moment: datetime, who: str, path: str) -> None:
    given = {"area_path": path, "name": "王小明"}
    assert refused(cast[who], "screening.report_lead", given).code == "access.not_yours"


def test_a_reported_lead_goes_to_the_grid_worker_with_a_clock(cast: dict[str, Actor], moment: datetime) -> None:
    lead = report(cast["gate"])
    assert (lead.state, lead.assignee_id) == ("dispatched", cast["grid"].account_id)
    assert lead.due_at == moment + timedelta(hours=24)


def test_the_informant_of_a_tip_is_shown_nowhere(cast: dict[str, Actor], moment: datetime) -> None:
    lead = report(cast["secretary"], source="tip", informant="邻居老刘")
    assert lead.informant == "邻居老刘"
    assert "老刘" not in str(read(cast["duty"], "screening.leads").rows)
    assert "老刘" not in str(list(Event.objects.values()))


def test_a_known_person_is_matched(cast: dict[str, Actor], moment: datetime) -> None:
    person = registered()
    assert str(report(cast["grid"]).person_id) == person


def test_three_sources_on_one_person_are_one_piece_of_work(cast: dict[str, Actor], moment: datetime) -> None:
    first = report(cast["grid"])
    tip = report(cast["secretary"], source="tip")
    batch = receive(moment, row(2, GRID, name="王小明", phone=["13800000001"]))
    assert [tip.same_as_id, batch.leads.get().same_as_id] == [first.pk, first.pk]
    run(cast["grid"], "screening.answer_lead", {"lead_id": str(first.pk), "outcome": "wrong_info", "note": "无此人"})
    assert set(Lead.objects.values_list("state", "outcome")) == {("verified", "wrong_info")}


def test_a_person_answered_for_last_week_is_answered_at_once(cast: dict[str, Actor], moment: datetime) -> None:
    person = registered()
    lead = report(cast["grid"])
    given = {"outcome": "confirmed_new", "address": "1号", "measure": "居家观察", "person_id": person}
    run(cast["grid"], "screening.answer_lead", {"lead_id": str(lead.pk), **given})
    again = receive(moment, row(2, GRID, name="王小明", phone=["13800000001"])).leads.get()
    assert (again.state, again.outcome, again.measure) == ("verified", "already_known", "居家观察")


# --- placing and sending -----------------------------------------------------------------------------------------


def test_an_unplaced_lead_is_placed_and_then_sent(cast: dict[str, Actor], moment: datetime) -> None:
    lead = receive(moment, row(2)).leads.get()
    assert (lead.state, lead.area_path) == ("received", COUNTY)
    assert refused(cast["grid"], "screening.place_lead", {"lead_id": str(lead.pk), "area_path": GRID}).status == 403
    run(cast["duty"], "screening.place_lead", {"lead_id": str(lead.pk), "area_path": GRID, "version": 1})
    lead.refresh_from_db()
    assert (lead.state, lead.assignee_id) == ("dispatched", cast["grid"].account_id)


def test_an_edit_of_an_older_version_is_refused(cast: dict[str, Actor], moment: datetime) -> None:
    lead = receive(moment, row(2)).leads.get()
    for code in (None, "screening.lead_changed"):
        given = {"lead_id": str(lead.pk), "area_path": GRID, "version": 1}
        if code is None:
            run(cast["duty"], "screening.place_lead", given)
        else:
            assert refused(cast["duty"], "screening.place_lead", given).code == code


def test_a_batch_is_sent_out_once_somebody_answers_there(cast: dict[str, Actor], moment: datetime) -> None:
    batch = receive(moment, row(2, "140826101"), row(3, GRID))
    assert batch.leads.filter(state="dispatched").count() == 1
    grant = {"account_id": str(cast["neighbour"].account_id), "role": "township_coordinator", "area_path": "140826101"}
    run(cast["duty"], "access.grant_role", {**grant, "purpose": "疫情防控"})
    assert run(cast["duty"], "screening.dispatch_leads", {"batch_id": str(batch.pk)}) == {"dispatched": 1, "left": 0}


def test_a_lead_is_given_to_somebody_by_name(cast: dict[str, Actor], moment: datetime) -> None:
    lead = receive(moment, row(2, VILLAGE)).leads.get()
    unknown = {"lead_id": str(lead.pk), "account_id": str(uuid4())}
    assert refused(cast["secretary"], "screening.assign_lead", unknown).code == "screening.unknown_worker"
    given = {"lead_id": str(lead.pk), "account_id": str(cast["grid"].account_id)}
    run(cast["secretary"], "screening.assign_lead", given)
    lead.refresh_from_db()
    assert lead.assignee_id == cast["grid"].account_id


# --- answering ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"outcome": "confirmed_new"}, ["screening.outcome_needs"] * 3),
        ({"outcome": "unreachable", "note": "关机", "tries": 1}, ["screening.too_few_tries"]),
        ({"outcome": "past_window"}, ["screening.outcome_needs"]),
        ({"outcome": "made_up"}, ["screening.outcome_unknown"]),
        ({"outcome": "wrong_info", "note": "x", "person_id": STRANGER}, ["screening.unknown_person"]),
    ],
)  # fmt: skip
def test_an_answer_needs_what_the_asker_needs(
    cast: dict[str, Actor], moment: datetime, given: dict[str, Any], wanted: list[str]
) -> None:
    lead = report(cast["grid"])
    assert codes(refused(cast["grid"], "screening.answer_lead", {"lead_id": str(lead.pk), **given})) == wanted
    lead.refresh_from_db()
    assert lead.state == "dispatched"


def test_somebody_else_s_person_and_lead_are_refused(cast: dict[str, Actor], moment: datetime) -> None:
    lead, stranger = report(cast["grid"]), registered(NEIGHBOUR)
    given = {"lead_id": str(lead.pk), "outcome": "wrong_info", "note": "x"}
    no = refused(cast["grid"], "screening.answer_lead", {**given, "person_id": stranger})
    assert no.code == "screening.unknown_person"
    assert refused(cast["neighbour"], "screening.answer_lead", given).code == "access.not_yours"
    unknown = refused(cast["grid"], "screening.answer_lead", {**given, "lead_id": str(uuid4())})
    assert unknown.code == "screening.unknown_lead"


def test_a_confirmed_lead_is_announced_for_observation(cast: dict[str, Actor], moment: datetime) -> None:
    person = registered()
    lead = report(cast["grid"], returned_on="2020-01-30")
    given = {"outcome": "confirmed_new", "address": "1号", "measure": "居家观察", "last_there_on": "2020-01-29"}
    run(cast["grid"], "screening.answer_lead", {"lead_id": str(lead.pk), **given})
    told = Event.objects.get(name="screening.lead_confirmed").body
    assert (told["person_id"], told["last_there_on"], told["returned_on"]) == (
        person,
        "2020-01-29",
        "2020-01-30",
    )


def test_an_answered_lead_is_not_answered_again_unless_sent_out_anew(cast: dict[str, Actor], moment: datetime) -> None:
    lead = report(cast["grid"])
    given = {"lead_id": str(lead.pk), "outcome": "wrong_info", "note": "无此人"}
    run(cast["grid"], "screening.answer_lead", given)
    assert refused(cast["grid"], "screening.answer_lead", given).code == "screening.step_not_allowed"
    again = {"lead_id": str(lead.pk), "account_id": str(cast["grid"].account_id)}
    run(cast["secretary"], "screening.assign_lead", again)
    run(cast["grid"], "screening.answer_lead", given)


# --- seeing ------------------------------------------------------------------------------------------------------


def test_each_sees_the_leads_of_the_own_area_and_names_only_who_visits(
    cast: dict[str, Actor], moment: datetime
) -> None:
    receive(moment, row(2, GRID, name="王小明", phone=["13800000001"]), row(3, NEIGHBOUR), row(4))
    assert [len(read(cast[who], "screening.leads").rows) for who in ("duty", "town", "grid", "neighbour")] == [
        3,
        2,
        1,
        1,
    ]
    [mine] = read(cast["grid"], "screening.leads").rows
    assert mine["cells"]["name"] == "王小明"
    assert mine["id"] in {
        row["id"] for row in read(cast["duty"], "screening.leads").rows if row["cells"]["name"] == "王*明"
    }
    assert mine["cells"]["assignee"] == "赵网格"
    with pytest.raises(Refusal):
        read(cast["outsider"], "screening.leads")


@pytest.mark.parametrize("asked", ["王小", "wangxiaoming", "wxm", "13800000001"])
def test_a_lead_is_found_by_name_pinyin_initials_and_phone(
    cast: dict[str, Actor], moment: datetime, asked: str
) -> None:
    receive(moment, row(2, GRID, name="王小明", phone=["13800000001"]), row(3, GRID))
    assert [one["cells"]["row"] for one in read(cast["duty"], "screening.leads", Query(search=asked)).rows] == [2]


def test_what_does_not_hold_stands_on_the_gap_board(cast: dict[str, Actor], moment: datetime) -> None:
    batch = receive(moment, row(2, GRID), row(3), due_at=moment + timedelta(hours=8))
    placed, unplaced = batch.leads.order_by("row")
    later = moment + timedelta(hours=9)
    assert [one.subject_id for one in _with_nobody(COUNTY, moment)] == [str(unplaced.pk)]
    assert not list(_late(COUNTY, moment))
    assert {one.subject_id for one in _late(COUNTY, later)} == {str(placed.pk), str(unplaced.pk)}
    assert [one.answerable_id for one in _late(GRID, later)] == [cast["grid"].account_id]
    assert [one.subject_id for one in _unreplied(COUNTY, later)] == [str(batch.pk)]
    assert not list(_undecided(COUNTY, later))


def test_a_partial_reply_keeps_the_batch_open(cast: dict[str, Actor], moment: datetime) -> None:
    batch = receive(moment, row(2, GRID), row(3, GRID))
    first = batch.leads.get(row=2)
    run(cast["grid"], "screening.answer_lead", {"lead_id": str(first.pk), "outcome": "wrong_info", "note": "无此人"})
    done = run(cast["duty"], "screening.reply_batch", {"batch_id": str(batch.pk), "partial": True})
    assert (done["replied"], done["open"]) == (1, 1)
    batch.refresh_from_db()
    assert batch.state == "partial"
    assert refused(cast["grid"], "screening.reply_batch", {"batch_id": str(batch.pk)}).code == "access.not_yours"


# --- registering whom a lead names --------------------------------------------------------------------------------


def test_a_lead_is_not_registered_without_a_household_or_a_number_for_a_new_one(cast: dict[str, Actor]) -> None:
    lead = report(cast["grid"])
    assert refused(cast["secretary"], "screening.register_lead", {"lead_id": str(lead.pk)}).field == "household_id"
    given = {"lead_id": str(lead.pk), "area_path": GRID}
    assert refused(cast["secretary"], "screening.register_lead", given).field == "number"


def test_a_lead_is_not_registered_in_an_area_of_somebody_else(cast: dict[str, Actor]) -> None:
    given = {"lead_id": str(report(cast["grid"]).pk), "area_path": NEIGHBOUR, "number": "9"}
    assert refused(cast["grid"], "screening.register_lead", given).code == "access.not_yours"


def test_whom_a_lead_names_is_registered_with_what_the_list_said_and_answered_without_looking_up(
    cast: dict[str, Actor],
) -> None:
    lead = report(cast["grid"])
    given = {"lead_id": str(lead.pk), "area_path": GRID, "number": "901", "address": "东街901号"}
    made = run(cast["grid"], "screening.register_lead", given)
    [person] = read(cast["grid"], "people.persons", Query(where={"household": made["household_id"]})).rows
    assert (person["id"], person["cells"]["name"]) == (made["person_id"], "王小明")
    again = refused(cast["grid"], "screening.register_lead", {**given, "number": "902"})
    assert again.code == "screening.lead_has_person"
    said = {"outcome": "confirmed_new", "address": "东街901号", "measure": "居家医学观察"}
    run(cast["grid"], "screening.answer_lead", {"lead_id": str(lead.pk), **said})
    lead.refresh_from_db()
    assert (str(lead.person_id), lead.state) == (made["person_id"], "verified")
