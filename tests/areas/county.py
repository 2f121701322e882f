"""A made-up county for registers to move: towns, villages, grids, and in each whatever hangs on an area."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from lianfang.domain.areas.actions import make_area
from lianfang.domain.areas.models import Area
from lianfang.domain.organisation.models import Responsibility, Unit
from lianfang.domain.people.models import Household, Person
from lianfang.domain.screening.models.visits import Visit
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.privacy.moving import path_columns
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

COUNTY = "990001"
FIRST_DAY, NEW_DAY = date(2016, 7, 31), date(2019, 10, 31)
AT = datetime(2020, 2, 3, 1, tzinfo=UTC)
# records of the migration itself, which stay when it is undone, and what it leaves to be done
ITS_OWN = ("areas.AreaDecision.area_path", "jobs.Job.area_path", "gaps.GapDirty.area_path")


@dataclass
class Made:
    """What was made: names by code, and the account that answers for everything."""

    towns: dict[str, str] = field(default_factory=dict)
    villages: dict[str, str] = field(default_factory=dict)
    account: Account | None = None


def make_county(towns: dict[str, str], villages: dict[str, str], grids: int = 2, homes: int = 2) -> Made:
    """Make the county with grids in every second village; the others have their households without a grid."""
    account = Account.objects.create(username=str(uuid7()), name="王红")
    with writing():
        Area.objects.bulk_create(
            make_area(*one, FIRST_DAY) for one in ((COUNTY, "假县"), *towns.items(), *villages.items())
        )
        for number, village in enumerate(sorted(villages)):
            with_grids = number % 2 == 0
            names = [(f"{village}{one:03d}", f"第{one}网格") for one in range(1, grids + 1)] if with_grids else []
            Area.objects.bulk_create(make_area(path, name, FIRST_DAY) for path, name in names)
            for path in [path for path, _ in names] or [village]:
                _live_in(path, homes, account)
            _hang_on(village, account)
        for town in towns:
            _hang_on(town, account)
    return Made(towns, villages, account)


def _live_in(path: str, homes: int, account: Account) -> None:
    for number in range(homes):
        home = Household.objects.create(area_path=path, number=f"{number}号", address="", order=number)
        Person.objects.create(area_path=path, household=home, name="李明")
        _answer(account, path, kind="primary_contact", target_kind="household", target_id=home.pk)
        Visit.objects.create(id=uuid7(), household=home, area_path=path, outcome="done", happened_at=AT, received_at=AT)
    if len(path) == 15:
        _answer(account, path, kind="grid_lead", target_kind="area")


def _hang_on(path: str, account: Account) -> None:
    """Hang on a village or town what may stand there once only, and what may stand there often."""
    _answer(account, path, kind="village_lead", target_kind="area")
    Grant.objects.create(account=account, role="village_secretary", area_path=path, purpose="村务", starts_on=FIRST_DAY)
    Unit.objects.create(area_path=path, kind="village", name="防控组")


def _answer(account: Account, path: str, **values: Any) -> None:
    Responsibility.objects.create(account=account, area_path=path, level="grid", state="active", starts_on=FIRST_DAY,
                                  proposed_at=AT, accepted_at=AT, **values)  # fmt: skip


def standing() -> dict[str, Any]:
    """Return where every row is, and every area as it is: what undoing has to bring back."""
    found: dict[str, Any] = {
        column.name: sorted(map(str, column.rows().values_list("pk", column.field)))
        for column in path_columns()
        if column.name not in ITS_OWN
    }
    return found | {f"area {row['path']}": row for row in Area.objects.values()}


def numbers() -> dict[str, int]:
    """Return how many rows each model has that hangs on an area."""
    return {column.name: column.rows().count() for column in path_columns() if column.name not in ITS_OWN}


def take_over(villages: dict[str, str], towns: dict[str, str], told: dict[str, list[str]] | None = None) -> Any:
    """Take a newer register over."""
    given = {"within": COUNTY, "source": "新登记册.csv", "valid_from": NEW_DAY.isoformat(), "told": told or {},
             "towns": sorted(towns.items()), "villages": sorted(villages.items())}  # fmt: skip
    return run(SYSTEM, "areas.migrate_register", given)


def undo(migration: str) -> Any:
    """Undo a migration."""
    return run(SYSTEM, "areas.undo_migration", {"migration_id": migration, "reason": "撤销"})


def refused(action: str, **given: Any) -> Refusal:
    """Return the refusal of an action of the house."""
    try:
        run(SYSTEM, action, given)
    except Refusal as no:
        return no
    raise AssertionError(f"{action} was not refused")
