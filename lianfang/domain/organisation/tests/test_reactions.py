"""Responsibility follows the register: it moves with its targets and ends with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.organisation.queries import primary_contacts, who_answers_for
from lianfang.domain.organisation.tests.conftest import Do, Refused
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.models import Job
from lianfang.kernel.errors import Refusal

Give = Callable[..., UUID]
Settle = Callable[[], None]
SECOND_GRID = VILLAGE + "002"


def test_nobody_moves_or_ends_responsibilities_by_hand_elsewhere(refused: Refused, give: Give, home: UUID) -> None:
    give("grid", "primary_contact", household_id=str(home))
    for who in ("grid", "neighbour", "outsider", "auditor"):
        for action, given in (
            ("organisation.follow_targets", {"target_ids": [str(home)], "to_path": GRID}),
            ("organisation.end_for_target", {"target_id": str(home), "area_path": GRID, "reason": "户已注销"}),
            ("organisation.follow_merge", {"kept_id": str(home), "merged_id": str(home), "area_path": GRID}),
        ):
            assert refused(who, action, **given).code == "access.not_yours"


def test_naming_the_own_area_does_not_reach_into_another(give: Give, cast: Any, home: UUID) -> None:
    give("grid", "primary_contact", household_id=str(home))
    away = replace(cast["town"], grants=(replace(cast["town"].grants[0], area_path="140826101"),))
    for action, given in (
        ("organisation.follow_targets", {"target_ids": [str(home)], "to_path": "140826101"}),
        ("organisation.end_for_target", {"target_id": str(home), "area_path": "140826101", "reason": "户已注销"}),
    ):
        with pytest.raises(Refusal) as no:
            run(away, action, given)
        assert no.value.code == "access.not_yours"
    assert Responsibility.objects.filter(state="active", area_path=GRID).count() == 1


def test_a_split_takes_the_contacts_along(do: Do, settle: Settle, give: Give, homes: list[UUID]) -> None:
    give("grid", "primary_contact", household_id=str(homes[0]))
    give("grid", "primary_contact", household_id=str(homes[9]))
    path = do("secretary", "people.split_grid", grid=GRID, households=[str(one) for one in homes[5:]], name="第五网格")[
        "path"
    ]
    settle()
    assert dict(Responsibility.objects.values_list("target_label", "area_path")) == {"1号": GRID, "10号": path}
    assert set(primary_contacts(homes)) == {homes[0], homes[9]}
    assert not Job.objects.filter(state="failed").exists()


def test_a_merged_grid_has_no_lead_any_more(do: Do, settle: Settle, give: Give, homes: list[UUID]) -> None:
    lead = give("grid", "grid_lead", area_path=GRID)
    give("grid", "primary_contact", household_id=str(homes[0]))
    do("secretary", "people.merge_grids", grids=[GRID], into=SECOND_GRID)
    settle()
    assert Responsibility.objects.get(pk=lead).state == "ended"
    chain = who_answers_for("household", homes[0])
    assert chain is not None
    assert (chain.area_path, chain.nearest and chain.nearest.name) == (SECOND_GRID, "赵网格")


def test_a_closed_household_needs_no_contact(do: Do, settle: Settle, give: Give, home: UUID) -> None:
    key = give("grid", "primary_contact", household_id=str(home))
    do("secretary", "people.close_household", household_id=str(home), reason="拆迁")
    settle()
    row = Responsibility.objects.get(pk=key)
    assert (row.state, row.ended_reason) == ("ended", "户已注销")


def test_whoever_answers_for_a_person_follows_the_move_and_the_merge(
    do: Do, settle: Settle, give: Give, homes: list[UUID], person: UUID
) -> None:
    give("doctor", "doctor", person_id=str(person))
    twin = do("secretary", "people.add_person", household_id=str(homes[1]), name="王小明")["id"]
    do("secretary", "people.merge_persons", keep_id=twin, merge_id=str(person), reason="同一人")
    settle()
    chain = who_answers_for("person", UUID(twin))
    assert chain is not None
    assert chain.nearest is not None
    assert chain.nearest.name == "陈村医"
    do("secretary", "people.move_person", person_id=twin, area_path=SECOND_GRID, reason="投亲")
    settle()
    live = Responsibility.objects.get(state="active")
    assert (str(live.target_id), live.area_path) == (twin, SECOND_GRID)
    do("secretary", "people.move_person", person_id=twin, status="died", reason="去世")
    settle()
    assert not Responsibility.objects.filter(state="active").exists()


def test_a_closed_place_needs_nobody(do: Do, settle: Settle, give: Give) -> None:
    place = do("system", "places.add_place", area_path=VILLAGE, kind="factory", name="绛山水泥厂")["id"]
    key = give("leader", "leader", place_id=place)
    do("secretary", "places.close_place", place_id=place, reason="停产")
    settle()
    assert Responsibility.objects.get(pk=key).state == "ended"
    with pytest.raises(Refusal):
        give("leader", "leader", place_id=place)
