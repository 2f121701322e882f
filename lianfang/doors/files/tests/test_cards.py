"""The card of a household: refused out of scope, printed with phones and without residents."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from lianfang.config.demo.cast import GRID, VILLAGE
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.kernel.ids import uuid7

SignIn = Callable[[str], Client]


@pytest.fixture
def home(cast: dict[str, Actor], accounts: dict[str, Account], moment: Any) -> str:
    """A household with a contact who has a phone, and a doctor for the village."""
    made = run(cast["system"], "people.add_household", {"area_path": GRID, "number": "3号", "head_name": "单小明"})
    for who, phone in (("grid", "13800000001"), ("doctor", "13800000002")):
        accounts[who].phone = phone
        accounts[who].save(update_fields=["phone"])
    for given in (
        {"account_id": str(accounts["grid"].pk), "kind": "primary_contact", "household_id": made["id"]},
        {"account_id": str(accounts["doctor"].pk), "kind": "doctor", "area_path": VILLAGE},
    ):
        run(cast["system"], "organisation.assign_responsibility", {**given, "agreed": True})
    return str(made["id"])


def test_a_household_out_of_scope_has_no_card(signed_in: SignIn, home: str) -> None:
    for who in ("neighbour", "outsider", "auditor", "gate"):
        assert signed_in(who).get(f"/api/cards/{home}.pdf").status_code == 404
    assert signed_in("grid").get(f"/api/cards/{uuid7()}.pdf").status_code == 404
    assert Client().get(f"/api/cards/{home}.pdf").status_code == 401


def test_a_household_nobody_answers_for_has_no_card(signed_in: SignIn, cast: dict[str, Actor], moment: Any) -> None:
    made = run(cast["system"], "people.add_household", {"area_path": GRID, "number": "4号"})
    answer = signed_in("grid").get(f"/api/cards/{made['id']}.pdf")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "letters.missing")


def test_the_card_says_whom_to_ring_and_no_residents_name(signed_in: SignIn, home: str, moment: Any) -> None:
    answer = signed_in("grid").get(f"/api/cards/{home}.pdf")
    assert answer.status_code == 200, answer.content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "赵网格" in text
    assert "陈村医" in text
    assert "3号" in text.replace(" ", "")
    assert "单小明" not in text
    assert AuditLine.objects.filter(action="organisation.print_card", subject=f"people.households/{home}").exists()
