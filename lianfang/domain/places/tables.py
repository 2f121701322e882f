"""The places as a table."""

from __future__ import annotations

from django.db.models import Q

from lianfang.domain.places.models import Place
from lianfang.domain.places.rules import PLACE_KINDS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both


def _search(text: str) -> Q:
    return Q(name__icontains=text) | Q(keys__contains=text.lower())


table(
    Table(
        name="places.places",
        title=both("场所", "Places"),
        rows=lambda viewer: Place.objects.all(),
        sort="area_path",
        label="name",
        search=_search,
        columns=(
            Column("name", both("名称", "Name")),
            Column("kind", both("类别", "Kind"), kind="choice", choices=tuple(PLACE_KINDS.items()), filterable=True),
            Column("address", both("地址", "Address")),
            Column("area_path", both("属地", "Area"), kind="area", filterable=True, sortable=True),
            Column("sector_owner", both("行业主管部门", "Sector authority"), filterable=True),
            Column("contact_name", both("负责人", "Lead contact"), privacy=PrivacyClass.NAME, mask=mask_name),
            Column("contact_phone", both("电话", "Phone"), privacy=PrivacyClass.CONTACT, mask=mask_phone),
            Column("headcount", both("人数", "Headcount"), kind="int"),
            Column(
                "status",
                both("状态", "State"),
                kind="choice",
                filterable=True,
                choices=(("open", both("在用", "Open")), ("closed", both("关停", "Closed"))),
            ),
            Column("note", both("备注", "Note")),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("open", both("在用", "Open"), {"status": "open"}),
            SavedFilter("factories", both("厂矿企业", "Factories and mines"), {"kind": "factory", "status": "open"}),
        ),
        related=(("organisation.responsibilities", "target_id"),),
    )
)
