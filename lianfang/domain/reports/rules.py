"""Daily reports: what each figure counts, over which hours, from which list; who has reported; what may be published.

Every figure names the list behind it, so that the two cannot differ. Refuses a nil report that is not nil.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

NIL_WITH_FIGURES = refusal(
    "reports.nil_with_figures",
    "有 {count} 项数字不为零，不能按零报告上报。",
    "{count} figures are not zero, so this is no nil report.",
)
UNKNOWN_FORM = refusal("reports.unknown_form", "没有“{form}”这张报表。", "There is no report “{form}”.", status=404)
TOO_EARLY = refusal(
    "reports.too_early",
    "截止时刻是 {at}，还不能确认上报。",
    "The snapshot is taken at {at}; the report cannot be confirmed yet.",
)

# --- figures -----------------------------------------------------------------------------------------------------

Span = Literal["day", "total", "standing"]
Roll = Literal["sum", "recount"]
FORMS: dict[str, tuple[str, Bilingual]] = {
    "F12": ("village", both("村（社区）防控日报", "Village daily report")),
    "F13": ("town", both("乡镇防控日报", "Town daily report")),
    "F14": ("county", both("县指挥部日报", "County situation report")),
}
LEVELS = ("village", "town", "county")
SECTIONS: dict[str, Bilingual] = {
    "cases": both("疫情", "Epidemic"),
    "returnees": both("返乡摸排", "Returnees"),
    "push": both("大数据核对", "Push lists"),
    "sweep": both("入户排查", "Door to door"),
    "observation": both("居家观察", "Home observation"),
    "posts": both("卡点", "Posts"),
    "publicity": both("宣传", "Publicity"),
    "welfare": both("群众困难与服务", "Help"),
    "disinfection": both("消毒", "Disinfection"),
    "gatherings": both("红白事", "Gatherings"),
    "supplies": both("物资", "Supplies"),
    "supervision": both("督查", "Supervision"),
    "rumours": both("辟谣", "Rumours"),
    "workforce": both("队伍", "Workforce"),
    "issues": both("需协调事项", "Issues to settle"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report and the list it counts.

    `span`: "day" counts rows whose `moment` falls between two snapshots, "total" all until the snapshot, "standing"
    what had begun and not ended at the snapshot (`moment` to `until`). `column` None counts rows; "sum:x" adds up a
    column; "distinct:x" counts different values, and such a figure is counted anew at every level, never added.
    """

    code: str
    section: str
    label: Bilingual
    unit: Bilingual
    forms: tuple[str, ...]
    table: str
    span: Span
    moment: str
    where: Mapping[str, Any] = field(default_factory=dict)
    until: str = ""
    column: str | None = None
    public: bool = False

    @property
    def roll(self) -> Roll:
        return "recount" if self.column and self.column.startswith("distinct:") else "sum"


@dataclass(frozen=True, slots=True)
class Period:
    """The hours of one report: from the snapshot of the day before, included, to this one, excluded."""

    on: date
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class ListBehind:
    """The table and filters whose rows a figure counts."""

    table: str
    where: Mapping[str, Any]
    within: str


_PERSONS, _HOUSEHOLDS, _TIMES = both("人", "persons"), both("户", "households"), both("次", "times")
_ITEMS, _VISITS = both("件", "items"), both("户次", "visits")
_VILLAGE_UP, _TOWN_UP, _COUNTY = ("F12", "F13", "F14"), ("F13", "F14"), ("F14",)


def _f(
    code: str, zh: str, en: str, unit: Bilingual, forms: tuple[str, ...], table: str, span: Span, **more: Any
) -> Figure:
    return Figure(code, code.split(".")[0], both(zh, en), unit, forms, table, span, **more)


def _push(outcome: str, zh: str, en: str) -> Figure:
    where = {"source": "data_push", "outcome": outcome}
    return _f(
        f"push.{outcome}", zh, en, _PERSONS, _TOWN_UP, "screening.leads", "day", moment="verified_at", where=where
    )


