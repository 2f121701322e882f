"""After a leak: everybody in the exports, shown to the account or on the phone is on the list, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, NEIGHBOUR_GRID
from lianfang.domain.observation.tests.county import make_incident, make_person
from lianfang.domain.supervision.models import AffectedPerson, Breach
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.knowing import note_call
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(moment: Any, county: str) -> list[Any]:
    make_incident()
    return [make_person(), make_person("李四", number="13"), make_person("钱五", NEIGHBOUR_GRID, "1")]


def opened(actor: Actor, **given: Any) -> set[Any]:
    said = {
        "area_path": COUNTY, "what": "名单截图被转发到业主群", "kinds": "姓名、电话", "measures": "已暂停导出",
        "contact": "指挥部 0359-6522000", **given,
    }  # fmt: skip
    made = run(actor, "supervision.open_breach", said)
    found = set(AffectedPerson.objects.filter(breach_id=made["id"]).values_list("person_id", flat=True))
    assert made["persons"] == len(found)
    return found


def code(actor: Actor, **given: Any) -> str:
    with pytest.raises(Refusal) as caught:
        opened(actor, **given)
    return caught.value.code


def test_a_leak_says_by_which_way(cast: dict[str, Actor], people: list[Any]) -> None:
    assert code(cast["duty"]) == "supervision.no_leak"
    assert code(cast["duty"], account_id=str(cast["grid"].account_id)) == "supervision.no_leak"
    assert code(cast["duty"], marks="00000000") == "supervision.unknown_mark"
    assert code(cast["town"], marks="00000000") == "access.not_yours"
    assert not Breach.objects.exists()


def test_the_people_in_an_export_are_found_by_its_mark(cast: dict[str, Actor], people: list[Any]) -> None:
    first = run(cast["duty"], "tables.export_named", {
        "table": "people.persons", "within": people[0].area_path, "purpose": "送医用车", "recipient": "县医院",
        "expires_on": "2020-02-05",
    })  # fmt: skip
    assert opened(cast["duty"], marks=f" {first['mark'].upper()} ") == {people[0].pk, people[1].pk}


def test_an_exported_door_concerns_everybody_behind_it(cast: dict[str, Actor], people: list[Any]) -> None:
    made = run(cast["duty"], "tables.export_named", {
        "table": "people.households", "where": {"number": "13"}, "purpose": "送物资", "recipient": "志愿队",
        "expires_on": "2020-02-05",
    })  # fmt: skip
    assert opened(cast["duty"], marks=made["mark"]) == {people[1].pk}


def test_who_was_shown_to_an_account_is_found_between_two_moments(
    cast: dict[str, Actor], people: list[Any], moment: Any
) -> None:
    for hours, person in ((0, people[0]), (5, people[1])):
        with clock.fixed(moment + timedelta(hours=hours)):
            run(cast["duty"], "privacy.reveal_value", {
                "table": "people.persons", "row_id": str(person.pk), "column": "name", "reason": "核对姓名",
            })  # fmt: skip
    account = {"account_id": str(cast["duty"].account_id), "from_at": (moment - timedelta(hours=1)).isoformat()}
    assert opened(cast["duty"], **account, until_at=(moment + timedelta(hours=1)).isoformat()) == {people[0].pk}


def test_a_lost_phone_concerns_the_people_of_its_area(cast: dict[str, Actor], people: list[Any], moment: Any) -> None:
    device = note_call(cast["grid"], "phone-1", "1", moment)
    assert device is not None
    assert opened(cast["duty"], device=str(device.pk)) == {people[0].pk, people[1].pk}


def test_who_is_concerned_is_told_and_until_then_a_gap(
    cast: dict[str, Actor], people: list[Any], moment: Any, signed_in: Any
) -> None:
    device = note_call(cast["neighbour"], "phone-2", "1", moment)
    assert device is not None
    opened(cast["duty"], device=str(device.pk))
    [row] = read(cast["duty"], "supervision.affected", Query({"told_at": ""})).rows
    assert row["cells"]["person"] == "钱*"
    export = run(cast["duty"], "tables.export_named", {
        "table": "supervision.affected", "purpose": "逐人告知", "recipient": "乡镇", "expires_on": "2020-02-05",
    })  # fmt: skip
    assert export["rows"] == 1
    with clock.fixed(moment + timedelta(hours=25)):
        sweep_all(names=["breach_untold"])
        assert GapItem.objects.get().subject_id == row["id"]
        run(cast["duty"], "supervision.note_told", {"affected_id": row["id"], "how": "phone"})
        sweep_all(names=["breach_untold"])
    assert not GapItem.objects.exists()
    breach = Breach.objects.get()
    assert signed_in("grid").get(f"/api/breaches/{breach.pk}/notice.pdf").status_code == 403
    assert signed_in("duty").get(f"/api/breaches/{breach.pk}/notice.pdf").content.startswith(b"%PDF")
