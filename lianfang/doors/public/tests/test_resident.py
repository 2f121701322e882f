"""The resident's own page: opens only by its secret, shows no more than needed, counts what is sent once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.doors.public.resident import guesses, visits
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.tables.reading import read

pytestmark = pytest.mark.django_db
MISTAKES = ["", "a", "0000-0000-0000-0000", "../../etc", "%00", "x" * 300]


@pytest.fixture(autouse=True)
def _fresh(moment: Any) -> Any:
    guesses.forget()
    visits.forget()
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def person(county: str) -> Any:
    make_incident()
    return make_person()


@pytest.fixture
def address(cast: Any, person: Any) -> str:
    """The address of a person's own page."""
    order = observed(cast["secretary"], person)
    return str(run(cast["secretary"], "observation.issue_link", {"order_id": str(order.pk)})["path"])


def post(client: Any, address: str, do: str, **form: Any) -> Any:
    return client.post(address, {"do": do, **form})


def readings() -> list[dict[str, Any]]:
    return read(SYSTEM, "observation.readings").rows


@pytest.mark.parametrize("token", MISTAKES[1:])
def test_a_link_nobody_issued_opens_nothing_and_says_so(client: Any, county: str, token: str) -> None:
    response = client.get(f"/r/{token}")
    assert response.status_code == 404
    assert "联系" in response.content.decode() or token.startswith("..")


def test_guessing_is_braked(client: Any, county: str) -> None:
    statuses = [client.get("/r/0000-0000-0000-000A").status_code for _ in range(31)]
    assert statuses == [404] * 30 + [429]


def test_a_withdrawn_link_opens_nothing(client: Any, cast: Any, person: Any, address: str) -> None:
    link = read(SYSTEM, "observation.links").rows[0]["id"]
    run(cast["secretary"], "observation.revoke_link", {"link_id": link})
    assert client.get(address).status_code == 404
    assert post(client, address, "reading", temperature_c="36.5").status_code == 404
    assert readings() == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "请填体温"),
        ({"temperature_c": "abc"}, "请填数字"),
        ({"temperature_c": "1e999"}, "请填数字"),
        ({"temperature_c": "-3"}, "请填数字"),
        ({"temperature_c": "nan"}, "请填数字"),
        ({"symptoms": ["drop table"]}, "请填体温"),
        ({"temperature_c": "52"}, "没有保存"),
    ],
)
def test_what_no_body_has_is_refused_in_plain_words(client: Any, address: str, form: Any, sentence: str) -> None:
    response = post(client, address, "reading", **form)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert readings() == []


def test_what_was_typed_is_shown_again_as_text_only(client: Any, address: str) -> None:
    response = post(client, address, "reading", temperature_c='"><script>alert(1)</script>')
    assert b"<script" not in response.content


def test_an_errand_of_somebody_else_is_not_confirmed(client: Any, cast: Any, address: str) -> None:
    other = make_person("李四", number="13")
    given = {"person_id": str(other.pk), "kind": "food", "what": "蔬菜"}
    request = run(cast["secretary"], "welfare.raise_request", given)["id"]
    run(cast["grid"], "welfare.accept_request", {"request_id": request})
    run(cast["grid"], "welfare.deliver_request", {"request_id": request})
    assert post(client, address, "arrived", request_id=request).status_code == 422
    assert read(SYSTEM, "welfare.requests").rows[0]["cells"]["state"] == "delivered"


def test_a_form_that_is_none_of_ours_changes_nothing(client: Any, address: str) -> None:
    assert post(client, address, "release").status_code == 422


def test_the_page_shows_end_basis_rights_and_whom_to_call_but_no_name_address_or_number(
    client: Any, person: Any, address: str
) -> None:
    text = client.get(address).content.decode()
    for shown in ("2020-02-16", "绛防指〔2020〕3号", "0359-6522000", "张*燕", "24 小时"):
        assert shown in text, shown
    for hidden in ("张小燕", "城内村12号", str(person.pk)):
        assert hidden not in text, hidden


def test_the_page_is_small_has_no_script_and_is_kept_by_nobody(client: Any, address: str) -> None:
    response = client.get(address)
    assert len(response.content) <= 15_000
    assert b"<script" not in response.content
    assert b" style=" not in response.content
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert not response.cookies


def test_the_style_is_the_one_the_policy_allows(client: Any, address: str) -> None:
    import base64
    import hashlib

    response = client.get(address)
    style = re.search(r"<style>(.*?)</style>", response.content.decode(), re.S)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response["Content-Security-Policy"]


def test_the_page_speaks_english_when_asked(client: Any, address: str) -> None:
    assert "Observation until" in client.get(f"{address}?lang=en").content.decode()
    assert 'lang="zh-Hans"' in client.get(address).content.decode()


@pytest.mark.parametrize("typed", ["36.8", "３６．８", "36。8", "36,8℃", " 36.8 度"])
def test_a_temperature_counts_however_it_is_typed(client: Any, address: str, typed: str) -> None:
    response = post(client, address, "reading", temperature_c=typed)
    assert (response.status_code, response["Location"].endswith("done=reading")) == (303, True)
    assert readings()[0]["cells"]["temperature_c"] == 36.8


def test_a_form_sent_twice_counts_once(client: Any, address: str) -> None:
    text = client.get(address).content.decode()
    found = re.search(r'value="reading"><input type="hidden" name="id" value="([0-9a-f-]{36})"', text)
    assert found
    for _ in range(2):
        assert post(client, address, "reading", id=found[1], temperature_c="36.8").status_code == 303
    assert len(readings()) == 1


def test_symptoms_alone_tell_a_doctor(client: Any, address: str) -> None:
    response = post(client, address, "reading", symptoms=["cough", "breathlessness"])
    assert response["Location"].endswith("done=refer")
    assert len(read(SYSTEM, "observation.referrals").rows) == 1
    assert "医生" in client.get(response["Location"]).content.decode()


def test_help_is_asked_for_delivered_and_confirmed_by_the_one_who_asked(client: Any, cast: Any, address: str) -> None:
    assert post(client, address, "help", kind="", what="米").status_code == 422
    assert post(client, address, "help", kind="food", what="米十斤\r\n面").status_code == 303
    request = read(SYSTEM, "welfare.requests").rows[0]["id"]
    run(cast["grid"], "welfare.accept_request", {"request_id": request})
    run(cast["grid"], "welfare.deliver_request", {"request_id": request})
    text = client.get(address).content.decode()
    assert "已收到，确认" in text
    assert "米十斤" not in text
    assert post(client, address, "arrived", request_id=request).status_code == 303
    assert read(SYSTEM, "welfare.requests").rows[0]["cells"]["state"] == "confirmed"


def test_what_came_by_link_stands_in_the_audit_trail_as_such(client: Any, address: str) -> None:
    post(client, address, "reading", temperature_c="36.8")
    line = AuditLine.objects.get(action="observation.report_by_link")
    assert (line.door, line.account_id) == ("public", None)
