"""Dates and times as people and spreadsheets write them. Refuses what has two readings, needs a calendar of its own
(lunar), or depends on the day it was said ("yesterday")."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Literal

from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Refusal, RefusalKind, refusal
from lianfang.kernel.text import Bilingual, clean

How = Literal["date", "serial", "full", "compact", "month_day", "month_name"]
DateReason = Literal[
    "empty", "unreadable", "relative", "lunar", "several", "incomplete", "ambiguous", "no_such_day", "no_such_time",
    "year", "weekday",
]  # fmt: skip

REASONS: dict[DateReason, RefusalKind] = {
    "empty": refusal("date.empty", "没有填写日期。", "The date is empty."),
    "unreadable": refusal(
        "date.unreadable", "看不懂这个日期，请写成 2020-01-23。", "This is no date; write it as 2020-01-23."
    ),
    "relative": refusal(
        "date.relative",
        "“昨天”“上周”要看是哪天说的，请写年月日。",
        "“Yesterday” depends on the day it was said; write year, month and day.",
    ),
    "lunar": refusal("date.lunar", "这是农历日期，请写公历。", "This is a lunar date; write the solar one."),
    "several": refusal("date.several", "一格里有几个日期。", "There is more than one date in the cell."),
    "incomplete": refusal("date.incomplete", "日期缺少月或日。", "The month or the day is missing."),
    "ambiguous": refusal(
        "date.ambiguous",
        "这个日期有两种读法，请写成 2020-01-23。",
        "This date can be read in two ways; write 2020-01-23.",
    ),
    "no_such_day": refusal("date.no_such_day", "没有这一天。", "There is no such day."),
    "no_such_time": refusal("date.no_such_time", "没有这个时刻。", "There is no such time of day."),
    "year": refusal("date.year", "年份不合理。", "The year is not plausible."),
    "weekday": refusal("date.weekday", "日期与星期几对不上。", "The weekday does not fit the date."),
}

EARLIEST_YEAR = 1850
_YEARS_AHEAD = 10
# Serial numbers from 1927 to 2099. Smaller ones are years, counts and ages.
_SERIALS = (10_000, 73_050)
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)

_RELATIVE = re.compile(r"[今昨前明后][天日晚早]|刚才|上周|本周|下周|上个?月|本月|下个?月|[今去前明]年|日前|近日|最近")
_LUNAR = re.compile(
    r"农历|阴历|旧历|正月|腊月|冬月|闰|初[一二三四五六七八九十]|廿|除夕|春节|元宵|大年|年三十|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
)
_WEEKDAY = re.compile(
    r"[((\[]?\s*(?:(?:星期|周|礼拜)([一二三四五六日天1-7])|\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?)\s*[))\]]?",
    re.IGNORECASE,
)
_DAYS = {letter: index for letters in ("一二三四五六日", "1234567") for index, letter in enumerate(letters)} | {"天": 6}
_WEEKDAYS = {name: index for index, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))} | _DAYS
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DIGITS = {letter: index for index, letter in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "Ο": 0,
    "元": 1,
    "两": 2,
}
_NUMERAL = re.compile(r"[〇零○Ο元一二三四五六七八九十两]+(?=\s*[年月日号时点分])")

_TIME = re.compile(
    r"(?:(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|晚|[ap]\.?m\.?)\s*)?"
    r"(?<!\d)(?P<hour>\d{1,2})(?:\s*[::]\s*(?P<minute>\d{1,2})(?:\s*[::]\s*(?P<second>\d{1,2})(?:\.\d+)?)?"
    r"|\s*[点时](?!间)\s*(?:(?P<half>半)|(?P<zh_minute>\d{1,2})\s*分?(?:\s*(?P<zh_second>\d{1,2})\s*秒)?|整)?)"
    r"\s*(?P<after>[ap]\.?m\.?\b)?(?P<zone>\s*(?:Z|[+-]\d\d:?\d\d))?\s*$",
    re.IGNORECASE,
)
_AFTERNOON = ("下午", "傍晚", "晚上", "晚间", "夜里", "晚", "p")
_SEPARATOR = r"\s*[-./。,,、\\_年月–—\s]\s*"
_RANGE = re.compile(
    r"至|到|起|~|~|—{2}|\d\s*[日号]?\s*[-–—]\s*\d{1,2}\s*月|[日号]\s*[-–—、,,及和]|[日号].*月.*[日号]|\d[./]\d+\s*[-–—]\s*\d+[./]\d"
)
_FULL = re.compile(rf"(\d{{1,4}}){_SEPARATOR}+(\d{{1,2}}){_SEPARATOR}+(\d{{1,4}})\s*[日号.]?")
_PAIR = re.compile(rf"(\d{{1,4}})({_SEPARATOR})(\d{{1,2}})\s*([日号月.]?)")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?(?:,?[\s-]+(\d{2,4}))?", re.IGNORECASE)
_NAMED_SECOND = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?(?:,?[\s-]+(\d{2,4}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DateReading:
    """One cell read as a date: the day, the time when there was one, how it was read; or why it was refused."""

    on: date | None = None
    time: time | None = None
    how: How | None = None
    reason: DateReason | None = None

    @property
    def valid(self) -> bool:
        return self.reason is None

    @property
    def at(self) -> datetime | None:
        """Return the moment in China's time; None when the cell held no time of day."""
        return datetime.combine(self.on, self.time, CHINA) if self.on and self.time is not None else None

    @property
    def message(self) -> Bilingual | None:
        """Return the sentence for the person who wrote the date."""
        return REASONS[self.reason].message if self.reason else None

    def refusal(self, field: str | None = None) -> Refusal | None:
        """Return the refusal to raise or to mark a row with, None when a date was read."""
        return REASONS[self.reason](field=field) if self.reason else None