def _case(kind: str, zh: str, en: str, span: Span) -> Figure:
    when = "新增" if span == "day" else "累计"
    when_en = "new" if span == "day" else "total"
    name = "new" if span == "day" else "total"
    return _f(
        f"cases.{kind}_{name}",
        f"{when}{zh}",
        f"{en}, {when_en}",
        _PERSONS,
        _COUNTY,
        "cases.cases",
        span,
        moment=f"{kind}_at",
        public=True,
    )


FIGURES: tuple[Figure, ...] = (
    _case("suspected", "疑似病例", "Suspected cases", "day"),
    _case("suspected", "疑似病例", "Suspected cases", "total"),
    _case("confirmed", "确诊病例", "Confirmed cases", "day"),
    _case("confirmed", "确诊病例", "Confirmed cases", "total"),
    _case("asymptomatic", "无症状感染者", "Asymptomatic infections", "day"),
    _case("asymptomatic", "无症状感染者", "Asymptomatic infections", "total"),
    _f(
        "cases.contacts_total",
        "累计密切接触者",
        "Close contacts, total",
        _PERSONS,
        _TOWN_UP,
        "cases.contacts",
        "total",
        moment="listed_at",
        public=True,
    ),
    _f(
        "sweep.households_due",
        "应排查户",
        "Households to reach",
        _HOUSEHOLDS,
        _VILLAGE_UP,
        "screening.targets",
        "standing",
        moment="listed_at",
        until="removed_at",
    ),
    _f(
        "sweep.households_reached",
        "已排查户",
        "Households reached",
        _HOUSEHOLDS,
        _VILLAGE_UP,
        "screening.visits",
        "total",
        moment="happened_at",
        where={"outcome": "done"},
        column="distinct:household",
        public=True,
    ),
    _f(
        "sweep.visits_today",
        "今日入户",
        "Visits today",
        _VISITS,
        _VILLAGE_UP,
        "screening.visits",
        "day",
        moment="happened_at",
    ),
    _f(
        "sweep.refused_today",
        "今日拒访",
        "Refusals today",
        _VISITS,
        _VILLAGE_UP,
        "screening.visits",
        "day",
        moment="happened_at",
        where={"outcome": "refused"},
    ),
    _f(
        "returnees.new",
        "今日新增返乡",
        "Returnees, new",
        _PERSONS,
        _VILLAGE_UP,
        "screening.returnees",
        "day",
        moment="registered_at",
        public=True,
    ),
    _f(
        "returnees.total",
        "累计返乡",
        "Returnees, total",
        _PERSONS,
        _VILLAGE_UP,
        "screening.returnees",
        "total",
        moment="registered_at",
        public=True,
    ),
    _f(
        "push.received",
        "推送数",
        "Pushed",
        _PERSONS,
        _TOWN_UP,
        "screening.leads",
        "day",
        moment="received_at",
        where={"source": "data_push"},
    ),
    _push("already_known", "前期已排查", "Already known"),
    _push("confirmed_new", "漏排（新核实）", "Confirmed, new"),
    _push("wrong_info", "信息有误", "Wrong information"),
    _push("not_resident", "不在本地", "Not resident here"),
    _push("past_window", "已超期", "Past the window"),
    _push("passed_through_only", "途经停留", "Passed through only"),
    _push("not_applicable", "未停留、不适用", "Not applicable"),
    _push("unreachable", "联系不上", "Unreachable"),
    _f(
        "observation.standing",
        "在观察",
        "Under observation",
        _PERSONS,
        _VILLAGE_UP,
        "observation.orders",
        "standing",
        moment="live_at",
        until="closed_at",
        column="distinct:person",
        public=True,
    ),
    _f(
        "observation.new",
        "今日新增观察",
        "Observation begun",
        _PERSONS,
        _VILLAGE_UP,
        "observation.orders",
        "day",
        moment="live_at",
        column="distinct:person",
    ),
    _f(
        "observation.released",
        "今日解除",
        "Released today",
        _PERSONS,
        _VILLAGE_UP,
        "observation.orders",
        "day",
        moment="released_at",
        column="distinct:person",
        public=True,
    ),
    _f(
        "observation.released_total",
        "累计解除",
        "Released, total",
        _PERSONS,
        _TOWN_UP,
        "observation.orders",
        "total",
        moment="released_at",
        column="distinct:person",
        public=True,
    ),
    _f(
        "observation.fever",
        "发热或症状异常",
        "Fever or symptoms",
        _PERSONS,
        _VILLAGE_UP,
        "observation.readings",
        "day",
        moment="happened_at",
        where={"refer": True},
        column="distinct:person",
    ),
    _f(
        "observation.referred",
        "今日转诊",
        "Referred today",
        _PERSONS,
        _TOWN_UP,
        "observation.referrals",
        "day",
        moment="referred_at",
        column="distinct:person",
    ),
    _f(
        "observation.missed",
        "今日漏测",
        "Readings missed today",
        _TIMES,
        _VILLAGE_UP,
        "observation.slots",
        "day",
        moment="late_until",
        where={"state": "missed"},
    ),
    _f(
        "observation.lost",
        "失访",
        "Lost",
        _PERSONS,
        _TOWN_UP,
        "observation.orders",
        "standing",
        moment="lost_at",
        until="found_at",
        column="distinct:person",
    ),
    _f(
        "posts.standing",
        "卡点数",
        "Posts",
        both("个", "posts"),
        _VILLAGE_UP,
        "places.posts",
        "standing",
        moment="opened_at",
        until="closed_at",
        public=True,
    ),
    _f(
        "posts.shifts",
        "值守人次",
        "Shifts worked",
        both("人次", "shifts"),
        _VILLAGE_UP,
        "workforce.shifts",
        "day",
        moment="signed_in_at",
    ),
    _f(
        "posts.people",
        "进出人员",
        "People passing",
        both("人次", "passages"),
        _VILLAGE_UP,
        "checkpoints.passages",
        "day",
        moment="happened_at",
        column="sum:people",
    ),
    _f(
        "posts.vehicles",
        "进出车辆",
        "Vehicles passing",
        both("辆次", "vehicles"),
        _VILLAGE_UP,
        "checkpoints.passages",
        "day",
        moment="happened_at",
        where={"has_vehicle": True},
    ),
    _f(
        "posts.turned_back",
        "劝返",
        "Turned back",
        both("人次", "passages"),
        _VILLAGE_UP,
        "checkpoints.passages",
        "day",
        moment="happened_at",
        where={"decision": "turn_back"},
    ),
    _f(
        "publicity.households",
        "宣传户次",
        "Households told",
        _VISITS,
        _VILLAGE_UP,
        "outreach.deliveries",
        "day",
        moment="happened_at",
        column="sum:households",
    ),
    _f(
        "welfare.raised",
        "服务需求（收）",
        "Help asked for",
        _ITEMS,
        _VILLAGE_UP,
        "welfare.requests",
        "day",
        moment="raised_at",
        public=True,
    ),
    _f(
        "welfare.confirmed",
        "服务需求（办结，本人确认）",
        "Help confirmed",
        _ITEMS,
        _VILLAGE_UP,
        "welfare.requests",
        "day",
        moment="confirmed_at",
        public=True,
    ),
    _f(
        "welfare.open",
        "未办结需求",
        "Help still open",
        _ITEMS,
        _VILLAGE_UP,
        "welfare.requests",
        "standing",
        moment="raised_at",
        until="closed_at",
    ),
    _f(
        "disinfection.area",
        "消杀面积",
        "Area disinfected",
        both("平方米", "m²"),
        _VILLAGE_UP,
        "environment.jobs",
        "day",
        moment="finished_at",
        column="sum:area_m2",
        public=True,
    ),
    _f(
        "gatherings.avoided",
        "红白事取消、延期、简办",
        "Gatherings cancelled, postponed or simplified",
        both("起", "gatherings"),
        _VILLAGE_UP,
        "outreach.gatherings",
        "day",
        moment="agreed_at",
        public=True,
    ),
    _f(
        "supplies.days",
        "物资不足三天的点位",
        "Posts with under three days of stock",
        both("个", "posts"),
        _VILLAGE_UP,
        "supplies.short_posts",
        "standing",
        moment="since",
        until="until",
    ),
    _f(
        "supervision.open",
        "督查未整改问题",
        "Findings not rectified",
        _ITEMS,
        _COUNTY,
        "supervision.findings",
        "standing",
        moment="found_at",
        until="closed_at",
    ),
    _f(
        "rumours.corrected",
        "今日辟谣",
        "Rumours corrected",
        both("条", "corrections"),
        _COUNTY,
        "outreach.rumours",
        "day",
        moment="corrected_at",
        public=True,
    ),
    _f(
        "workforce.on_duty",
        "今日在岗",
        "On duty today",
        _PERSONS,
        _TOWN_UP,
        "workforce.shifts",
        "day",
        moment="signed_in_at",
        column="distinct:worker",
    ),
    _f(
        "issues.open",
        "需协调事项",
        "Issues open",
        _ITEMS,
        _VILLAGE_UP,
        "tasks.issues",
        "standing",
        moment="raised_at",
        until="closed_at",
    ),
)


