"""Blank paper for gates: numbered, printed only by whoever works there, each sheet a page."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from lianfang.config.demo.cast import VILLAGE
from lianfang.foundation.audit.models import AuditLine

SignIn = Callable[[str], Client]
Paper = Callable[..., str]


@pytest.fixture
def paper(do: Any) -> Paper:
    """Number sheets for a gate; returns where they are printed."""
    post = do("system", "workforce.add_post", number="K001", area_path=VILLAGE, kind="village_gate", tier="village",
              name="城内村东口", pattern="4x6")["id"]  # fmt: skip

    def number(form: str, sheets: int = 2) -> str:
        made = do("gate", "checkpoints.number_sheets", post_id=post, form=form, sheets=sheets)
        return f"/api/gate-paper/{made['id']}.pdf"

    return number


def pages(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]


@pytest.mark.parametrize("who", ["neighbour", "leader", "auditor", "outsider"])
def test_who_does_not_work_at_the_gate_prints_none(signed_in: SignIn, paper: Paper, who: str) -> None:
    assert signed_in(who).get(paper("F02")).status_code == 404


def test_nobody_prints_without_signing_in_nor_what_was_not_numbered(signed_in: SignIn, paper: Paper) -> None:
    assert Client().get(paper("F02")).status_code == 401
    assert signed_in("gate").get(f"/api/gate-paper/{uuid4()}.pdf").status_code == 404


def test_each_sheet_of_a_log_is_a_page_with_its_number_and_numbered_lines(signed_in: SignIn, paper: Paper) -> None:
    first, second = pages(signed_in("gate"), paper("F02"))
    assert "K001-0001" in first
    assert "K001-0002" in second
    for page in (first, second):
        assert "城内村东口" in page
        assert "任何人不得拦阻" in page
        assert "16" in page.split()


def test_each_slip_and_its_stub_have_one_number(signed_in: SignIn, paper: Paper) -> None:
    first, second = pages(signed_in("gate"), paper("F03"))
    for page, sheet in ((first, "K001-0001"), (second, "K001-0002")):
        assert [page.count(f"{sheet}-{line}") for line in (1, 2, 3)] == [2, 2, 2]
        assert page.count("存根") >= 3


def test_who_printed_paper_is_written_down(signed_in: SignIn, paper: Paper) -> None:
    pages(signed_in("gate"), paper("F03"))
    assert AuditLine.objects.filter(action="checkpoints.print_paper").count() == 1
