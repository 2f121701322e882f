"""Who serves in the demo's town: a call and its answers, teams, people sent to help, hours, thanks; always the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from lianfang.config.demo.cast import COUNTY, GRID, TOWN, VILLAGE
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock

At = Callable[[int, int], datetime]
Id = Callable[..., UUID]
NAMES = (
    "张志强",
    "李秀兰",
    "王立军",
    "赵春梅",
    "刘海波",
    "杨桂英",
    "陈建华",
    "孙晓燕",
    "马俊才",
    "周玉珍",
    "吴国庆",
    "郑丽娟",
)
SENT = {
    "section_head": ("何文斌", "宋红霞"),
    "section_deputy": ("梁永平", "韩雪梅", "曹志远"),
    "staff": ("邓小军", "彭丽"),
}
TEAMS = (
    ("temporary_unit", "国道卡点临时党支部", "国道东卡点", True, 3),
    ("pioneer", "古绛镇党员先锋队", "镇政府", False, 3),
    ("persuasion", "城内村老党员劝导队", "村口", False, 2),
    ("volunteer", "返乡学生志愿服务队", "村委会", False, 3),
)


class Serving:
    """Makes the people on duty of the cast's town through the real actions."""

    def __init__(self, today: date, at: At, id: Id, actors: Callable[[str], Actor]) -> None:
        self.today, self.at, self.id, self.actors = today, at, id, actors
        self.people: list[UUID] = []

    def make(self) -> None:
        """Live the days from the call to this morning."""
        with clock.fixed(self.at(-8, 9)):
            office = self._do("duty", "organisation.add_unit", area_path=COUNTY, kind="department", name="县财政局")
            call = self._do(
                "town", "workforce.open_call", area_path=TOWN, title="古绛镇志愿者招募令", page=True, target_teams=4,
                text="卡点值守、物资搬运、入户劝导，按时段报名。", target_people=12,
            )  # fmt: skip
            self._listed()
            self._sent(office)
        with clock.fixed(self.at(-7, 10)):
            self._arrived()
            self._offers(call)
            self._teams(call)
        with clock.fixed(self.at(-6, 9)):
            self._pledges(office)
        with clock.fixed(self.at(-1, 18)):
            self._thanked()

    def _do(self, who: str, action: str, /, **given: Any) -> UUID:
        done = run(self.actors(who), action, given, id=self.id("serving", action, *given.values()))
        return UUID(done["id"]) if "id" in done else UUID(int=0)

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _listed(self) -> None:
        """Put people of many origins on the list: trained and signed, one of them with an account."""
        origins = ("resident_staff", "volunteer", "retired", "student", "medic", "cadre")
        for number, name in enumerate(NAMES):
            more: dict[str, Any] = {"born_on": self.today.replace(year=self.today.year - 24 - 4 * number, day=1)}
            more |= {"skills": ["medic"]} if number % 6 == 4 else {"skills": ["driving"] if number % 3 else ["loading"]}
            more |= {"limits": ["no_nights"]} if number == 5 else {}
            more |= {"phone": f"1390359{2000 + number}", "origin": origins[number % len(origins)]}
            row = self._do(
                "town", "workforce.register_responder", area_path=VILLAGE, name=name, trained_on=self._day(-8),
                undertaking_on=self._day(-8), **more,
            )  # fmt: skip
            self.people.append(row)
            if number < 10:
                self._do("town", "workforce.note_insurance", responder_id=row, until=self._day(180))
                self._do("town", "workforce.begin_service", responder_id=row)
        self._do("town", "workforce.register_responder", area_path=GRID, name="赵网格", origin="resident_staff",
                 account_id=self.actors("grid").account_id, trained_on=self._day(-8),
                 undertaking_on=self._day(-8))  # fmt: skip

    def _sent(self, office: UUID) -> None:
        for rank, names in SENT.items():
            self._do("duty", "workforce.request_secondments", area_path=TOWN, from_unit_id=office, rank=rank,
                     names="\n".join(names), stated=len(names), post="国道东卡点", from_on=self._day(-7))  # fmt: skip

    def _arrived(self) -> None:
        """Let the unit release all but one and all but two arrive: the board must show them."""
        sent = [UUID(one["id"]) for one in read(SYSTEM, "workforce.secondments", Query(sort="from_on")).rows]
        for row in sent[1:]:
            self._do("duty", "workforce.release_secondment", secondment_id=row)
        for row in sent[2:]:
            self._do("town", "workforce.note_arrival", secondment_id=row)

    def _offers(self, call: UUID) -> None:
        letter = "我们自愿到一线值守，听从安排。"
        self._do("secretary", "workforce.record_offer", area_path=VILLAGE, names="高志刚\n林小红\n郭建平", text=letter,
                 call_id=call, channel="paper")  # fmt: skip
        self._do("secretary", "workforce.record_offer", area_path=VILLAGE, names="罗永红", phone="13903592050",
                 call_id=call, channel="phone", origin="soldier_on_leave", part="night")  # fmt: skip

    def _teams(self, call: UUID) -> None:
        """Set up the teams; one has no lead and one states more than its list names: the board must show them."""
        taken = iter(self.people)
        for number, (kind, name, place, nights, size) in enumerate(TEAMS):
            team = self._do("town", "workforce.set_up_team", area_path=VILLAGE, kind=kind, name=name, place=place,
                            nights=nights, call_id=call, stated=7 if number == 0 else None)  # fmt: skip
            for position in range(size):
                self._do("town", "workforce.add_member", responder_id=next(taken), team_id=team,
                         as_lead=position == 0 and number != 3)  # fmt: skip
            if number != 3:
                self._do("town", "workforce.activate_team", team_id=team)

    def _pledges(self, office: UUID) -> None:
        pledge = self._do("duty", "workforce.add_pledge", area_path=COUNTY, example="serve")
        names = "\n".join(name for listed in SENT.values() for name in listed)
        self._do("duty", "workforce.sign_pledge", pledge_id=pledge, unit_id=office, names=names)
        self._do("secretary", "workforce.check_in", area_path=VILLAGE, unit_id=office, names=names)

    def _thanked(self) -> None:
        for number, row in enumerate(self.people[:6]):
            for day in (-4, -3, -2):
                self._do("town", "workforce.record_hours", responder_id=row, on=self._day(day), hours=6 - number % 2,
                         what="卡点值守")  # fmt: skip
        self._do("town", "workforce.issue_certificate", responder_id=self.people[3])
        self._do("town", "workforce.give_recognition", responder_id=self.people[0], kind="praise", deed="连续值守",
                 grounds=f"{self._day(-4)} 卡点值守", approved_by="古绛镇")  # fmt: skip
        self._do("town", "workforce.ask_care", responder_id=self.people[1], kind="relief", what="孩子发烧，想换一班")
