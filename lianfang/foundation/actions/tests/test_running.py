"""Carrying out actions: what is refused and how, what a repeat changes (nothing), what a phone's refusals become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import IntegrityError, OperationalError, connection
from pydantic import Field

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.areas.models import Area, AreaChange
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.facts import append_facts
from lianfang.foundation.actions.guard import WriteAroundActionError, writing
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.models import Command, RefusedCommand
from lianfang.foundation.actions.registry import Call, Result, action, fact_action
from lianfang.foundation.actions.running import Outcome, Request, run, run_many
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.events.models import Event
from lianfang.kernel.clock import now
from lianfang.kernel.errors import CATALOGUE, Problems, Refusal
from lianfang.kernel.facts import Fact
from lianfang.kernel.ids import uuid7
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db

TITLE = both("测试", "Test")
CREATE = "areas.create_grid"


@dataclass(frozen=True, kw_only=True)
class NoteTaken(Fact):
    name: ClassVar[str] = "test.note_taken"


class Note(Input):
    path: str = Field(max_length=18)
    text: str = Field("", max_length=10)
    number: int = Field(0, ge=0, le=2**31 - 1)
    trouble: str = ""


@pytest.fixture
def notes(declaring: None) -> None:
    """A fact action as apps declare them: notes about areas, each a row of its own."""

    @fact_action("test.take_note", TITLE, Note)
    def take_note(calls: Sequence[Call]) -> None:
        """Take notes."""
        allowed = [call for call in calls if _allowed(call)]
        for call in allowed:
            if call.given.trouble == "busy":
                raise OperationalError("database is locked")
            if call.given.trouble == "conflict":
                raise IntegrityError("UNIQUE")
            if call.given.trouble == "bug":
                raise KeyError(call.given.text)
        rows = [AreaChange(id=call.id, path=call.given.path, kind="note", after={"text": call.given.text},
                           at=call.happened_at, account_id=call.actor.account_id) for call in allowed]  # fmt: skip
        fresh = append_facts(rows)
        for call in allowed:
            call.result, call.repeated = {"id": str(call.id)}, call.id not in fresh
            call.announce(NoteTaken(area_path=call.given.path))


def _allowed(call: Call) -> bool:
    try:
        call.permit(call.given.path, "observation.record_reading")
    except Refusal as no:
        call.refusal = no
    return call.refusal is None


def _note(actor: Actor, path: str = GRID, id: UUID | None = None, **given: Any) -> Request:
    return Request(actor, "test.take_note", {"path": path, **given}, id or uuid7())


def _codes(outcomes: Sequence[Outcome]) -> list[str]:
    return [one.refusal.code if one.refusal else one.status for one in outcomes]


def _problems(no: Refusal) -> dict[str | None, str]:
    assert isinstance(no, Problems)
    return {one.field: one.code for one in no.problems}


# what is refused before anything happens


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"village": VILLAGE}, "name", "input.missing"),
        ({"village": VILLAGE, "name": "a", "colour": "red"}, "colour", "input.unknown_field"),
        ({"village": VILLAGE, "name": 7}, "name", "input.wrong_kind"),
        ({"village": VILLAGE, "name": None}, "name", "input.wrong_kind"),
        ({"village": VILLAGE, "name": ["a"]}, "name", "input.wrong_kind"),
        ({"village": VILLAGE, "name": "长" * 61}, "name", "input.too_long"),
        ({"village": VILLAGE, "name": "   "}, "name", "input.too_short"),
        ({"village": "not a village", "name": "a"}, "village", "input.wrong_form"),
        ({"village": VILLAGE, "name": "第三\x00网格"}, "name", "input.control_characters"),
        ({"village": VILLAGE, "name": "第三\u202e网格"}, "name", "input.control_characters"),
        ({"village": VILLAGE, "name": "第三\u200b网格"}, "name", "input.control_characters"),
    ],
)
def test_an_unacceptable_value_is_refused_with_its_field(
    cast: dict[str, Actor], given: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Problems) as caught:
        run(cast["secretary"], CREATE, given)
    assert _problems(caught.value)[field] == code
    assert not Command.objects.exists()


@pytest.mark.parametrize("given", [None, [], "text", 7, True])
def test_an_input_that_is_no_object_is_refused(cast: dict[str, Actor], given: object) -> None:
    with pytest.raises(Refusal) as caught:
        run(cast["secretary"], CREATE, given)
    assert caught.value.code == "input.wrong_kind"


@pytest.mark.parametrize("number", [2**31, 2**63, 10**400, 1e300, -1, 1.5, float("inf"), float("nan"), "7e7"])
def test_a_number_no_column_holds_is_refused(cast: dict[str, Actor], notes: None, number: object) -> None:
    [outcome] = run_many([_note(cast["grid"], number=number)])
    assert outcome.refusal is not None
    assert set(_problems(outcome.refusal)) == {"number"}


def test_a_deep_nest_of_lists_is_refused_and_not_followed(cast: dict[str, Actor]) -> None:
    nest: Any = "a"
    for _ in range(5000):
        nest = [nest]
    with pytest.raises(Refusal) as caught:
        run(cast["secretary"], CREATE, {"village": VILLAGE, "name": nest})
    assert caught.value.status == 422


def test_a_key_of_a_thousand_letters_is_not_repeated_back(cast: dict[str, Actor]) -> None:
    with pytest.raises(Problems) as caught:
        run(cast["secretary"], CREATE, {"village": VILLAGE, "name": "a", "x" * 10_000: 1})
    assert len(str(caught.value.as_dict())) < 2000


def test_an_unknown_action_is_refused(cast: dict[str, Actor]) -> None:
    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "areas.move_mountains", {})
    assert (caught.value.code, caught.value.status) == ("action.unknown", 404)


@pytest.mark.parametrize("days", [2, 365, -400])
def test_an_event_of_another_year_is_refused(cast: dict[str, Actor], days: int) -> None:
    with pytest.raises(Refusal) as caught:
        run(cast["secretary"], CREATE, {"village": VILLAGE, "name": "a"}, happened_at=now() + timedelta(days=days))
    assert caught.value.code == "action.bad_time"


def test_a_neighbour_is_refused_and_nothing_is_left_behind(cast: dict[str, Actor]) -> None:
    with pytest.raises(Refusal) as caught:
        run(cast["neighbour"], CREATE, {"village": VILLAGE, "name": "第三网格"})
    assert caught.value.status == 403
    assert [Command.objects.count(), AuditLine.objects.count(), Event.objects.count()] == [0, 0, 0]


# what code must not do


def test_an_action_that_never_asks_is_refused_and_undone(cast: dict[str, Actor], declaring: None) -> None:
    @action("test.sneak_in", TITLE, Input)
    def sneak_in(call: Call, given: Input) -> Result:
        """Write without asking."""
        Area.objects.filter(path=GRID).update(name="偷改")
        return {}

    with pytest.raises(Refusal) as caught:
        run(cast["duty"], "test.sneak_in", {})
    assert caught.value.code == "action.never_asked"
    assert Area.objects.get(path=GRID).name == "第一网格"


def test_a_write_around_an_action_raises(county: str) -> None:
    with pytest.raises(WriteAroundActionError):
        Area.objects.filter(path=GRID).update(name="偷改")
    with pytest.raises(WriteAroundActionError):
        Area.objects.create(path=GRID + "001", name="x", level="micro_grid", valid_from="2020-01-01")
    with pytest.raises(WriteAroundActionError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM areas_area")


def test_reading_and_writing_what_is_no_domain_table_needs_no_action(county: str) -> None:
    assert Area.objects.filter(path=GRID).exists()
    with writing():
        Area.objects.filter(path=GRID).update(name="改名")
    assert Area.objects.get(path=GRID).name == "改名"


@pytest.mark.parametrize(
    "name", ["Areas.create_grid", "areas", "areas.create", "areas create_grid", "areas.create_Grid"]
)
def test_an_action_with_an_odd_name_is_not_declared(declaring: None, name: str) -> None:
    with pytest.raises(ValueError):
        action(name, TITLE, Input)(lambda call, given: {})


def test_an_action_without_a_sentence_is_not_declared(declaring: None) -> None:
    with pytest.raises(ValueError):
        action("test.say_nothing", TITLE, Input)(lambda call, given: {})


def test_a_bug_is_not_mistaken_for_a_refusal(cast: dict[str, Actor], notes: None) -> None:
    with pytest.raises(KeyError):
        run_many([_note(cast["grid"], trouble="bug")])


# repeats


def test_a_repeat_changes_nothing_and_is_told_the_same(cast: dict[str, Actor]) -> None:
    request = Request(cast["secretary"], CREATE, {"village": VILLAGE, "name": "第三网格"}, uuid7())
    [first], [again] = run_many([request]), run_many([request])
    assert (first.status, again.status) == ("done", "repeated")
    assert first.result == again.result
    assert Area.objects.filter(name="第三网格").count() == 1
    assert AuditLine.objects.count() == Event.objects.count() == 1


def test_an_id_used_again_for_something_else_is_refused(cast: dict[str, Actor]) -> None:
    command = uuid7()
    run(cast["secretary"], CREATE, {"village": VILLAGE, "name": "第三网格"}, id=command)
    with pytest.raises(Refusal) as caught:
        run(cast["secretary"], CREATE, {"village": VILLAGE, "name": "第四网格"}, id=command)
    assert (caught.value.code, caught.value.status) == ("action.id_reused", 409)
    assert not Area.objects.filter(name="第四网格").exists()


def test_an_id_used_again_by_somebody_else_is_refused(cast: dict[str, Actor]) -> None:
    command, given = uuid7(), {"village": VILLAGE, "name": "第三网格"}
    run(cast["secretary"], CREATE, given, id=command)
    with pytest.raises(Refusal) as caught:
        run(cast["town"], CREATE, given, id=command)
    assert caught.value.code == "action.id_reused"


def test_a_refused_command_may_be_sent_again_under_the_same_id(cast: dict[str, Actor]) -> None:
    command, given = uuid7(), {"village": VILLAGE, "name": "第三网格"}
    with pytest.raises(Refusal):
        run(cast["neighbour"], CREATE, given, id=command)
    assert run(cast["secretary"], CREATE, given, id=command)["path"]


def test_a_stored_command_gives_away_nothing_of_its_input(cast: dict[str, Actor]) -> None:
    given = {"village": VILLAGE, "name": "第三网格"}
    run(cast["secretary"], CREATE, given)
    [command] = Command.objects.values_list("digest", "result")
    assert "第三网格" not in str(command)


# facts


def test_a_fact_sent_twice_in_one_batch_is_kept_once(cast: dict[str, Actor], notes: None) -> None:
    one = _note(cast["grid"])
    assert _codes(run_many([one, _note(cast["grid"]), one])) == ["done", "done", "repeated"]
    assert AreaChange.objects.count() == Event.objects.count() == 2


def test_a_fact_sent_again_announces_nothing(cast: dict[str, Actor], notes: None) -> None:
    one = _note(cast["grid"])
    assert _codes([*run_many([one]), *run_many([one])]) == ["done", "repeated"]
    assert Event.objects.count() == AuditLine.objects.count() == 1


def test_one_bad_row_of_a_batch_is_refused_alone(cast: dict[str, Actor], notes: None) -> None:
    grid = cast["grid"]
    batch = [
        _note(grid),
        _note(grid, text="长" * 11),
        _note(grid, NEIGHBOUR_GRID),
        _note(grid),
        _note(grid, number="x"),
    ]
    assert _codes(run_many(batch)) == ["done", "input.invalid", "access.not_yours", "done", "input.invalid"]
    assert AreaChange.objects.count() == 2


@pytest.mark.parametrize(
    ("trouble", "code"),
    [("busy", "action.busy"), ("conflict", "action.conflict"), ("bug", "action.trouble")],
)
def test_one_row_that_fails_does_not_take_its_neighbours_along(
    cast: dict[str, Actor], notes: None, trouble: str, code: str, caplog: Any
) -> None:
    secret = "王小明"
    batch = [_note(cast["grid"]), _note(cast["grid"], text=secret, trouble=trouble), _note(cast["grid"])]
    assert _codes(run_many(batch)) == ["done", code, "done"]
    assert AreaChange.objects.count() == Event.objects.count() == 2
    assert secret not in caplog.text


def test_facts_of_one_person_share_an_audit_line_that_names_each(cast: dict[str, Actor], notes: None) -> None:
    mine = [_note(cast["grid"]) for _ in range(3)]
    run_many([*mine, _note(cast["neighbour"], NEIGHBOUR_GRID)])
    lines = {line.account_id: line for line in AuditLine.objects.all()}
    assert len(lines) == 2
    assert lines[cast["grid"].account_id].details == {"commands": [str(one.id) for one in mine]}
    assert lines[cast["grid"].account_id].area_path == GRID
    assert list(verify()) == []


def test_commands_of_different_kinds_are_answered_in_their_order(cast: dict[str, Actor], notes: None) -> None:
    secretary = cast["duty"]
    create = Request(secretary, CREATE, {"village": VILLAGE, "name": "第三网格"}, uuid7())
    batch = [_note(secretary), create, Request(secretary, "no.such_thing", {}, uuid7()), _note(secretary)]
    outcomes = run_many(batch)
    assert [one.id for one in outcomes] == [one.id for one in batch]
    assert _codes(outcomes) == ["done", "done", "action.unknown", "done"]


# phones


def test_what_a_phone_sent_and_the_server_refused_is_kept(
    cast: dict[str, Actor], phone: Callable[[str], Actor], notes: None
) -> None:
    refused = _note(phone("grid"), NEIGHBOUR_GRID, text="王小明")
    run_many([refused])
    [kept] = RefusedCommand.objects.all()
    assert (kept.command_id, kept.code, kept.device_id) == (refused.id, "access.not_yours", "")
    assert "王小明" in kept.input
    with connection.cursor() as cursor:
        cursor.execute("SELECT input FROM actions_refusedcommand")
        assert "王小明" not in str(cursor.fetchall())


def test_a_refusal_repeated_is_kept_once(phone: Callable[[str], Actor], notes: None) -> None:
    refused = _note(phone("grid"), NEIGHBOUR_GRID)
    run_many([refused])
    run_many([refused])
    assert RefusedCommand.objects.count() == 1


def test_an_accepted_repeat_resolves_what_was_refused(phone: Callable[[str], Actor], notes: None) -> None:
    command = uuid7()
    run_many([_note(phone("grid"), NEIGHBOUR_GRID, command)])
    run_many([_note(phone("grid"), GRID, command)])
    [kept] = RefusedCommand.objects.all()
    assert kept.resolved_at is not None
    assert kept.resolution == "accepted"


def test_an_unknown_action_of_a_newer_phone_is_kept_too(phone: Callable[[str], Actor]) -> None:
    run_many([Request(phone("grid"), "future.do_more", {"a": 1}, uuid7())])
    assert RefusedCommand.objects.get().code == "action.unknown"


def test_a_moment_told_in_an_odd_zone_is_the_same_moment(cast: dict[str, Actor], notes: None) -> None:
    zone = timezone(timedelta(hours=23, minutes=59))
    moment = now().replace(microsecond=0)
    [outcome] = run_many([replace(_note(cast["grid"]), happened_at=moment.astimezone(zone))])
    assert outcome.status == "done"
    assert AreaChange.objects.get().at == moment


@pytest.mark.parametrize("clock", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_phone_whose_clock_stands_anywhere_is_refused_and_its_record_kept(
    phone: Callable[[str], Actor], notes: None, clock: str
) -> None:
    request = replace(_note(phone("grid")), happened_at=datetime.fromisoformat(clock))
    assert _codes(run_many([request])) == ["action.bad_time"]
    assert RefusedCommand.objects.get().code == "action.bad_time"


def test_a_busy_server_keeps_nothing_because_the_phone_does(phone: Callable[[str], Actor], notes: None) -> None:
    run_many([_note(phone("grid"), trouble="busy")])
    assert not RefusedCommand.objects.exists()


def test_what_the_console_was_refused_is_not_kept(cast: dict[str, Actor], notes: None) -> None:
    run_many([_note(cast["grid"], NEIGHBOUR_GRID)])
    assert not RefusedCommand.objects.exists()


def test_a_person_resolves_what_a_phone_was_refused(
    cast: dict[str, Actor], phone: Callable[[str], Actor], notes: None
) -> None:
    run_many([_note(phone("grid"), NEIGHBOUR_GRID)])
    kept = RefusedCommand.objects.get()
    with pytest.raises(Refusal):
        run(cast["grid"], "actions.resolve_refused", {"refused_id": kept.pk, "resolution": "重新登记"})
    run(cast["town"], "actions.resolve_refused", {"refused_id": kept.pk, "resolution": "重新登记"})
    kept.refresh_from_db()
    assert (kept.resolved_by, kept.resolution) == (cast["town"].account_id, "重新登记")


def test_every_refusal_of_a_command_is_in_the_catalogue(cast: dict[str, Actor], notes: None) -> None:
    outcomes = run_many([_note(cast["grid"], number="x"), _note(cast["outsider"])])
    assert {one.refusal.code for one in outcomes if one.refusal} <= set(CATALOGUE)
