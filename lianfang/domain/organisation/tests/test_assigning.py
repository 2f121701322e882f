"""Assigning, accepting, ending: refusals first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.organisation.queries import primary_contacts
from lianfang.domain.organisation.tests.conftest import Do, Refused
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.events.models import Event
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.ids import uuid7

Give = Callable[..., UUID]
Accounts = dict[str, Account]
ASSIGN = "organisation.assign_responsibility"


def contact(accounts: Accounts, who: str, home: UUID, **more: Any) -> dict[str, Any]:
    return {"account_id": str(accounts[who].pk), "kind": "primary_contact", "household_id": str(home), **more}


def test_nobody_assigns_outside_the_own_area(refused: Refused, accounts: Accounts, home: UUID) -> None:
    for who in ("grid", "neighbour", "outsider", "auditor", "leader"):
        assert refused(who, ASSIGN, **contact(accounts, "grid", home)).code == "access.not_yours"
    elsewhere = {"account_id": str(accounts["grid"].pk), "kind": "grid_lead", "area_path": NEIGHBOUR_GRID}
    assert refused("secretary", ASSIGN, **elsewhere).code == "access.not_yours"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "organisation.one_target"),
        ({"area_path": GRID, "household_id": str(uuid7())}, "organisation.one_target"),
        ({"household_id": str(uuid7())}, "organisation.unknown_target"),
        ({"person_id": str(uuid7())}, "organisation.unknown_target"),
        ({"place_id": str(uuid7())}, "organisation.unknown_target"),
        ({"area_path": VILLAGE + "099"}, "organisation.unknown_target"),
        ({"area_path": VILLAGE}, "organisation.wrong_target"),
        ({"area_path": GRID, "kind": "primary_contact"}, "organisation.wrong_target"),
        ({"area_path": GRID, "kind": "king"}, "input.invalid"),
        ({"area_path": GRID, "starts_on": "2020-02-03", "ends_on": "2020-02-02"}, "organisation.ends_before_start"),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Refused, accounts: Accounts, given: dict[str, Any], code: str) -> None:
    whole = {"account_id": str(accounts["grid"].pk), "kind": "grid_lead", **given}
    assert refused("duty", ASSIGN, **whole).code == code


def test_who_has_left_is_given_nothing(refused: Refused, accounts: Accounts, home: UUID) -> None:
    Account.objects.filter(pk=accounts["grid"].pk).update(is_active=False)
    assert refused("secretary", ASSIGN, **contact(accounts, "grid", home)).code == "organisation.inactive_worker"
    unknown = {"account_id": str(uuid7()), "kind": "grid_lead", "area_path": GRID}
    assert refused("secretary", ASSIGN, **unknown).code == "accounts.unknown"


def test_a_household_has_one_primary_contact(refused: Refused, accounts: Accounts, give: Give, home: UUID) -> None:
    standing = give("grid", "primary_contact", household_id=str(home))
    no = refused("secretary", ASSIGN, **contact(accounts, "doctor", home))
    assert no.code == "organisation.already_answered"
    assert no.details["responsibility_id"] == str(standing)
    assert refused("secretary", ASSIGN, **contact(accounts, "grid", home)).code == "organisation.already_theirs"


def test_the_database_itself_keeps_one_contact_and_one_lead(give: Give, accounts: Accounts, home: UUID) -> None:
    first = Responsibility.objects.get(pk=give("grid", "primary_contact", household_id=str(home)))
    lead = Responsibility.objects.get(pk=give("grid", "grid_lead", area_path=GRID))
    for row in (first, lead):
        row.pk, row.account_id = uuid7(), accounts["doctor"].pk
        with pytest.raises(IntegrityError), writing(), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_id": None},
        {"state": "ended"},
        {"ends_on": "2019-12-31"},
        {"target_kind": "area"},
        {"target_kind": "moon"},
    ],
)
def test_the_database_refuses_what_cannot_be(give: Give, home: UUID, wrong: dict[str, Any]) -> None:
    key = give("grid", "primary_contact", household_id=str(home))
    with pytest.raises(IntegrityError), writing(), transaction.atomic():
        Responsibility.objects.filter(pk=key).update(**wrong)


def test_replacing_hands_the_household_over(do: Do, accounts: Accounts, give: Give, home: UUID) -> None:
    before = give("grid", "primary_contact", household_id=str(home))
    do("secretary", ASSIGN, **contact(accounts, "doctor", home, replace=True, agreed=True, reason="就近"))
    old = Responsibility.objects.get(pk=before)
    assert (old.state, old.ended_reason, old.ended_by) == ("handed_over", "就近", accounts["secretary"].pk)
    assert primary_contacts([home])[home].name == "陈村医"


def test_what_has_run_out_makes_room(do: Do, accounts: Accounts, give: Give, home: UUID) -> None:
    give("grid", "primary_contact", household_id=str(home), starts_on="2020-01-20", ends_on="2020-02-02")
    do("secretary", ASSIGN, **contact(accounts, "doctor", home))
    assert primary_contacts([home])[home].name == "陈村医"


def test_a_proposal_is_accepted_by_the_worker_alone(do: Do, refused: Refused, accounts: Accounts, home: UUID) -> None:
    key = do("secretary", ASSIGN, **contact(accounts, "grid", home))["id"]
    assert Responsibility.objects.get(pk=key).state == "proposed"
    for who in ("secretary", "doctor", "neighbour"):
        no = refused(who, "organisation.accept_responsibility", responsibility_ids=[key])
        assert no.code == "organisation.unknown_responsibility"
    assert do("grid", "organisation.accept_responsibility", responsibility_ids=[key]) == {"accepted": 1}
    assert Responsibility.objects.get(pk=key).state == "active"
    assert do("grid", "organisation.accept_responsibility") == {"accepted": 0}


def test_everything_proposed_is_accepted_at_once_and_what_begins_later_waits(
    do: Do, accounts: Accounts, homes: list[UUID]
) -> None:
    do("secretary", ASSIGN, **contact(accounts, "grid", homes[0]))
    do("secretary", ASSIGN, **contact(accounts, "grid", homes[1], starts_on="2020-02-10"))
    assert do("grid", "organisation.accept_responsibility") == {"accepted": 2}
    assert list(Responsibility.objects.order_by("starts_on").values_list("state", flat=True)) == ["active", "accepted"]


def test_who_takes_something_on_has_agreed(do: Do, accounts: Accounts) -> None:
    made = do("town", ASSIGN, account_id=str(accounts["town"].pk), kind="contract", area_path=VILLAGE)
    assert made["state"] == "active"
    assert Event.objects.get(name="organisation.responsibility_assigned").body["kind"] == "contract"


def test_ending_needs_the_right_and_happens_once(do: Do, refused: Refused, give: Give, home: UUID) -> None:
    key = str(give("grid", "primary_contact", household_id=str(home)))
    for who in ("grid", "neighbour", "outsider"):
        no = refused(who, "organisation.end_responsibility", responsibility_id=key, reason="搬走")
        assert no.code == "access.not_yours"
    do("secretary", "organisation.end_responsibility", responsibility_id=key, reason="搬走")
    again = refused("secretary", "organisation.end_responsibility", responsibility_id=key, reason="搬走")
    assert again.code == "organisation.unknown_responsibility"


def test_an_assignment_is_undone(do: Do, accounts: Accounts, home: UUID) -> None:
    undo = do("secretary", ASSIGN, **contact(accounts, "grid", home))["undo"]
    do("secretary", undo["action"], **undo["input"])
    assert primary_contacts([home]) == {}


def test_the_list_of_responsibilities_shows_who_and_for_what(cast: Any, give: Give, home: UUID) -> None:
    give("leader", "leader", area_path=TOWN, regime="sibaoyi")
    give("grid", "primary_contact", household_id=str(home))
    rows = read(cast["duty"], "organisation.responsibilities", Query(where={"ended_at": ""})).rows
    assert [(row["cells"]["name"], row["cells"]["target_label"], row["cells"]["kind"]) for row in rows] == [
        ("韩县长", "古绛镇", "leader"),
        ("赵网格", "1号", "primary_contact"),
    ]
    assert read(cast["neighbour"], "organisation.responsibilities").rows == []
    mine = read(cast["duty"], "organisation.responsibilities", Query(where={"target_id": str(home)})).rows
    assert len(mine) == 1


def test_units_are_added_edited_and_closed(do: Do, refused: Refused) -> None:
    given = {"area_path": TOWN, "kind": "work_group", "name": "排查组", "phone": "0359-6521234"}
    assert refused("grid", "organisation.add_unit", **given).code == "access.not_yours"
    assert refused("town", "organisation.add_unit", **{**given, "kind": "castle"}).code == "input.invalid"
    made = do("town", "organisation.add_unit", **given)
    assert refused("town", "organisation.add_unit", **given).code == "organisation.unit_name_taken"
    do("town", "organisation.edit_unit", unit_id=made["id"], version=1, duty="逐户排查")
    stale = refused("town", "organisation.edit_unit", unit_id=made["id"], version=1, duty="x")
    assert stale.code == "record.stale"
    do("town", "organisation.close_unit", unit_id=made["id"], reason="撤销")
    gone = refused("town", "organisation.close_unit", unit_id=made["id"], reason="撤销")
    assert gone.code == "organisation.unknown_unit"