def read(cell: object, *, reference: date, epoch_1904: bool = False, days_ahead: int = 31) -> DateReading:
    """Read one cell as a date, with the time of day when it is there.

    `reference` is the day the list was made: a date without a year is the last such day before it, or at most
    `days_ahead` days after it. `epoch_1904` is set for workbooks that count days from 1904.
    """
    if isinstance(cell, datetime):
        local = cell.astimezone(CHINA) if cell.tzinfo else cell
        moment = local.time().replace(microsecond=0)
        # A spreadsheet has no days without a time: midnight means that none was written.
        return _within_reach(DateReading(local.date(), moment if moment != time() else None, "date"), reference)
    if isinstance(cell, date):
        return _within_reach(DateReading(cell, None, "date"), reference)
    if isinstance(cell, bool) or cell is None:
        return _no("empty" if cell is None else "unreadable")
    if isinstance(cell, int | float):
        return _within_reach(_read_number(cell, reference, epoch_1904, days_ahead), reference)
    return _within_reach(_read_text(clean(str(cell)), reference, epoch_1904, days_ahead), reference)


def read_time(cell: object) -> time | None:
    """Read a time of day: 8:30, 上午8点半, 20时15分, or the fraction of a day that a spreadsheet keeps; else None."""
    if isinstance(cell, time):
        return cell
    if isinstance(cell, float) and 0 <= cell < 1:
        return _day_fraction(cell)
    found = _TIME.fullmatch(_arabic(clean(str(cell))))
    return _time_of(found) if found else None


