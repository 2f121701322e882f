"""Phones are known, reported lost by those who answer for them, and found again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID
from lianfang.foundation.devices.knowing import last_upload_within, note_call
from lianfang.foundation.devices.models import Device

pytestmark = pytest.mark.django_db


def test_a_grid_worker_cannot_report_a_phone_lost(send: Any, cast: Any, moment: Any) -> None:
    phone = note_call(cast["grid"], "phone-1", "0.1.0", moment)
    assert phone is not None
    response = send("grid", "devices.mark_lost", {"device": str(phone.pk), "reason": "丢在车上"})
    assert response.status_code == 403


def test_a_secretary_cannot_report_the_phone_of_another_village_lost(send: Any, cast: Any, moment: Any) -> None:
    phone = note_call(cast["neighbour"], "phone-2", "0.1.0", moment)
    assert phone is not None
    assert send("secretary", "devices.mark_lost", {"device": str(phone.pk), "reason": "丢失"}).status_code == 403


def test_a_caller_without_a_device_is_not_written_down(cast: Any, moment: Any) -> None:
    assert note_call(cast["grid"], "", "0.1.0", moment) is None
    assert not Device.objects.exists()


def test_a_phone_is_lost_and_found(send: Any, cast: Any, moment: Any) -> None:
    phone = note_call(cast["grid"], "phone-1", "0.1.0", moment)
    assert phone is not None
    lost = send("secretary", "devices.mark_lost", {"device": str(phone.pk), "reason": "丢在车上"})
    assert lost.status_code == 200, lost.content
    assert Device.objects.get(pk=phone.pk).lost_at is not None
    undo = lost.json()["result"]["undo"]
    assert send("secretary", undo["action"], undo["input"]).status_code == 200
    assert Device.objects.get(pk=phone.pk).lost_at is None


def test_a_phone_follows_its_user_until_it_is_lost(cast: Any, moment: Any) -> None:
    note_call(cast["neighbour"], "shared", "0.1.0", moment)
    note_call(cast["grid"], "shared", "0.1.1", moment)
    assert Device.objects.get(device_id="shared").area_path == GRID
    Device.objects.update(lost_at=moment)
    note_call(cast["neighbour"], "shared", "0.1.1", moment)
    assert Device.objects.get(device_id="shared").area_path == GRID


def test_the_last_upload_of_an_area_is_known(cast: Any, moment: Any) -> None:
    assert last_upload_within(GRID) is None
    note_call(cast["grid"], "phone-1", "0.1.0", moment, uploaded=True)
    note_call(cast["grid"], "phone-1", "0.1.0", moment + timedelta(seconds=5), uploaded=True)
    assert last_upload_within(GRID[:12]) == moment
    assert last_upload_within(NEIGHBOUR_GRID) is None
