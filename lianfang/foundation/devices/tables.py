"""The list of phones."""

from __future__ import annotations

from django.db.models import Q

from lianfang.foundation.devices.models import Device
from lianfang.foundation.tables.registry import Column, Table, table
from lianfang.kernel.text import both


def _search(text: str) -> Q:
    return Q(account__name__icontains=text) | Q(label__icontains=text)


table(
    Table(
        name="devices.devices",
        title=both("设备", "Devices"),
        rows=lambda viewer: Device.objects.all(),
        sort="-last_seen_at",
        label="account",
        search=_search,
        columns=(
            Column("account", both("使用人", "Used by"), source="account__name", sortable=True),
            Column("label", both("名称", "Label")),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True),
            Column("app_version", both("应用版本", "App version"), filterable=True),
            Column("first_seen_at", both("首次使用", "First seen"), kind="datetime"),
            Column("last_seen_at", both("最近联系", "Last seen"), kind="datetime", sortable=True, filterable=True),
            Column("last_upload_at", both("最近上传", "Last upload"), kind="datetime", sortable=True),
            Column("lost_at", both("挂失时间", "Reported lost"), kind="datetime", filterable=True),
            Column("lost_reason", both("挂失原因", "Why")),
            Column("wiped_at", both("已通知清除", "Told to wipe"), kind="datetime"),
        ),
    )
)
