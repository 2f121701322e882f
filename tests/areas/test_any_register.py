"""Whatever a newer register does to a made-up county, nobody and nothing is lost, and undoing restores it exactly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.areas.models import Area, AreaDecision
from lianfang.domain.areas.queries import Register, judge
from lianfang.domain.organisation.models import Responsibility
from lianfang.domain.people.models import Household, Person
from lianfang.domain.screening.models.visits import Visit
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.access.models import Grant
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from tests.areas.county import AT, COUNTY, NEW_DAY, make_county, numbers, standing, take_over, undo

NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
FATES = ("same", "renamed", "recoded", "merged", "split", "vanished")


@dataclass(frozen=True)
class Change:
    """An old county, the newer register, and where each old village went, "" for where nobody can know."""

    towns: dict[str, str]
    villages: dict[str, str]
    new_towns: dict[str, str]
    new_villages: dict[str, str]
    told: dict[str, list[str]]
    went: dict[str, str]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Draw a county of one to three towns and a register in which anything has happened, codes handed around too."""
    towns = {f"{COUNTY}{100 + number}": f"{NAMES[-1 - number]}镇" for number in range(draw(st.integers(1, 3)))}
    codes = [f"{town}{200 + number}" for town in towns for number in range(draw(st.integers(1, 4)))]
    villages = {code: f"{NAMES[number]}家庄村委会" for number, code in enumerate(codes)}
    fates = {code: draw(st.sampled_from(FATES)) for code in codes}
    fates[codes[0]] = (
        "same" if all(fates[code] in ("merged", "split", "vanished") for code in codes) else fates[codes[0]]
    )
    going_on = [code for code in codes if fates[code] in ("same", "renamed", "recoded")]
    recoded = [code for code in going_on if fates[code] == "recoded"]
    free = [f"{town}{number}" for town in towns for number in (300, 301)]
    handed = draw(st.permutations([*recoded, *free, *(one for one in codes if one not in going_on)]))
    went = {code: code for code in going_on if fates[code] != "recoded"} | dict(zip(recoded, handed, strict=False))
    spare = list(handed[len(recoded) :])
    new = {went[code]: villages[code] if fates[code] != "renamed" else f"新{villages[code]}" for code in going_on}
    told: dict[str, list[str]] = {code: [went[code]] for code in recoded}
    for code in codes:
        if fates[code] == "merged":
            went[code] = went[draw(st.sampled_from(going_on))]
            told[code] = [went[code]]
        elif fates[code] in ("split", "vanished"):
            went[code] = ""
            if fates[code] == "split" and len(spare) > 1:
                told[code] = [spare.pop(), spare.pop()]
                new |= {
                    one: f"{villages[code][0]}家{side}庄村委会" for one, side in zip(told[code], "东西", strict=True)
                }
    return Change(towns, villages, dict(towns), new, told, went)


@contextmanager
def forgotten() -> Iterator[None]:
    """Whatever an example writes is gone afterwards; the clock goes on, so that one stroke comes after another."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _grids() -> dict[str, set[str]]:
    """Return who lives together in a grid or village, whatever its code."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, home in Household.objects.values_list("area_path", "pk"):
        found[path].add(str(home))
    return found


FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.django_db
@FEW
@given(change=changes())
def test_nobody_is_lost_and_everybody_is_where_the_register_says(change: Change) -> None:
    with forgotten():
        make_county(change.towns, change.villages)
        before, lived = numbers(), {pk: path[:12] for pk, path in Person.objects.values_list("pk", "area_path")}
        take_over(change.new_villages, change.new_towns, change.told)
        assert numbers() == before
        places = {row.path: row for row in Area.objects.all()}
        for pk, path in Person.objects.values_list("pk", "area_path"):
            assert places[path].valid_to is None
            heir = change.went[lived[pk]]
            if heir:
                assert path[:12] == heir
                assert places[heir].dropped_on is None
            else:
                assert places[path[:12]].dropped_on == NEW_DAY
                assert path[:12] not in change.new_villages
        standing_now = {path for path, row in places.items() if row.valid_to is None and row.dropped_on is None}
        assert {path for path in standing_now if len(path) == 12} == set(change.new_villages)


