"""Saved views: nobody else's, nothing personal, and shared downwards only."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

OPEN = {"state__in": "raised,accepted"}


def save(actor: Actor, name: str = "待办", **changes: Any) -> str:
    given = {"table": "welfare.requests", "name": name, "where": OPEN, "columns": ["kind", "state"], **changes}
    return str(run(actor, "workbench.save_view", given)["id"])


def seen(actor: Actor) -> dict[str, dict[str, Any]]:
    return {row["cells"]["name"]: row for row in read(actor, "workbench.views", Query(offers=True)).rows}


def refused(actor: Actor, name: str, given: dict[str, Any]) -> str:
    with pytest.raises(Refusal) as no:
        run(actor, name, given)
    return no.value.code


@pytest.mark.parametrize("where", [{"name": "王建国"}, {"phone": "13800000000"}, {"q": "王建国"}])
def test_a_view_keeps_nothing_personal(cast: dict[str, Actor], where: dict[str, str]) -> None:
    given = {"table": "welfare.requests", "name": "找人", "where": where}
    assert refused(cast["secretary"], "workbench.save_view", given) == "workbench.personal_filter"


def test_nobody_saves_a_view_of_a_list_they_may_not_read(cast: dict[str, Actor]) -> None:
    given = {"table": "audit.lines", "name": "留痕", "where": {}}
    assert refused(cast["grid"], "workbench.save_view", given) == "access.not_yours"


def test_nobody_drops_the_view_of_somebody_else(cast: dict[str, Actor]) -> None:
    made = save(cast["duty"], shared=True)
    assert refused(cast["secretary"], "workbench.drop_view", {"view_id": made}) == "workbench.no_view"
    assert seen(cast["secretary"])["待办"]["can"] == []


def test_a_view_is_kept_for_its_maker_and_replaced_under_its_name(cast: dict[str, Actor]) -> None:
    assert save(cast["secretary"]) == save(cast["secretary"], columns=None)
    cells = seen(cast["secretary"])["待办"]["cells"]
    assert (cells["where"], cells["columns"]) == (OPEN, None)
    assert seen(cast["grid"]) == {}
    run(cast["secretary"], "workbench.drop_view", {"view_id": seen(cast["secretary"])["待办"]["id"]})
    assert seen(cast["secretary"]) == {}


def test_a_shared_view_reaches_the_levels_below_and_never_those_beside_or_above(cast: dict[str, Actor]) -> None:
    save(cast["secretary"], shared=True)
    assert set(seen(cast["grid"])) == {"待办"}
    assert seen(cast["neighbour"]) == {}
    assert seen(cast["town"]) == {}
