"""A newer division register is taken over by a county, and given back: nobody loses their place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.domain.areas.actions.grids import NO_AREA, AreaName, note_change
from lianfang.domain.areas.actions.stepping import note_fates, take_back, take_step
from lianfang.domain.areas.events import AreasMoved
from lianfang.domain.areas.models import AreaDecision, AreaMigration, AreaStep
from lianfang.domain.areas.queries import area_exists, full_name, judge, open_decisions
from lianfang.domain.areas.rules.comparing import Fate, Register
from lianfang.domain.areas.rules.planning import Plan
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import Reason, labelled
from lianfang.foundation.privacy.moving import count_at
from lianfang.kernel.areas import TOWN_DIGITS, VILLAGE_DIGITS
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

FOREIGN = refusal(
    "areas.register_foreign",
    "登记册里的 {code} 不属于 {county}。",
    "{code} in the register does not belong to {county}.",
)
NO_TOWN = refusal(
    "areas.register_without_town",
    "登记册缺少乡镇 {code} 的名称。",
    "The register does not name the town {code}.",
)
NO_MIGRATION = refusal("areas.no_migration", "没有这次区划迁移。", "There is no such migration.", status=404)
UNDONE_BEFORE = refusal(
    "areas.migration_undone", "这次区划迁移已撤销。", "This migration was undone before.", status=409
)
NOT_THE_LAST = refusal(
    "areas.migration_not_last",
    "之后又迁移过一次区划（{source}），请先撤销那一次。",
    "Another register ({source}) was taken over since; undo that one first.",
    status=409,
)
MOST = 20_000
_CANDIDATES = 600

County = Annotated[str, Field(pattern=r"^\d{6}$", **labelled("县（区）", "County", "area"))]
TownCode = Annotated[str, Field(pattern=r"^\d{9}$")]
VillageCode = Annotated[str, Field(pattern=r"^\d{12}$")]
AnyCode = Annotated[str, Field(pattern=r"^(\d{9}|\d{12})$")]


class TakeOver(Input):
    within: County
    source: Annotated[str, Field(min_length=1, max_length=200, **labelled("登记册", "Register"))]
    valid_from: Annotated[date, Field(**labelled("启用日期", "In force from", "date"))]
    towns: list[tuple[TownCode, AreaName]] = Field(min_length=1, max_length=MOST)
    villages: list[tuple[VillageCode, AreaName]] = Field(min_length=1, max_length=MOST)
    told: dict[AnyCode, list[AnyCode]] = Field(default_factory=dict)


def register_from(given: TakeOver) -> Register:
    """Return the register that was sent. Raises `areas.register_foreign`, `areas.register_without_town`."""
    towns, villages = dict(given.towns), dict(given.villages)
    for code in (*towns, *villages):
        if not code.startswith(given.within):
            raise FOREIGN(field="villages", code=code, county=given.within)
    for code in villages:
        if code[:TOWN_DIGITS] not in towns:
            raise NO_TOWN(field="towns", code=code[:TOWN_DIGITS])
    return Register(villages, towns, {old: tuple(heirs) for old, heirs in given.told.items()})


@action("areas.migrate_register", both("迁移到新区划", "Take over a newer register"), TakeOver,
        danger=True, offered=False)  # fmt: skip
def migrate_register(call: Call, given: TakeOver) -> Result:
    """Bring a county to a newer division register: areas, and with them every record, go to their new codes.

    What the register split or dropped stays in use where it is and waits for a decision. The same register again
    changes nothing.
    """
    call.permit(given.within)
    if not area_exists(given.within):
        raise NO_AREA(field="within")
    judged = judge(given.within, register_from(given), given.valid_from)
    counts = judged.counts()
    call.about("areas.areas", given.within, **counts)
    if judged.plan.changes_nothing:
        return {"migration_id": None, **counts}
    numbers = {name: number for name, number in counts.items() if name != "to_decide"}
    migration = AreaMigration.objects.create(
        area_path=given.within, source=given.source, valid_from=given.valid_from, at=call.received_at,
        account_id=call.actor.account_id, added=len(judged.plan.added), **numbers,
    )  # fmt: skip
    waiting = _with_numbers(judged.plan)
    _settle_found(call, given.within, judged.plan)
    step = take_step(call, given.within, judged.plan, migration)
    _ask(call, migration, waiting)
    note_fates(call, step)
    for path in judged.plan.added:
        note_change(call, path, "created", {}, {"name": judged.plan.tiles[path][0].name})
    call.about("areas.migrations", migration.pk)
    call.announce(AreasMoved(area_path=given.within, migration_id=migration.pk, moves=len(judged.plan.moves)))
    return {"migration_id": str(migration.pk), **counts}


def _with_numbers(plan: Plan) -> list[tuple[Fate, str, int, int]]:
    """Return what waits with the households and people it holds, counted where they still are."""
    codes = {fate.code for fate, _ in plan.waiting}
    within = {path for path in plan.moves if path[:VILLAGE_DIGITS] in codes}
    within |= {path for path in plan.known if path[:VILLAGE_DIGITS] in codes}
    households, people = count_at("people.Household", within), count_at("people.Person", within)
    return [(fate, path, _sum(households, fate.code), _sum(people, fate.code)) for fate, path in plan.waiting]


def _sum(counts: dict[str, int], path: str) -> int:
    return sum(number for one, number in counts.items() if one.startswith(path))


def _ask(call: Call, migration: AreaMigration, waiting: Iterable[tuple[Fate, str, int, int]]) -> None:
    """Put what the register left open before people."""
    AreaDecision.objects.bulk_create(
        AreaDecision(
            migration=migration, area_path=path, was=fate.code, name=fate.name, kind=fate.kind,
            candidates="、".join(f"{full_name(one)} {one}" for one in fate.heirs)[:_CANDIDATES],
            households=households, people=people, opened_at=call.received_at,
        )
        for fate, path, households, people in waiting
    )  # fmt: skip


def _settle_found(call: Call, county: str, plan: Plan) -> None:
    """Close decisions about areas that this register has again."""
    still = {origin for tile, origin in plan.tiles.values() if tile.dropped_on is not None}
    for decision in open_decisions(county).exclude(area_path__in=still):
        decision.outcome, decision.decided_at = AreaDecision.Outcome.FOUND, call.received_at
        decision.into = plan.moves.get(decision.area_path, decision.area_path)[:VILLAGE_DIGITS]
        decision.save(update_fields=["outcome", "decided_at", "into"])


# --- undoing ------------------------------------------------------------------------------------------------------

APPLIED = when(lambda state: state == AreaMigration.State.APPLIED, "state")


class UndoMigration(Input):
    migration_id: Annotated[UUID, Field(**labelled("区划迁移", "Migration", "hidden"))]
    reason: Reason


@action("areas.undo_migration", both("撤销区划迁移", "Undo a migration"), UndoMigration,
        subject=Subject("areas.migrations", "migration_id", APPLIED), danger=True)  # fmt: skip
def undo_migration(call: Call, given: UndoMigration) -> Result:
    """Bring everything back to the codes it had, decisions made since first; what was recorded since comes along.

    Refused while a later migration stands, or people's work lies in an area that only the newer register has.
    """
    migration = AreaMigration.objects.select_for_update().filter(pk=given.migration_id).first()
    if migration is None:
        raise NO_MIGRATION(field="migration_id")
    call.permit(migration.area_path)
    if not call.allows(APPLIED, migration):
        raise UNDONE_BEFORE(field="migration_id")
    later = AreaMigration.objects.filter(area_path=migration.area_path, state="applied", at__gt=migration.at).first()
    if later is not None:
        raise NOT_THE_LAST(field="migration_id", source=later.source)
    steps = list(AreaStep.objects.filter(migration=migration, undone_at__isnull=True).order_by("-at", "-pk"))
    for step in steps:
        take_back(call, step)
    note_fates(call, steps[-1], "undone")
    _close_undone(call, migration)
    call.about("areas.migrations", migration.pk, reason_given=True)
    moves = sum(len(step.moves) for step in steps)
    call.announce(AreasMoved(area_path=migration.area_path, migration_id=migration.pk, moves=moves))
    return {"migration_id": str(migration.pk)}


def _close_undone(call: Call, migration: AreaMigration) -> None:
    migration.decisions.update(outcome=AreaDecision.Outcome.UNDONE, decided_at=call.received_at)
    AreaDecision.objects.filter(
        outcome=AreaDecision.Outcome.FOUND, area_path__startswith=migration.area_path, decided_at=migration.at
    ).update(outcome=AreaDecision.Outcome.OPEN, decided_at=None, into="")
    AreaMigration.objects.filter(pk=migration.pk).update(
        state=AreaMigration.State.UNDONE, undone_at=call.received_at, undone_by=call.actor.account_id
    )
