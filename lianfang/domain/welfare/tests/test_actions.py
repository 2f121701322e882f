"""Help: what is refused first, then each step until the one who asked says that it came."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.people.queries import find_person
from lianfang.domain.welfare.gaps import _overdue, _unaccepted, _unconfirmed
from lianfang.domain.welfare.models import RequestStep, ServiceRequest
from lianfang.domain.welfare.queries import counts, errands_of, kind_for, requests_of_person
from lianfang.domain.welfare.rules import KINDS
from lianfang.foundation.access.actor import SYSTEM, Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    """Hold the clock still for every test here."""


@pytest.fixture
def person(county):
    home = {"area_path": GRID, "number": "12", "address": "城内村12号", "head_name": "张大山"}
    household = run(SYSTEM, "people.add_household", home)["id"]
    return find_person(UUID(run(SYSTEM, "people.add_person", {"household_id": household, "name": "张小燕"})["id"]))


def ask(actor, person, **changes):
    given = {"person_id": str(person.pk), "kind": "food", "what": "面粉一袋、青菜", "quantity": "1 袋", **changes}
    return run(actor, "welfare.raise_request", given)["id"]


def do(actor, verb, request_id, **given):
    return run(actor, f"welfare.{verb}_request", {"request_id": request_id, **given})


def refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as no:
        call(*args, **kwargs)
    return no.value.code


def resident(area_path=GRID):
    can = ("welfare.raise_request", "welfare.confirm_request")
    return Actor(None, "本人", (Held(Role("resident", both("本人", "Resident"), can), area_path),), door="public")


def state(request_id):
    return ServiceRequest.objects.get(pk=request_id).state


# --- refusals ---


@pytest.mark.parametrize("who", ["neighbour", "leader", "gate", "desk", "auditor", "outsider"])
def test_nobody_asks_or_takes_on_help_outside_the_own_area(cast, person, who):
    assert refused(ask, cast[who], person) == "access.not_yours"
    made = ask(cast["grid"], person)
    for verb, given in (("accept", {}), ("deliver", {}), ("confirm", {}), ("reopen", {"reason": "没有收到"})):
        assert refused(do, cast[who], verb, made, **given) == "access.not_yours"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "gold"}, "input.not_a_choice"),
        ({"what": ""}, "input.invalid"),
        ({"what": "米" * 301}, "input.invalid"),
        ({"person_id": None}, "welfare.nobody_named"),
        ({"person_id": str(UUID(int=4))}, "welfare.home_unknown"),
        ({"household_id": str(UUID(int=4)), "person_id": None}, "welfare.home_unknown"),
        ({"household_id": str(UUID(int=4))}, "welfare.home_unknown"),
        ({"owner_id": str(UUID(int=4))}, "welfare.owner_unknown"),
        ({"area_path": NEIGHBOUR_GRID}, "input.invalid"),
    ],
)
def test_a_request_of_nobody_or_for_nothing_is_refused(cast, person, changes, code):
    assert refused(ask, cast["grid"], person, **changes) == code
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize(
    ("steps", "verb"),
    [
        ([], "confirm"),
        ([], "reopen"),
        ([], "return"),
        (["accept"], "accept"),
        (["accept"], "confirm"),
        (["accept", "deliver"], "deliver"),
        (["accept", "deliver"], "withdraw"),
        (["withdraw"], "accept"),
    ],
)
def test_steps_out_of_order_are_refused(cast, person, steps, verb):
    made = ask(cast["grid"], person)
    extra = {"confirm": {"how_asked": "电话"}, "reopen": {"reason": "没有收到"}, "return": {"reason": "买不到"},
             "withdraw": {"reason": "不需要了"}}  # fmt: skip
    for one in steps:
        do(cast["grid"], one, made, **extra.get(one, {}))
    assert refused(do, cast["secretary"], verb, made, **extra.get(verb, {})) == "welfare.step_not_allowed"


def test_an_unknown_request_is_refused(cast, person):
    assert refused(do, cast["grid"], "accept", str(uuid4())) == "welfare.request_unknown"


def test_nobody_deactivated_takes_on_help(cast, person):
    made = ask(cast["grid"], person)
    with writing():
        Account.objects.filter(pk=cast["doctor"].account_id).update(is_active=False)
    assert refused(do, cast["grid"], "accept", made, owner_id=str(cast["doctor"].account_id)) == "welfare.owner_unknown"


def test_a_negative_or_endless_cost_is_refused(cast, person):
    made = ask(cast["grid"], person)
    for fee in (-1, 10**9, "1.234", "NaN"):
        assert refused(do, cast["grid"], "deliver", made, fee_yuan=fee) == "input.invalid"


@pytest.fixture
def delivered(cast, person):
    made = ask(cast["secretary"], person)
    do(cast["grid"], "accept", made)
    do(cast["grid"], "deliver", made, fee_yuan=86.5)
    return made


def test_the_one_who_delivered_never_confirms(cast, delivered):
    assert refused(do, cast["grid"], "confirm", delivered, how_asked="我问过了") == "welfare.not_the_asker"


def test_somebody_else_confirms_only_with_a_word_on_how_they_asked(cast, delivered):
    assert refused(do, cast["secretary"], "confirm", delivered) == "welfare.no_way_of_confirming"
    do(cast["secretary"], "confirm", delivered, how_asked="电话问过本人")
    assert state(delivered) == "confirmed"


def test_a_worker_does_not_pass_for_the_one_who_asked(cast, person, delivered):
    assert refused(do, cast["grid"], "confirm", delivered, person_id=str(person.pk)) == "welfare.not_the_asker"


def test_a_resident_confirms_the_own_request_and_no_other(cast, person, delivered):
    other = run(SYSTEM, "people.add_person", {"area_path": GRID, "name": "李四"})["id"]
    assert refused(do, resident(), "confirm", delivered, person_id=other) == "welfare.request_unknown"
    assert refused(do, resident(), "confirm", delivered) == "welfare.request_unknown"
    do(resident(), "confirm", delivered, person_id=str(person.pk))
    assert state(delivered) == "confirmed"
    assert ServiceRequest.objects.get().confirmed_by == person.pk


# --- each step ---


def test_help_goes_from_asked_to_confirmed_and_every_step_is_kept(cast, person, delivered):
    do(cast["secretary"], "confirm", delivered, how_asked="电话问过本人")
    steps = list(RequestStep.objects.order_by("pk").values_list("after", flat=True))
    assert steps == ["raised", "accepted", "delivered", "confirmed"]
    kept = ServiceRequest.objects.get()
    assert (kept.accepted_by, kept.delivered_by) == (cast["grid"].account_id, cast["grid"].account_id)
    assert float(kept.fee_yuan) == 86.5


def test_what_did_not_come_opens_again_and_is_delivered_again(cast, delivered):
    do(cast["secretary"], "reopen", delivered, reason="少一袋面")
    assert state(delivered) == "not_delivered"
    do(cast["doctor"], "deliver", delivered)
    assert state(delivered) == "delivered"
    assert ServiceRequest.objects.get().times_reopened == 1


def test_what_one_cannot_do_is_given_back_and_its_clock_goes_on(cast, person):
    made = ask(cast["grid"], person)
    do(cast["grid"], "accept", made)
    due = ServiceRequest.objects.get().due_at
    do(cast["grid"], "return", made, reason="药店没有货")
    kept = ServiceRequest.objects.get()
    assert (kept.state, kept.accepted_by, kept.due_at) == ("raised", None, due)


def test_a_request_is_withdrawn_by_who_asked(cast, person):
    made = ask(cast["grid"], person)
    do(cast["grid"], "withdraw", made, reason="亲戚送来了")
    assert state(made) == "withdrawn"


def test_delivering_what_nobody_took_on_takes_it_on(cast, person):
    made = ask(cast["grid"], person)
    do(cast["doctor"], "deliver", made)
    assert ServiceRequest.objects.get().accepted_by == cast["doctor"].account_id


def test_a_resident_asks_for_help_at_the_own_home(cast, person):
    made = ask(resident(), person, kind="medicine", what="降压药")
    kept = ServiceRequest.objects.get(pk=made)
    assert (kept.raised_by, kept.person_id, kept.area_path) == (None, person.pk, GRID)
    assert refused(ask, resident(NEIGHBOUR_GRID), person) == "access.not_yours"
    assert [one.pk for one in requests_of_person(person.pk)] == [kept.pk]


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("emergency", datetime(2020, 2, 3, 1, 30, tzinfo=UTC)),
        ("medicine", datetime(2020, 2, 3, 23, 59, tzinfo=CHINA)),
        ("food", datetime(2020, 2, 4, 1, 0, tzinfo=UTC)),
        ("other", datetime(2020, 2, 5, 1, 0, tzinfo=UTC)),
    ],
)
def test_when_help_is_due_follows_from_its_class(cast, person, kind, due):
    ask(cast["grid"], person, kind=kind)
    assert ServiceRequest.objects.get().due_at == due


def test_a_need_asks_once(cast, person):
    source = {"source": "observation.need", "source_id": str(uuid4())}
    ask(cast["grid"], person, **source)
    assert refused(ask, cast["grid"], person, **source) == "welfare.raised_before"


@pytest.mark.parametrize(
    ("code", "request_class"),
    [("children", "other"), ("chronic_medicine", "medicine"), ("kitchen_toilet", "food"), ("unheard_of", "other")],
)
def test_every_need_leads_to_a_kind_of_help(code, request_class):
    assert kind_for(code, request_class) in KINDS


# --- gaps, lists, counts ---


def test_help_nobody_took_on_and_help_overdue_are_two_gaps(cast, person):
    ask(cast["grid"], person)
    now = clock.now()
    assert len(list(_unaccepted(VILLAGE, now))) == 1
    assert list(_unaccepted(NEIGHBOUR_GRID, now)) == []
    assert list(_overdue(COUNTY, now)) == []
    late = now + timedelta(hours=25)
    assert list(_unaccepted(COUNTY, late)) == []
    assert len(list(_overdue(COUNTY, late))) == 1


def test_who_took_it_on_answers_when_it_is_overdue(cast, person):
    do(cast["grid"], "accept", ask(cast["secretary"], person))
    [late] = _overdue(COUNTY, clock.now() + timedelta(hours=25))
    assert late.answerable_id == cast["grid"].account_id


def test_a_day_after_delivery_somebody_asks_whether_it_came(cast, delivered):
    assert list(_unconfirmed(COUNTY, clock.now() + timedelta(hours=23))) == []
    assert len(list(_unconfirmed(COUNTY, clock.now() + timedelta(hours=25)))) == 1
    do(cast["secretary"], "confirm", delivered, how_asked="电话")
    assert list(_unconfirmed(COUNTY, clock.now() + timedelta(hours=25))) == []


def test_the_department_sees_that_help_is_needed_and_not_whose(cast, delivered):
    cells = read(cast["desk"], "welfare.requests").rows[0]["cells"]
    assert (cells["kind"], cells["state"]) == ("food", "delivered")
    assert [cells[name] for name in ("what", "name", "head_name", "phone")] == [None] * 4


def test_the_worker_sees_what_to_bring(cast, delivered):
    cells = read(cast["grid"], "welfare.requests", Query(where={"state": "delivered"})).rows[0]["cells"]
    assert (cells["what"], cells["name"]) == ("面粉一袋、青菜", "张小燕")


def test_the_phone_keeps_open_errands_of_its_grids(cast, person):
    made = ask(cast["grid"], person)
    assert [one["id"] for one in errands_of([GRID])] == [made]
    assert errands_of([NEIGHBOUR_GRID]) == []


def test_requests_are_counted_for_the_daily_report(cast, delivered):
    start = datetime(2020, 2, 3, tzinfo=CHINA)
    assert counts(COUNTY, start, start + timedelta(days=1)) == {"raised": 1, "delivered": 1, "confirmed": 0}


def test_open_requests_follow_a_household_to_another_grid(cast, person):
    ask(cast["grid"], person)
    with writing():
        person.area_path = NEIGHBOUR_GRID
        person.save()
    run(cast["system"], "welfare.follow_homes", {"person_ids": [str(person.pk)]})
    assert ServiceRequest.objects.get().area_path == NEIGHBOUR_GRID


# --- what a list offers ---


def offered(viewer, request_id):
    [row] = read(viewer, "welfare.requests", Query(where={"id": request_id}, offers=True)).rows
    return {name.removeprefix("welfare.").removesuffix("_request") for name in row["can"]}


def test_a_request_is_offered_only_the_steps_it_can_take(cast, person):
    made = ask(cast["grid"], person)
    assert offered(cast["secretary"], made) == {"accept", "deliver", "withdraw"}
    do(cast["grid"], "deliver", made)
    assert offered(cast["secretary"], made) == {"confirm", "reopen"}
    do(cast["secretary"], "confirm", made, how_asked="电话核实")
    assert offered(cast["secretary"], made) == set()


def test_whoever_delivered_is_not_offered_to_confirm(cast, person):
    made = ask(cast["grid"], person)
    do(cast["grid"], "deliver", made)
    assert "confirm" not in offered(cast["grid"], made)
