"""Two entries of one person become one in everything that hangs on them, and two again when the merge is undone."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.models import Awaited, Order, Reading, Referral, ResidentLink, Slot, Timetable
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed, order, read_one
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.screening.models.leads import Lead
from lianfang.domain.welfare.models import ServiceRequest
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db

SECOND = VILLAGE + "002"


@pytest.fixture
def pair(county: str, moment: Any) -> Any:
    """One woman entered twice, in two grids of a village."""
    forget_rules()
    make_incident()
    yield make_person(number="12"), make_person(number="30", area_path=SECOND)
    forget_rules()
    assert not Job.objects.filter(state="failed").exists()


def merge(cast: dict[str, Actor], kept: Any, other: Any) -> dict[str, Any]:
    given = {"keep_id": str(kept.pk), "merge_id": str(other.pk), "reason": "同一人"}
    undo = run(cast["town"], "people.merge_persons", given)["undo"]
    run_waiting()
    return dict(undo)


def part(cast: dict[str, Actor], undo: dict[str, Any]) -> None:
    run(cast["town"], undo["action"], undo["input"])
    run_waiting()


def board(person: Any) -> tuple[str, int, date]:
    row = Timetable.objects.get(pk=person.pk)
    return row.state, row.orders, row.ends_on


def slots(person: Any) -> dict[tuple[date, str], str]:
    return {(one.day_on, one.name): one.state for one in Slot.objects.filter(person_id=person.pk)}


def test_the_reactions_do_nothing_where_nobody_was_merged(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    mine = observed(cast["secretary"], kept)
    given = {"kept_id": str(kept.pk), "merged_id": str(other.pk)}
    for app in ("observation", "screening", "welfare"):
        assert run(SYSTEM, f"{app}.carry_over", given)["carried"] == 0
        assert run(SYSTEM, f"{app}.part_again", given)["carried"] == 0
    assert Order.objects.get().pk == mine.pk


def test_two_orders_become_one_timetable_and_two_again(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    observed(cast["secretary"], kept, last_exposure_on="2020-01-31")
    observed(cast["secretary"], other, last_exposure_on="2020-02-02")
    read_one(cast["doctor"], other.pk, at(3, 9))
    before = board(kept), board(other), slots(kept), slots(other)
    undo = merge(cast, kept, other)
    assert board(kept) == ("live", 2, before[1][2])
    assert board(other)[0] == "closed"
    assert set(slots(kept)) == {*before[2], *before[3]}
    assert slots(kept)[date(2020, 2, 3), "morning"] == "recorded"
    assert slots(other) == {}
    assert {one.area_path for one in Order.objects.filter(person_id=kept.pk)} == {GRID}
    part(cast, undo)
    assert (board(kept), board(other), slots(kept), slots(other)) == before
    assert Order.objects.get(person_id=other.pk).area_path == SECOND


def test_missed_and_late_slots_are_each_counted_once(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    for one in pair:
        observed(cast["secretary"], one)
    tick(at(4, 23, 30))
    with clock.fixed(at(5, 8)):
        undo = merge(cast, kept, other)
        assert max(Counter(Slot.objects.values_list("person_id", "day_on", "name")).values()) == 1
        assert Slot.objects.filter(state="missed").count() == sum(state == "missed" for state in slots(kept).values())
        part(cast, undo)
        tick(at(5, 8))
        assert slots(kept) == slots(other)


def test_a_phone_that_still_names_the_other_entry_records_for_the_kept_one(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    observed(cast["secretary"], kept)
    observed(cast["secretary"], other)
    undo = merge(cast, kept, other)
    done = read_one(cast["grid"], other.pk, at(3, 9))
    assert done.status == "done"
    assert Reading.objects.get().person_id == kept.pk
    part(cast, undo)
    assert slots(kept)[date(2020, 2, 3), "morning"] == "recorded"
    assert slots(other)[date(2020, 2, 3), "morning"] != "recorded"


def test_a_personal_link_goes_on_working(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    mine = observed(cast["secretary"], other)
    run(cast["doctor"], "observation.issue_link", {"order_id": str(mine.pk)})
    undo = merge(cast, kept, other)
    link = ResidentLink.objects.get()
    assert (link.person_id, link.revoked_at, link.area_path) == (kept.pk, None, GRID)
    part(cast, undo)
    link.refresh_from_db()
    assert (link.person_id, link.revoked_at, link.area_path) == (other.pk, None, SECOND)


def test_referrals_of_both_stay_open_and_go_back(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    for one in pair:
        observed(cast["secretary"], one)
        read_one(cast["doctor"], one.pk, at(3, 9), temperature_c=38.2)
    undo = merge(cast, kept, other)
    assert [one.person_id for one in Referral.objects.exclude(state="closed")] == [kept.pk, kept.pk]
    part(cast, undo)
    assert {one.person_id for one in Referral.objects.exclude(state="closed")} == {kept.pk, other.pk}


def test_whoever_waits_for_a_decision_waits_once(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    lead = {"person_id": str(other.pk), "lead_id": str(UUID(int=7)), "last_there_on": "2020-02-01"}
    run(SYSTEM, "observation.await_decision", lead)
    undo = merge(cast, kept, other)
    assert [one.pk for one in Awaited.objects.filter(settled_at=None)] == [kept.pk]
    part(cast, undo)
    assert [one.pk for one in Awaited.objects.filter(settled_at=None)] == [other.pk]


def test_needs_leads_and_requests_come_along_and_go_back(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    order(cast["secretary"], other)
    asked = {"person_id": str(other.pk), "kind": "food", "what": "面粉", "quantity": "1"}
    run(cast["doctor"], "welfare.raise_request", asked)
    told = {"source": "tip", "area_path": SECOND, "name": "张小燕", "phone": "13800000001"}
    lead = run(cast["town"], "screening.report_lead", told)["id"]
    found = {"outcome": "already_known", "person_id": str(other.pk), "measure": "居家观察", "lead_id": lead}
    run(cast["town"], "screening.answer_lead", found)
    run_waiting()
    undo = merge(cast, kept, other)
    request = ServiceRequest.objects.get()
    assert (request.person_id, request.area_path) == (kept.pk, GRID)
    assert Lead.objects.get().person_id == kept.pk
    assert {one.person_id for one in Order.objects.get().needs.all()} == {kept.pk}
    part(cast, undo)
    request.refresh_from_db()
    assert (request.person_id, request.area_path) == (other.pk, SECOND)
    assert Lead.objects.get().person_id == other.pk
    assert {one.person_id for one in Order.objects.get().needs.all()} == {other.pk}


def test_a_chain_of_merges_is_undone_link_by_link(cast: dict[str, Actor], pair: Any) -> None:
    middle, first = pair
    last = make_person(number="44")
    observed(cast["secretary"], first)
    inner = merge(cast, middle, first)
    outer = merge(cast, last, middle)
    assert Order.objects.get().person_id == last.pk
    part(cast, outer)
    assert Order.objects.get().person_id == middle.pk
    part(cast, inner)
    assert (Order.objects.get().person_id, Order.objects.get().carried_from) == (first.pk, None)


def test_an_undo_before_the_merge_was_followed_leaves_everything_as_it_was(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    observed(cast["secretary"], other)
    given = {"keep_id": str(kept.pk), "merge_id": str(other.pk), "reason": "同一人"}
    undo = run(cast["town"], "people.merge_persons", given)["undo"]
    part(cast, undo)
    assert (Order.objects.get().person_id, board(other)[0]) == (other.pk, "live")


def test_who_answered_for_the_other_entry_answers_for_it_again(cast: dict[str, Actor], pair: Any) -> None:
    kept, other = pair
    doctor = str(cast["doctor"].account_id)
    given = {"account_id": doctor, "kind": "doctor", "person_id": str(other.pk), "agreed": True}
    run(cast["secretary"], "organisation.assign_responsibility", given)
    for _ in range(2):
        undo = merge(cast, kept, other)
        assert [row.target_id for row in Responsibility.objects.filter(state="active")] == [kept.pk]
        part(cast, undo)
        assert [row.target_id for row in Responsibility.objects.filter(state="active")] == [other.pk]
