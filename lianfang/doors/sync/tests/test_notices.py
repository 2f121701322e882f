"""What a worker is told on the phone: only of the own area, until it is answered or read, and the mark holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from lianfang.config.demo.cast import GRID
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed, order
from lianfang.foundation.actions.running import run
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(county: str, moment: Any) -> Any:
    forget_rules()
    make_incident()
    yield make_person()
    forget_rules()


def notices(browser: Any) -> list[dict[str, Any]]:
    return list(browser.get("/api/sync/bundle").json()["notices"])


def told(browser: Any) -> list[str]:
    return [one["title"]["zh"] for one in notices(browser)]


def test_nobody_marks_notices_without_an_account_or_with_a_made_up_id(cast: Any) -> None:
    for who, named in (("system", "order:1"), ("grid", "'; drop"), ("outsider", "order:1")):
        with pytest.raises(Refusal):
            run(cast[who], "organisation.read_notices", {"notices": [named]})


def test_a_neighbour_is_told_nothing(signed_in: Any, cast: Any, person: Any) -> None:
    observed(cast["secretary"], person)
    run(cast["grid"], "screening.report_lead", {"source": "grid", "area_path": GRID, "name": "王小明"})
    assert notices(signed_in("neighbour")) == []


def test_nobody_is_told_of_the_own_doing(signed_in: Any, cast: Any, person: Any) -> None:
    order(cast["secretary"], person)
    assert notices(signed_in("secretary")) == []
    [mine] = notices(signed_in("grid"))
    assert (mine["id"].partition(":")[0], mine["read"]) == ("order", False)
    assert mine["text"]["zh"] == "张小燕：新的居家观察，请送达告知书"
    assert mine["person_id"] == str(person.pk)


def test_a_release_a_change_and_an_extension_are_told_for_a_week(signed_in: Any, cast: Any, person: Any) -> None:
    made = observed(cast["secretary"], person)
    longer = {"order_id": str(made.pk), "ends_on": "2020-02-20", "approved_by": "韩县长", "basis": "绛防指〔2020〕9号"}
    run(cast["town"], "observation.extend_order", longer)
    texts = {one["text"]["zh"] for one in notices(signed_in("grid"))}
    assert "张小燕：观察延长到 2020-02-20，请重新告知" in texts
    with clock.fixed(at(12, 9)):
        assert notices(signed_in("grid")) == []


def test_missed_readings_are_told_until_somebody_answers(signed_in: Any, cast: Any, person: Any) -> None:
    observed(cast["secretary"], person)
    late = at(5, 23, 59)
    tick(late)
    with clock.fixed(late):
        [mine] = [one for one in notices(signed_in("grid")) if one["id"].startswith("escalation:")]
        assert "漏测" in mine["text"]["zh"]
        named = {"escalation_id": mine["id"].partition(":")[2], "done": "手机坏了，已上门"}
        run(cast["grid"], "observation.answer_escalation", named)
        assert "连续漏测待处理" not in told(signed_in("grid"))


def test_help_that_did_not_come_and_help_given_back_are_told_to_others(signed_in: Any, cast: Any, person: Any) -> None:
    asked = {"person_id": str(person.pk), "kind": "food", "what": "面粉", "quantity": "1"}
    one = {"request_id": run(cast["grid"], "welfare.raise_request", asked)["id"]}
    run(cast["grid"], "welfare.deliver_request", one)
    run(cast["doctor"], "welfare.reopen_request", one | {"reason": "没有收到"})
    [mine] = notices(signed_in("grid"))
    assert (mine["title"]["zh"], mine["text"]["zh"]) == ("代办退回", "本人反映没有送到：面粉")
    assert notices(signed_in("doctor")) == []
    run(cast["grid"], "welfare.deliver_request", one)
    assert notices(signed_in("grid")) == []


def test_a_refused_record_is_told_with_its_reason_and_never_with_its_values(
    signed_in: Any, cast: Any, person: Any
) -> None:
    sent = {"id": str(uuid7()), "action": "people.edit_person", "happened_at": "2020-02-03T09:00:00+08:00",
            "input": {"person_id": str(person.pk), "version": 1, "phone": "1380000"}}  # fmt: skip
    browser = signed_in("grid")
    browser.post("/api/sync/upload", {"device_id": "p1", "commands": [sent]}, content_type="application/json")
    [mine] = notices(browser)
    assert mine["id"] == f"refused:{sent['id']}"
    assert mine["text"]["zh"].startswith("修改人员：")
    assert "1380000" not in orjson.dumps(mine).decode()


def test_a_lead_is_told_to_whom_it_was_given(signed_in: Any, cast: Any, accounts: Any, person: Any) -> None:
    lead = {"source": "tip", "area_path": GRID, "name": "王归来", "phone": "13800000001", "address": "城内村8号"}
    made = run(cast["town"], "screening.report_lead", lead)["id"]
    run(cast["town"], "screening.assign_lead", {"lead_id": made, "account_id": str(accounts["grid"].pk)})
    [mine] = notices(signed_in("grid"))
    assert (mine["id"], mine["text"]["zh"]) == (f"lead:{made}", "王归来　13800000001　城内村8号")
    assert told(signed_in("doctor")) == []


def test_a_responsibility_waits_for_a_word(signed_in: Any, cast: Any, accounts: Any, person: Any) -> None:
    given = {"account_id": str(accounts["grid"].pk), "kind": "grid_worker", "area_path": GRID}
    run(cast["secretary"], "organisation.assign_responsibility", given)
    assert told(signed_in("grid")) == ["包保责任待确认"]
    run(cast["grid"], "organisation.accept_responsibility", {})
    assert told(signed_in("grid")) == []


def test_a_mark_holds_for_its_reader_alone_and_comes_once(signed_in: Any, cast: Any, person: Any) -> None:
    order(cast["secretary"], person)
    [mine] = notices(signed_in("grid"))
    tag = signed_in("grid").get("/api/sync/bundle")["ETag"]
    for _ in range(2):
        run(cast["grid"], "organisation.read_notices", {"notices": [mine["id"], mine["id"]]})
    assert [one["read"] for one in notices(signed_in("grid"))] == [True]
    assert signed_in("grid").get("/api/sync/bundle", headers={"if-none-match": tag}).status_code == 200
    assert [one["read"] for one in notices(signed_in("doctor"))] == [False]


def test_a_doctor_is_told_of_a_referral_until_it_is_accepted(signed_in: Any, cast: Any, person: Any) -> None:
    observed(cast["secretary"], person)
    with clock.fixed(at(3, 9) + timedelta(minutes=5)):
        body = {"person_id": str(person.pk), "temperature_c": 38.6}
        run(cast["grid"], "observation.record_reading", body)
        assert "有转诊待接收" in told(signed_in("doctor"))
        assert "有转诊待接收" not in told(signed_in("grid"))