def figures_of(form: str, offered: Collection[str] | None = None) -> list[Figure]:
    """Return the figures of a form in order; with `offered`, only those whose table the product offers.

    Raises `reports.unknown_form`.
    """
    if form not in FORMS:
        raise UNKNOWN_FORM(field="form", form=form)
    return [figure for figure in FIGURES if form in figure.forms and (offered is None or figure.table in offered)]


def list_behind(figure: Figure, period: Period, within: str) -> ListBehind:
    """Return the list whose rows are what the figure counts, as they were at the snapshot."""
    bounds: dict[str, Any] = {f"{figure.moment}__lt": period.until_at}
    if figure.span == "day":
        bounds[f"{figure.moment}__gte"] = period.from_at
    if figure.span == "standing":
        bounds[f"{figure.until}__gte_or_empty"] = period.until_at
    return ListBehind(figure.table, {**figure.where, **bounds}, within)


# --- time --------------------------------------------------------------------------------------------------------


def period_of(level: str, on: date, snapshot_at: Mapping[str, str]) -> Period:
    """Return the hours a level reports on for a day. Source: rule value `report.snapshot_at`, local time per level."""
    at = time.fromisoformat(snapshot_at[level])
    until_at = datetime.combine(on, at, CHINA)
    return Period(on, datetime.combine(on - timedelta(days=1), at, CHINA), until_at)


