"""What a newer register left open is decided by people: refusals first, then a dropped village finds its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, TOWN, VILLAGE
from lianfang.domain.areas.models import Area, AreaDecision
from lianfang.domain.people.models import Household, Person
from lianfang.domain.reports.models import DailyReport
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.privacy.moving import COUNTED, OTHER_COLUMNS, STAY
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

HEIR = NEIGHBOUR_GRID[:12]


@pytest.fixture
def dropped(cast: dict[str, Actor], county: str, moment: Any) -> AreaDecision:
    """城内村 with one household in its grid, dropped by a newer register that has everything else."""
    home = run(cast["system"], "people.add_household", {"area_path": GRID, "number": "3号"})["id"]
    run(cast["system"], "people.add_person", {"household_id": home, "name": "王明"})
    known = dict(Area.objects.filter(path__startswith=COUNTY).values_list("path", "name"))
    given = {
        "within": COUNTY, "source": "新登记册.csv", "valid_from": "2020-02-01",
        "towns": [one for one in known.items() if len(one[0]) == 9],
        "villages": [one for one in known.items() if len(one[0]) == 12 and one[0] != VILLAGE],
    }  # fmt: skip
    run(cast["duty"], "areas.migrate_register", given)
    return AreaDecision.objects.get()


def no(who: Actor, action: str, **given: Any) -> str:
    with pytest.raises(Refusal) as refused:
        run(who, action, given)
    return refused.value.code


def test_a_town_takes_over_no_register(cast: dict[str, Actor], county: str) -> None:
    given = {"within": COUNTY, "source": "x", "valid_from": "2020-02-01", "towns": [[TOWN, "古绛镇"]],
             "villages": [[VILLAGE, "城内村委会"]]}  # fmt: skip
    assert no(cast["town"], "areas.migrate_register", **given) == "access.not_yours"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"villages": [["371521001001", "阳谷村委会"]]}, "areas.register_foreign"),
        ({"towns": [["140826101", "横水镇"]]}, "areas.register_without_town"),
    ],
)
def test_a_register_that_does_not_fit_is_refused(
    cast: dict[str, Actor], county: str, changed: dict[str, Any], code: str
) -> None:
    given = {"within": COUNTY, "source": "x", "valid_from": "2020-02-01", "towns": [[TOWN, "古绛镇"]],
             "villages": [[VILLAGE, "城内村委会"]]}  # fmt: skip
    assert no(cast["duty"], "areas.migrate_register", **(given | changed)) == code


def test_a_decision_that_makes_no_sense_is_refused(cast: dict[str, Actor], dropped: AreaDecision) -> None:
    asked = {"decision_id": str(dropped.pk), "reason": "村民大会决定"}
    assert no(cast["grid"], "areas.decide_area", into=HEIR, **asked) == "access.not_yours"
    assert no(cast["town"], "areas.decide_area", into=VILLAGE, **asked) == "areas.wrong_heir"
    assert no(cast["town"], "areas.decide_area", into=HEIR, grid=NEIGHBOUR_GRID, **asked) == "areas.not_its_grid"
    assert no(cast["town"], "areas.undo_decision", **asked) == "areas.not_decided"


def test_a_dropped_village_stays_in_use_and_is_a_gap(cast: dict[str, Actor], dropped: AreaDecision) -> None:
    assert Area.objects.get(pk=VILLAGE).valid_to is None
    assert run(cast["system"], "people.add_household", {"area_path": GRID, "number": "4号"})["id"]
    sweep_all("", ["areas.undecided"])
    item = GapItem.objects.get(gap="areas.undecided")
    assert (item.subject_id, item.area_path) == (str(dropped.pk), VILLAGE)
    assert item.details == {"households": 1, "people": 1}
    [row] = read(cast["town"], "areas.decisions", Query(where={"outcome": "open"}, offers=True)).rows
    assert {"areas.decide_area", "areas.keep_area"} <= {str(one) for one in row["can"]}


def test_everybody_of_a_decided_village_comes_along_and_back(cast: dict[str, Actor], dropped: AreaDecision) -> None:
    asked = {"decision_id": str(dropped.pk), "reason": "村民大会决定"}
    done = run(cast["town"], "areas.decide_area", {**asked, "into": HEIR})
    person, home = Person.objects.get(), Household.objects.get()
    assert person.area_path == home.area_path
    assert home.area_path.startswith(HEIR)
    assert Area.objects.get(pk=VILLAGE).successors == [HEIR]
    assert no(cast["town"], "areas.decide_area", **asked, into=HEIR) == "areas.decided"
    run(cast["town"], done["undo"]["action"], done["undo"]["input"])
    assert {Person.objects.get().area_path, Household.objects.get().area_path} == {GRID}
    assert Area.objects.get(pk=VILLAGE).valid_to is None


def test_what_is_kept_is_asked_about_no_more_until_that_is_undone(
    cast: dict[str, Actor], dropped: AreaDecision
) -> None:
    asked = {"decision_id": str(dropped.pk), "reason": "登记册有误"}
    done = run(cast["town"], "areas.keep_area", asked)
    assert AreaDecision.objects.get().outcome == "kept"
    run(cast["town"], done["undo"]["action"], done["undo"]["input"])
    assert AreaDecision.objects.get().outcome == "open"


def report_of(path: str, moment: Any) -> DailyReport:
    with writing():
        return DailyReport.objects.create(
            area_path=path, level="village", unit_name="村", report_on=moment.date(), place=0,
            from_at=moment - timedelta(days=1), snapshot_at=moment, prepared_at=moment,
        )  # fmt: skip


def test_what_the_system_made_of_a_village_under_a_code_that_goes_back_stands_aside(
    cast: dict[str, Actor], county: str, moment: Any
) -> None:
    of_old = report_of(VILLAGE, moment)
    known = dict(Area.objects.filter(path__startswith=COUNTY).values_list("path", "name"))
    villages = {code: name for code, name in known.items() if len(code) == 12}
    given = {
        "within": COUNTY, "source": "新登记册.csv", "valid_from": "2020-02-01",
        "towns": [one for one in known.items() if len(one[0]) == 9],
        "villages": list((villages | {VILLAGE: "城东村委会", f"{TOWN}901": "城西村委会"}).items()),
        "told": {VILLAGE: [VILLAGE, f"{TOWN}901"]},
    }  # fmt: skip
    done = run(cast["duty"], "areas.migrate_register", given)
    waiting = AreaDecision.objects.get().area_path
    assert waiting != VILLAGE
    of_new = report_of(VILLAGE, moment)
    run(cast["duty"], "areas.undo_migration", {"migration_id": done["migration_id"], "reason": "登记册有误"})
    assert DailyReport.objects.get(pk=of_old.pk).area_path == VILLAGE
    assert DailyReport.objects.get(pk=of_new.pk).area_path == waiting
    assert Area.objects.get(pk=VILLAGE).name == known[VILLAGE]
    assert Area.objects.get(pk=waiting).valid_to is not None


def test_whatever_does_not_move_exists_and_says_why() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    assert {*STAY, *COUNTED, *(label for label, _ in OTHER_COLUMNS)} <= labels
    assert all(reason.zh and reason.en for reason in (*STAY.values(), *COUNTED.values()))
