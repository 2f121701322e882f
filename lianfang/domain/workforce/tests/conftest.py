"""People who serve in the cast's village, made by the app's own actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

Do = Callable[..., Any]
Refused = Callable[..., Refusal]
Rows = Callable[..., list[dict[str, Any]]]
Enlist = Callable[..., UUID]


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
