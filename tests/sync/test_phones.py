"""Phones that repeat, reorder, lose the line at any byte, run two at once and carry wrong clocks; a real server.

Whatever they do, everything the server has acknowledged is there exactly once, and everything else is still on the
phone or kept with the reason it was refused for.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from lianfang.domain.screening.rules import VISIT_OUTCOMES, VisitMade, standing
from lianfang.kernel.ids import uuid7
from tests.sync.durable import DurablePhone, NotSaved, SwitchedOff
from tests.sync.phones import Entry, Phone, Session

OUTCOMES = st.sampled_from(sorted(VISIT_OUTCOMES))
DOORS = st.integers(0, 19)
WHICH = st.integers(0, 2)
PAGE = 400


def table(session: Session, name: str, **where: str) -> list[dict[str, Any]]:
    """Return every row of a table, page by page."""
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        query = "&".join(f"{key}={value}" for key, value in {**where, "limit": str(PAGE), "after": after}.items())
        status, page = session.ask("GET", f"/api/tables/{name}?{query}")
        assert status == 200, page
        rows += page["rows"]
        if page["next"] is None:
            return rows
        after = page["next"]


class Ledger:
    """What all phones together know, over every run against the one server."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.office: Session = server.session("town")
        self.phones: list[DurablePhone] = [server.phone(name) for name in ("grid", "grid", "doctor")]
        self.entries: dict[str, Entry] = {}
        self.brought: dict[str, Entry] = {}  # accepted from a file, whatever the phone was told before

    def bring(self, phone: Phone) -> None:
        """Carry a phone's file to the office, which may do in two villages what the phone may do in one."""
        file = phone.export()
        status, answer = self.office.ask("POST", "/api/sync/import", file)
        assert status == 200, answer
        for entry, result in zip(file["commands"], answer["results"], strict=True):
            if result["status"] != "refused":
                self.brought[entry["id"]] = entry

    def check(self) -> None:
        """Compare everything the phones know with everything the server has."""
        for phone in self.phones:
            phone.full = False
            for _ in range(5):
                if phone.waiting:
                    phone.upload()
            assert phone.waiting == []
        known = self.brought | {id: entry for phone in self.phones for id, entry in phone.known.items()}
        refused = {id for phone in self.phones for id in phone.refused} - set(known)
        assert set(self.entries) == set(known) | refused
        self._check_visits({id: one for id, one in known.items() if one["action"] == "screening.record_visit"})
        self._check_households({id for id, one in known.items() if one["action"] == "people.add_household"})
        kept = {row["cells"]["command_id"] for row in table(self.office, "actions.refused_commands")}
        assert refused <= kept

    def _check_visits(self, known: dict[str, Entry]) -> None:
        rows = table(self.office, "screening.visits")
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids))
        assert set(ids) == set(known)
        made = defaultdict(list)
        for id, entry in known.items():
            at = datetime.fromisoformat(entry["happened_at"])
            made[entry["input"]["household_id"]].append(VisitMade(id, entry["input"]["outcome"], at))
        for row in table(self.office, "screening.sweep_households"):
            found = standing(made[row["cells"]["household"]], revisit_after_hours=24, tries_before_secretary=3)
            shown = (row["cells"]["outcome"] or None, row["cells"]["visits"], row["cells"]["follow_up"])
            assert shown == (found.outcome, found.visits, found.follow_up)

    def _check_households(self, known: set[str]) -> None:
        rows = table(self.office, "people.households", within=self.server.county["grid"])
        added = [row["id"] for row in rows if row["id"] not in self.server.county["own"]]
        assert sorted(added) == sorted(known)


@pytest.fixture(scope="module")
def ledger(server: Any) -> Ledger:
    return Ledger(server)


def visit_of(ledger: Ledger, door: int, outcome: str, doors: str = "own") -> dict[str, Any]:
    county = ledger.server.county
    return {"household_id": county[doors][door], "campaign_id": county["sweep"], "outcome": outcome}


