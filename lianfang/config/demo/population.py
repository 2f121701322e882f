"""Made-up people of the demo county: the same every time for the same seed and size. No real person's data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from lianfang.kernel.identity import compose

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁"
    "邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
RARE_SURNAMES = ("单", "仇", "解", "查", "区", "盖", "尉迟", "欧阳", "上官", "司马")
MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢建国志文海峰永福根生天保喜全有财来顺"
FEMALE = "芳娜敏静丽艳娟霞秀兰英梅玲燕红云莉萍洁雪婷慧倩颖琳佳欣怡彩凤桂香春花巧珍爱莲淑贤秋菊改转变仙果"
LANES = ("东街", "西街", "南巷", "北巷", "中街", "后街", "前街", "沟边", "坡上", "新村")

DEMO_DAY = date(2020, 2, 3)


@dataclass(frozen=True)
class MadePerson:
    """One made-up person."""

    name: str
    sex: str
    born_on: date
    identity_number: str
    phone: str
    relation: str
    vulnerabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeHousehold:
    """One made-up household, at a door with a number, in walking order."""

    number: str
    order: int
    address: str
    persons: tuple[MadePerson, ...] = field(default_factory=tuple)


class Population:
    """Draws people from one seeded stream; asks for the village's name only to write addresses."""

    def __init__(self, seed: int = 140826) -> None:
        self._random = random.Random(seed)  # noqa: S311  (made-up people, not secrets)
        self._serials: dict[str, int] = {}
        self._phones: set[str] = set()

    def households(self, village_name: str, people: int, on: date = DEMO_DAY) -> Iterator[MadeHousehold]:
        """Yield households of a village until about `people` are drawn."""
        drawn, order = 0, 0
        while drawn < people:
            order += 1
            persons = tuple(self._family(on))
            lane = LANES[(order // 12) % len(LANES)]
            yield MadeHousehold(f"{order:03d}", order * 10, f"{village_name}{lane}{order}号", persons)
            drawn += len(persons)

    def worker(self, on: date) -> MadePerson:
        """Draw somebody of working age with a phone."""
        drawn = self._person(self._surname(), "", on, 28, 58)
        return drawn if drawn.phone else self.worker(on)

    def _family(self, on: date) -> Iterator[MadePerson]:
        """Yield a family: an elder alone, a couple, parents with children, three generations."""
        surname = self._surname()
        kind = self._random.random()
        if kind < 0.12:
            yield self._person(surname, "户主", on, 66, 92, vulnerable="elderly_alone")
            return
        old = kind < 0.24
        low, high = (58, 80) if old else (30, 56)
        yield self._person(surname, "户主", on, low, high, sex="M")
        yield self._person(self._surname(), "配偶", on, low - 2, high - 2, sex="F")
        if old:
            return
        for _ in range(self._random.choice((0, 1, 1, 1, 2, 2))):
            yield self._person(surname, "子女", on, 1, 26)
        if self._random.random() < 0.28:
            yield self._person(surname, "父母", on, 62, 88)

    def _person(
        self, surname: str, relation: str, on: date, low: int, high: int, sex: str = "", vulnerable: str = ""
    ) -> MadePerson:
        chosen = sex or self._random.choice("MF")
        age_in_days = self._random.randint(low * 366, high * 366)
        born_on = on - timedelta(days=age_in_days)
        flags = {vulnerable} if vulnerable else set()
        flags |= self._flags(on.year - born_on.year, chosen)
        has_phone = 12 <= on.year - born_on.year <= 75 and self._random.random() < 0.9
        return MadePerson(
            name=surname + self._given(chosen), sex=chosen, born_on=born_on,
            identity_number=self._number(born_on, chosen),
            phone=self._phone() if has_phone else "", relation=relation, vulnerabilities=tuple(sorted(flags)),
        )  # fmt: skip

    def _flags(self, age: int, sex: str) -> set[str]:
        flags: set[str] = set()
        if self._random.random() < 0.012:
            flags.add("disabled")
        if age > 50 and self._random.random() < 0.10:
            flags.add("chronic_illness")
        if self._random.random() < 0.0015:
            flags.add("dialysis")
        if sex == "F" and 22 <= age <= 38 and self._random.random() < 0.03:
            flags.add("pregnant")
        return flags

    def _surname(self) -> str:
        if self._random.random() < 0.01:
            return self._random.choice(RARE_SURNAMES)
        return SURNAMES[min(int(self._random.expovariate(1 / 18)), len(SURNAMES) - 1)]

    def _given(self, sex: str) -> str:
        letters = MALE if sex == "M" else FEMALE
        first = self._random.choice(letters)
        return first if self._random.random() < 0.18 else first + self._random.choice(letters)

    def _number(self, born_on: date, sex: str) -> str:
        """Return a well-formed number of the county whose serial is used once per birthday."""
        day = f"{born_on:%Y%m%d}"
        serial = self._serials.get(day + sex, 0 if sex == "F" else 1)
        self._serials[day + sex] = serial + 2
        return compose(f"140826{day}{serial % 1000:03d}")

    def _phone(self) -> str:
        while True:
            number = f"1{self._random.choice('35789')}{self._random.randrange(10**9):09d}"
            if number not in self._phones:
                self._phones.add(number)
                return number
