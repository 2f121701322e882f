"""What each figure of the daily reports counts, over which hours, from which list. A figure is its list, counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from lianfang.domain.reports.rules.reporting import Period
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

UNKNOWN_FORM = refusal("reports.unknown_form", "没有“{form}”这张报表。", "There is no report “{form}”.", status=404)

Span = Literal["day", "total", "standing"]
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
    what had begun and not ended at the snapshot (`moment` to `until`). `moment` is always when the house learnt of it,
    not when it happened: what a phone brings late is counted in the next report, once, instead of changing one that is
    confirmed. `adding` names a column to add up; without it rows are counted.
    """

    code: str
    section: str
    label: Bilingual
    unit: Bilingual
    forms: tuple[str, ...]
    table: str
    span: Span
    moment: str
    where: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    adding: str = ""
    public: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns of the table that the figure narrows by or adds up."""
        named = [self.moment, self.until, self.adding, *(key.partition("__")[0] for key in self.where)]
        return frozenset(name for name in named if name)


@dataclass(frozen=True, slots=True)
class ListBehind:
    """The table and filters whose rows a figure counts, as a list's address holds them."""

    table: str
    where: Mapping[str, str]
    within: str


PERSONS, HOUSEHOLDS, TIMES = both("人", "persons"), both("户", "households"), both("次", "times")
_ITEMS, _VISITS, _POSTS = both("件", "items"), both("户次", "visits"), both("个", "posts")
_PEOPLE_TIMES, _VEHICLES = both("人次", "passages"), both("辆次", "vehicles")
_VILLAGE_UP, _TOWN_UP, _COUNTY = ("F12", "F13", "F14"), ("F13", "F14"), ("F14",)


def _f(
    code: str,
    zh: str,
    en: str,
    unit: Bilingual,
    forms: tuple[str, ...],
    table: str,
    span: Span,
    moment: str,
    **more: Any,
) -> Figure:
    return Figure(code, code.split(".")[0], both(zh, en), unit, forms, table, span, moment, **more)


def _cases(kind: str, zh: str, en: str) -> Iterator[Figure]:
    spans: tuple[tuple[Span, str, str, str], ...] = (("day", "new", "新增", "new"), ("total", "total", "累计", "total"))
    for span, name, when, when_en in spans:
        yield _f(f"cases.{kind}_{name}", f"{when}{zh}", f"{en}, {when_en}", PERSONS, _COUNTY, "cases.cases", span,
                 f"{kind}_at", public=True)  # fmt: skip


_LEADS, _SWEEP, _AT_DOORS = "screening.leads", "screening.sweep_households", "screening.visits"
_OBSERVED, _SLOTS, _HELP, _PASSAGES = (
    "observation.timetable", "observation.slots", "welfare.requests", "checkpoints.passages",
)  # fmt: skip
# one lead does the work for all that speak of the same person, and so one row is one person
_FOUND_HERE = {"outcome__in": "already_known,confirmed_new", "same_as": ""}
_PUSHED = {"source": "data_push"}
_RUNNING = {"campaign_state": "running"}
# doors found empty, moved from or wrongly listed are not there to be reached (K17)
_OCCUPIED = {**_RUNNING, "outcome__in": ",done,absent,refused"}
_TOLD = {**_RUNNING, "outcome__in": "done,absent,refused"}
_NOT_WITHDRAWN = {"state__in": "raised,accepted,delivered,not_delivered,confirmed"}
# a correction counts in place of the visit it corrects, which was counted in its day
_FIRST = {"corrects_id": ""}
_RELEASED = {"order_state": "released"}


def _push(outcome: str, zh: str, en: str) -> Figure:
    where = {**_PUSHED, "outcome": outcome}
    return _f(f"push.{outcome}", zh, en, PERSONS, _TOWN_UP, _LEADS, "day", "answered_at", where=where)


def _from(source: str, zh: str, en: str) -> Figure:
    where = {**_FOUND_HERE, "source": source}
    label_zh, label_en = f"累计返乡：{zh}", f"Returnees, total: {en}"
    return _f(f"returnees.from_{source}", label_zh, label_en, PERSONS, _VILLAGE_UP, _LEADS, "total", "answered_at",
              where=where)  # fmt: skip


