"""What people do with phones: say that one is lost, or found again, and give it a name."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty, when_set
from lianfang.foundation.administration.actions import Reason, labelled
from lianfang.foundation.devices.models import Device
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_DEVICE = refusal("devices.unknown", "没有这部设备。", "There is no such device.", status=404)


class MarkLost(Input):
    device: UUID = Field(**labelled("设备", "Device"))
    reason: Reason


class MarkFound(Input):
    device: UUID = Field(**labelled("设备", "Device"))


class NameDevice(Input):
    device: UUID = Field(**labelled("设备", "Device"))
    label: str = Field(max_length=60, **labelled("名称", "Label"))


def _device(call: Call, device: UUID) -> Device:
    found = Device.objects.filter(pk=device).first()
    if found is None:
        raise NO_DEVICE(field="device")
    call.permit(found.area_path)
    call.about("devices.devices", found.pk)
    return found


@action("devices.mark_lost", both("设备挂失", "Report a device lost"), MarkLost,
        subject=Subject("devices.devices", "device", when_empty("lost_at")), danger=True)  # fmt: skip
def mark_lost(call: Call, given: MarkLost) -> Result:
    """Report a phone lost: it gets no more data, wipes itself at its next contact, and what it uploads is set aside."""
    device = _device(call, given.device)
    Device.objects.filter(pk=device.pk, lost_at__isnull=True).update(
        lost_at=call.received_at, lost_by=call.actor.account_id, lost_reason=given.reason, wiped_at=None
    )
    undo = {"action": "devices.mark_found", "input": {"device": str(device.pk)}}
    return {"id": str(device.pk), "undo": undo}


@action("devices.mark_found", both("设备找回", "Report a device found"), MarkFound,
        subject=Subject("devices.devices", "device", when_set("lost_at")))  # fmt: skip
def mark_found(call: Call, given: MarkFound) -> Result:
    """Report a lost phone found: it may be used again after a fresh sign-in."""
    device = _device(call, given.device)
    Device.objects.filter(pk=device.pk).update(lost_at=None, lost_by=None, lost_reason="", wiped_at=None)
    return {"id": str(device.pk)}


@action("devices.name_device", both("设备命名", "Name a device"), NameDevice,
        subject=Subject("devices.devices", "device"))  # fmt: skip
def name_device(call: Call, given: NameDevice) -> Result:
    """Give a phone the name people know it by."""
    device = _device(call, given.device)
    Device.objects.filter(pk=device.pk).update(label=given.label)
    return {"id": str(device.pk)}
