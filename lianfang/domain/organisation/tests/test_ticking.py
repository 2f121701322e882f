"""Days turn responsibility: nothing begins early, nothing is renewed by itself, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.organisation.tests.conftest import Do, Refused
from lianfang.foundation.events.models import Event
from lianfang.foundation.gaps.registry import GAPS, Open
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import enqueue, run_one
from lianfang.kernel import clock
from lianfang.kernel.clock import now

Give = Callable[..., UUID]


def state(key: UUID) -> str:
    return Responsibility.objects.get(pk=key).state


def pass_days(moment: Any, days: int) -> dict[str, Any]:
    """Let the clock's job run on a later day; returns what stands in the list of jobs."""
    with clock.fixed(moment + timedelta(days=days)):
        queued = enqueue("organisation.tick", {})
        while run_one():
            pass
    return {"state": Job.objects.get(pk=queued.pk).state}


def ending(moment: Any, days: int = 0) -> dict[str, Open]:
    with clock.fixed(moment + timedelta(days=days)):
        return {one.subject_id: one for one in GAPS["responsibility_ending"].find(VILLAGE, now())}


def test_nothing_begins_or_ends_before_its_day(moment: Any, give: Give, homes: list[UUID]) -> None:
    later = give("grid", "primary_contact", household_id=str(homes[0]), starts_on="2020-02-05")
    last = give("grid", "primary_contact", household_id=str(homes[1]), ends_on="2020-02-05")
    pass_days(moment, 1)
    assert (state(later), state(last)) == ("accepted", "active")
    pass_days(moment, 2)
    assert (state(later), state(last)) == ("active", "active")


def test_what_ran_out_expires_once_and_the_household_shows_as_uncovered(
    moment: Any, give: Give, homes: list[UUID]
) -> None:
    key = give("grid", "primary_contact", household_id=str(homes[0]), ends_on="2020-02-05")
    assert pass_days(moment, 3) == {"state": "done"}
    row = Responsibility.objects.get(pk=key)
    assert (row.state, row.ended_reason) == ("expired", "到期")
    told = Event.objects.filter(name="organisation.responsibilities_turned")
    assert [(one.area_path, one.body["expired"]) for one in told] == [(VILLAGE, 1)]
    pass_days(moment, 3)
    pass_days(moment, 4)
    row.refresh_from_db()
    assert told.count() == 1
    assert row.ended_at == moment + timedelta(days=3)
    with clock.fixed(moment + timedelta(days=4)):
        gaps = {one.subject_id: one for one in GAPS["household_no_contact"].find(GRID, now())}
    assert gaps[str(homes[0])].since == row.ended_at


def test_a_proposal_nobody_accepted_runs_out_too(moment: Any, do: Do, accounts: Any, homes: list[UUID]) -> None:
    given = {"account_id": str(accounts["grid"].pk), "kind": "primary_contact", "household_id": str(homes[0])}
    key = do("secretary", "organisation.assign_responsibility", **given, ends_on="2020-02-04")["id"]
    pass_days(moment, 2)
    assert state(key) == "expired"


@pytest.mark.parametrize(("days", "open_"), [(0, False), (1, True), (4, True), (5, False)])
def test_what_runs_out_within_three_days_is_a_gap_for_who_answers_above(
    moment: Any, give: Give, homes: list[UUID], accounts: Any, days: int, open_: bool
) -> None:
    key = give("grid", "primary_contact", household_id=str(homes[0]), ends_on="2020-02-07")
    give("secretary", "village_lead", area_path=VILLAGE)
    found = ending(moment, days)
    assert (set(found) == {str(key)}) is open_
    assert all(one.answerable_id == accounts["secretary"].pk for one in found.values())


def test_a_successor_or_a_renewal_closes_it(moment: Any, do: Do, give: Give, homes: list[UUID]) -> None:
    doctor = give("doctor", "doctor", household_id=str(homes[0]), ends_on="2020-02-04")
    worker = give("grid", "grid_worker", area_path=GRID, ends_on="2020-02-04")
    assert set(ending(moment)) == {str(doctor), str(worker)}
    give("secretary", "grid_worker", area_path=GRID)
    do("secretary", "organisation.renew_responsibility", responsibility_id=str(doctor), ends_on="2020-03-01",
       reason="继续负责")  # fmt: skip
    assert ending(moment) == {}
    pass_days(moment, 2)
    assert (state(doctor), state(worker)) == ("active", "expired")


def test_a_renewal_is_refused_where_it_renews_nothing(refused: Refused, give: Give, homes: list[UUID]) -> None:
    key = str(give("grid", "primary_contact", household_id=str(homes[0]), ends_on="2020-02-05"))
    endless = str(give("grid", "primary_contact", household_id=str(homes[1])))
    renew = "organisation.renew_responsibility"
    early = refused("secretary", renew, responsibility_id=key, ends_on="2020-02-05", reason="续期")
    assert early.code == "organisation.not_renewed"
    assert refused("secretary", renew, responsibility_id=endless, reason="续期").code
    assert refused("neighbour", renew, responsibility_id=key, reason="续期").code == "access.not_yours"
