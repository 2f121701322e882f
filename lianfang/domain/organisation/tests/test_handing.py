"""Sharing out, handing over, leaving: no household is ever left without the contact it had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.organisation.models import LIVE, Responsibility
from lianfang.domain.organisation.queries import primary_contacts
from lianfang.domain.organisation.tests.conftest import Do, Refused
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.tables.reading import Query, read

Give = Callable[..., UUID]
Held = Callable[[str], set[tuple[str, str]]]
Accounts = dict[str, Account]
SHARE, HAND, LEAVE = "organisation.assign_many", "organisation.hand_over_all", "organisation.deactivate_worker"
WORKERS = ("grid", "doctor", "gate")


def ids(accounts: Accounts, *who: str) -> list[str]:
    return [str(accounts[one].pk) for one in who]


def live() -> set[tuple[str, str]]:
    rows = Responsibility.objects.filter(state__in=LIVE)
    return {(row.kind, str(row.target_id or row.area_path)) for row in rows}


@pytest.fixture
def shared(do: Do, accounts: Accounts, homes: list[UUID]) -> None:
    do("secretary", SHARE, area_path=VILLAGE, account_ids=ids(accounts, "grid", "doctor"), agreed=True)


def test_nobody_shares_out_another_village(refused: Refused, accounts: Accounts, homes: list[UUID]) -> None:
    for who in ("grid", "neighbour", "outsider"):
        no = refused(who, SHARE, area_path=GRID, account_ids=ids(accounts, "grid"))
        assert no.code == "access.not_yours"
    no = refused(
        "town", SHARE, area_path=NEIGHBOUR_GRID, account_ids=ids(accounts, "grid"), household_ids=[str(homes[0])]
    )
    assert no.code == "organisation.household_outside"


def test_a_suggestion_changes_nothing(do: Do, accounts: Accounts, homes: list[UUID]) -> None:
    told = do("secretary", SHARE, area_path=GRID, account_ids=ids(accounts, "grid", "doctor"), preview=True)
    assert [(one["households"], one["from_number"], one["to_number"]) for one in told["shares"]] == [
        (5, "1号", "5号"),
        (5, "6号", "10号"),
    ]
    assert told["limit"] == 50
    assert not Responsibility.objects.exists()


def test_households_are_shared_in_walking_order(do: Do, shared: None, accounts: Accounts, homes: list[UUID]) -> None:
    contacts = primary_contacts(homes)
    assert [contacts[home].name for home in homes] == ["赵网格"] * 5 + ["陈村医"] * 5
    again = do("secretary", SHARE, area_path=VILLAGE, account_ids=ids(accounts, "gate"))
    assert again["assigned"] == 0


def test_sharing_anew_hands_over_only_what_changes(do: Do, shared: None, accounts: Accounts, homes: list[UUID]) -> None:
    done = do(
        "secretary", SHARE, area_path=GRID, account_ids=ids(accounts, *WORKERS), only_uncovered=False, agreed=True
    )
    assert [one["households"] for one in done["shares"]] == [4, 3, 3]
    assert done["assigned"] == 4
    assert Responsibility.objects.filter(state="handed_over").count() == 4
    assert len(primary_contacts(homes)) == 10


def test_a_newcomer_takes_the_uncovered_before_the_loaded(do: Do, shared: None, accounts: Accounts) -> None:
    rows = [{"area_path": GRID, "number": f"新{n}", "order": 20 + n} for n in range(3)]
    do("system", "people.add_many", batch="new", households=rows)
    done = do("secretary", SHARE, area_path=GRID, account_ids=ids(accounts, "grid", "gate"), preview=True)
    assert [one["households"] for one in done["shares"]] == [0, 3]


def test_above_the_limit_is_told(do: Do, accounts: Accounts, county: str) -> None:
    rows = [{"area_path": GRID, "number": str(n), "order": n} for n in range(51)]
    do("system", "people.add_many", batch="many", households=rows)
    [share] = do("secretary", SHARE, area_path=GRID, account_ids=ids(accounts, "grid"))["shares"]
    assert share["over_limit"]


def test_nobody_hands_over_what_lies_outside_the_own_area(
    refused: Refused, accounts: Accounts, shared: None, give: Give
) -> None:
    give("grid", "contract", area_path=TOWN)
    given_ = {"from_id": str(accounts["grid"].pk), "to_id": str(accounts["doctor"].pk), "reason": "生病"}
    before = live()
    for who in ("secretary", "grid", "neighbour", "outsider"):
        assert refused(who, HAND, **given_).code == "access.not_yours"
    assert live() == before


def test_a_hand_over_that_makes_no_sense_is_refused(
    refused: Refused, accounts: Accounts, shared: None, homes: list[UUID]
) -> None:
    me, doctor, gate = ids(accounts, "grid", "doctor", "gate")
    assert refused("town", HAND, from_id=gate, to_id=me, reason="生病").code == "organisation.holds_nothing"
    assert refused("town", HAND, from_id=me, to_id=me, reason="生病").code == "organisation.hand_to_oneself"
    assert refused("town", HAND, from_id=me, reason="生病").details["count"] == 5
    assert refused("town", HAND, from_id=me, rest_stays=True, reason="生病").code == "organisation.not_all_given"
    one = str(Responsibility.objects.filter(account_id=me).values_list("pk", flat=True)[0])
    theirs = str(Responsibility.objects.filter(account_id=doctor).values_list("pk", flat=True)[0])
    for splits, code in (
        ([{"to_id": gate, "responsibility_ids": [one, one]}], "organisation.given_twice"),
        ([{"to_id": gate, "responsibility_ids": [theirs]}], "organisation.unknown_responsibility"),
    ):
        assert refused("town", HAND, from_id=me, to_id=doctor, splits=splits, reason="生病").code == code


def test_everything_goes_over_in_one_step_and_back(
    do: Do, accounts: Accounts, shared: None, give: Give, held: Held
) -> None:
    give("grid", "grid_lead", area_path=GRID)
    before, mine = live(), held("grid")
    done = do("town", HAND, from_id=str(accounts["grid"].pk), to_id=str(accounts["gate"].pk), reason="弟弟顶替哥哥")
    assert done["handed_over"] == 6
    assert (held("grid"), held("gate"), live()) == (set(), mine, before)
    assert set(Responsibility.objects.filter(state="handed_over").values_list("ended_reason", flat=True)) == {
        "弟弟顶替哥哥"
    }
    do("town", done["undo"]["action"], **done["undo"]["input"])
    assert (held("grid"), held("gate"), live()) == (mine, set(), before)


def test_what_the_taker_held_already_is_not_doubled(do: Do, accounts: Accounts, give: Give, held: Held) -> None:
    for who in ("grid", "gate"):
        give(who, "liaison", area_path=GRID)
    done = do("town", HAND, from_id=str(accounts["grid"].pk), to_id=str(accounts["gate"].pk), reason="生病")
    assert held("gate") == {("liaison", GRID)}
    assert done["undo"] is None


def test_what_ran_out_is_not_handed_on(do: Do, refused: Refused, accounts: Accounts, give: Give) -> None:
    give("grid", "liaison", area_path=GRID, starts_on="2020-01-20", ends_on="2020-02-02")
    given_ = {"from_id": str(accounts["grid"].pk), "to_id": str(accounts["gate"].pk), "reason": "生病"}
    assert refused("town", HAND, **given_).code == "organisation.holds_nothing"
    assert do("town", LEAVE, account_id=str(accounts["grid"].pk), reason="调离")["handed_over"] == 0


plans = st.lists(st.integers(0, 1), min_size=5, max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans, rest=st.booleans())
def test_however_it_is_split_every_household_keeps_exactly_one_contact(
    do: Do, accounts: Accounts, shared: None, homes: list[UUID], held: Held, plan: list[int], rest: bool
) -> None:
    before = live()
    giver = next(one for one in WORKERS if held(one))
    takers = [one for one in WORKERS if one != giver]
    rows = Responsibility.objects.filter(account_id=accounts[giver].pk, state__in=LIVE).order_by("pk")
    chosen = [str(one) for one in rows.values_list("pk", flat=True)]
    parts: list[list[str]] = [[], []]
    for position, one in enumerate(chosen):
        parts[plan[position % 5]].append(one)
    listed = range(1) if rest else range(2)
    splits = [{"to_id": str(accounts[takers[n]].pk), "responsibility_ids": parts[n]} for n in listed if parts[n]]
    do("town", HAND, from_id=str(accounts[giver].pk), to_id=str(accounts[takers[1]].pk), splits=splits, reason="轮换")
    assert live() == before
    assert held(giver) == set()
    assert len(primary_contacts(homes)) == 10


def test_who_still_holds_something_cannot_be_deactivated(refused: Refused, accounts: Accounts, shared: None) -> None:
    no = refused("town", LEAVE, account_id=str(accounts["grid"].pk), reason="调离")
    assert (no.code, no.details["count"], len(no.details["held"])) == ("organisation.still_holds", 5, 5)
    assert Account.objects.get(pk=accounts["grid"].pk).is_active


def test_deactivating_takes_the_right_and_is_not_for_oneself(refused: Refused, accounts: Accounts) -> None:
    for who in ("secretary", "grid", "neighbour", "outsider", "auditor"):
        assert refused(who, LEAVE, account_id=str(accounts["gate"].pk), reason="调离").code == "access.not_yours"
    mine = refused("duty", LEAVE, account_id=str(accounts["duty"].pk), reason="调离")
    assert mine.code == "organisation.deactivate_oneself"


def test_leaving_hands_over_and_ends_grants_and_sessions(
    do: Do, refused: Refused, accounts: Accounts, shared: None, signed_in: Callable[[str], Client], held: Held
) -> None:
    phone, other = signed_in("grid"), signed_in("doctor")
    assert phone.get("/api/session").status_code == 200
    mine = held("grid")
    given_ = {"account_id": str(accounts["grid"].pk), "reason": "调离"}
    done = do("town", LEAVE, **given_, to_id=str(accounts["gate"].pk))
    assert done == {"id": given_["account_id"], "handed_over": 5, "grants_ended": 1}
    assert held("gate") == mine
    assert phone.get("/api/session").status_code == 401
    assert other.get("/api/session").status_code == 200
    assert not Grant.objects.filter(account=accounts["grid"], ended_at__isnull=True).exists()
    assert refused("town", LEAVE, **given_).code == "organisation.not_active"


def test_coming_back_brings_no_rights_with_it(do: Do, refused: Refused, accounts: Accounts) -> None:
    given_ = {"account_id": str(accounts["gate"].pk), "reason": "志愿服务结束"}
    assert refused("town", "organisation.reactivate_worker", **given_).code == "organisation.is_active"
    do("town", LEAVE, **given_)
    do("town", "organisation.reactivate_worker", **given_)
    account = Account.objects.get(pk=accounts["gate"].pk)
    assert (account.is_active, account.deactivated_at, account.deactivated_reason) == (True, None, "")
    assert not Grant.objects.filter(account=account, ended_at__isnull=True).exists()


def test_each_worker_shows_what_they_carry(cast: Any, shared: None, give: Give) -> None:
    give("grid", "grid_lead", area_path=GRID)
    rows = read(cast["town"], "organisation.workers", Query(search="赵网格")).rows
    assert [(row["cells"]["households"], row["cells"]["held"]) for row in rows] == [(5, 6)]
    idle = read(cast["town"], "organisation.workers", Query(where={"held": "0", "is_active": "true"})).rows
    assert "赵网格" not in {row["cells"]["name"] for row in idle}


def test_coverage_counts_doors_and_contacts(
    cast: Any, do: Do, accounts: Accounts, homes: list[UUID], give: Give
) -> None:
    give("secretary", "grid_lead", area_path=GRID)
    give("grid", "primary_contact", household_id=str(homes[0]))
    rows = read(cast["secretary"], "organisation.coverage").rows
    told = {row["id"]: row["cells"] for row in rows}
    assert [told[GRID][name] for name in ("households", "covered", "lead", "has_lead")] == [
        10, 1, "王支书", True,
    ]  # fmt: skip
    assert [told[VILLAGE][name] for name in ("households", "covered", "has_lead")] == [10, 1, False]
    leaderless = read(cast["secretary"], "organisation.coverage", Query(where={"level": "grid", "has_lead": "false"}))
    assert [row["id"] for row in leaderless.rows] == [VILLAGE + "002"]
