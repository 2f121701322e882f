"""Made-up people under observation, and a clerk's hands: a form up, confirmed as suggested, filled, down again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client

from lianfang.config.demo.cast import COUNTY, GRID
from lianfang.domain.people.queries import identity_index
from lianfang.domain.reports.tests.conftest import DAY, at, create, incident
from lianfang.foundation.exports.tests.unlocking import unlocked
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel.clock import fixed
from lianfang.kernel.identity import compose
from lianfang.kernel.ids import uuid7

from .forms import opened

NAMES = ("田小满", "白露生", "霜降儿", "惊蛰明", "谷雨晴")


def observed(number: int, name: str, path: str = GRID) -> Any:
    """Somebody under observation, with every field that three departments ask for."""
    home = create("people.Household", area_path=path, number=str(number), address=f"一巷{number}号")
    document = compose(f"14082619880517{number:03d}")
    person = create(
        "people.Person", area_path=path, name=name, household=home, sex="f", born_on=date(1988, 5, 17),
        identity_number=document, identity_index=identity_index(document), phone=f"1390000{number:04d}",
    )  # fmt: skip
    return create(
        "observation.Order", area_path=path, person=person, incident=incident(), disease="covid19",
        category="returnee", last_exposure_on=DAY, starts_on=DAY - timedelta(days=number), basis="通知",
        ends_on=DAY + timedelta(days=13 - number), first_ends_on=DAY, rule_key="k", rule_days=14, rule_edition="e",
        rule_source="s", ordered_at=at(8), state="under_observation",
    )  # fmt: skip


@pytest.fixture
def people(county: str) -> Any:
    """Five people under observation in one grid, on the tenth morning."""
    with fixed(at(10)):
        for number, name in enumerate(NAMES, start=1):
            observed(number, name)
        yield NAMES


class Clerk:
    """Somebody at the console with a department's sheet in hand."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser

    def take(self, body: bytes, **said: str) -> Any:
        file = io.BytesIO(body)
        file.name = said.pop("file_name", "表样.xlsx")
        return self.browser.post("/api/sheets", {"file": file, "sender": "卫健局", "within": COUNTY, **said})

    def act(self, action: str, **given: Any) -> Any:
        body = {"id": str(uuid7()), "input": given}
        return self.browser.post(f"/api/actions/{action}", body, content_type="application/json")

    def confirm(self, taken: dict[str, Any]) -> Any:
        """Confirm everything as it was suggested."""
        return self.act("reports.confirm_sheet", template_id=taken["sheet"]["id"], mapping=suggested(taken))

    def ready(self, body: bytes, **said: str) -> str:
        """Take a sheet in and confirm what was suggested; returns its id."""
        taken = self.take(body, **said)
        assert taken.status_code == 201, taken.content
        confirmed = self.confirm(taken.json())
        assert confirmed.status_code == 200, confirmed.content
        return str(taken.json()["sheet"]["id"])

    def fetch(self, template_id: str, **given: Any) -> tuple[bytes, str]:
        """Have the sheet filled and fetch it, with its password where it holds names."""
        asked = self.act("reports.fill_sheet", template_id=template_id, **given)
        assert asked.status_code == 200, asked.content
        run_waiting()
        job = self.browser.get(f"/api/jobs/{asked.json()['result']['job_id']}").json()
        assert job["state"] == "done", job
        fill = f"/api/sheets/fills/{asked.json()['result']['id']}"
        fetched = self.browser.get(f"{fill}/file")
        assert fetched.status_code == 200, fetched.content
        body = b"".join(fetched.streaming_content)
        return body, self.browser.get(f"{fill}/password").json()["password"] if given.get("named") else ""

    def fill(self, template_id: str, **given: Any) -> bytes:
        """Have the sheet filled, fetch it and unlock it where it holds names."""
        body, password = self.fetch(template_id, **given)
        return unlocked(body, password) if password else body

    def filled(self, template_id: str, **given: Any) -> openpyxl.Workbook:
        return opened(self.fill(template_id, **given))

    def filled_each(self, template_id: str, **given: Any) -> dict[str, openpyxl.Workbook]:
        with zipfile.ZipFile(io.BytesIO(self.fill(template_id, **given))) as archive:
            return {name: opened(archive.read(name)) for name in archive.namelist()}


def suggested(taken: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was suggested, as the page sends it back."""
    return [
        {
            "name": page["name"],
            "list": page["list"] and {
                **{key: page["list"][key] for key in ("kind", "table", "first", "last", "fixed", "where")},
                "columns": [_asked(one) for one in page["list"]["columns"]],
            },
            "cells": [_asked(one) for one in page["cells"]],
        }
        for page in taken["pages"]
    ]  # fmt: skip


def _asked(one: dict[str, Any]) -> dict[str, str]:
    return {key: one[key] for key in ("place", "header", "meaning")}


@pytest.fixture
def clerk(signed_in: Callable[[str], Client], people: Any) -> Clerk:
    """The county's duty officer, whose desk the sheets land on."""
    return Clerk(signed_in("duty"))