def at_once(*tasks: Any) -> None:
    """Run tasks in threads that start together."""
    ready = threading.Barrier(len(tasks))
    troubles: list[BaseException] = []

    def start(task: Any) -> None:
        try:
            ready.wait(10)
            task()
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=start, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert troubles == []


def machine(ledger: Ledger) -> type[RuleBasedStateMachine]:
    """Return the machine that drives the phones of a ledger."""

    class Phones(RuleBasedStateMachine):
        def write(self, which: int, action: str, given: dict[str, Any], ago: timedelta = timedelta()) -> None:
            phone = ledger.phones[which]
            try:
                entry = phone.record(action, given, ago)
            except NotSaved:
                return  # the worker was told so, and writes it again when there is room
            ledger.entries[entry["id"]] = entry

        @rule(which=WHICH, door=DOORS, share=st.floats(0.0, 1.0))
        def go_off_in_the_middle_of_a_write(self, which: int, door: int, share: float) -> None:
            phone = ledger.phones[which]
            if phone.full:
                return
            before = {one["id"] for one in phone.waiting} | set(phone.known) | set(phone.refused)
            phone.off_after = share
            with pytest.raises(SwitchedOff):
                phone.record("screening.record_visit", visit_of(ledger, door, "done"))
            phone.restart()
            after = {one["id"]: one for one in phone.waiting} | phone.known | phone.refused
            assert before <= set(after)
            ledger.entries.update({id: one for id, one in after.items() if id not in before})
            assert len(set(after) - before) <= 1

        @rule(which=WHICH, full=st.booleans())
        def fill_the_storage(self, which: int, full: bool) -> None:
            ledger.phones[which].full = full

        @rule(which=WHICH, after=st.floats(0.0, 1.0))
        def lose_the_answer(self, which: int, after: float) -> None:
            phone = ledger.phones[which]
            phone.session.ask_and_hang_up("/api/sync/upload", phone.body(phone.waiting), after)

        @rule(which=WHICH, version=st.sampled_from(["0.1.0", "0.2.0", "0.9.9"]))
        def update_the_app_with_a_full_queue(self, which: int, version: str) -> None:
            ledger.phones[which].version = version

        @rule(which=WHICH)
        def lose_the_phone_and_find_another(self, which: int) -> None:
            phone = ledger.phones[which]
            before, phone.version = phone.version, f"lost-{phone.device[:12]}"
            phone.upload([])  # so that the office finds the phone by what it calls itself
            [row] = table(ledger.office, "devices.devices", app_version=phone.version)
            phone.version = before
            given = {"device": row["id"], "reason": "演练：手机丢失"}
            body = {"id": str(uuid7()), "input": given}
            status, answer = ledger.office.ask("POST", "/api/actions/devices.mark_lost", body)
            assert status == 200, answer
            kept = {one["id"]: one for one in phone.waiting}
            assert set(phone.upload()) <= {"refused", "repeated"}
            assert not phone.disk.exists()
            assert phone.waiting == []
            assert set(kept) <= set(phone.refused) | set(phone.known), "all it had is on the server, or kept there"

        @rule(which=WHICH, door=DOORS, outcome=OUTCOMES, hours=st.integers(0, 200))
        def visit(self, which: int, door: int, outcome: str, hours: int) -> None:
            self.write(which, "screening.record_visit", visit_of(ledger, door, outcome), timedelta(hours=hours))

        @rule(which=WHICH, number=st.integers(100, 999))
        def add_a_household(self, which: int, number: int) -> None:
            given = {"area_path": ledger.server.county["grid"], "number": f"{number}号"}
            self.write(which, "people.add_household", given)

        @rule(which=WHICH, door=DOORS)
        def visit_a_door_of_another_village(self, which: int, door: int) -> None:
            self.write(which, "screening.record_visit", visit_of(ledger, door, "done", "other"))

        @rule(which=WHICH, hours=st.sampled_from([0, -8, 8, -700, 30, -20 * 8760, 20 * 8760]))
        def set_the_clock(self, which: int, hours: int) -> None:
            ledger.phones[which].clock = timedelta(hours=hours)

        @rule(which=WHICH)
        def upload(self, which: int) -> None:
            ledger.phones[which].upload()

        @rule(which=WHICH, chance=st.randoms(use_true_random=False))
        def upload_out_of_order(self, which: int, chance: random.Random) -> None:
            chance.shuffle(ledger.phones[which].waiting)
            ledger.phones[which].upload()

        @rule(which=WHICH, after=st.floats(0.05, 1.0))
        def lose_the_network(self, which: int, after: float) -> None:
            ledger.phones[which].lose_the_network(after)

        @rule(which=WHICH)
        def upload_again_what_was_acknowledged(self, which: int) -> None:
            again = list(ledger.phones[which].known.values())[-50:]
            assert set(ledger.phones[which].upload(again)) <= {"repeated"}

        @rule(which=WHICH)
        def upload_the_same_twice_in_one(self, which: int) -> None:
            phone = ledger.phones[which]
            sent = phone.waiting + phone.waiting
            if sent:
                status, answer = phone.session.ask("POST", "/api/sync/upload", phone.body(sent))
                assert status == 200
                statuses = defaultdict(list)
                for result in answer["results"]:
                    statuses[result["id"]].append(result["status"])
                assert all(one.count("done") <= 1 for one in statuses.values())
                phone.settle(sent, answer["results"])

        @rule(which=WHICH)
        def upload_the_same_from_two_threads(self, which: int) -> None:
            phone = ledger.phones[which]
            twin = Phone(phone.session, phone.account, waiting=phone.waiting[:])
            at_once(phone.upload, twin.upload)
            assert set(twin.known) <= set(phone.known)

        @rule()
        def upload_all_phones_at_once(self) -> None:
            at_once(*(phone.upload for phone in ledger.phones))

        @rule(which=WHICH)
        def restart(self, which: int) -> None:
            phone = ledger.phones[which]
            phone.restart()
            phone.session.sign_in()

        @rule(which=WHICH)
        def bring_the_queue_to_the_office(self, which: int) -> None:
            ledger.bring(ledger.phones[which])

        def teardown(self) -> None:
            ledger.check()

    return Phones


