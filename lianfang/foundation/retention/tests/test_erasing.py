"""Erasing on schedule: only what is due, all of it, once, with a certificate, and gone on with after a crash."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from lianfang.config.cli import main
from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID
from lianfang.domain.incidents.models import Incident
from lianfang.domain.observation.models import Order, OrderStep, Reading, Slot, Timetable
from lianfang.domain.observation.tests.county import at, make_incident, make_person, observed, read_one
from lianfang.domain.screening.models.leads import Lead
from lianfang.domain.screening.models.visits import Visit
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.running import run
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import GONE, read_file, store
from lianfang.foundation.audit.chain import verify
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.gaps.models import GapItem
from lianfang.foundation.gaps.sweeping import sweep_all
from lianfang.foundation.jobs.queue import enqueue, run_waiting
from lianfang.foundation.retention import erasing
from lianfang.foundation.retention.erasing import erase_due, is_genuine, look, note, overdue_count
from lianfang.foundation.retention.models import ErasureCertificate, RetentionState
from lianfang.foundation.tables.reading import read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
RELEASED = at(16, 18)


def _days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
def released(cast: dict[str, Actor]) -> Any:
    """A person observed for a while and released, with two readings."""
    with clock.fixed(at(3, 8)):
        make_incident()
        person = make_person()
        order = observed(cast["secretary"], person)
    for moment in (at(4, 8), at(4, 17)):
        with clock.fixed(moment):
            read_one(cast["grid"], person.pk, moment)
    with writing():
        Order.objects.filter(pk=order.pk).update(state="released", released_at=RELEASED)
        Timetable.objects.update(state="closed", closed_at=RELEASED)
        OrderStep.objects.create(
            order=order, area_path=order.area_path, after="released", at=RELEASED, happened_at=RELEASED
        )
    return person


def _lead(area: str = GRID, **changes: Any) -> Lead:
    given = {
        "area_path": area, "source": "push_list", "name": "王小明", "phone": "13800005678", "reason": "自武汉返回",
        "state": "closed", "outcome": "confirmed", "received_at": at(3, 8), "due_at": at(4, 8),
        "answered_at": at(3, 20), "informant": "邻居", **changes,
    }  # fmt: skip
    with writing():
        return Lead.objects.create(**given)


# --- what is not due stays ----------------------------------------------------------------------------------------


def test_nothing_is_erased_while_somebody_is_observed(released: Any) -> None:
    with writing():
        Timetable.objects.update(state="live", closed_at=None)
        Order.objects.update(state="under_observation")
    assert erase_due(RELEASED + _days(4000), names=["observation.readings", "observation.slots"]) == []
    assert Reading.objects.count() == 2


def test_nothing_is_erased_a_moment_too_early(released: Any) -> None:
    assert erase_due(RELEASED + _days(30) - timedelta(minutes=1)) == []
    assert Reading.objects.count() == 2


def test_an_open_lead_and_one_whose_sender_waits_stay(cast: Any) -> None:
    make_incident()
    _lead(state="received", outcome="", answered_at=None)
    assert erase_due(at(3, 8) + _days(900), names=["screening.leads"]) == []


def test_a_refused_upload_stays_until_somebody_has_resolved_it(cast: Any) -> None:
    RefusedCommand.objects.create(command_id=uuid7(), action="x.y_z", area_path=GRID, code="x", at=at(3, 8), input="{}")
    assert erase_due(at(3, 8) + _days(900)) == []


def test_a_document_that_a_local_rule_stands_on_stays(cast: dict[str, Actor], settings: Any) -> None:
    from lianfang.domain.incidents.models import LocalRule

    with clock.fixed(at(3, 8)):
        file = store(cast["duty"], "文件.pdf", [b"document"], "upload")
        with writing():
            LocalRule.objects.create(
                profile="product", key="visit.tries_before_secretary", value=2, area_path=COUNTY, from_on="2020-02-03",
                until_on="2020-06-30", document="绛防指〔2020〕9号", file_id=file.pk, set_at=at(3, 8),
            )  # fmt: skip
    assert erase_due(at(3, 8) + _days(60), names=["attachments.uploads"]) == []
    assert read_file(file.pk) == b"document"


def test_looking_changes_nothing(released: Any) -> None:
    _lead()
    found = {(one["kind"], one["area"]): one for one in look(RELEASED + _days(31))}
    assert found["observation.readings", COUNTY]["due"] == 2
    assert found["observation.readings", COUNTY]["overdue"] == 0
    assert found["screening.leads", COUNTY]["due"] == 1
    assert Reading.objects.count() == 2
    assert not ErasureCertificate.objects.exists()


# --- what is due goes ---------------------------------------------------------------------------------------------


def test_readings_are_erased_a_month_after_the_end_with_a_certificate(released: Any) -> None:
    moment = RELEASED + _days(31)
    made = {one.kind: one for one in erase_due(moment)}
    assert not Reading.objects.exists()
    assert not Slot.objects.exists()
    certificate = made["observation.readings"]
    assert certificate.count == 2
    assert certificate.rule_key == "retention.readings_days"
    assert certificate.rule_days == 30
    assert certificate.area_path == COUNTY
    assert certificate.needed_before == moment - _days(30)
    assert is_genuine(certificate)
    assert Order.objects.exists(), "the record is kept longer"


def test_a_correction_goes_with_what_it_corrects(released: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "STEP", 1)
    first, second = Reading.objects.order_by("happened_at")
    with writing():
        Reading.objects.create(
            person=released, area_path=first.area_path, how="visit", happened_at=at(4, 10), received_at=at(4, 10),
            temperature_c=36.6, corrects=second, slot_on=None,
        )  # fmt: skip
    [made] = erase_due(RELEASED + _days(31), names=["observation.readings"])
    assert not Reading.objects.exists()
    assert made.count == 3


def test_the_record_is_erased_with_all_that_names_it(released: Any) -> None:
    erase_due(RELEASED + _days(366))
    assert not Order.objects.exists()
    assert not OrderStep.objects.exists()
    assert not Timetable.objects.exists()


def test_a_lead_is_made_anonymous_and_still_counts(cast: Any) -> None:
    make_incident()
    lead = _lead()
    [made] = erase_due(at(3, 20) + _days(31), names=["screening.leads"])
    lead.refresh_from_db()
    assert (lead.name, lead.phone, lead.reason, lead.informant, lead.person_id) == ("", "", "", "", None)
    assert (lead.state, lead.outcome) == ("closed", "confirmed")
    assert made.way == "anonymise"
    assert made.count == 1
    assert erase_due(at(3, 20) + _days(32), names=["screening.leads"]) == []


def test_what_a_visit_learnt_is_emptied_though_visits_are_never_changed(cast: dict[str, Actor]) -> None:
    with clock.fixed(at(3, 8)):
        make_incident()
        household = make_person().household_id
        with writing():
            Visit.objects.create(
                id=uuid7(), household_id=household, area_path=GRID, outcome="done", learnt='{"unwell": []}', unwell=1,
                happened_at=at(3, 8), received_at=at(3, 8),
            )  # fmt: skip
    erase_due(at(3, 8) + _days(31), names=["screening.visits"])
    visit = Visit.objects.get()
    assert visit.learnt == ""
    assert visit.unwell == 1
    with pytest.raises(DatabaseError), transaction.atomic(), writing():
        Visit.objects.update(unwell=0)


def test_an_uploaded_list_is_erased_from_the_disk(
    cast: dict[str, Actor], django_capture_on_commit_callbacks: Any
) -> None:
    with clock.fixed(at(3, 8)):
        file = store(cast["grid"], "表.xlsx", [b"contents"], "intake")
    with django_capture_on_commit_callbacks(execute=True):
        [made] = erase_due(at(3, 8) + _days(31), names=["attachments.uploads"])
    assert made.count == 1
    assert StoredFile.objects.get().erased_at is not None
    with pytest.raises(Refusal) as caught:
        read_file(file.pk)
    assert caught.value.code == GONE().code


def test_a_refused_upload_is_erased_after_it_was_resolved(cast: Any) -> None:
    RefusedCommand.objects.create(command_id=uuid7(), action="x.y_z", area_path=GRID, code="x", at=at(3, 8),
                                  input="{}", resolved_at=at(4, 8))  # fmt: skip
    [made] = erase_due(at(4, 8) + _days(31))
    assert made.kind == "actions.refused_commands"
    assert not RefusedCommand.objects.exists()


# --- schedules ----------------------------------------------------------------------------------------------------


def test_an_area_may_set_its_own_days_by_document(cast: dict[str, Actor]) -> None:
    with clock.fixed(at(3, 8)):
        make_incident()
        run(cast["duty"], "incidents.set_local_rule", {
            "profile": "covid19", "key": "retention.leads_days", "value": "7", "area_path": GRID[:12],
            "from_on": "2020-02-03", "until_on": "2020-12-31", "document": "绛防指〔2020〕12号",
        })  # fmt: skip
    from lianfang.domain.incidents.queries import forget_rules

    forget_rules()
    near, far = _lead(), _lead(NEIGHBOUR_GRID)
    [made] = erase_due(at(3, 20) + _days(8), names=["screening.leads"])
    near.refresh_from_db()
    far.refresh_from_db()
    assert near.anonymised_at is not None
    assert far.anonymised_at is None
    assert (made.area_path, made.rule_days) == (GRID[:12], 7)
    assert "绛防指〔2020〕12号" in made.rule_source


def test_erasing_below_one_area_leaves_its_neighbours_alone(cast: Any) -> None:
    make_incident()
    near, far = _lead(), _lead(NEIGHBOUR_GRID)
    erase_due(at(3, 20) + _days(31), GRID[:12], names=["screening.leads"])
    near.refresh_from_db()
    far.refresh_from_db()
    assert near.anonymised_at is not None
    assert far.anonymised_at is None


# --- interrupted, repeated, forged --------------------------------------------------------------------------------


def test_an_interrupted_erasure_is_gone_on_with_and_certified_once(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_incident()
    for _ in range(5):
        _lead()
    monkeypatch.setattr(erasing, "STEP", 2)
    moment = at(3, 20) + _days(31)
    [portion] = [one for one in erasing.portions(moment, names=["screening.leads"]) if one.area == COUNTY]
    assert erasing._step(portion, moment, None, SYSTEM) == 2  # and here the power fails
    assert ErasureCertificate.objects.get().count == 2
    [made] = erase_due(moment + _days(1), names=["screening.leads"])
    made.refresh_from_db()
    assert made.count == 5
    assert made.began_at == moment
    assert is_genuine(made)
    assert erase_due(moment + _days(1)) == []
    assert AuditLine.objects.filter(action="retention.erase").count() == 1
    assert list(verify()) == []


def test_a_certificate_that_somebody_changed_is_not_genuine(cast: Any) -> None:
    make_incident()
    _lead()
    [made] = erase_due(at(3, 20) + _days(31), names=["screening.leads"])
    made.count = 0
    assert not is_genuine(made)
    made.digest = erasing.digest_of(made)
    assert not is_genuine(made), "a digest made anew is not the one in the audit trail"


# --- jobs, gap, incident, doors -----------------------------------------------------------------------------------


def test_the_nightly_job_erases_what_is_due(released: Any) -> None:
    with clock.fixed((RELEASED + _days(31)).replace(hour=2)):
        enqueue("retention.tick", {})
        run_waiting()
    assert not Reading.objects.exists()
    assert ErasureCertificate.objects.filter(job_id__isnull=False).exists()


def test_by_day_the_job_only_looks(released: Any) -> None:
    with clock.fixed((RELEASED + _days(31)).replace(hour=10)):
        enqueue("retention.tick", {})
        run_waiting()
    assert Reading.objects.exists()
    assert RetentionState.objects.get(kind="observation.readings", area_path=COUNTY).due == 2


def test_what_a_night_without_power_left_is_erased_by_day(released: Any) -> None:
    with clock.fixed((RELEASED + _days(34)).replace(hour=10)):
        enqueue("retention.tick", {})
        run_waiting()
    assert not Reading.objects.exists()


def test_what_is_kept_too_long_is_a_gap_until_it_is_erased(released: Any, cast: dict[str, Actor]) -> None:
    with clock.fixed(RELEASED + _days(34)):
        note(clock.now())
        sweep_all(names=["erasure_overdue"])
        assert "observation.readings" in {item.details["kind"] for item in GapItem.objects.all()}
        run(cast["duty"], "privacy.run_retention", {"area_path": COUNTY})
        run_waiting()
        sweep_all(names=["erasure_overdue"])
    assert not GapItem.objects.filter(gap="erasure_overdue").exists()


def test_an_incident_is_not_closed_while_records_are_kept_too_long(released: Any, cast: dict[str, Actor]) -> None:
    incident = Incident.objects.get()
    asked = {"incident_id": str(incident.pk), "reason": "疫情结束"}
    with clock.fixed(RELEASED + _days(34)):
        with pytest.raises(Refusal) as caught:
            run(cast["duty"], "incidents.close_incident", asked)
        assert caught.value.code == "incidents.erasures_overdue"
        assert overdue_count(clock.now(), COUNTY) > 0
        erase_due(clock.now())
        run(cast["duty"], "incidents.close_incident", asked)
    incident.refresh_from_db()
    assert incident.state == "closed"


def test_a_grid_worker_erases_nothing(cast: dict[str, Actor]) -> None:
    with pytest.raises(Refusal) as caught:
        run(cast["grid"], "privacy.run_retention", {"area_path": GRID})
    assert caught.value.code == "access.not_yours"


def test_certificates_are_listed_and_printed_for_those_who_may(cast: dict[str, Actor], signed_in: Any) -> None:
    make_incident()
    _lead()
    [made] = erase_due(at(3, 20) + _days(31), names=["screening.leads"])
    [row] = read(cast["duty"], "privacy.certificates").rows
    assert row["cells"]["count"] == 1
    assert row["cells"]["digest"] == made.digest
    address = f"/api/erasures/{made.pk}.pdf"
    assert signed_in("grid").get(address).status_code == 403
    printed = signed_in("duty").get(address)
    assert printed.status_code == 200
    assert printed.content.startswith(b"%PDF")
    ErasureCertificate.objects.update(count=0)
    assert signed_in("duty").get(address).json()["code"] == "retention.certificate_changed"
    assert signed_in("duty").get(f"/api/erasures/{UUID(int=0)}.pdf").status_code == 404


def test_the_command_line_looks_and_erases(cast: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with clock.fixed(at(3, 20) + _days(31)):
        make_incident()
        _lead()
        assert main(["retention", "check", "--json"]) == 0
        said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {"kind": "screening.leads", "area": COUNTY, "due": 1} in [
            {name: one[name] for name in ("kind", "area", "due")} for one in said
        ]
        assert main(["retention", "run"]) == 0
        [line] = capsys.readouterr().out.splitlines()
        assert json.loads(line)["count"] == 1
        assert main(["retention", "run"]) == 0
        assert capsys.readouterr().out == ""