def check_may_confirm(period: Period, now: datetime) -> None:
    """Accept a confirmation only once the snapshot is taken. Raises `reports.too_early`."""
    if now < period.until_at:
        raise TOO_EARLY(field="on", at=period.until_at.astimezone(CHINA).strftime("%H:%M"))


# --- levels ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A figure added up from other units' reports, with how many of them gave none."""

    value: int | float | None
    missing: int


def rolled_up(figure: Figure, parts: Sequence[int | float | None]) -> RolledUp:
    """Return the sum over units, or no value for a figure that must be counted anew: one person, two villages."""
    missing = sum(part is None for part in parts)
    if figure.roll == "recount":
        return RolledUp(None, missing)
    return RolledUp(sum(part for part in parts if part is not None), missing)


# --- who has reported --------------------------------------------------------------------------------------------

ReportState = Literal["awaited", "reported", "nil", "silent", "not_synced"]
REPORT_STATES: dict[str, Bilingual] = {
    "awaited": both("未到时间", "not yet due"),
    "reported": both("已报", "reported"),
    "nil": both("零报告", "nil report"),
    "silent": both("未报", "silent"),
    "not_synced": both("设备未同步", "not yet synced"),
}


def report_state(
    period: Period,
    now: datetime,
    *,
    confirmed_at: datetime | None,
    is_nil: bool,
    last_synced_at: datetime | None,
    silent_after_minutes: float,
    not_synced_after_hours: float,
) -> ReportState:
    """Tell nil, silence and not-yet-synced apart; only what a person confirmed counts as reported.

    A unit whose phones have sent nothing for hours may have written everything down: it is asked to find a network,
    not blamed. `last_synced_at` None means that no phone of the unit has ever sent anything, which is silence.
    """
    if confirmed_at is not None:
        return "nil" if is_nil else "reported"
    if now < period.until_at + timedelta(minutes=silent_after_minutes):
        return "awaited"
    stale = last_synced_at is not None and now - last_synced_at > timedelta(hours=not_synced_after_hours)
    return "not_synced" if stale else "silent"


