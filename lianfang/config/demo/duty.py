"""Posts of the demo county with their people, a published roster, and the shifts served until this morning."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from lianfang.config.demo.cast import COUNTY, TOWN, VILLAGE
from lianfang.config.demo.population import Population
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift
from lianfang.foundation.access.actor import SYSTEM, Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import Request, run, run_many
from lianfang.foundation.jobs.queue import run_waiting
from lianfang.kernel import clock
from lianfang.kernel.ids import uuid7

MakeId = Callable[..., UUID]
EAST = "城内村东口"
# where, kind, tier, name, position, pattern, people per shift, how many belong to it, more
POSTS: tuple[tuple[str, str, str, str, str, str, int, int, dict[str, object]], ...] = (
    (VILLAGE, "village_gate", "village", EAST, "村东桥头", "4x6", 2, 16,
     {"longitude": 111.591, "latitude": 35.493}),
    (VILLAGE, "village_gate", "village", "城内村西口", "村西加油站旁", "3x8", 1, 6,
     {"longitude": 111.572, "latitude": 35.49}),
    (TOWN, "estate_gate", "town", "绛山小区南门", "绛山街中段", "12/24", 1, 6, {}),
    (TOWN, "trunk_road", "county", "343 国道古绛卡点", "343 国道与县道路口", "4x6", 2, 16,
     {"approval_number": "示例文号〔2020〕1 号（演示）", "legal_basis": "示例：县指挥部通告（演示用）",
      "exposure": True, "longitude": 111.612, "latitude": 35.478}),
    (TOWN, "station", "county", "县汽车站", "汽车站出站口", "3x8", 2, 12,
     {"exposure": True, "longitude": 111.579, "latitude": 35.483}),
    (TOWN, "office_door", "unit", "政务服务中心值班点", "一楼大厅", "12/24", 1, 6,
     {"longitude": 111.583, "latitude": 35.487}),
)  # fmt: skip
EQUIPMENT = "测温枪 2 把，帐篷 1 顶，取暖器 1 台"
ORIGINS = ("volunteer", "cadre", "resident_staff", "retired", "police", "student", "seconded")
DAYS = 5
FIRST = -2
NOTES = ("", "", "", "路障移位", "测温枪 1 把电量低", "帐篷漏风，已报修")


class Duty:
    """Sets up the posts and lets their people serve; every draw comes from one seeded stream."""

    def __init__(
        self, today: date, accounts: Mapping[str, Account], actors: Callable[[str], Actor], population: Population,
        make_id: MakeId,
    ) -> None:  # fmt: skip
        self.today, self.accounts, self.actors, self.id = today, accounts, actors, make_id
        self.random = random.Random(20200131)  # noqa: S311  (a demo, not a secret)
        self.population = population

    def set_up(self) -> None:
        """Set up the posts, their leads and their people, and publish a roster of each; one post is left leaderless."""
        county = self.actors("duty")
        for number, (path, kind, tier, name, position, pattern, staff, people, more) in enumerate(POSTS):
            post = self.id("post", name)
            given = {
                "area_path": path, "kind": kind, "tier": tier, "name": name, "position": position, "pattern": pattern,
                "staff": staff, "equipment": EQUIPMENT, **more,
            }  # fmt: skip
            run(county, "workforce.add_post", given, id=post)
            self._people(path, name, people)
            if number != len(POSTS) - 1:
                lead = self.accounts["secretary" if path == VILLAGE else "town"]
                run(county, "workforce.name_lead", {"post_id": post, "account_id": lead.pk, "agreed": True},
                    id=self.id("lead", name))  # fmt: skip
        self._roster(county)

    def _people(self, path: str, post: str, count: int) -> None:
        """Put the people of a post on the list; the first of the eastern gate is the cast's volunteer."""
        for number in range(count):
            person, today = self.population.worker(self.today), clock.today()
            own: dict[str, object] = {"name": person.name, "origin": self.random.choice(ORIGINS)}
            if post == EAST and number == 0:
                gate = self.accounts["gate"]
                own = {"name": gate.name, "origin": "volunteer", "account_id": gate.pk}
            given = {
                **own, "area_path": path, "phone": person.phone,
                "born_on": self.today - timedelta(days=365 * self.random.randint(22, 60)),
                "experienced": number % 2 == 0, "skills": ["medic"] if number % 5 == 0 else [],
                "undertaking_on": today, "trained_on": today,
            }  # fmt: skip
            run(SYSTEM, "workforce.register_responder", given, id=self.id("responder", post, number))

    def _roster(self, county: Actor) -> None:
        """Plan all posts of the town at once, by the quick way, and publish what came."""
        roster = self.id("roster", TOWN)
        first = self.today + timedelta(days=FIRST)
        given = {"area_path": COUNTY, "starts_on": first, "days": DAYS, "seconds": 0}
        run(county, "workforce.plan_roster", given, id=roster)
        run_waiting()
        run(county, "workforce.publish_roster", {"roster_id": roster}, id=self.id("published", TOWN))

    def serve(self) -> None:
        """Let everybody whose shift has begun sign in and out at their hours, by the leads' lists; one is late."""
        now = clock.now()
        begun = list(Shift.objects.filter(starts_at__lt=now).order_by("starts_at", "post__number", "worker"))
        late = next((one for one in reversed(begun) if one.ends_at > now), None)
        for shift in begun:
            if shift is late or self.random.random() < 0.02:
                continue
            self._do("workforce.sign_in_for", shift, shift.starts_at + timedelta(minutes=self.random.randint(-9, 8)))
            if shift.ends_at < now:
                note = self.random.choice(NOTES)
                counted = {"informed": self.random.randint(5, 60), "leaflets": self.random.randint(0, 80), "meals": 1}
                self._do("workforce.sign_out_for", shift, shift.ends_at, matters=note, nothing_open=not note, **counted)
        self._confirm(now)

    def _do(self, name: str, shift: Shift, at: datetime, **more: object) -> None:
        run_many([Request(SYSTEM, name, {"shift_id": shift.pk, **more}, uuid7(), at)])

    def _confirm(self, now: datetime) -> None:
        """Confirm every note but the latest of each post."""
        latest: set[UUID] = set()
        notes = HandOverNote.objects.filter(written_at__lt=now).order_by("-written_at", "post__number")
        for note in notes:
            if note.post_id in latest:
                run(SYSTEM, "workforce.confirm_note", {"note_id": note.pk, "remark": "已核对"})
            latest.add(note.post_id)
