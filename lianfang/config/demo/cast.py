"""The fixed cast of the demo and of every test: one person per role, and an outsider who may see nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from lianfang.foundation.access.models import Grant
from lianfang.foundation.accounts.models import Account

COUNTY = "140826"
TOWN = "140826100"
VILLAGE = "140826100201"
GRID = "140826100201001"
NEIGHBOUR_VILLAGE = "140826100202"
NEIGHBOUR_GRID = "140826100202001"
PASSWORD = "lianfang-demo"  # noqa: S105  (the demo's, printed on its first page)


@dataclass(frozen=True)
class Part:
    """One member of the cast."""

    username: str
    name: str
    title: str
    role: str
    area_path: str
    unit: str = ""


CAST = (
    Part("duty", "周值班", "县指挥部值班员", "duty_officer", COUNTY, "县疫情防控指挥部"),
    Part("leader", "韩县长", "联点县领导", "county_leader", TOWN, "县政府"),
    Part("town", "李协调", "乡镇协调员", "township_coordinator", TOWN, "古绛镇"),
    Part("secretary", "王支书", "村支书", "village_secretary", VILLAGE, "城内村"),
    Part("grid", "赵网格", "网格员", "grid_worker", GRID, "城内村"),
    Part("doctor", "陈村医", "村医", "village_doctor", VILLAGE, "城内村卫生室"),
    Part("health", "梁卫健", "卫健专班", "health_desk", COUNTY, "县卫健局"),
    Part("tracer", "孙流调", "流调员", "tracer", COUNTY, "县疾控中心"),
    Part("gate", "刘值守", "卡点值守员", "checkpoint_volunteer", VILLAGE, "志愿者"),
    Part("desk", "吴专员", "部门专员", "department_desk", COUNTY, "县市场监管局"),
    Part("auditor", "郑审计", "审计员", "auditor", COUNTY, "县审计局"),
    Part("neighbour", "钱邻村", "邻村网格员", "grid_worker", NEIGHBOUR_GRID, "乔村"),
    Part("outsider", "外来人", "无授权人员", "", "", ""),
)


def make_cast(on: date, *, password: str = PASSWORD) -> dict[str, Account]:
    """Create the cast with its grants; returns accounts by sign-in name."""
    made: dict[str, Account] = {}
    hashed = make_password(password)  # once for all: the password is the same, and its hash is slow on purpose
    for part in CAST:
        account = Account(
            username=part.username,
            password=hashed,
            name=part.name,
            title=part.title,
            unit=part.unit,
            home_area=part.area_path,
        )
        account.save()
        if part.role:
            Grant.objects.create(
                account=account, role=part.role, area_path=part.area_path, purpose="疫情防控", starts_on=on
            )
        made[part.username] = account
    return made
