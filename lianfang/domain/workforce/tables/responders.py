"""The list of those who serve. Limits are seen by who posts people and by nobody else (P22)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianfang.domain.workforce.models.care import ServiceCertificate
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import Shift
from lianfang.domain.workforce.models.teams import Membership
from lianfang.domain.workforce.queries.hours import WORKED, minutes_served
from lianfang.domain.workforce.rules.offers import PARTS, TAGS
from lianfang.domain.workforce.rules.serving import LIMITS, ORIGINS, SKILLS, STATES
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import Column, SavedFilter, Table, table
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

PART_WORDS = {key: f"{label.zh} {label.en}" for key, label in PARTS.items() if key}
NAME, CONTACT, IDENTITY, FITNESS = (
    PrivacyClass.NAME, PrivacyClass.CONTACT, PrivacyClass.IDENTITY, PrivacyClass.FITNESS,
)  # fmt: skip


def hours(minutes: int | None) -> str:
    """Return minutes as hours with one decimal: 90 → 1.5."""
    return f"{(minutes or 0) / 60:.1f}"


def available(stretches: list[dict[str, Any]] | None) -> list[str]:
    """Return when somebody can serve as people write it: days, weekdays by number, day or night in both languages."""
    return [_stretch(one) for one in stretches or ()]


def _stretch(one: dict[str, Any]) -> str:
    days = f"{one.get('from') or '…'} – {one.get('to') or '…'}" if one.get("from") or one.get("to") else ""
    weekdays = "".join("一二三四五六日"[day] for day in one.get("weekdays", ()))
    [part] = one["parts"] if len(one.get("parts", ())) == 1 else [""]
    return " ".join(filter(None, [days, f"周{weekdays}" if weekdays else "", PART_WORDS.get(part, "")]))


def _responders(_: Actor) -> QuerySet[Any]:
    teams = Membership.objects.filter(responder_id=OuterRef("pk"), until_on__isnull=True).order_by()
    issued = ServiceCertificate.objects.filter(responder_id=OuterRef("pk"), withdrawn_on__isnull=True)
    worked = Shift.objects.filter(responder_id=OuterRef("pk"), state__in=WORKED).order_by()
    return Responder.objects.filter(anonymised_at__isnull=True).annotate(
        shifts=Coalesce(Subquery(worked.values("responder_id").annotate(n=Count("pk")).values("n")), 0),
        teams=Coalesce(Subquery(teams.values("responder_id").annotate(n=Count("pk")).values("n")), 0),
        team=Subquery(teams.order_by("from_on", "pk").values("team__name")[:1]),
        team_place=Subquery(teams.order_by("from_on", "pk").values("team__place")[:1]),
        certificate=Subquery(issued.order_by("-issued_on", "-pk").values("number")[:1]),
        minutes=minutes_served(),
    )


table(
    Table(
        name="workforce.responders",
        title=both("参战人员名册", "People who serve"),
        help=both(
            "所有参加防控的人：村社区人员、下沉干部、志愿者。健康限制只给派岗的人看，只用于派岗。",
            "Everybody who serves. Limits are for who posts people, and for posting alone.",
        ),
        rows=_responders,
        sort="-joined_on",
        label="name",
        named_export=True,
        search=lambda text: Q(keys__icontains=text) | Q(unit__name__icontains=text) | Q(rank__icontains=text),
        columns=(
            Column("name", both("姓名", "Name"), privacy=NAME, mask=mask_name),
            Column("state", both("状态", "State"), kind="choice", choices=tuple(STATES.items()), filterable=True),
            Column("origin", both("来源", "Origin"), kind="choice", choices=tuple(ORIGINS.items()), filterable=True),
            Column("unit_name", both("单位", "Unit"), source="unit__name"),
            Column("rank", both("职务", "Rank")),
            Column("phone", both("电话", "Phone"), privacy=CONTACT, mask=mask_phone),
            Column("area_path", both("区域", "Area"), kind="area", filterable=True, sortable=True),
            Column("team", both("队伍", "Team")),
            Column("team_place", both("岗位（点位）", "Post")),
            Column("skills", both("特长", "Skills"), kind="json", choices=tuple(SKILLS.items())),
            Column("tags", both("身份标签", "Marks"), kind="json", choices=tuple(TAGS.items())),
            Column("vehicle_plate", both("车辆", "Vehicle")),
            Column("availability", both("可用时段", "Available"), kind="json", show=available),
            Column("limits", both("健康限制", "Limits"), kind="json", privacy=FITNESS, choices=tuple(LIMITS.items()),
                   show=str.split),
            Column("born_on", both("出生日期", "Born on"), kind="date", privacy=IDENTITY),
            Column("experienced", both("有经验", "Experienced"), kind="bool", filterable=True),
            Column("undertaking_on", both("保密承诺", "Undertaking"), kind="date", filterable=True),
            Column("trained_on", both("培训", "Trained"), kind="date", filterable=True),
            Column("insured_until", both("保险至", "Insured until"), kind="date", filterable=True),
            Column("teams", both("队伍数", "Teams"), kind="int", filterable=True),
            Column("shifts", both("已上班次", "Shifts worked"), kind="int"),
            Column("hours", both("服务时长（小时）", "Hours"), source="minutes", show=hours),
            Column("certificate", both("证书号", "Certificate")),
            Column("joined_on", both("登记日", "Since"), kind="date", filterable=True, sortable=True),
            Column("state_at", both("进入此状态", "In this state since"), kind="datetime", filterable=True),
            Column("ended_on", both("结束日", "Ended"), kind="date", filterable=True),
            Column("ended_reason", both("结束原因", "Why it ended")),
            Column("unit", both("单位编号", "Unit id"), kind="link", link="organisation.units", source="unit_id",
                   filterable=True, hidden=True),
            Column("offer", both("请战", "Offer"), kind="link", link="workforce.offers", source="offer_id",
                   filterable=True, hidden=True),
            Column("batch", both("导入批次", "List"), kind="link", link="intake.batches", source="batch_id",
                   filterable=True, hidden=True),
            Column("version", both("版本", "Version"), kind="int", hidden=True),
        ),
        saved=(
            SavedFilter("offered", both("待审核", "To be answered"), {"state": "offered"}),
            SavedFilter("ready", both("可派岗", "Ready to be posted"), {"state": "trained"}),
            SavedFilter("serving", both("在岗", "Serving"), {"state": "serving"}),
            SavedFilter("volunteers", both("志愿者", "Volunteers"), {"origin": "volunteer"}),
            SavedFilter("unsigned", both("未签保密承诺", "Undertaking not signed"), {"undertaking_on": ""}),
        ),
        related=(("workforce.memberships", "responder"),),
    )
)  # fmt: skip