NIL_FIGURES = frozenset(
    {
        "cases.suspected_new",
        "cases.confirmed_new",
        "cases.asymptomatic_new",
        "returnees.new",
        "observation.new",
        "observation.fever",
        "push.confirmed_new",
    }
)


def not_nil(values: Mapping[str, int | float | None]) -> list[str]:
    """Return the figures that speak against a nil report: news of people, or such a figure that nobody has counted."""
    return sorted(code for code in NIL_FIGURES & values.keys() if values[code] != 0)


def check_nil(values: Mapping[str, int | float | None]) -> None:
    """Accept a nil report only when nobody new came, fell ill or was put under observation.

    Work done that day does not count against it. Raises `reports.nil_with_figures`.
    """
    wrong = not_nil(values)
    if wrong:
        raise NIL_WITH_FIGURES(field="nil", count=len(wrong), details={"figures": wrong})


# --- what may be published ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """One published number: `value` None means too small to show; `shown` is what is printed."""

    code: str
    label: Bilingual
    unit: Bilingual
    value: int | float | None
    shown: str


def is_small(value: int | float | None, below: int) -> bool:
    """Is the count so small that somebody might be recognised in it? Nought tells of nobody."""
    return value is not None and 0 < value < below


def public_version(
    values: Mapping[str, int | float | None], *, below: int, required_by_law: Collection[str] = ()
) -> list[PublicFigure]:
    """Return the figures for publication: public ones only, small counts withheld, no remarks, no lists, no areas.

    Counts of things are shown as they are; counts of persons and households are withheld below `below`, except those
    whose publication the law requires.
    """
    public = [figure for figure in FIGURES if figure.public and values.get(figure.code) is not None]
    return [_public(figure, values[figure.code], 0 if figure.code in required_by_law else below) for figure in public]


def withheld(parts: Mapping[str, int], below: int) -> tuple[frozenset[str], bool]:
    """Return the areas whose count is withheld in a published table, and whether its total must be withheld too.

    One hidden count can be found from the total and the others, and so can several ones: the next smallest is hidden
    with them until it cannot. When none is left to hide, the total goes.
    """
    hidden = [area for area, value in parts.items() if is_small(value, below)]
    if not hidden:
        return frozenset(), False
    others = sorted((value, area) for area, value in parts.items() if value >= below)
    while others and _is_deducible([parts[area] for area in hidden], below):
        hidden.append(others.pop(0)[1])
    return frozenset(hidden), _is_deducible([parts[area] for area in hidden], below)


def _is_deducible(values: Sequence[int], below: int) -> bool:
    total, count = sum(values), len(values)
    return count < 2 or total < below or total in (count, count * (below - 1))


def _public(figure: Figure, value: int | float | None, below: int) -> PublicFigure:
    of_people = figure.unit in (_PERSONS, _HOUSEHOLDS)
    if of_people and is_small(value, below):
        return PublicFigure(figure.code, figure.label, figure.unit, None, f"<{below}")
    return PublicFigure(figure.code, figure.label, figure.unit, value, _digits(value))


def _digits(value: int | float | None) -> str:
    return str(int(value)) if value is not None and float(value).is_integer() else str(value)