def test_whatever_phones_do_everything_acknowledged_is_there_once(ledger: Ledger) -> None:
    steps = settings(
        max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck),
        print_blob=True, database=None, phases=[Phase.generate],
    )  # fmt: skip  # no shrinking, because the server remembers what a shorter run would not have done
    run_state_machine_as_test(machine(ledger), settings=steps)


def test_a_server_killed_in_the_middle_of_uploads_keeps_what_it_acknowledged_and_doubles_nothing(
    ledger: Ledger,
) -> None:
    chance = random.Random(4)
    for _ in range(3):
        for phone in ledger.phones:
            phone.clock = timedelta()
            for _ in range(60):
                given = visit_of(ledger, chance.randrange(20), chance.choice(sorted(VISIT_OUTCOMES)))
                entry = phone.record("screening.record_visit", given)
                ledger.entries[entry["id"]] = entry
        threads = [threading.Thread(target=_upload_in_parts, args=(phone,)) for phone in ledger.phones]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.02, 0.4))
        ledger.server.kill()
        for thread in threads:
            thread.join(120)
        ledger.server.start()
        ledger.check()


def _upload_in_parts(phone: Phone) -> None:
    """Upload ten at a time until done, or until the server is gone."""
    while phone.waiting:
        try:
            phone.upload(phone.waiting[:10])
        except (OSError, ValueError, AssertionError):
            return
        except Exception as trouble:
            if type(trouble).__module__.startswith("http."):
                return
            raise