def from_serial(serial: float, *, epoch_1904: bool = False) -> DateReading:
    """Return the day and time that a spreadsheet keeps as a number of days since 1899-12-30, or since 1904-01-01."""
    day = (_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + timedelta(days=int(serial))
    fraction = serial - int(serial)
    return DateReading(day, _day_fraction(fraction) if fraction else None, "serial")


def infer_year(month: int, day: int, *, reference: date, days_ahead: int = 31) -> date | None:
    """Return the last such day not later than `days_ahead` days after the reference, None when a year has none."""
    for year in (reference.year + 1, reference.year, reference.year - 1):
        found = _day(year, month, day)
        if found and found <= reference + timedelta(days=days_ahead):
            return found if reference - found <= timedelta(days=366) else None
    return None


def _no(reason: DateReason) -> DateReading:
    return DateReading(reason=reason)


def _within_reach(reading: DateReading, reference: date) -> DateReading:
    if reading.on and not EARLIEST_YEAR <= reading.on.year <= reference.year + _YEARS_AHEAD:
        return _no("year")
    return reading


def _read_number(number: float, reference: date, epoch_1904: bool, days_ahead: int) -> DateReading:
    if not isfinite(number) or number < 0:
        return _no("unreadable")
    if _SERIALS[0] <= number < _SERIALS[1]:
        return from_serial(number, epoch_1904=epoch_1904)
    if number == int(number):
        return _read_digits(str(int(number)), reference)
    if not 1 < number < 13:
        return _no("incomplete" if EARLIEST_YEAR < number < reference.year + 1 else "unreadable")
    month, _, day = str(number).partition(".")
    # As a number 1.20 is kept as 1.2: the first or the twentieth, nobody can say.
    if day in ("1", "2", "3"):
        return _no("ambiguous")
    return _month_day(int(month), int(day) if len(day) < 3 else 0, reference, days_ahead)


def _read_text(text: str, reference: date, epoch_1904: bool, days_ahead: int) -> DateReading:
    if not text:
        return _no("empty")
    if _LUNAR.search(text):
        return _no("lunar")
    if _RELATIVE.search(text):
        return _no("relative")
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
        return from_serial(float(text), epoch_1904=epoch_1904)
    named_day = _WEEKDAY.search(text)
    rest = _arabic(_WEEKDAY.sub(" ", text)).strip()
    reading = _read_day_and_time(rest, reference, days_ahead)
    return _fit_weekday(reading, named_day)


def _fit_weekday(reading: DateReading, named_day: re.Match[str] | None) -> DateReading:
    if not named_day or not reading.on:
        return reading
    weekday = _WEEKDAYS[(named_day.group(1) or named_day.group(2)).lower()]
    return reading if reading.on.weekday() == weekday else _no("weekday")


def _read_day_and_time(text: str, reference: date, days_ahead: int) -> DateReading:
    found = _TIME.search(text)
    if not found:
        return _read_day(text, reference, days_ahead)
    moment = _time_of(found)
    day = text[: found.start()].rstrip("T, ")
    if not day:
        return _no("incomplete")
    if moment is None:
        return _no("no_such_time")
    reading = replace(_read_day(day, reference, days_ahead), time=moment)
    if not reading.on:
        return _no(reading.reason or "unreadable")
    return _shift(reading, found["zone"])


def _shift(reading: DateReading, zone: str | None) -> DateReading:
    """Return the reading in China's time when it was written with a zone."""
    if not zone or not reading.on or reading.time is None:
        return reading
    written = f"{reading.on.isoformat()}T{reading.time.isoformat()}{zone.strip().upper()}"
    local = datetime.fromisoformat(written).astimezone(CHINA)
    return replace(reading, on=local.date(), time=local.time())


def _read_day(text: str, reference: date, days_ahead: int) -> DateReading:
    if re.fullmatch(r"\d+", text):
        return _read_digits(text, reference)
    full = _FULL.fullmatch(text)
    if full:
        return _read_full(full[1], full[2], full[3], reference)
    pair = _PAIR.fullmatch(text)
    if pair:
        return _read_pair(pair, reference, days_ahead)
    named = _read_month_name(text, reference, days_ahead)
    if named:
        return named
    return _no(_why_not(text))


def _why_not(text: str) -> DateReason:
    if _RANGE.search(text) and len(re.findall(r"\d+", text)) > 2:
        return "several"
    if re.fullmatch(r"\d{2,4}\s*年?|\d{1,2}\s*[月日号](份)?|\d{2,4}\s*年\s*\d{1,2}\s*月(份)?", text):
        return "incomplete"
    return "unreadable"


def _read_digits(digits: str, reference: date) -> DateReading:
    """Read 20200123 and 200123. Six digits that are also a year and a month have two readings."""
    if len(digits) == 8:
        return _made(int(digits[:4]), int(digits[4:6]), int(digits[6:]), "compact")
    if len(digits) == 6:
        is_month = digits[:2] in ("19", "20") and 1 <= int(digits[4:]) <= 12
        short = _day(_full_year(int(digits[:2]), reference), int(digits[2:4]), int(digits[4:]))
        if is_month:
            return _no("ambiguous" if short else "incomplete")
        return DateReading(short, None, "compact") if short else _no("no_such_day")
    return _no("incomplete" if len(digits) in (1, 2, 4) else "unreadable")


def _read_full(first: str, second: str, third: str, reference: date) -> DateReading:
    """Read three numbers: year first as in China, or a full year last when day and month cannot be mistaken."""
    if len(first) > 2:
        return _made(int(first), int(second), int(third), "full") if len(third) < 3 else _no("unreadable")
    if len(third) > 2:
        return _read_year_last(int(first), int(second), int(third))
    year_first = _day(_full_year(int(first), reference), int(second), int(third))
    month_first = _day(_full_year(int(third), reference), int(first), int(second))
    if year_first and month_first and year_first != month_first:
        return _no("ambiguous")
    found = year_first or month_first
    return DateReading(found, None, "full") if found else _no("no_such_day")


def _read_year_last(first: int, second: int, year: int) -> DateReading:
    readings = {day for day in (_day(year, first, second), _day(year, second, first)) if day}
    if len(readings) > 1:
        return _no("ambiguous")
    return DateReading(readings.pop(), None, "full") if readings else _no("no_such_day")


def _read_pair(pair: re.Match[str], reference: date, days_ahead: int) -> DateReading:
    first, between, second, after = pair.groups()
    if len(first) > 2 or "年" in between or after == "月":
        return _no("incomplete")
    return _month_day(int(first), int(second), reference, days_ahead)


def _read_month_name(text: str, reference: date, days_ahead: int) -> DateReading | None:
    first, second = _NAMED_FIRST.fullmatch(text), _NAMED_SECOND.fullmatch(text)
    if first:
        name, day, year = first.groups()
    elif second:
        day, name, year = second.groups()
    else:
        return None
    month = _MONTHS.get(name[:3].lower())
    if month is None:
        return None
    if year is None:
        return replace(_month_day(month, int(day), reference, days_ahead), how="month_name")
    full = int(year) if len(year) > 2 else _full_year(int(year), reference)
    return _made(full, month, int(day), "month_name")


def _month_day(month: int, day: int, reference: date, days_ahead: int) -> DateReading:
    found = infer_year(month, day, reference=reference, days_ahead=days_ahead)
    return DateReading(found, None, "month_day") if found else _no("no_such_day")


def _made(year: int, month: int, day: int, how: How) -> DateReading:
    found = _day(year, month, day)
    return DateReading(found, None, how) if found else _no("no_such_day")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(short: int, reference: date) -> int:
    """Return the year of two digits: this century when not after next year, else the last one (65 is 1965)."""
    century = reference.year // 100 * 100
    return century + short if century + short <= reference.year + 1 else century - 100 + short


def _time_of(found: re.Match[str]) -> time | None:
    hour = int(found["hour"])
    minute = 30 if found["half"] else int(found["minute"] or found["zh_minute"] or 0)
    second = int(found["second"] or found["zh_second"] or 0)
    part = (found["part"] or found["after"] or "").lower()
    if part.startswith(_AFTERNOON) and hour < 12:
        hour += 12
    if hour == 12 and part.startswith(("a", "凌晨")):
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _day_fraction(fraction: float) -> time:
    """Return the time of a fraction of a day, to the nearest second and never past midnight."""
    seconds = min(round(fraction * 86_400), 86_399)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _arabic(text: str) -> str:
    """Return the text with Chinese numerals before 年月日号时点分 as digits: 二〇二〇年一月二十三日."""
    return _NUMERAL.sub(lambda found: _numeral(found.group()), text)


def _numeral(letters: str) -> str:
    if "十" not in letters:
        return "".join(str(_DIGITS[letter]) for letter in letters)
    tens, _, ones = letters.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return letters
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
