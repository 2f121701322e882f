"""A sensitive disease (P13): why somebody needs care is for health roles; no list, file or phone tells others."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.domain.observation.tests.county import make_incident, make_person, order
from lianfang.domain.people.models import Person
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import Query, read, read_one
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast: dict[str, Actor], moment: Any) -> Any:
    make_incident()
    one = make_person()
    run(SYSTEM, "people.set_vulnerability", {
        "person_id": str(one.pk), "flags": ["dialysis"], "medicine": "某药", "note": "每周三次",
    })  # fmt: skip
    return one


def cells(actor: Actor, person: Any, table: str = "people.vulnerable") -> dict[str, Any]:
    return dict(read_one(actor, table, str(person.pk))["cells"])


def test_only_health_roles_mark(cast: dict[str, Actor], person: Any) -> None:
    for name in ("grid", "secretary", "town", "duty", "gate", "desk", "leader", "neighbour"):
        with pytest.raises(Refusal) as caught:
            run(cast[name], "health.mark_sensitive", {"person_id": str(person.pk)})
        assert caught.value.code == "access.not_yours", name
    assert not Person.objects.get().sensitive_disease


def test_the_reason_is_seen_by_health_roles_alone(cast: dict[str, Actor], person: Any) -> None:
    assert cells(cast["grid"], person)["note"] == "每周三次"
    run(cast["doctor"], "health.mark_sensitive", {"person_id": str(person.pk)})
    for name in ("grid", "secretary", "town", "duty"):
        seen = cells(cast[name], person)
        assert not seen["vulnerabilities"], name
        assert not seen["note"], name
        assert not seen["medicine"], name
        assert not cells(cast[name], person, "people.persons")["note"], name
    seen = cells(cast["doctor"], person)
    assert (seen["vulnerabilities"], seen["medicine"], seen["note"]) == (["dialysis"], "某药", "每周三次")


def test_nor_is_it_revealed_or_found_by_a_filter(cast: dict[str, Actor], person: Any) -> None:
    where = Query({"category__contains": '"dialysis"'})
    assert len(read(cast["grid"], "people.vulnerable", where).rows) == 1
    run(cast["doctor"], "health.mark_sensitive", {"person_id": str(person.pk)})
    assert read(cast["grid"], "people.vulnerable", where).rows == []
    assert len(read(cast["doctor"], "people.vulnerable", where).rows) == 1
    shown = run(cast["duty"], "privacy.reveal_value", {
        "table": "people.vulnerable", "row_id": str(person.pk), "column": "medicine", "reason": "核对用药",
    })  # fmt: skip
    assert not shown["value"]


def test_what_an_order_says_of_care_is_hidden_with_it(cast: dict[str, Actor], person: Any) -> None:
    made = order(cast["secretary"], person, care_note="透析，周一三五")
    run(cast["doctor"], "health.mark_sensitive", {"person_id": str(person.pk)})
    seen = read_one(cast["secretary"], "observation.orders", made["id"])["cells"]
    assert seen["care_note"] == ""
    assert read_one(cast["doctor"], "observation.orders", made["id"])["cells"]["care_note"] == "透析，周一三五"


def test_flags_set_by_others_do_not_tell_what_was_there(cast: dict[str, Actor], person: Any) -> None:
    run(cast["doctor"], "health.mark_sensitive", {"person_id": str(person.pk)})
    told = run(cast["grid"], "people.set_vulnerability", {"person_id": str(person.pk), "flags": ["elderly_alone"]})
    assert "dialysis" not in str(told)


def test_the_mark_itself_is_in_no_list() -> None:
    for table in TABLES.values():
        assert all("sensitive" not in column.path for column in table.columns)
