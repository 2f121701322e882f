"""What every test shares: the county's areas, the fixed cast, actors, a quiet clock and keys of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE, make_cast
from lianfang.domain.areas.actions import make_area
from lianfang.domain.areas.models import Area
from lianfang.foundation.access.actor import SYSTEM, Actor, actor_for
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.jobs.queue import run_one
from lianfang.foundation.privacy.keys import make_keys
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7
from lianfang.kernel.places.register import areas_within

Do = Callable[..., Any]
Refused = Callable[..., Refusal]

# the morning of the tenth day of the demo incident
MOMENT = datetime(2020, 2, 3, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_surroundings(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keys, files and grants of one test never meet those of another."""
    folder = tmp_path_factory.getbasetemp()
    settings.LIANFANG_KEYS_FILE = str(folder / "keys.json")
    if not (folder / "keys.json").exists():
        make_keys(folder / "keys.json")
    settings.LIANFANG_FILES = str(folder / "files")
    settings.LIANFANG_ACTOR_SECONDS = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests that commit are flushed afterwards; only there guard and append-only triggers must let rows go."""
    operations = type(connection.ops)
    listed, carried_out = operations.sql_flush, operations.execute_sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        statements = listed(self, style, [name for name in tables if name != "privacy_erasing"], **options)
        if connection.vendor != "sqlite" or not statements:
            return statements
        return ["INSERT INTO privacy_erasing (id) VALUES (1)", *statements, "DELETE FROM privacy_erasing"]

    def execute_sql_flush(self: Any, statements: list[str]) -> None:
        with writing():
            carried_out(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        patch.setattr(operations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture
def moment() -> Iterator[datetime]:
    """The tenth morning, held still."""
    with clock.fixed(MOMENT):
        yield MOMENT


@pytest.fixture
def county(db: None) -> str:
    """绛县 with 古绛镇 and 横水镇 whole, and one grid in each of two neighbouring villages."""
    wanted = [("14", "山西省"), ("1408", "运城市"), (COUNTY, "绛县"), (TOWN, "古绛镇"), ("140826101", "横水镇")]
    rows = [
        (area.code, area.name) for town in (TOWN, "140826101") for area in areas_within(town) if len(area.code) == 12
    ]
    with writing():
        Area.objects.bulk_create(
            make_area(path, name, date(2019, 10, 31))
            for path, name in [
                *wanted,
                *rows,
                (GRID, "第一网格"),
                (VILLAGE + "002", "第二网格"),
                (NEIGHBOUR_GRID, "第一网格"),
            ]
        )
    return COUNTY


@pytest.fixture
def accounts(db: None, county: str) -> dict[str, Account]:
    """The cast's accounts by sign-in name."""
    return make_cast(date(2020, 1, 20))


@pytest.fixture
def cast(accounts: dict[str, Account]) -> dict[str, Actor]:
    """The cast as actors by sign-in name, from duty to outsider, and the system itself."""
    actors = {name: actor_for(account, on=date(2020, 2, 3), door="console") for name, account in accounts.items()}
    return actors | {"system": SYSTEM}


@pytest.fixture
def do(cast: dict[str, Actor], moment: datetime) -> Do:
    """Carry out an action as one of the cast: do("secretary", "people.add_person", name=…)."""

    def carry_out(who: str, action: str, **given: Any) -> Any:
        return run(cast[who], action, given)

    return carry_out


@pytest.fixture
def refused(do: Do) -> Refused:
    """Return the refusal of an action, carried out as `do` does."""

    def carry_out(who: str, action: str, **given: Any) -> Refusal:
        with pytest.raises(Refusal) as no:
            do(who, action, **given)
        return no.value

    return carry_out


@pytest.fixture
def settle() -> Callable[[], None]:
    """Let every waiting reaction run."""

    def run_all() -> None:
        while run_one():
            pass

    return run_all


@pytest.fixture
def signed_in(accounts: dict[str, Account]) -> Callable[[str], Client]:
    """Return a browser signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(accounts[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def send(signed_in: Callable[[str], Client]) -> Callable[..., Any]:
    """Carry out an action through the HTTP door as one of the cast; returns the response."""

    def carry_out(name: str, action: str, given: dict[str, Any], id: UUID | None = None) -> Any:
        body = {"id": str(id or uuid7()), "input": given}
        return signed_in(name).post(f"/api/actions/{action}", body, content_type="application/json")

    return carry_out