@pytest.mark.django_db
@FEW
@given(change=changes())
def test_what_hangs_on_a_grid_household_or_village_stays_on_it(change: Change) -> None:
    with forgotten():
        make_county(change.towns, change.villages)
        grids = sorted(map(sorted, (homes for path, homes in _grids().items() if len(path) > 12)))
        named = Counter(Grant.objects.values_list("role"))
        take_over(change.new_villages, change.new_towns, change.told)
        assert sorted(map(sorted, (homes for path, homes in _grids().items() if len(path) > 12))) == grids
        homes = dict(Household.objects.values_list("pk", "area_path"))
        assert all(person.area_path == homes[person.household_id] for person in Person.objects.all())
        assert all(visit.area_path == homes[visit.household_id] for visit in Visit.objects.all())
        for one in Responsibility.objects.filter(target_kind="household"):
            assert one.area_path == homes[one.target_id]
        leads = set(Responsibility.objects.filter(kind="grid_lead").values_list("area_path", flat=True))
        assert leads == {path for path in homes.values() if len(path) == 15}
        assert Counter(Grant.objects.values_list("role")) == named
        paths = set(Area.objects.values_list("path", flat=True))
        assert set(Grant.objects.values_list("area_path", flat=True)) <= paths
        assert set(Responsibility.objects.values_list("area_path", flat=True)) <= paths


@pytest.mark.django_db
@FEW
@given(change=changes())
def test_the_same_register_again_changes_nothing(change: Change) -> None:
    with forgotten():
        make_county(change.towns, change.villages)
        first = take_over(change.new_villages, change.new_towns, change.told)
        before = standing()
        told = {old: tuple(heirs) for old, heirs in change.told.items()}
        again = judge(COUNTY, Register(change.new_villages, change.new_towns, told), NEW_DAY)
        repeated = take_over(change.new_villages, change.new_towns)
        assert standing() == before
        assert repeated["migration_id"] is None
        assert (repeated["same"], repeated["people_moved"]) == (len(change.new_villages), 0)
        assert repeated["to_decide"] == first["to_decide"] == again.to_decide


@pytest.mark.django_db
@FEW
@given(change=changes(), data=st.data())
def test_undone_after_any_decisions_everything_is_as_it_was(change: Change, data: st.DataObject) -> None:
    with forgotten():
        make_county(change.towns, change.villages)
        before = standing()
        first = take_over(change.new_villages, change.new_towns, change.told)
        for decision in AreaDecision.objects.order_by("was"):
            _decide(decision, data)
        everybody = Person.objects.count()
        if first["migration_id"] is not None:
            undo(first["migration_id"])
        assert Person.objects.count() == everybody
        assert standing() == before


def _decide(decision: AreaDecision, data: st.DataObject) -> None:
    """Decide somehow about a waiting area, or leave it."""
    heirs = sorted(
        Area.objects.filter(level="village", valid_to__isnull=True, dropped_on__isnull=True).values_list(
            "path", flat=True
        )
    )
    grids = sorted(Area.objects.filter(parent=decision.area_path, level="grid").values_list("path", flat=True))
    what = data.draw(st.sampled_from(["moved", "kept", "left", "grid"] if grids else ["moved", "kept", "left"]))
    given_ = {"decision_id": str(decision.pk), "reason": "村民大会决定"}
    if what == "kept":
        run(SYSTEM, "areas.keep_area", given_)
    elif what != "left":
        given_ |= {"into": data.draw(st.sampled_from(heirs))} | ({"grid": grids[0]} if what == "grid" else {})
        run(SYSTEM, "areas.decide_area", given_)


@pytest.mark.django_db
@FEW
@given(first=changes(), data=st.data())
def test_two_registers_one_after_the_other_are_undone_from_the_last(first: Change, data: st.DataObject) -> None:
    with forgotten():
        make_county(first.towns, first.villages)
        marks, done = [standing()], []
        for register in (first.new_villages, first.villages):
            done.append(take_over(register, first.towns)["migration_id"])
            marks.append(standing())
        applied = [one for one in done if one is not None]
        if len(applied) == 2:
            with pytest.raises(Refusal) as no, transaction.atomic():
                undo(applied[0])
            assert no.value.code == "areas.migration_not_last"
        for one, was in zip(reversed(done), reversed(marks[:-1]), strict=True):
            if one is not None:
                undo(one)
            assert standing() == was


@pytest.mark.django_db
def test_codes_handed_around_in_a_ring_take_everybody_along() -> None:
    with clock.fixed(AT):
        towns = {f"{COUNTY}100": "陶镇"}
        codes = [f"{COUNTY}100{number}" for number in (201, 202, 203)]
        villages = dict(zip(codes, ("赵庄村委会", "钱庄村委会", "孙庄村委会"), strict=True))
        make_county(towns, villages)
        lived = dict(Person.objects.values_list("pk", "area_path"))
        ring = dict(zip([*codes[1:], codes[0]], villages.values(), strict=True))
        assert take_over(ring, towns)["renamed"] == 3
        now = dict(Person.objects.values_list("pk", "area_path"))
        following = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
        assert now == {pk: following[path[:12]] + path[12:] for pk, path in lived.items()}
