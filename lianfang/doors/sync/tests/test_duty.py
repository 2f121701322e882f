"""A phone takes along its holder's shifts, and the note of the shift before only while they stand at the post."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock
from lianfang.kernel.clock import local
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def post(cast: Any, moment: Any) -> str:
    given = {"area_path": VILLAGE, "kind": "village_gate", "tier": "village", "name": "城内村东口", "pattern": "24/48"}
    return str(run(cast["secretary"], "workforce.add_post", given)["id"])


@pytest.fixture
def serve(cast: Any, accounts: Any, post: str, moment: Any) -> Any:
    """Put one of the cast on today's whole-day shift of the post."""

    def put(who: str) -> str:
        about = {"area_path": VILLAGE, "name": accounts[who].name, "origin": "volunteer", "trained_on": "2020-02-01",
                 "undertaking_on": "2020-02-01", "experienced": True, "account_id": str(accounts[who].pk)}  # fmt: skip
        responder = run(cast["duty"], "workforce.register_responder", about)["id"]
        given = {"post_id": post, "on": local(moment).date().isoformat(), "kind": "24/48.w", "responder_id": responder}
        return str(run(cast["duty"], "workforce.put_on_shift", given)["id"])

    return put


def packed(browser: Any) -> dict[str, Any]:
    return dict(browser.get("/api/sync/bundle").json())


def test_who_has_no_shift_takes_nothing_of_duty_along(signed_in: Any, post: str) -> None:
    assert "duty" not in packed(signed_in("gate"))


def test_the_own_shifts_come_along_and_nobody_elses(signed_in: Any, serve: Any, post: str) -> None:
    mine, theirs = serve("gate"), serve("grid")
    duty = packed(signed_in("gate"))["duty"]
    assert [one["id"] for one in duty["shifts"]] == [mine] != [theirs]
    [shift] = duty["shifts"]
    assert (shift["post_id"], shift["state"]) == (post, "notified")
    assert shift["post"].endswith("城内村东口")
    assert duty["early_minutes"] == 60


def test_who_serves_takes_their_wishes_along_before_any_roster_and_enters_them_from_the_phone(
    signed_in: Any, cast: Any, accounts: Any, post: str
) -> None:
    about = {"area_path": VILLAGE, "name": "门口值守", "origin": "volunteer", "trained_on": "2020-02-01",
             "undertaking_on": "2020-02-01", "account_id": str(accounts["gate"].pk)}  # fmt: skip
    run(cast["duty"], "workforce.register_responder", about)
    browser = signed_in("gate")
    duty = packed(browser)["duty"]
    assert (duty["shifts"], duty["wishes"], duty["wish_ahead_days"]) == ([], [], 60)
    wish = {"id": str(uuid7()), "action": "workforce.enter_wish", "input": {"from_on": "2020-02-10", "part": "night"},
            "happened_at": local(clock.now()).isoformat()}  # fmt: skip
    [sent] = browser.post("/api/sync/upload", {"commands": [wish]}, content_type="application/json").json()["results"]
    assert sent["status"] == "done"
    [mine] = packed(browser)["duty"]["wishes"]
    assert mine == {"id": wish["id"], "from_on": "2020-02-10", "until_on": "2020-02-10", "wants": "off",
                    "part": "night", "settled": 0, "kept": 0}  # fmt: skip
    assert "duty" not in packed(signed_in("grid"))


def test_what_is_asked_at_the_post_today_comes_along_with_the_answers(
    signed_in: Any, cast: Any, serve: Any, post: str
) -> None:
    serve("gate")
    about = {"area_path": VILLAGE, "name": "某制度", "kinds": ["village_gate"], "document": "通知", "points": "一\n二"}
    listed = run(cast["duty"], "workforce.add_checklist", about)["id"]
    given = {"post_id": post, "checklist_id": listed, "points": [{"point": "一", "answer": "no", "note": "缺帐篷"}]}
    run(cast["secretary"], "workforce.answer_checklist", given)
    [asked] = packed(signed_in("gate"))["duty"]["checks"]
    assert (asked["post_id"], asked["on"]) == (post, "2020-02-03")
    [shown] = asked["lists"]
    assert [(one["point"], one.get("answer")) for one in shown["points"]] == [("一", "no"), ("二", None)]
    assert "by" not in shown["points"][0]


def test_the_note_of_the_shift_before_comes_with_ones_own_sign_in(
    signed_in: Any, cast: Any, serve: Any, post: str
) -> None:
    before, mine = serve("grid"), serve("neighbour")
    run(cast["grid"], "workforce.sign_in", {"shift_id": before})
    run(cast["grid"], "workforce.sign_out", {"shift_id": before, "open_people": "一人等待转诊"})
    browser = signed_in("neighbour")
    assert packed(browser)["duty"]["notes"] == []
    run(cast["neighbour"], "workforce.sign_in", {"shift_id": mine})
    [note] = packed(browser)["duty"]["notes"]
    assert (note["open_people"], note["by"]) == ("一人等待转诊", "赵网格")


def test_nothing_changes_by_itself(signed_in: Any, serve: Any) -> None:
    serve("gate")
    browser = signed_in("gate")
    first = browser.get("/api/sync/bundle")
    assert browser.get("/api/sync/bundle", headers={"if-none-match": first["ETag"]}).status_code == 304


def passage(post: str, at: datetime) -> dict[str, Any]:
    given = {"post_id": post, "direction": "in", "people": [], "heads": 1, "decision": "pass_registered"}
    return {"id": str(uuid7()), "action": "checkpoints.record_passage", "input": given, "happened_at": at.isoformat()}


def test_who_stood_at_a_gate_brings_its_passages_later_and_no_others(
    signed_in: Any, cast: Any, serve: Any, post: str, moment: datetime
) -> None:
    shift, browser = serve("tracer"), signed_in("tracer")
    come = {"id": str(uuid7()), "action": "workforce.sign_in", "input": {"shift_id": shift}, "happened_at": str(moment)}
    gone = {"id": str(uuid7()), "action": "workforce.sign_out", "input": {"shift_id": shift, "nothing_open": True},
            "happened_at": str(moment + HOUR)}  # fmt: skip
    during, after = passage(post, moment + HOUR / 2), passage(post, moment + 2 * HOUR)
    with clock.fixed(moment + 3 * HOUR):
        body = {"commands": [come, passage(post, moment + HOUR / 3), gone, during, after]}
        sent = browser.post("/api/sync/upload", body, content_type="application/json").json()["results"]
    assert [one["status"] for one in sent] == ["done", "done", "done", "done", "refused"]
    assert sent[-1]["refusal"]["code"] == "access.not_yours"


def test_the_gate_comes_to_the_phone_with_the_sign_in(signed_in: Any, serve: Any, post: str, moment: datetime) -> None:
    shift, browser = serve("tracer"), signed_in("tracer")
    assert "gates" not in packed(browser)
    come = {"id": str(uuid7()), "action": "workforce.sign_in", "input": {"shift_id": shift}, "happened_at": str(moment)}
    browser.post("/api/sync/upload", {"commands": [come]}, content_type="application/json")
    assert [one["id"] for one in packed(browser)["gates"]["posts"]] == [post]
