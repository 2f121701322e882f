"""Signing in and out, the access that runs with it, hand-over notes, no-shows: refusals first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.domain.workforce.actions.watching import tick_job
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift
from lianfang.domain.workforce.queries.codes import code_of, read_code
from lianfang.domain.workforce.queries.duty import on_duty, post_on_duty
from lianfang.domain.workforce.queries.hours import minutes_of
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.domain.workforce.tests.conftest import GATE, Do, Refused
from lianfang.foundation.access.actor import Actor, actor_for
from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.jobs.queue import Progress
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Refusal

DAY = date(2020, 2, 3)
IN, OUT = "workforce.sign_in", "workforce.sign_out"


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2020, 2, day, hour, minute, tzinfo=CHINA)


@dataclass
class Gate:
    """A gate with a volunteer who has an account and no role but for their own shifts, and one without an account."""

    post: UUID
    volunteer: Account
    shift: Shift
    next: Shift

    def actor(self, door: str = "sync") -> Actor:
        return actor_for(self.volunteer, on=DAY, door=door, device_id="a phone")

    def does(self, name: str, when: datetime, **given: Any) -> Any:
        """Carry out an action as the volunteer at a moment; the phone brings it at once."""
        with clock.fixed(when):
            return run(self.actor(), name, given, happened_at=when)

    def refuses(self, name: str, when: datetime, **given: Any) -> Refusal:
        with pytest.raises(Refusal) as no:
            self.does(name, when, **given)
        return no.value


def a_shift(post: UUID, person: Responder, starts: datetime, kind: str = "4x6.m", **more: Any) -> Shift:
    given = {"state": "notified", "on": starts.date(), "kind": kind, "worker": person.name, **more}
    return Shift.objects.create(
        area_path=VILLAGE,
        post_id=post,
        responder=person,
        starts_at=starts,
        ends_at=starts + timedelta(hours=6),
        **given,
    )


@pytest.fixture
def gate(do: Do, db: None) -> Gate:
    post = UUID(do("secretary", "workforce.add_post", **GATE)["id"])
    with writing():
        account = Account.objects.create(username="volunteer", password="-", name="高自愿", home_area="140826101")
        Grant.objects.create(account=account, role="duty_member", area_path="140826101", purpose="值守",
                             starts_on=date(2020, 1, 20))  # fmt: skip
        first, second = (
            Responder.objects.create(area_path="140826101", name=name, origin="volunteer", state="assigned",
                                     joined_on=date(2020, 1, 25), account=mine, undertaking_on=date(2020, 1, 26))
            for name, mine in (("高自愿", account), ("李接班", None))
        )  # fmt: skip
        return Gate(post, account, a_shift(post, first, at(6)), a_shift(post, second, at(12), "4x6.a"))


def test_nobody_signs_in_to_the_shift_of_another(gate: Gate, refused: Refused) -> None:
    assert refused("gate", IN, shift_id=str(gate.shift.pk)).code == "workforce.unknown_shift"
    assert gate.refuses(IN, at(12), shift_id=str(gate.next.pk)).code == "workforce.unknown_shift"
    for who in ("grid", "neighbour", "outsider", "auditor", "leader"):
        assert refused(who, "workforce.sign_in_for", shift_id=str(gate.shift.pk)).code == "access.not_yours"


@pytest.mark.parametrize(("hour", "minute"), [(4, 59), (12, 0), (18, 0)])
def test_a_shift_is_signed_in_to_at_its_time_alone(gate: Gate, hour: int, minute: int) -> None:
    no = gate.refuses(IN, at(hour, minute), shift_id=str(gate.shift.pk))
    assert no.code == "workforce.not_the_time_to_sign_in"
    assert "02-03 06:00" in no.message.zh


def test_the_code_of_another_post_and_a_forged_one_are_refused(gate: Gate, do: Do) -> None:
    other = find_post(UUID(do("secretary", "workforce.add_post", **GATE | {"name": "村西口"})["id"]))
    assert other is not None
    no = gate.refuses(IN, at(6), shift_id=str(gate.shift.pk), code=code_of(other))
    assert (no.code, no.message.zh) == ("workforce.other_post", "这是另一个卡点的码：K002 村西口。")
    mine = find_post(gate.post)
    assert mine is not None
    forged = code_of(mine)[:-4] + "AAAA"
    assert gate.refuses(IN, at(6), shift_id=str(gate.shift.pk), code=forged).code == "workforce.code_unreadable"
    assert read_code("https://example.com/") is None
    assert gate.does(IN, at(6), shift_id=str(gate.shift.pk), code=code_of(mine))["late_minutes"] == 0
    assert Shift.objects.get(pk=gate.shift.pk).sign_in_way == "code"


def test_the_gate_is_open_to_a_volunteer_while_on_the_shift_alone(gate: Gate) -> None:
    assert not gate.actor().may("screening.report_lead", VILLAGE)
    assert gate.does(IN, at(5, 50), shift_id=str(gate.shift.pk))["access"] is True
    assert gate.actor().may("screening.report_lead", VILLAGE)
    assert [one.name for one in on_duty(gate.post, at(8))] == ["高自愿"]
    post = post_on_duty(gate.volunteer.pk, at(8))
    assert post is not None
    assert post.pk == gate.post
    gate.does(OUT, at(12, 5), shift_id=str(gate.shift.pk), matters="帐篷漏雨")
    assert not gate.actor().may("screening.report_lead", VILLAGE)
    served = gate.shift.responder_id
    assert minutes_of([served]) == minutes_of([served], DAY, DAY) == {served: 375}
    assert minutes_of([served], date(2020, 2, 4)) == {}
    assert post_on_duty(gate.volunteer.pk, at(12, 6)) is None
    assert post_on_duty(gate.volunteer.pk, at(11)) is not None


def test_without_an_undertaking_somebody_serves_and_the_gate_stays_closed(gate: Gate) -> None:
    with writing():
        Responder.objects.filter(pk=gate.shift.responder_id).update(undertaking_on=None)
    done = gate.does(IN, at(6), shift_id=str(gate.shift.pk))
    assert (done["access"], "承诺书" in done["told"]["zh"]) == (False, True)
    assert not gate.actor().may("screening.report_lead", VILLAGE)
    assert Shift.objects.get(pk=gate.shift.pk).state == "signed_in"


def test_the_list_of_volunteers_counts_the_shifts_that_were_stood_to_their_end(
    gate: Gate, cast: dict[str, Actor]
) -> None:
    def counted() -> list[int]:
        listed = read(cast["duty"], "workforce.responders", Query(where={"origin": "volunteer"})).rows
        return [one["cells"]["shifts"] for one in listed if one["id"] == str(gate.shift.responder_id)]

    gate.does(IN, at(5, 50), shift_id=str(gate.shift.pk))
    assert counted() == [0]
    gate.does(OUT, at(12, 5), shift_id=str(gate.shift.pk), nothing_open=True)
    assert counted() == [1]


def test_access_ends_by_itself_for_who_forgets_to_sign_out(gate: Gate) -> None:
    gate.does(IN, at(6), shift_id=str(gate.shift.pk))
    for hour, minute, still in ((12, 59, True), (13, 0, False)):
        with clock.fixed(at(hour, minute)):
            tick_job({}, Progress(Job()))
            assert gate.actor().may("screening.report_lead", VILLAGE) is still


def test_a_shift_is_signed_out_with_what_is_handed_over(gate: Gate) -> None:
    mine = {"shift_id": str(gate.shift.pk)}
    assert gate.refuses(OUT, at(12), **mine, nothing_open=True).code == "workforce.not_signed_in"
    gate.does(IN, at(6), **mine)
    assert gate.refuses(OUT, at(12), **mine).code == "workforce.note_needed"
    assert gate.refuses(OUT, at(5), **mine, nothing_open=True).code == "workforce.signed_out_before_in"
    gate.does("workforce.count_shift", at(9), **mine, informed=60, leaflets=120)
    done = gate.does(OUT, at(12), **mine, open_people="一名发热待转诊", equipment="测温枪2把", informed=75)
    note = HandOverNote.objects.get(pk=done["note_id"])
    assert (note.open_people, note.equipment, note.confirmed_at) == ("一名发热待转诊", "测温枪2把", None)
    shift = Shift.objects.get(pk=gate.shift.pk)
    assert (shift.state, shift.informed, shift.leaflets) == ("signed_out", 75, 120)


def test_a_sign_in_and_out_kept_on_the_phone_keep_their_own_time(gate: Gate) -> None:
    for name, when, more in ((IN, at(6, 2), {}), (OUT, at(12, 1), {"nothing_open": True})):
        with clock.fixed(at(21)):
            run(gate.actor(), name, {"shift_id": str(gate.shift.pk), **more}, happened_at=when)
    shift = Shift.objects.get(pk=gate.shift.pk)
    assert (shift.signed_in_at, shift.signed_out_at) == (at(6, 2), at(12, 1))
    assert not gate.actor().may("screening.report_lead", VILLAGE)


def test_a_note_is_confirmed_by_the_next_shift_and_not_by_its_writer(gate: Gate, do: Do, refused: Refused) -> None:
    gate.does(IN, at(6), shift_id=str(gate.shift.pk))
    note = gate.does(OUT, at(12), shift_id=str(gate.shift.pk), matters="路障移位")["note_id"]
    confirm = "workforce.confirm_note"
    assert gate.refuses(confirm, at(12, 1), note_id=note).code == "access.not_yours"
    assert refused("grid", confirm, note_id=note).code == "access.not_yours"

    def open_at(when: datetime) -> set[str]:
        return {one.subject_id for one in GAPS["hand_over_unconfirmed"].find(VILLAGE, when)}

    assert (open_at(at(12, 59)), open_at(at(13))) == (set(), {note})
    do("secretary", confirm, note_id=note, remark="已核对")
    assert open_at(at(13)) == set()
    assert refused("secretary", confirm, note_id=note).code == "workforce.note_confirmed"


def test_who_has_not_come_is_on_the_board_within_the_quarter_hour(gate: Gate, accounts: dict[str, Account]) -> None:
    def missing(when: datetime) -> dict[str, Any]:
        return {one.subject_id: one for one in GAPS["shift_not_manned"].find(VILLAGE, when)}

    assert missing(at(6, 9)) == {}
    assert set(missing(at(6, 10))) == {str(gate.shift.pk)}
    run(actor_for(accounts["secretary"], on=DAY, door="console"), "workforce.name_lead",
        {"post_id": str(gate.post), "account_id": str(accounts["secretary"].pk), "agreed": True})  # fmt: skip
    assert missing(at(6, 10))[str(gate.shift.pk)].answerable_id == accounts["secretary"].pk
    gate.does(IN, at(6, 20), shift_id=str(gate.shift.pk))
    assert missing(at(6, 21)) == {}


def test_who_does_not_come_is_a_no_show_until_the_phone_says_otherwise(gate: Gate) -> None:
    for minute, state in ((29, "notified"), (30, "no_show")):
        with clock.fixed(at(6, minute)):
            tick_job({}, Progress(Job()))
        assert Shift.objects.get(pk=gate.shift.pk).state == state
    with clock.fixed(at(9)):
        run(gate.actor(), IN, {"shift_id": str(gate.shift.pk)}, happened_at=at(6, 5))
    assert Shift.objects.get(pk=gate.shift.pk).state == "signed_in"


def test_the_lead_signs_in_by_the_list_marks_and_verifies(gate: Gate, do: Do, refused: Refused) -> None:
    early = {"shift_id": str(gate.next.pk), "reason": "没有来"}
    assert refused("secretary", "workforce.mark_no_show", **early).code == "workforce.not_begun"
    mine = {"shift_id": str(gate.shift.pk)}
    assert refused("secretary", "workforce.verify_shift", **mine).code == "workforce.shift_not_over"
    do("secretary", "workforce.sign_in_for", **mine)
    assert refused("secretary", "workforce.sign_in_for", **mine).code == "workforce.already_signed_in"
    do("secretary", "workforce.sign_out_for", **mine, nothing_open=True, meals=1)
    do("secretary", "workforce.verify_shift", **mine)
    shift = Shift.objects.get(pk=gate.shift.pk)
    assert (shift.state, shift.sign_in_way, shift.meals) == ("verified", "list", 1)


def test_one_reads_the_own_shifts_from_home_and_accepts_them(gate: Gate) -> None:
    rows = read(gate.actor(), "workforce.my_shifts", Query(offers=True)).rows
    assert [row["id"] for row in rows] == [str(gate.shift.pk)]
    assert gate.does("workforce.accept_shifts", at(5), shift_ids=[])["accepted"] == 1
    assert gate.refuses("workforce.accept_shifts", at(5), shift_ids=[str(gate.next.pk)]).code == (
        "workforce.unknown_shift"
    )
    with pytest.raises(Refusal):
        read(gate.actor(), "workforce.shifts")


def test_a_withdrawn_post_keeps_no_shifts_to_come(gate: Gate, do: Do, settle: Callable[[], None]) -> None:
    do("secretary", "workforce.withdraw_post", post_id=str(gate.post), reason="撤卡")
    assert set(Shift.objects.filter(starts_at__gt=clock.now()).values_list("state", flat=True)) == {"cancelled"}


# --- what lists offer ---


def offered(who: Actor, when: datetime) -> set[str]:
    with clock.fixed(when):
        [row, _] = read(who, "workforce.shifts", Query(within=GRID, sort="starts_at", offers=True)).rows
    return set(row["can"])


def test_who_does_not_lead_a_post_of_the_own_grid_is_offered_nothing_of_what_its_lead_does(
    gate: Gate, do: Do, cast: dict[str, Actor]
) -> None:
    of_leads = {"workforce.sign_in_for", "workforce.take_off_shift", "workforce.put_substitute"}
    do(
        "secretary",
        "workforce.move_post",
        post_id=str(gate.post),
        area_path=GRID,
        position="网格口",
        reason="移到网格口",
    )
    with writing():
        Shift.objects.update(area_path=GRID)
    assert not of_leads & offered(cast["grid"], at(6))
    assert of_leads <= offered(cast["secretary"], at(6))
    with pytest.raises(Refusal) as no, clock.fixed(at(6)):
        run(cast["grid"], "workforce.sign_in_for", {"shift_id": str(gate.shift.pk)})
    assert no.value.code == "access.not_yours"
    given = {"account_id": str(cast["grid"].account_id), "post_id": str(gate.post), "agreed": True}
    do("secretary", "workforce.name_lead", **given)
    assert of_leads <= offered(cast["grid"], at(6))
    with clock.fixed(at(6)):
        run(cast["grid"], "workforce.sign_in_for", {"shift_id": str(gate.shift.pk)})
