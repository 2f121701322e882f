"""Appeals: answered by a deadline, with reasons, by somebody without a part in it; and who looked at a record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from lianfang.config.demo.cast import COUNTY
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.domain.supervision.models import Appeal
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.retention.erasing import erase_due
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
WHAT = "我已满十四天为何还不解除"


@pytest.fixture
def person(moment: Any, county: str) -> Any:
    forget_rules()
    make_incident()
    return make_person()


@pytest.fixture
def appeal(cast: dict[str, Actor], person: Any) -> str:
    """An appeal told by phone against an observation that the secretary ordered."""
    observed(cast["secretary"], person)
    given = {"person_id": str(person.pk), "kind": "appeal", "how": "phone", "what": WHAT}
    return str(run(cast["grid"], "supervision.raise_appeal", given)["id"])


def code(actor: Actor, action: str, **given: Any) -> str:
    with pytest.raises(Refusal) as caught:
        run(actor, f"supervision.{action}", given)
    problems = getattr(caught.value, "problems", None)
    return problems[0].code if problems else caught.value.code


def test_nobody_answers_in_the_own_cause(cast: dict[str, Actor], appeal: str) -> None:
    from dataclasses import replace

    from lianfang.config.roles import ROLES
    from lianfang.foundation.access.actor import Held

    town = next(role for role in ROLES if role.name == "township_coordinator")
    both_hats = replace(cast["secretary"], grants=(Held(town, COUNTY),))
    assert code(both_hats, "answer_appeal", appeal_id=appeal, decision="rejected", answer="观察期未满") == (
        "supervision.own_cause"
    )


def test_an_answer_without_reasons_is_none(cast: dict[str, Actor], appeal: str) -> None:
    for answer in ("", "  ", "不行"):
        assert code(cast["town"], "answer_appeal", appeal_id=appeal, decision="rejected", answer=answer) == (
            "supervision.answer_needs_reason"
        )


def test_an_appeal_is_not_merely_taken_note_of(cast: dict[str, Actor], appeal: str) -> None:
    assert code(cast["town"], "answer_appeal", appeal_id=appeal, decision="informed", answer="已经知道了") == (
        "supervision.wrong_answer"
    )


def test_a_second_appeal_waits_for_the_answer_to_the_first(cast: dict[str, Actor], person: Any, appeal: str) -> None:
    assert code(cast["grid"], "raise_appeal", person_id=str(person.pk), what=WHAT) == "supervision.still_open"


def test_a_neighbour_enters_no_appeal_for_others(cast: dict[str, Actor], person: Any) -> None:
    assert code(cast["neighbour"], "raise_appeal", person_id=str(person.pk), what=WHAT) == "access.not_yours"
    assert code(cast["grid"], "raise_appeal", person_id=str(UUID(int=0)), what=WHAT) == "supervision.no_person"


def test_a_grid_worker_does_not_answer(cast: dict[str, Actor], appeal: str) -> None:
    assert code(cast["grid"], "answer_appeal", appeal_id=appeal, decision="upheld", answer="理由充分，同意") == (
        "access.not_yours"
    )


def test_an_appeal_has_a_day_and_is_a_gap_after_it(cast: dict[str, Actor], appeal: str, moment: Any) -> None:
    one = Appeal.objects.get()
    assert one.due_at == moment + timedelta(hours=24)
    assert one.order_id is not None
    sweep_all(names=["appeal_waiting", "appeal_overdue"])
    assert set(GapItem.objects.values_list("gap", flat=True)) == {"appeal_waiting"}
    run(cast["town"], "supervision.take_appeal", {"appeal_id": appeal})
    with clock.fixed(moment + timedelta(hours=25)):
        sweep_all(names=["appeal_waiting", "appeal_overdue"])
        [item] = GapItem.objects.all()
        assert (item.gap, item.answerable_id) == ("appeal_overdue", cast["town"].account_id)
        told = run(cast["town"], "supervision.answer_appeal", {
            "appeal_id": appeal, "decision": "upheld", "answer": "末次暴露日期有误，已更正并解除",
        })  # fmt: skip
        assert told["late"] is True
        sweep_all(names=["appeal_waiting", "appeal_overdue"])
    assert not GapItem.objects.exists()
    assert code(cast["town"], "answer_appeal", appeal_id=appeal, decision="upheld", answer="再答一次吧") == (
        "supervision.no_appeal"
    )


def test_what_was_said_is_stored_sealed_and_erased_in_time(cast: dict[str, Actor], appeal: str, moment: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT what FROM supervision_appeal")
        assert WHAT not in cursor.fetchone()[0]
    run(cast["town"], "supervision.answer_appeal", {
        "appeal_id": appeal, "decision": "rejected", "answer": "观察期到 2 月 16 日，依据告知书",
    })  # fmt: skip
    erase_due(moment + timedelta(days=91), names=["supervision.appeals"])
    one = Appeal.objects.get()
    assert (one.what, one.answer, one.decision) == ("", "", "rejected")


def test_the_resident_appeals_on_the_own_page_and_reads_the_answer(
    client: Any, cast: dict[str, Actor], person: Any
) -> None:
    order = observed(cast["secretary"], person)
    address = str(run(cast["secretary"], "observation.issue_link", {"order_id": str(order.pk)})["path"])
    empty = client.post(address, {"do": "appeal", "appeal_kind": "appeal"})
    assert empty.status_code == 422
    form = {"do": "appeal", "id": str(uuid7()), "appeal_kind": "appeal", "appeal_what": WHAT}
    assert client.post(address, form).status_code == 303
    assert client.post(address, form).status_code == 303, "sent twice, counted once"
    appeal = Appeal.objects.get()
    assert (appeal.how, appeal.person_id, appeal.what) == ("link", person.pk, WHAT)
    page = client.get(address).content.decode()
    assert "待受理" in page
    assert "答复期限" in page
    run(cast["town"], "supervision.answer_appeal", {
        "appeal_id": str(appeal.pk), "decision": "partly", "answer": "可在门口透气，其余按告知书",
    })  # fmt: skip
    page = client.get(address).content.decode()
    assert "部分支持" in page
    assert "可在门口透气" in page
    assert "upheld in part" in client.get(f"{address}?lang=en").content.decode()


def test_the_auditor_finds_who_looked_at_one_person(cast: dict[str, Actor], person: Any) -> None:
    other = make_person("李四", number="13")
    for one in (person, other):
        run(cast["duty"], "privacy.reveal_value", {
            "table": "people.persons", "row_id": str(one.pk), "column": "name", "reason": "核对姓名",
        })  # fmt: skip
    run(cast["duty"], "tables.export_named", {
        "table": "people.persons", "purpose": "送医用车", "recipient": "县医院", "expires_on": "2020-02-05",
    })  # fmt: skip
    looks = read(cast["auditor"], "privacy.reveals", Query({"person_id": str(person.pk)})).rows
    assert {row["cells"]["via"] for row in looks} == {"value", "export"}
    assert len(looks) == 2
    assert read(cast["grid"], "people.persons").rows
    with pytest.raises(Refusal):
        read(cast["grid"], "privacy.reveals")


def test_a_question_who_looked_is_answered_by_the_auditor(cast: dict[str, Actor], person: Any) -> None:
    given = {"person_id": str(person.pk), "kind": "access", "how": "paper", "what": "谁看过我的信息"}
    appeal = run(cast["grid"], "supervision.raise_appeal", given)["id"]
    run(cast["auditor"], "supervision.answer_appeal", {
        "appeal_id": appeal, "decision": "informed", "answer": "2 月 3 日值班员核对姓名一次",
    })  # fmt: skip
    assert Appeal.objects.get().state == "answered"
