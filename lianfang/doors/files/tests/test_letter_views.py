"""Letters are printed for who may read the order, hold what the law asks for, and stand in the audit trail."""

import io
from uuid import uuid4

import pytest
from pypdf import PdfReader

from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.actions.ticking import tick
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed, read_one
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast, moment):
    forget_rules()
    make_incident()
    yield observed(cast["secretary"], make_person())
    forget_rules()


def fetch(signed_in, who, template, order_id):
    return signed_in(who).get(f"/api/letters/{template}/{order_id}.pdf")


def words(response):
    pages = PdfReader(io.BytesIO(response.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


# --- refusals ---


@pytest.mark.parametrize("who", ["neighbour", "gate", "desk", "auditor", "outsider"])
def test_somebody_elses_order_is_like_no_order(signed_in, made, who):
    response = fetch(signed_in, who, "notice", made.pk)
    assert (response.status_code, response.json()["code"]) == (404, "table.no_row")


def test_who_sees_no_names_prints_no_letter_and_who_sees_no_temperatures_no_card(signed_in, made):
    assert fetch(signed_in, "leader", "notice", made.pk).json()["code"] == "access.not_yours"
    assert fetch(signed_in, "duty", "temperature", made.pk).json()["code"] == "access.not_yours"


def test_an_unknown_letter_and_an_unknown_order_are_refused(signed_in, made):
    assert fetch(signed_in, "secretary", "arrest", made.pk).json()["code"] == "letters.unknown"
    assert fetch(signed_in, "secretary", "notice", uuid4()).json()["code"] == "table.no_row"
    assert not AuditLine.objects.filter(action="letters.print_letter").exists()


def test_there_is_no_certificate_before_release(signed_in, made):
    assert fetch(signed_in, "secretary", "release", made.pk).json()["code"] == "observation.not_released"


# --- what they say ---


def test_the_notice_says_dates_basis_rights_and_where_to_appeal(signed_in, made):
    response = fetch(signed_in, "secretary", "notice", made.pk)
    assert response["Content-Type"] == "application/pdf"
    text = words(response)
    for said in ("张小燕", "2020-02-03", "2020-02-16", "共14天", "肺炎机制发〔2020〕5号", "绛防指〔2020〕3号", "37.3",
                 "0359-6522000", "24小时内答复", "不会自动延长"):  # fmt: skip
        assert said in text
    line = AuditLine.objects.get(action="letters.print_letter")
    assert (line.subject, line.details) == (f"observation.orders/{made.pk}", {"template": "notice"})
    assert "张小燕" not in response["Content-Disposition"]


def test_the_temperature_card_shows_what_was_recorded_and_blanks(cast, signed_in, made):
    read_one(cast["grid"], made.person_id, at(3, 9), temperature_c=36.8)
    text = words(fetch(signed_in, "grid", "temperature", made.pk))
    assert "36.8" in text
    assert "赵网格" in text
    assert "2020-02-16" in text


def test_the_certificate_names_who_confirmed(cast, signed_in, made):
    with clock.fixed(at(17, 9)):
        tick(clock.now())
        run(cast["secretary"], "observation.confirm_release", {"order_id": str(made.pk), "gaps_seen": True})
        text = words(fetch(signed_in, "secretary", "release", made.pk))
    assert "期满" in text
    assert "王支书" in text
    assert "2020-02-17" in text
