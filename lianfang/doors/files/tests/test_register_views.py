"""A newer register is taken over from the console: refused in words, looked at, applied and given back as jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianfang.config.demo.cast import COUNTY, VILLAGE
from lianfang.domain.areas.queries import names
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.foundation.tables.reading import read
from lianfang.kernel.ids import uuid7
from lianfang.kernel.places.register import areas_within

pytestmark = pytest.mark.django_db
NEW_NAME = "城内新村委会"


def register(**renamed: str) -> bytes:
    """Return the county's register with some names changed, as a file."""
    known = {area.code: area.name for area in areas_within(COUNTY) if len(area.code) > len(COUNTY)}
    lines = [f"{code},{renamed.get(f'c{code}', name)}" for code, name in known.items()]
    return "\n".join(["代码,名称", *lines]).encode()


@pytest.fixture
def look(signed_in: Callable[[str], Client], county: str) -> Callable[..., Any]:
    def upload(who: str = "duty", body: bytes | None = None, **said: str) -> Any:
        file = SimpleUploadedFile("新登记册.csv", register(**{f"c{VILLAGE}": NEW_NAME}) if body is None else body)
        return signed_in(who).post("/api/registers", {"file": file, "within": COUNTY, **said})

    return upload


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def test_a_town_and_a_stranger_look_at_no_register(look: Callable[..., Any]) -> None:
    assert look("town").status_code == 403
    assert look("outsider").status_code == 403


@pytest.mark.parametrize(
    ("body", "said", "code"),
    [
        (b"", {}, "intake.empty"), ("姓名,电话\n王明,1".encode(), {}, "register.no_columns"),
        (None, {"within": "绛县"}, "http.bad_value"), (None, {"within": "371521"}, "access.not_yours"),
        (None, {"valid_from": "昨天"}, "http.bad_value"),
    ],
)  # fmt: skip
def test_a_register_that_cannot_be_read_is_refused_in_words(
    look: Callable[..., Any], body: bytes | None, said: dict[str, str], code: str
) -> None:
    refused = look("duty", body, **said)
    assert refused.json()["code"] == code


def test_a_file_that_is_no_register_is_not_applied(signed_in: Callable[[str], Client], county: str) -> None:
    client = signed_in("duty")
    stored = client.post("/api/files", {"file": SimpleUploadedFile("名单.csv", b"1")}).json()["id"]
    assert post(client, f"/api/registers/{stored}/apply").json()["code"] == "http.bad_value"
    assert post(client, f"/api/registers/{uuid7()}/apply").json()["code"] == "file.gone"


def test_a_register_says_what_it_would_change_and_changes_nothing(look: Callable[..., Any]) -> None:
    seen = look().json()
    assert (seen["counts"]["renamed"], seen["counts"]["vanished"], seen["changes_nothing"]) == (1, 0, False)
    [line] = [one for one in seen["lines"] if one["became"] != "added"]
    assert (line["code"], line["became"], line["heirs"][0]["name"]) == (VILLAGE, "renamed", NEW_NAME)
    assert names([VILLAGE])[VILLAGE] != NEW_NAME


def test_what_was_looked_at_is_taken_over_and_given_back_as_jobs(
    look: Callable[..., Any], signed_in: Callable[[str], Client], cast: dict[str, Actor]
) -> None:
    client, seen = signed_in("duty"), look().json()
    before = names([VILLAGE])[VILLAGE]
    queued = post(client, f"/api/registers/{seen['file_id']}/apply", valid_from="2020-02-01")
    assert (queued.status_code, queued.json()["state"]) == (202, "waiting")
    run_waiting()
    card = client.get(f"/api/jobs/{queued.json()['id']}").json()
    assert (card["state"], card["result"]["renamed"]) == ("done", 1)
    assert names([VILLAGE])[VILLAGE] == NEW_NAME
    assert [one["cells"]["source"] for one in read(cast["duty"], "areas.migrations").rows] == ["新登记册.csv"]
    post(client, "/api/registers/undo", within=COUNTY)
    run_waiting()
    assert names([VILLAGE])[VILLAGE] == before


def test_a_refusal_while_it_is_taken_over_is_told_by_the_job(
    look: Callable[..., Any], signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("duty")
    queued = post(client, "/api/registers/undo", within=COUNTY).json()
    run_waiting()
    card = client.get(f"/api/jobs/{queued['id']}").json()
    assert (card["state"], card["refusal"]["code"]) == ("failed", "register.nothing_to_undo")
