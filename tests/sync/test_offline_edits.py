"""Edits of one household on several phones without a network; a real server, over HTTP.

One phone's edits of a record follow each other however often they arrive; two people's stand side by side until
somebody chooses. What was seen or measured never conflicts: both stand.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.sync.phones import Entry, Phone, Session
from tests.sync.test_phones import table


class Editor:
    """A phone that downloaded a household at some version and edits it with what it knows of its own earlier edits."""

    def __init__(self, phone: Phone, household: str) -> None:
        self.phone, self.household, self.made = phone, household, list[str]()
        self.download()

    def download(self) -> None:
        _, bundle = self.phone.session.ask("GET", f"/api/sync/bundle?device_id={self.phone.device}")
        self.known = next(one for one in bundle["households"] if one["id"] == self.household)

    def edits(self, **values: str) -> Entry:
        given = {"household_id": self.household, "version": self.known["version"], "after": self.made[:], **values}
        entry = self.phone.record("people.edit_household", given)
        self.made.append(entry["id"])
        return entry


@pytest.fixture
def office(server: Any) -> Session:
    return server.session("secretary")  # type: ignore[no-any-return]


@pytest.fixture
def household(office: Session, server: Any) -> str:
    """Return a door of its own for each test."""
    id = str(uuid4())
    given = {"area_path": server.county["grid"], "number": f"{id[:8]}号", "head_name": "王明", "note": "有狗"}
    status, made = office.ask("POST", "/api/actions/people.add_household", {"id": id, "input": given})
    assert status == 200, made
    return id


def cells_of(office: Session, household: str) -> dict[str, Any]:
    _, answer = office.ask("GET", f"/api/tables/people.households/{household}")
    return dict(answer["row"]["cells"])


def conflicts_of(office: Session, household: str) -> list[dict[str, Any]]:
    return table(office, "people.conflicts", record_id=household, settled_at="")


def done(session: Session, action: str, **given: Any) -> dict[str, Any]:
    """Carry out an action and return its result."""
    status, answer = session.ask("POST", f"/api/actions/{action}", {"id": str(uuid4()), "input": given})
    assert status == 200, answer
    return dict(answer["result"])


def test_a_second_edit_on_the_same_phone_never_conflicts_with_the_first(
    server: Any, office: Session, household: str
) -> None:
    one = Editor(server.phone("grid"), household)
    first = one.edits(note="有两条狗")
    one.phone.lose_the_network(after=1.0)
    second = one.edits(note="狗没了", phone="13900000001")
    assert one.phone.upload([first]) in (["done"], ["repeated"])
    assert one.phone.upload([first, second]) == ["repeated", "done"]
    assert one.phone.upload([second, first]) == ["repeated", "repeated"]
    assert conflicts_of(office, household) == []
    cells = cells_of(office, household)
    assert (cells["note"], cells["phone"], cells["version"]) == ("狗没了", "13900000001", 3)


def test_edits_go_on_after_the_download_that_brought_the_first(server: Any, office: Session, household: str) -> None:
    one = Editor(server.phone("grid"), household)
    one.edits(note="有两条狗")
    one.phone.upload()
    one.download()
    one.edits(note="狗没了")
    one.phone.upload()
    assert conflicts_of(office, household) == []
    assert cells_of(office, household)["note"] == "狗没了"


@pytest.mark.parametrize("second", ["grid", "doctor"])
def test_two_phones_edits_stand_side_by_side_until_the_secretary_chooses(
    server: Any, office: Session, household: str, second: str
) -> None:
    one, other = Editor(server.phone("grid"), household), Editor(server.phone(second), household)
    one.edits(note="有两条狗", phone="13900000001")
    other.edits(note="狗没了")
    other.edits(phone="13900000002")
    assert one.phone.upload() == ["done"]
    assert other.phone.upload() == ["done", "done"]
    other.phone.upload([*other.phone.known.values()])
    [kept] = conflicts_of(office, household)
    assert kept["cells"]["care_sides"] == "备注：有两条狗 ⇄ 狗没了"
    assert kept["cells"]["contact_sides"] == "电话：13900000001 ⇄ 13900000002"
    assert (kept["cells"]["device_id"], kept["can"]) == (other.phone.device, ["people.settle_conflict"])
    assert cells_of(office, household)["note"] == "有两条狗"
    done(office, "people.settle_conflict", conflict_id=kept["id"], take=["phone"])
    cells = cells_of(office, household)
    assert (cells["note"], cells["phone"]) == ("有两条狗", "13900000002")
    assert conflicts_of(office, household) == []


def test_a_file_from_a_phone_without_network_brings_its_edits_in_as_the_phone_would(
    server: Any, office: Session, household: str
) -> None:
    one = Editor(server.phone("grid"), household)
    one.edits(note="有两条狗")
    one.edits(note="狗没了")
    status, answer = office.ask("POST", "/api/sync/import", one.phone.export())
    assert (status, answer["done"]) == (200, 2)
    assert one.phone.upload() == ["repeated", "repeated"]
    assert conflicts_of(office, household) == []
    assert cells_of(office, household)["note"] == "狗没了"


def test_visits_of_one_door_from_two_phones_both_stand(server: Any, office: Session, household: str) -> None:
    for name, outcome in (("grid", "absent"), ("doctor", "done")):
        phone = server.phone(name)
        phone.record("screening.record_visit", {"household_id": household, "outcome": outcome})
        assert phone.upload() == ["done"]
    rows = table(office, "screening.visits", household=household)
    assert sorted(row["cells"]["outcome"] for row in rows) == ["absent", "done"]
    assert conflicts_of(office, household) == []
