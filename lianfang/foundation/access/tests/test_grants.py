"""Grants: who may do what, where, from when to when. Nobody reaches further than an area they were given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.areas.models import Area
from lianfang.foundation.access.actor import SYSTEM, Actor, Held, actor_for, any_within
from lianfang.foundation.access.models import Grant
from lianfang.foundation.access.policy import Role
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.errors import Refusal
from lianfang.kernel.text import both

READER = Role("reader", both("读", "Reader"), ("areas.*",), {PrivacyClass.CONTACT: Level.MASKED})
DOCTOR = Role("doctor", both("医", "Doctor"), ("areas.areas",), {PrivacyClass.CONTACT: Level.CLEAR})
TODAY = date(2020, 2, 3)


def _actor(*held: tuple[Role, str]) -> Actor:
    return Actor(None, "测试", tuple(Held(role, path) for role, path in held))


def _grant(account: Account, starts_on: str, ends_on: str | None, path: str = GRID, **more: Any) -> None:
    Grant.objects.create(account=account, role="grid_worker", area_path=path, purpose="测试", starts_on=starts_on,
                         ends_on=ends_on, **more)  # fmt: skip


@pytest.mark.parametrize("path", ["1408261", "14082610", "14082", "140826100201x", "1408261002010", "1", "~"])
def test_a_path_that_begins_like_an_area_but_is_none_covers_nothing(path: str) -> None:
    actor = _actor((READER, path))
    assert not actor.may("areas.areas", GRID)
    assert not actor.may("areas.areas", TOWN)
    assert actor.prefixes("areas.areas") == ()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["1408261", "14082610", "14082", "140826100201 ", "140826100201~"])
def test_rows_within_a_path_that_is_no_area_are_none(county: str, path: str) -> None:
    assert not Area.objects.filter(within(path, "path")).exists()
    assert not Area.objects.filter(any_within([path], "path")).exists()


@pytest.mark.django_db
def test_no_grant_reads_no_row(county: str) -> None:
    assert not Area.objects.filter(_actor().scope("areas.areas", "path")).exists()
    assert not Area.objects.filter(_actor((READER, GRID)).scope("people.persons", "path")).exists()


def test_a_village_does_not_reach_its_neighbour_nor_the_town() -> None:
    secretary = _actor((READER, VILLAGE))
    assert secretary.may("areas.areas", GRID)
    assert secretary.may("areas.areas", VILLAGE)
    for path in (NEIGHBOUR_VILLAGE, NEIGHBOUR_GRID, TOWN, COUNTY, ""):
        assert not secretary.may("areas.areas", path)


def test_what_one_role_may_do_another_may_not_borrow() -> None:
    actor = _actor((READER, VILLAGE), (Role("w", both("写", "Writer"), ("areas.create_grid",)), NEIGHBOUR_VILLAGE))
    assert actor.may("areas.create_grid", NEIGHBOUR_GRID)
    assert actor.prefixes("areas.create_grid") == (VILLAGE, NEIGHBOUR_VILLAGE)
    assert actor.prefixes("areas.areas") == (VILLAGE,)


def test_grants_inside_one_another_count_once() -> None:
    actor = _actor((READER, GRID), (READER, COUNTY), (READER, VILLAGE), (READER, "140827"))
    assert actor.prefixes("areas.areas") == (COUNTY, "140827")


def test_the_best_level_counts_only_where_its_grant_reaches() -> None:
    actor = _actor((READER, TOWN), (DOCTOR, VILLAGE))
    assert actor.level(PrivacyClass.CONTACT, "areas.areas", GRID) is Level.CLEAR
    assert actor.level(PrivacyClass.CONTACT, "areas.areas", NEIGHBOUR_GRID) is Level.MASKED
    assert actor.level(PrivacyClass.HEALTH, "areas.areas", GRID) is Level.HIDDEN
    assert actor.level(PrivacyClass.CONTACT, "areas.create_grid", NEIGHBOUR_GRID) is Level.MASKED


@given(st.lists(st.text("0123456789", min_size=1, max_size=18), max_size=8), st.text("0123456789", max_size=18))
def test_scope_and_permission_always_agree(held: list[str], path: str) -> None:
    actor = _actor(*((READER, one) for one in held))
    by_prefix = any(path.startswith(prefix) for prefix in actor.prefixes("areas.areas"))
    assert actor.may("areas.areas", path) is by_prefix


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "holds"),
    [
        ("2020-02-04", None, False), ("2020-01-01", "2020-02-02", False), ("2020-02-03", "2020-02-03", True),
        ("2020-02-03", None, True), ("2020-01-01", "2020-02-03", True),
    ],
)  # fmt: skip
def test_a_grant_holds_from_its_first_day_to_its_last(
    accounts: dict[str, Account], starts_on: str, ends_on: str | None, holds: bool
) -> None:
    _grant(accounts["outsider"], starts_on, ends_on)
    assert bool(actor_for(accounts["outsider"], on=TODAY, door="console").grants) is holds


@pytest.mark.django_db
def test_an_ended_grant_an_unknown_role_and_an_inactive_account_hold_nothing(accounts: dict[str, Account]) -> None:
    outsider = accounts["outsider"]
    _grant(outsider, "2020-01-01", None, ended_at="2020-02-01T00:00:00Z")
    Grant.objects.create(account=outsider, role="emperor", area_path="14", purpose="x", starts_on="2020-01-01")
    assert actor_for(outsider, on=TODAY, door="console").grants == ()
    accounts["grid"].is_active = False
    assert actor_for(accounts["grid"], on=TODAY, door="console").grants == ()


@pytest.mark.django_db
def test_several_grants_hold_side_by_side(accounts: dict[str, Account]) -> None:
    _grant(accounts["grid"], "2020-01-01", None, NEIGHBOUR_GRID)
    actor = actor_for(accounts["grid"], on=TODAY, door="console")
    assert actor.prefixes("areas.areas") == (GRID, NEIGHBOUR_GRID)


# granting


def _role(account: Account, path: str = GRID, **more: object) -> dict[str, object]:
    return {"account_id": str(account.pk), "role": "grid_worker", "area_path": path, "purpose": "测试", **more}


def _refused(actor: Actor, name: str, given: dict[str, object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run(actor, name, given)
    return caught.value


@pytest.mark.django_db
def test_only_who_may_grant_there_grants(cast: dict[str, Actor], accounts: dict[str, Account]) -> None:
    for name in ("secretary", "grid", "auditor", "outsider"):
        assert _refused(cast[name], "access.grant_role", _role(accounts["outsider"])).code == "access.not_yours"
    assert _refused(cast["duty"], "access.grant_role", _role(accounts["outsider"], "140827")).code == "access.not_yours"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["1408261", "14082610020", "a", "", "140826100201001001001"])
def test_nothing_is_granted_at_what_is_no_area(cast: Any, accounts: Any, path: str) -> None:
    assert _refused(cast["duty"], "access.grant_role", _role(accounts["outsider"], path)).field == "area_path"


@pytest.mark.django_db
def test_nobody_grants_to_themselves(cast: dict[str, Actor], accounts: dict[str, Account]) -> None:
    no = _refused(cast["duty"], "access.grant_role", _role(accounts["duty"], role="tracer"))
    assert no.code == "access.to_oneself"


@pytest.mark.django_db
def test_a_grant_that_ends_before_it_starts_is_refused(cast: Any, accounts: Any) -> None:
    dates = {"starts_on": "2020-02-03", "ends_on": "2020-02-02"}
    assert _refused(cast["duty"], "access.grant_role", _role(accounts["outsider"], **dates)).field == "ends_on"


@pytest.mark.django_db
def test_an_unknown_role_and_an_unknown_account_are_refused(cast: Any, accounts: Any) -> None:
    no = _refused(cast["duty"], "access.grant_role", _role(accounts["outsider"], role="emperor"))
    assert (no.code, no.field) == ("input.not_a_choice", "role")
    stranger = Account(username="x", name="x")
    assert _refused(cast["duty"], "access.grant_role", _role(stranger)).code == "accounts.unknown"


@pytest.mark.django_db
def test_a_grant_is_given_and_ended(cast: Any, accounts: Any) -> None:
    given = run(cast["duty"], "access.grant_role", _role(accounts["outsider"], starts_on="2020-01-01"))
    assert actor_for(accounts["outsider"], on=TODAY, door="console").may("areas.areas", GRID)
    run(cast["duty"], "access.end_grant", given["undo"]["input"])
    assert not actor_for(accounts["outsider"], on=TODAY, door="console").grants
    assert _refused(cast["duty"], "access.end_grant", given["undo"]["input"]).code == "access.no_grant"


def test_the_house_itself_may_do_everything_and_reads_everywhere() -> None:
    assert SYSTEM.may("anything.at_all", "anywhere")
    assert SYSTEM.prefixes("anything.at_all") == ("",)
