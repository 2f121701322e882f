"""Permits: who is refused one, what ends one, and that a gate knows of it from what it fetches."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.checkpoints.gaps.permits import _ending
from lianfang.domain.checkpoints.models.permits import Permit, PermitKey
from lianfang.domain.checkpoints.queries.permits import code_of, permit_bundle, permit_keys, revocations
from lianfang.domain.checkpoints.retention.permits import _ended
from lianfang.domain.checkpoints.rules.permits.checking import Answer, Gate, Key, check
from lianfang.domain.checkpoints.rules.permits.revoking import unpack
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.administration.rotation import rotate
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

TERM = {"first_on": "2020-02-03", "last_on": "2020-02-09"}
Cast = dict[str, Actor]


@pytest.fixture(autouse=True)
def _tenth_morning(moment: datetime) -> None:
    """Hold the clock still for every test here."""


def house(number: str = "12", path: str = GRID) -> str:
    given = {"area_path": path, "number": number, "address": f"{number}号", "head_name": "张大山"}
    return str(run(SYSTEM, "people.add_household", given)["id"])


@pytest.fixture
def home(county: str) -> str:
    return house()


def issue(actor: Actor, home: str, **changes: Any) -> dict[str, Any]:
    return run(actor, "checkpoints.issue_household_permit", {"household_id": home, **TERM, **changes})


def many(actor: Actor, within: str = VILLAGE, **changes: Any) -> dict[str, Any]:
    return run(actor, "checkpoints.issue_many_permits", {"within": within, **TERM, **changes})


def revoke(actor: Actor, permit: str, because: str = "lost") -> dict[str, Any]:
    return run(actor, "checkpoints.revoke_permit", {"permit_id": permit, "because": because})


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as no:
        call(*args, **kwargs)
    return no.value.code


def at_gate(code: str, area: str = VILLAGE) -> Answer:
    """Judge a code with nothing but what a gate has fetched."""
    held = permit_bundle(area)
    trusted = {}
    for one in held["keys"]:
        until = one["until"] and datetime.fromisoformat(one["until"])
        public = base64.urlsafe_b64decode(one["key"] + "=")
        key = Key(bytes.fromhex(one["id"]), public, one["area"], datetime.fromisoformat(one["from"]), until)
        trusted[key.key_id] = key
    heard = datetime.fromisoformat(held["revoked"]["at"])
    old = timedelta(hours=held["list_old_after_hours"])
    return check(code, Gate(area, trusted, set(unpack(held["revoked"]["serials"])), heard, old), clock.now())


# --- refusals ---


@pytest.mark.parametrize("who", ["neighbour", "grid", "doctor", "leader", "gate", "desk", "auditor", "outsider"])
def test_nobody_but_the_village_and_above_issues_or_revokes(cast: Cast, home: str, who: str) -> None:
    made = issue(cast["secretary"], home)["id"]
    assert refused(issue, cast[who], home) == "access.not_yours"
    assert refused(many, cast[who]) == "access.not_yours"
    assert refused(revoke, cast[who], made) == "access.not_yours"
    for kind, given in (("worker", {"holder_name": "赵一", "phone_tail": "0070"}), ("vehicle", {"plate": "晋M12345"})):
        wanted = {"area_path": VILLAGE, "use": "供水抢修", **given, **TERM}
        assert refused(run, cast[who], f"checkpoints.issue_{kind}_permit", wanted) == "access.not_yours"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first_on": "2020-02-09", "last_on": "2020-02-03"}, "checkpoints.permit_dates"),
        ({"first_on": "2020-01-20", "last_on": "2020-02-02"}, "checkpoints.permit_dates"),
        ({"last_on": "2020-03-04"}, "checkpoints.permit_too_long"),
        ({"holds_in": NEIGHBOUR_VILLAGE}, "checkpoints.permit_area"),
        ({"holds_in": GRID[:4]}, "checkpoints.permit_area"),
        ({"holds_in": TOWN}, "access.not_yours"),
    ],
)
def test_a_permit_has_an_end_and_an_area_of_its_own(cast: Cast, home: str, changes: dict[str, str], code: str) -> None:
    assert refused(issue, cast["secretary"], home, **changes) == code


def test_a_household_has_one_permit(cast: Cast, home: str) -> None:
    issue(cast["secretary"], home)
    assert refused(issue, cast["secretary"], home) == "checkpoints.permit_exists"
    row = Permit.objects.get()
    row.pk, row.serial = UUID(int=1), 99
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_closed_household_gets_none(cast: Cast, home: str) -> None:
    run(cast["secretary"], "people.close_household", {"household_id": home, "reason": "拆迁"})
    assert refused(issue, cast["secretary"], home) == "checkpoints.permit_household"


@pytest.mark.parametrize("plate", ["12345", "晋M1", "<晋M12345", "晋m"])
def test_what_is_no_plate_is_refused(cast: Cast, county: str, plate: str) -> None:
    given = {"area_path": VILLAGE, "plate": plate, "use": "供水抢修", **TERM}
    assert refused(run, cast["secretary"], "checkpoints.issue_vehicle_permit", given) == "checkpoints.permit_plate"


def test_a_worker_is_known_by_four_digits_and_no_more(cast: Cast, county: str) -> None:
    given = {"area_path": VILLAGE, "holder_name": "赵一", "phone_tail": "12a4", "use": "供水抢修", **TERM}
    assert refused(run, cast["secretary"], "checkpoints.issue_worker_permit", given) == "checkpoints.permit_tail"


def test_a_permit_ends_once_and_for_a_reason_on_the_list(cast: Cast, home: str) -> None:
    made = issue(cast["secretary"], home)["id"]
    assert refused(revoke, cast["secretary"], made, "because") == "input.not_a_choice"
    revoke(cast["secretary"], made)
    assert refused(revoke, cast["secretary"], made) == "checkpoints.permit_ended"
    unknown = str(UUID(int=7))
    assert refused(revoke, cast["secretary"], unknown) == "checkpoints.permit_unknown"
    given = {"permit_id": made, "because": "gold"}
    assert refused(run, cast["secretary"], "checkpoints.replace_permit", given) == "input.not_a_choice"


@pytest.mark.parametrize("who", ["secretary", "town", "grid", "gate"])
def test_the_keys_are_the_countys(cast: Cast, home: str, who: str) -> None:
    issue(cast["secretary"], home)
    key = PermitKey.objects.get()
    assert refused(run, cast[who], "checkpoints.renew_permit_key", {"county": COUNTY}) == "access.not_yours"
    given = {"key": str(key.pk), "reason": "密钥文件外泄"}
    assert refused(run, cast[who], "checkpoints.withdraw_permit_key", given) == "access.not_yours"


def test_a_key_is_of_a_county(cast: Cast, county: str) -> None:
    assert refused(run, SYSTEM, "checkpoints.renew_permit_key", {"county": TOWN}) == "checkpoints.permit_county"


# --- what works ---


def test_an_issued_permit_is_accepted_at_the_villages_gate_and_at_no_other(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    found = at_gate(code)
    assert (found.reason, found.warnings) == ("valid", ())
    assert found.terms is not None
    limits = (found.terms.persons, found.terms.days, found.terms.minutes)
    assert (found.terms.mark, limits) == ("12", (1, 2, 180))
    assert at_gate(code, NEIGHBOUR_VILLAGE).reason == "wrong_area"


def test_a_code_carries_no_name_and_no_identity_number(cast: Cast, county: str) -> None:
    given = {"area_path": TOWN, "holder_name": "赵一山", "phone_tail": "0070", "use": "供水抢修", **TERM}
    found = at_gate(run(cast["town"], "checkpoints.issue_worker_permit", given)["code"])
    assert found.terms is not None
    assert found.terms.mark == "0070"
    assert "赵" not in repr(found.terms)


def test_a_vehicle_is_known_by_its_plate_however_it_was_typed(cast: Cast, county: str) -> None:
    given = {"area_path": TOWN, "plate": "晋m·12345", "use": "生活物资运输", **TERM}
    found = at_gate(run(cast["town"], "checkpoints.issue_vehicle_permit", given)["code"])
    assert found.terms is not None
    assert (found.reason, found.terms.mark, found.terms.persons) == ("valid", "晋M12345", 0)


def test_a_revoked_permit_is_refused_at_the_next_fetch(cast: Cast, home: str) -> None:
    made = issue(cast["secretary"], home)
    assert revoke(cast["secretary"], made["id"])["version"] == 1
    assert at_gate(made["code"]).reason == "revoked"


def test_a_replaced_permit_is_refused_and_the_new_one_accepted(cast: Cast, home: str) -> None:
    old = issue(cast["secretary"], home)
    new = run(cast["secretary"], "checkpoints.replace_permit", {"permit_id": old["id"], "because": "damaged"})
    assert at_gate(old["code"]).reason == "revoked"
    assert at_gate(new["code"]).reason == "valid"
    assert Permit.objects.get(pk=new["id"]).replaces_id == UUID(old["id"])


def test_the_end_of_the_last_day_ends_a_permit_and_another_may_follow(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    with clock.fixed(datetime(2020, 2, 9, 15, 59, tzinfo=clock.UTC)):
        assert at_gate(code).reason == "valid"
    with clock.fixed(datetime(2020, 2, 9, 16, 0, tzinfo=clock.UTC)):
        assert at_gate(code).reason == "expired"
        issue(cast["secretary"], home, first_on="2020-02-10", last_on="2020-02-16")
    assert sorted(Permit.objects.values_list("state", flat=True)) == ["active", "expired"]


def test_a_village_gets_its_permits_at_once_and_nobody_a_second(cast: Cast, county: str) -> None:
    homes = [house(str(number)) for number in range(1, 6)]
    house("9", NEIGHBOUR_GRID)
    issue(cast["secretary"], homes[0])
    assert many(cast["secretary"]) == {"issued": 4, "had_one": 1, "returnee": 0}
    assert many(cast["secretary"]) == {"issued": 0, "had_one": 5, "returnee": 0}
    assert list(Permit.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3, 4, 5]
    assert all(at_gate(code_of(row)).ok for row in Permit.objects.select_related("key"))


def test_a_code_is_the_same_each_time_it_is_printed(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    assert code_of(Permit.objects.select_related("key").get()) == code


# --- what ends a permit by itself ---


def register_returnee(cast: Cast, home: str) -> None:
    person = run(cast["secretary"], "people.add_person", {"household_id": home, "name": "张小燕"})["id"]
    run(SYSTEM, "checkpoints.end_for_returnee", {"person_id": person})


def test_a_returnee_ends_the_households_permit_and_a_bulk_leaves_the_household_out(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    register_returnee(cast, home)
    assert at_gate(code).reason == "revoked"
    assert Permit.objects.get().revoked_because == "returnee"
    assert many(cast["secretary"]) == {"issued": 0, "had_one": 0, "returnee": 1}
    assert at_gate(issue(cast["secretary"], home)["code"]).reason == "valid"


def test_a_closed_household_has_no_permit_left(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    run(cast["secretary"], "people.close_household", {"household_id": home, "reason": "拆迁"})
    run_waiting()
    assert at_gate(code).reason == "revoked"


def test_a_permit_follows_its_household_and_ends_where_it_does_not_hold(cast: Cast, home: str) -> None:
    other = house("13")
    local, wide = issue(cast["secretary"], home), issue(cast["town"], other, holds_in=TOWN)
    for one in (home, other):
        edit = {"household_id": one, "version": 1, "area_path": NEIGHBOUR_GRID}
        run(cast["town"], "people.edit_household", edit)
    run_waiting()
    assert at_gate(local["code"]).reason == "revoked"
    assert at_gate(wide["code"], NEIGHBOUR_VILLAGE).reason == "valid"
    assert set(Permit.objects.filter(state="active").values_list("area_path", flat=True)) == {NEIGHBOUR_GRID}


# --- keys and the list ---


def test_permits_of_the_key_before_stay_valid_until_they_end(cast: Cast, home: str) -> None:
    old = issue(cast["secretary"], home)["code"]
    run(cast["duty"], "checkpoints.renew_permit_key", {"county": COUNTY})
    new = issue(cast["secretary"], house("13"))["code"]
    assert len(permit_keys(VILLAGE)) == 2
    assert (at_gate(old).reason, at_gate(new).reason) == ("valid", "valid")
    with clock.fixed(datetime(2020, 2, 9, 16, 0, tzinfo=clock.UTC)):
        assert len(permit_keys(VILLAGE)) == 1


def test_nothing_that_a_leaked_key_signed_is_accepted(cast: Cast, home: str) -> None:
    made = issue(cast["secretary"], home)
    key = str(PermitKey.objects.get().pk)
    run(cast["duty"], "checkpoints.withdraw_permit_key", {"key": key, "reason": "密钥文件外泄"})
    assert at_gate(made["code"]).reason == "forged"
    assert revocations(VILLAGE)["version"] == 0
    assert at_gate(issue(cast["secretary"], home)["code"]).reason == "valid"
    again = {"key": key, "reason": "密钥文件外泄"}
    assert refused(run, cast["duty"], "checkpoints.withdraw_permit_key", again) == "checkpoints.permit_key_unknown"


def test_the_private_key_is_encrypted_at_rest_and_survives_a_rotation(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    private = PermitKey.objects.get().private
    rotate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM checkpoints_permitkey")
        stored = cursor.fetchone()[0]
    assert private not in stored
    assert stored.startswith("k")
    assert code_of(Permit.objects.select_related("key").get()) == code


def test_a_gate_fetches_only_what_it_has_not_seen(cast: Cast, county: str) -> None:
    made = [issue(cast["secretary"], house(str(number)))["id"] for number in range(1, 5)]
    for one in made[:2]:
        revoke(cast["secretary"], one)
    revoke(cast["secretary"], made[3])
    whole, news = revocations(VILLAGE), revocations(VILLAGE, 2)
    assert (whole["version"], whole["since"], unpack(whole["serials"])) == (3, 0, [1, 2, 4])
    assert (news["since"], unpack(news["serials"])) == (2, [4])
    assert unpack(revocations(VILLAGE, 3)["serials"]) == []
    assert revocations(VILLAGE, 99)["since"] == 0


def test_what_has_expired_leaves_the_list(cast: Cast, home: str) -> None:
    revoke(cast["secretary"], issue(cast["secretary"], home)["id"])
    with clock.fixed(datetime(2020, 2, 10, tzinfo=clock.UTC)):
        assert unpack(revocations(VILLAGE)["serials"]) == []


def test_another_county_has_keys_and_a_list_of_its_own(cast: Cast, home: str) -> None:
    code = issue(cast["secretary"], home)["code"]
    assert permit_bundle("371521100201") == {
        "keys": [], "list_old_after_hours": 24,
        "revoked": {"area": "371521", "version": 0, "since": 0, "at": clock.now().isoformat(), "serials": ""},
    }  # fmt: skip
    assert at_gate(code, "371521100201").reason == "forged"


# --- what is seen, missing, and forgotten ---


def test_the_list_says_what_stands(cast: Cast, home: str) -> None:
    revoke(cast["secretary"], issue(cast["secretary"], home)["id"])
    issue(cast["secretary"], home)
    cells = [row["cells"] for row in read(cast["secretary"], "checkpoints.permits").rows]
    assert [(row["serial"], row["number"]) for row in cells] == [(2, "12"), (1, "12")]
    assert [row["standing"] for row in cells] == ["valid", "revoked"]
    assert read(cast["neighbour"], "checkpoints.permits").rows == []


def test_a_permit_about_to_end_is_a_gap_and_a_short_one_just_issued_is_none(cast: Cast, home: str) -> None:
    issue(cast["secretary"], home)
    with clock.fixed(datetime(2020, 2, 8, 15, 0, tzinfo=clock.UTC)):
        assert list(_ending(VILLAGE, clock.now())) == []
    with clock.fixed(datetime(2020, 2, 8, 17, 0, tzinfo=clock.UTC)):
        run(cast["secretary"], "checkpoints.issue_household_permit",
            {"household_id": house("13"), "first_on": "2020-02-09", "last_on": "2020-02-09"})  # fmt: skip
        assert [one.area_path for one in _ending(VILLAGE, clock.now())] == [GRID]


def test_a_permit_is_forgotten_some_time_after_its_end(cast: Cast, home: str) -> None:
    issue(cast["secretary"], home)
    assert list(_ended(datetime(2020, 2, 9, 15, tzinfo=clock.UTC))) == []
    assert len(_ended(datetime(2020, 2, 9, 17, tzinfo=clock.UTC))) == 1
