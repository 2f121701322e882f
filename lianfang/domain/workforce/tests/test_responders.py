"""Those who serve: nobody twice, nobody without an undertaking, and limits are for who posts people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.workforce.models.responders import Responder
from lianfang.foundation.privacy.keys import ring
from lianfang.foundation.retention.erasing import erase_due
from lianfang.foundation.tables.reading import Query, read, reveal_value
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal

from .conftest import Do, Enlist, Refused, Rows

pytestmark = pytest.mark.django_db
PEOPLE = "workforce.responders"
SAID = {"area_path": VILLAGE, "name": "王建国", "origin": "volunteer", "phone": "13812345678"}


def test_a_neighbour_registers_nobody_here(refused: Refused) -> None:
    assert refused("neighbour", "workforce.register_responder", **SAID).code == "access.not_yours"


def test_the_same_name_and_phone_serve_once(do: Do, refused: Refused) -> None:
    do("secretary", "workforce.register_responder", **SAID)
    assert refused("secretary", "workforce.register_responder", **SAID).code == "workforce.serves_already"


def test_one_account_belongs_to_one_person(do: Do, refused: Refused, accounts: Any) -> None:
    account = str(accounts["grid"].pk)
    do("town", "workforce.register_responder", **SAID, account_id=account)
    other = SAID | {"name": "李秀英", "phone": ""}
    assert (
        refused("town", "workforce.register_responder", **other, account_id=account).code == "workforce.account_taken"
    )


def test_a_training_ahead_is_refused(refused: Refused) -> None:
    assert (
        refused("town", "workforce.register_responder", **SAID, trained_on="2020-02-09").code == "workforce.day_ahead"
    )


@pytest.mark.parametrize("who", ["grid", "doctor", "leader", "health", "desk", "gate", "auditor"])
def test_who_posts_nobody_sees_no_limits(cast: Any, enlist: Enlist, who: str) -> None:
    row = enlist(limits=["pregnant"])
    if not cast[who].may(PEOPLE):
        with pytest.raises(Refusal):
            read(cast[who], PEOPLE)
        return
    assert [one["cells"]["limits"] for one in read(cast[who], PEOPLE).rows] == [None]
    with pytest.raises(Refusal):
        reveal_value(cast[who], PEOPLE, str(row), "limits")


@pytest.mark.parametrize("who", ["town", "secretary", "duty"])
def test_who_posts_people_sees_their_limits(enlist: Enlist, rows: Rows, who: str) -> None:
    enlist(limits=["pregnant", "no_nights"])
    assert rows(who, PEOPLE)[0]["limits"] == ["no_nights", "pregnant"]


def test_limits_and_phone_lie_sealed_in_the_database(enlist: Enlist) -> None:
    enlist(limits=["pregnant"], phone="13812345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT limits, phone FROM workforce_responder")
        sealed = cursor.fetchone()
    assert "pregnant" not in sealed[0]
    assert ring().decrypt(sealed[1], "responder.phone") == "13812345678"


def test_a_phone_is_masked_for_the_county(enlist: Enlist, rows: Rows) -> None:
    enlist(phone="13812345678")
    assert rows("duty", PEOPLE)[0]["phone"] == "138****5678"


def test_nobody_serves_without_the_undertaking(do: Do, refused: Refused, enlist: Enlist) -> None:
    row = str(enlist(undertaking_on=None))
    assert refused("town", "workforce.begin_service", responder_id=row).code == "workforce.no_undertaking"
    do("town", "workforce.sign_undertaking", responder_id=row)
    assert do("town", "workforce.begin_service", responder_id=row)["state"] == "serving"
    assert refused("town", "workforce.sign_undertaking", responder_id=row).code == "workforce.signed_already"


def test_nobody_serves_untrained(do: Do, refused: Refused, enlist: Enlist) -> None:
    row = str(enlist(trained_on=None))
    assert refused("town", "workforce.begin_service", responder_id=row).code == "workforce.not_now"
    do("town", "workforce.note_training", responder_id=row)
    do("town", "workforce.note_insurance", responder_id=row, until="2020-06-30")
    assert do("town", "workforce.begin_service", responder_id=row)["state"] == "serving"


def test_an_old_edit_is_refused(do: Do, refused: Refused, enlist: Enlist) -> None:
    row = str(enlist())
    assert do("town", "workforce.edit_responder", responder_id=row, version=1, skills=["medic"])["version"] == 2
    assert (
        refused("town", "workforce.edit_responder", responder_id=row, version=1, rank="主任").code == "workforce.stale"
    )


def test_who_ended_does_nothing_more(do: Do, refused: Refused, enlist: Enlist) -> None:
    row = str(enlist())
    do("town", "workforce.end_service", responder_id=row, reason="返校")
    assert refused("town", "workforce.note_training", responder_id=row).code == "workforce.service_ended"
    assert Responder.objects.get(pk=row).ended_reason == "返校"


def test_the_list_offers_what_the_state_allows(cast: Any, enlist: Enlist) -> None:
    enlist()
    [row] = read(cast["town"], PEOPLE, Query(offers=True)).rows
    assert "workforce.begin_service" in row["can"]
    assert "workforce.screen_responder" not in row["can"]


def test_after_its_days_a_name_is_gone_and_the_service_stays(enlist: Enlist, do: Do, moment: Any) -> None:
    row = enlist(phone="13812345678", limits=["pregnant"])
    do("town", "workforce.end_service", responder_id=str(row), reason="返校")
    with clock.fixed(moment + timedelta(days=1097)):
        erase_due(clock.now())
    kept = Responder.objects.get(pk=row)
    assert (kept.name, kept.phone, kept.limits, kept.state) == ("", "", "", "ended")
