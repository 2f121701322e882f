"""People who serve in the cast's village, made by the app's own actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Roster
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

Do = Callable[..., Any]
Refused = Callable[..., Refusal]
Rows = Callable[..., list[dict[str, Any]]]
Enlist = Callable[..., UUID]
People = Callable[..., list[Responder]]
Planned = Callable[..., Roster]
START = date(2020, 2, 4)
GATE = {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": "城内村东口", "pattern": "4x6"}


@pytest.fixture(autouse=True)
def _rules() -> Iterator[None]:
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def rows(cast: dict[str, Actor], moment: Any) -> Rows:
    """Return the cells of a table's rows as one of the cast reads them."""

    def of(who: str, table: str, **where: str) -> list[dict[str, Any]]:
        return [one["cells"] | {"id": one["id"]} for one in read(cast[who], table, Query(where=where)).rows]

    return of


@pytest.fixture
def enlist(do: Do) -> Enlist:
    """Register somebody of the village who is trained and has signed."""

    def register(name: str = "王建国", **more: Any) -> UUID:
        given = {"area_path": VILLAGE, "origin": "volunteer", "trained_on": "2020-02-01",
                 "undertaking_on": "2020-02-01", **more}  # fmt: skip
        return UUID(do("town", "workforce.register_responder", name=name, **given)["id"])

    return register


@pytest.fixture
def unit(do: Do) -> UUID:
    given = {"area_path": "140826", "kind": "department", "name": "县财政局"}
    return UUID(do("duty", "organisation.add_unit", **given)["id"])


@pytest.fixture
def gaps(moment: Any) -> Callable[[str], list[dict[str, Any]]]:
    """Return what is open of a gap after a sweep, with its details."""

    def swept(name: str) -> list[dict[str, Any]]:
        sweep_all()
        return list(GapItem.objects.filter(gap=name).values("subject_id", "details"))

    return swept


@pytest.fixture
def post(do: Do) -> UUID:
    return UUID(do("secretary", "workforce.add_post", **GATE)["id"])


@pytest.fixture
def people(db: None) -> People:
    """Make so many people of the village who may serve; the first half of them experienced."""

    def make(count: int, **more: Any) -> list[Responder]:
        with writing():
            return [
                Responder.objects.create(area_path=VILLAGE, name=f"值守{number}", origin="volunteer", state="assigned",
                                         joined_on=date(2020, 1, 25), experienced=number < count / 2 + 1, **more)
                for number in range(count)
            ]  # fmt: skip

    return make


@pytest.fixture
def planned(do: Do, settle: Callable[[], None], post: UUID) -> Planned:
    """Plan a roster of the gate for some days by the quick way."""

    def plan(days: int = 3) -> Roster:
        made = do(
            "secretary", "workforce.plan_roster", post_id=str(post), starts_on=START.isoformat(), days=days, seconds=0
        )
        settle()
        return Roster.objects.get(pk=made["id"])

    return plan
