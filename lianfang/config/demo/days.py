"""Ten days of an incident in the demo county, lived through the real actions, each at its hour."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import xlsxwriter

from lianfang.doors.files.commands import intake_run
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.jobs.queue import KINDS, enqueue, run_waiting
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from lianfang.kernel.ids import uuid7

DAYS = 9
HALVES = ((7, 30), (18, 30))
CITIES = ("武汉市", "黄冈市", "孝感市", "信阳市", "温州市")
NEEDS = (
    "children",
    "disabled",
    "elderly",
    "sole_carer",
    "chronic_medicine",
    "dialysis",
    "pregnancy",
    "livestock",
    "kitchen_toilet",
)
OUTCOMES = ("done", "absent", "refused", "vacant", "moved", "wrong_address")
SWEEP_FROM = -5
PERMITS_FROM = -3
BASIS = "示例：县指挥部关于返乡人员居家医学观察的通告（演示用）"


Door = tuple[UUID, Actor]


@dataclass(frozen=True)
class Returnee:
    """Somebody who came back: where they live, who visits them, when they left the affected area."""

    person_id: UUID
    name: str
    identity_number: str
    phone: str
    actor: Actor
    left_on: date
    ordered_on_day: int
    forgetful: bool


class Days:
    """Lives the incident day by day; every draw comes from one seeded stream."""

    def __init__(
        self,
        today: date,
        returnees: Sequence[Returnee],
        doors: Sequence[Door],
        places: Mapping[str, str],
        lead: Actor,
        secretary: Actor,
        say: Callable[[str], None],
    ) -> None:
        self.places, self.secretary = places, secretary
        self.today, self.returnees, self.doors, self.lead, self.say = today, returnees, doors, lead, say
        self.random = random.Random(20200124)  # noqa: S311  (a demo, not a secret)
        self.campaign = UUID(int=0)
        self.sweep_days = [self.random.choices((*range(SWEEP_FROM, 0), 1), (20, 20, 20, 19, 18, 3))[0] for _ in doors]
        self.live: list[tuple[Returnee, UUID]] = []

    def make(self) -> None:
        """Open the incident on the first day and live to this morning."""
        with clock.fixed(self.at(-DAYS, 8)):
            self._open_incident()
        for day in range(-DAYS, 1):
            self.say(f"  day {day + DAYS + 1} of {DAYS + 1}")
            if day == 0:
                with clock.fixed(min(self.at(0, 0, 30), clock.now())):
                    self._push_list()
                    _follow_ups()
            for hour, minute in HALVES:
                moment = self.at(day, hour, minute)
                if moment >= clock.now():
                    break
                with clock.fixed(moment):
                    self._half_day(day, moment)
                    _follow_ups()
        with clock.fixed(min(self.at(0, 8), clock.now())):
            _follow_ups()

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Return a moment of China's time, counted from today."""
        return datetime.combine(self.today + timedelta(days=days), time(hour, minute), tzinfo=clock.CHINA).astimezone(
            UTC
        )

    def _open_incident(self) -> None:
        given = {
            "name": "新型冠状病毒感染的肺炎疫情（演示）", "disease": "covid19", "area_path": "140826", "level": "I",
            "trigger": "示例：省启动重大突发公共卫生事件一级响应（演示用）",
            "legal_basis": "中华人民共和国传染病防治法",
            "office": "县疫情防控指挥部办公室", "hotline": "0359-0000000", "rules_as_of": "2020-02-03",
        }  # fmt: skip
        run(self.lead, "incidents.open_incident", given)

    def _half_day(self, day: int, moment: datetime) -> None:
        self._readings(moment)
        if moment == self.at(PERMITS_FROM, *HALVES[0]):
            self._permits()
        if moment == self.at(day, *HALVES[1]) and day >= SWEEP_FROM:
            self._sweep(day, moment)
        for one in self.returnees:
            if one.ordered_on_day == day and moment == self.at(day, *HALVES[0]):
                self._order(one)

    def _permits(self) -> None:
        """Give every household of one village a permit, and one to a car and to somebody who repairs pipes there."""
        village = self.secretary.home_area
        term = {"first_on": self.today + timedelta(days=PERMITS_FROM), "last_on": self.today + timedelta(days=7)}
        run(self.secretary, "checkpoints.issue_many_permits", {"within": village, **term})
        worker = {"holder_name": "赵一（演示）", "phone_tail": "0070", "use": "示例：供水抢修（演示用）"}
        run(self.secretary, "checkpoints.issue_worker_permit", {"area_path": village, **worker, **term})
        car = {"plate": "晋M00000", "use": "示例：生活物资配送（演示用）"}
        run(self.secretary, "checkpoints.issue_vehicle_permit", {"area_path": village, **car, **term})

    def _sweep(self, day: int, moment: datetime) -> None:
        """Plan the sweep on its first day; every evening bring in the day's visits, a few of them without an answer."""
        if day == SWEEP_FROM:
            self.campaign = self._start_sweep()
        today = [door for door, on in zip(self.doors, self.sweep_days, strict=True) if on == day]
        requests = [self._visit(home, actor, moment) for home, actor in today]
        for start in range(0, len(requests), 1000):
            run_many(requests[start : start + 1000])

    def _start_sweep(self) -> UUID:
        given = {
            "name": "春节返乡人员入户排查", "purpose": "逐户了解返乡人员、身体不适和困难需求", "area_path": "140826",
            "ends_on": self.today + timedelta(days=4), "owner_id": self.lead.account_id,
        }  # fmt: skip
        campaign = UUID(str(run(self.lead, "screening.plan_campaign", given)["id"]))
        for step in ("screening.approve_campaign", "screening.start_campaign"):
            run(SYSTEM, step, {"campaign_id": campaign})
        return campaign

    def _visit(self, home: UUID, actor: Actor, moment: datetime) -> Request:
        [outcome] = self.random.choices(OUTCOMES, (91, 6, 0.6, 1.6, 0.6, 0.2))
        learnt: dict[str, Any] = {"message_delivered": "防控明白纸"} if outcome == "done" else {}
        if outcome == "done" and self.random.random() < 0.01:
            learnt["needs"] = [{"kind": "medicine", "what": "降压药快吃完了"}]
        if outcome == "done" and self.random.random() < 0.004:
            learnt["returnees"] = [{"came_from": self.random.choice(CITIES), "came_on": self.today - timedelta(days=3)}]
        given = {"household_id": home, "campaign_id": self.campaign, "outcome": outcome, "learnt": learnt or None}
        knocked_at = moment - timedelta(minutes=self.random.randint(5, 540))
        return Request(actor, "screening.record_visit", given, uuid7(), knocked_at, "demo-phone")

    def _lead(self, one: Returnee) -> None:
        """Report the returnee as the grid worker does, and verify what was reported."""
        said = {
            "source": self.random.choice(("grid", "grid", "grid", "tip")),
            "area_path": one.actor.home_area, "name": one.name,
            "phone": one.phone, "identity_number": one.identity_number, "returned_on": one.left_on,
            "reason": f"从{self.random.choice(CITIES)}返乡",
        }  # fmt: skip
        lead = run(one.actor, "screening.report_lead", said)
        found = {
            "lead_id": lead["id"], "outcome": "confirmed_new", "person_id": one.person_id, "last_there_on": one.left_on,
            "address": "现住址与登记一致", "measure": "居家医学观察",
        }  # fmt: skip
        run_many([Request(one.actor, "screening.answer_lead", found, uuid7())])

    def _push_list(self) -> None:
        """Take in this morning's push list: some known, some wrong, some new, with a deadline, as it comes at night."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "推送核查名单.xlsx"
            self._write_list(file)
            try:
                intake_run(file, "140826", self.lead)
            except Refusal as no:
                self.say(f"  the push list was refused: {no.code}")

    def _write_list(self, file: Path) -> None:
        """Write the list as senders do: a merged title, headers of their own, dates in several forms."""
        book = xlsxwriter.Workbook(str(file))
        sheet = book.add_worksheet("名单")
        sheet.merge_range(0, 0, 0, 6, "疫情重点地区返回人员核查名单（演示，均为虚构）")
        headers = ("序号", "姓名", "身份证号码", "联系电话", "目的地（乡镇、村）", "返回时间", "推送原因")
        for column, header in enumerate(headers):
            sheet.write_string(1, column, header)
        chosen = self.random.sample(list(self.returnees), min(40, len(self.returnees)))
        for number, one in enumerate(chosen, start=1):
            on = self.today - timedelta(days=self.random.randint(1, 9))
            when = self.random.choice((f"{on:%Y-%m-%d}", f"{on.month}月{on.day}日", f"{on:%Y.%m.%d}"))
            broken = self.random.random() < 0.1
            number_text = one.identity_number[:-1] + "0" if broken else one.identity_number
            phone = one.phone if self.random.random() < 0.8 else ""
            row = (
                str(number),
                one.name,
                number_text,
                phone,
                self.places[one.actor.home_area[:12]],
                when,
                "重点地区返回",
            )
            for column, text in enumerate(row):
                sheet.write_string(number + 1, column, text)
        book.close()

    def _order(self, one: Returnee) -> None:
        """Order observation with its needs check; a few are left with an open need or an unsigned notice."""
        self._lead(one)
        if self.random.random() < 0.015:
            return
        yes = {need for need in NEEDS if self.random.random() < 0.03}
        given = {
            "person_id": one.person_id, "category": "returnee", "last_exposure_on": one.left_on, "basis": BASIS,
            "needs": {need: need in yes for need in NEEDS}, "care_note": "",
            "owner_id": one.actor.account_id if yes and self.random.random() < 0.8 else None,
        }  # fmt: skip
        [outcome] = run_many([Request(self.lead, "observation.order_observation", given, uuid7())])
        if outcome.refusal is not None or outcome.result is None:
            return
        order_id = UUID(str(outcome.result["id"]))
        if self.random.random() < 0.04:
            return
        notice = {"order_id": order_id, "way": "visit", "signed_by": one.name}
        [told] = run_many([Request(one.actor, "observation.notify_person", notice, uuid7())])
        if told.refusal is None:
            self.live.append((one, order_id))

    def _readings(self, moment: datetime) -> None:
        """Record the half-day's readings: nearly all of them; some people are often missed; a few have a fever."""
        requests = [
            self._reading(one, order_id, moment)
            for one, order_id in self.live
            if self.random.random() < (0.55 if one.forgetful else 0.985)
        ]
        for start in range(0, len(requests), 500):
            run_many(requests[start : start + 500])

    def _reading(self, one: Returnee, order_id: UUID, moment: datetime) -> Request:
        fever = self.random.random() < 0.0012
        given = {
            "person_id": one.person_id, "order_id": order_id, "symptoms": ["cough"] if fever else [],
            "temperature_c": round(self.random.uniform(37.4, 38.6) if fever else self.random.gauss(36.5, 0.25), 1),
            "how": self.random.choice(("visit", "visit", "phone", "self")),
        }  # fmt: skip
        taken_at = moment - timedelta(minutes=self.random.randint(1, 40))
        return Request(one.actor, "observation.record_reading", given, uuid7(), taken_at, "demo-phone")


def _follow_ups() -> None:
    """Do what the passing of time and the facts of the half-day ask for."""
    for name in ("organisation.tick", "observation.tick", "screening.tick", "reports.tick"):
        if name in KINDS:
            enqueue(name, {})
    run_waiting()