FIGURES: tuple[Figure, ...] = (
    *_cases("suspected", "疑似病例", "Suspected cases"),
    *_cases("confirmed", "确诊病例", "Confirmed cases"),
    *_cases("asymptomatic", "无症状感染者", "Asymptomatic infections"),
    _f("cases.contacts_total", "累计密切接触者", "Close contacts, total", PERSONS, _TOWN_UP,
       "cases.contacts", "total", "listed_at", public=True),
    _f("sweep.households_due", "应排查户", "Households to reach", HOUSEHOLDS, _VILLAGE_UP,
       _SWEEP, "total", "since", where=_OCCUPIED),
    _f("sweep.households_reached", "已排查户", "Households reached", HOUSEHOLDS, _VILLAGE_UP,
       _SWEEP, "total", "last_at", where={**_RUNNING, "outcome": "done"}, public=True),
    _f("sweep.households_told", "已有结果户", "Households with an outcome", HOUSEHOLDS, _VILLAGE_UP,
       _SWEEP, "total", "last_at", where=_TOLD),
    _f("sweep.visits_today", "今日入户", "Visits today", _VISITS, _VILLAGE_UP,
       _AT_DOORS, "day", "received_at", where=_FIRST),
    _f("sweep.refused_today", "今日拒访", "Refusals today", _VISITS, _VILLAGE_UP,
       _AT_DOORS, "day", "received_at", where={**_FIRST, "outcome": "refused"}),
    _f("returnees.new", "今日新增返乡", "Returnees, new", PERSONS, _VILLAGE_UP,
       _LEADS, "day", "answered_at", where=_FOUND_HERE, public=True),
    _f("returnees.total", "累计返乡", "Returnees, total", PERSONS, _VILLAGE_UP,
       _LEADS, "total", "answered_at", where=_FOUND_HERE, public=True),
    _from("data_push", "大数据推送", "push lists"),
    _from("grid", "网格发现", "grid workers"),
    _from("sweep", "入户排查", "door to door"),
    _from("tip", "群众反映", "public tips"),
    _from("gate", "卡点移交", "handed over at gates"),
    _f("push.received", "推送数", "Pushed", PERSONS, _TOWN_UP, _LEADS, "day", "received_at", where=_PUSHED),
    _push("already_known", "前期已排查", "Already known"),
    _push("confirmed_new", "漏排（新核实）", "Confirmed, new"),
    _push("wrong_info", "信息有误", "Wrong information"),
    _push("not_resident", "不在本地", "Not resident here"),
    _push("past_window", "已超期", "Past the window"),
    _push("passed_through_only", "途经停留", "Passed through only"),
    _push("not_applicable", "未停留、不适用", "Not applicable"),
    _push("unreachable", "联系不上", "Unreachable"),
    _f("push.open", "待核查", "Not yet verified", PERSONS, _TOWN_UP,
       _LEADS, "standing", "received_at", where=_PUSHED, until="answered_at"),
    _f("observation.standing", "在观察", "Under observation", PERSONS, _VILLAGE_UP,
       _OBSERVED, "standing", "live_from", until="closed_at", public=True),
    _f("observation.new", "今日新增观察", "Observation begun", PERSONS, _VILLAGE_UP, _OBSERVED, "day", "live_from"),
    _f("observation.released", "今日解除", "Released today", PERSONS, _VILLAGE_UP,
       _OBSERVED, "day", "closed_at", where=_RELEASED, public=True),
    _f("observation.released_total", "累计解除", "Released, total", PERSONS, _VILLAGE_UP,
       _OBSERVED, "total", "closed_at", where=_RELEASED, public=True),
    _f("observation.lost", "失访", "Lost", PERSONS, _VILLAGE_UP,
       _OBSERVED, "standing", "live_from", where={"order_state": "lost"}, until="closed_at"),
    _f("observation.referred", "发热或症状异常（转诊）", "Fever or symptoms, referred", PERSONS, _VILLAGE_UP,
       "observation.referrals", "day", "opened_at"),
    _f("observation.slots_due", "应测温", "Readings due", TIMES, _VILLAGE_UP, _SLOTS, "day", "opens_at"),
    _f("observation.slots_recorded", "已测温", "Readings recorded", TIMES, _VILLAGE_UP,
       _SLOTS, "day", "opens_at", where={"state": "recorded"}),
    _f("observation.missed", "漏测", "Readings missed", TIMES, _VILLAGE_UP,
       _SLOTS, "day", "opens_at", where={"state": "missed"}),
    _f("posts.standing", "卡点数", "Posts", _POSTS, _VILLAGE_UP,
       "workforce.posts", "standing", "opened_at", until="closed_at", public=True),
    _f("posts.shifts", "值守人次", "Shifts worked", both("人次", "shifts"), _VILLAGE_UP,
       "workforce.shifts", "day", "signed_in_at"),
    _f("posts.people", "进出人员", "People passing", _PEOPLE_TIMES, _VILLAGE_UP,
       _PASSAGES, "day", "received_at", adding="people"),
    _f("posts.vehicles", "进出车辆", "Vehicles passing", _VEHICLES, _VILLAGE_UP,
       _PASSAGES, "day", "received_at", where={"has_vehicle": "true"}),
    _f("posts.turned_back", "劝返", "Turned back", _PEOPLE_TIMES, _VILLAGE_UP,
       _PASSAGES, "day", "received_at", where={"decision": "turn_back"}),
    _f("publicity.households", "宣传户次", "Households told", _VISITS, _VILLAGE_UP,
       "outreach.deliveries", "day", "received_at", adding="households"),
    _f("welfare.raised", "服务需求（收）", "Help asked for", _ITEMS, _VILLAGE_UP,
       _HELP, "day", "raised_at", public=True),
    _f("welfare.confirmed", "服务需求（办结，本人确认）", "Help confirmed", _ITEMS, _VILLAGE_UP,
       _HELP, "day", "confirmed_at", public=True),
    _f("welfare.open", "未办结需求", "Help still open", _ITEMS, _VILLAGE_UP,
       _HELP, "standing", "raised_at", where=_NOT_WITHDRAWN, until="confirmed_at"),
    _f("disinfection.area", "消杀面积", "Area disinfected", both("平方米", "m²"), _VILLAGE_UP,
       "environment.jobs", "day", "finished_at", adding="area_m2", public=True),
    _f("gatherings.avoided", "红白事取消、延期、简办", "Gatherings cancelled, postponed or simplified",
       both("起", "gatherings"), _VILLAGE_UP, "outreach.gatherings", "day", "agreed_at", public=True),
    _f("supplies.days", "物资不足三天的点位", "Posts with under three days of stock", _POSTS, _VILLAGE_UP,
       "supplies.short_posts", "standing", "since", until="until"),
    _f("supervision.open", "督查未整改问题", "Findings not rectified", _ITEMS, _COUNTY,
       "supervision.findings", "standing", "found_at", until="closed_at"),
    _f("rumours.corrected", "今日辟谣", "Rumours corrected", both("条", "corrections"), _COUNTY,
       "outreach.rumours", "day", "corrected_at", public=True),
    _f("workforce.on_duty", "今日到岗人次", "Signed in to shifts today", PERSONS, _TOWN_UP,
       "workforce.shifts", "day", "signed_in_at"),
    _f("issues.open", "需协调事项", "Issues open", _ITEMS, _VILLAGE_UP,
       "tasks.issues", "standing", "raised_at", until="closed_at"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of two figures in percent, with the target people work towards. Source: KPI catalogue K15, K17."""

    code: str
    label: Bilingual
    part: str
    whole: str
    target: float
    forms: tuple[str, ...] = _VILLAGE_UP


RATES: tuple[Rate, ...] = (
    Rate("slot_completion", both("测温完成率", "Slot completion"),
         "observation.slots_recorded", "observation.slots_due", 95),
    Rate("household_coverage", both("入户覆盖率", "Household coverage"),
         "sweep.households_reached", "sweep.households_due", 98),
    Rate("household_outcome", both("有结果户占比", "Households with an outcome"),
         "sweep.households_told", "sweep.households_due", 100),
)  # fmt: skip


def percent(part: float, whole: float) -> float | None:
    """Return the share in percent with one decimal, rounded down so that 100 means all; None out of nothing."""
    return int(part * 1000 / whole) / 10 if whole else None


def figures_of(form: str, offered: Collection[str] | None = None) -> list[Figure]:
    """Return the figures of a form in the order of its sections; with `offered`, only those whose table there is.

    Raises `reports.unknown_form`.
    """
    if form not in FORMS:
        raise UNKNOWN_FORM(field="form", form=form)
    mine = [figure for figure in FIGURES if form in figure.forms and (offered is None or figure.table in offered)]
    order = list(SECTIONS)
    return sorted(mine, key=lambda figure: order.index(figure.section))


def form_of(level: str) -> str | None:
    """Return the form a level fills in; None for a level that does not report."""
    return next((form for form, (mine, _) in FORMS.items() if mine == level), None)


def list_behind(figure: Figure, period: Period, within: str) -> ListBehind:
    """Return the list whose rows are what the figure counts, as they were at the snapshot."""
    bounds = {f"{figure.moment}__lt": _written(period.until_at)}
    if figure.span == "day":
        bounds[f"{figure.moment}__gte"] = _written(period.from_at)
    if figure.span == "standing":
        bounds[f"{figure.until}__gte_or_empty"] = _written(period.until_at)
    return ListBehind(figure.table, {**figure.where, **bounds}, within)


def _written(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat()
