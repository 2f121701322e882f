"""A form as a text for a chat group: counts of an area and of units below, small ones withheld, no person (P06).

Lists are counted only by choices that say nothing of a person's self (`catalogue.may_be_counted_by`); no value of a
row is ever read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lianfang.domain.areas.queries import child_path_length, children, full_name, level_of
from lianfang.domain.incidents.queries import rule
from lianfang.domain.reports import rules
from lianfang.domain.reports.queries.figures import count_units
from lianfang.domain.reports.queries.forms.catalogue import is_recorded, may_be_counted_by
from lianfang.domain.reports.queries.forms.filling import Sought, check_area, filters, report_and_hours
from lianfang.domain.reports.queries.meanings import FIGURES
from lianfang.domain.reports.queries.page import BY_LAW, public_text
from lianfang.foundation.tables.counting import Asked, counted, counted_many
from lianfang.foundation.tables.reading import Query, find_table, read
from lianfang.foundation.tables.registry import Column
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

NO_DIGEST = refusal(
    "reports.no_digest",
    "这张表没有可以发到群里的汇总数字。",
    "This form has no sums that may be told to a group.",
)
_FOOT = both("数字由记录汇总，不含个人信息；“—”为数字较小，不单列。",
             "Counted from records; no personal data. “—” is too small to be told.")  # fmt: skip
_NONE = both("未定", "not decided")
_HERE = both("未落到下级", "not yet placed below")
_BY_AREA = both("按区域", "By area")

Parts = dict[Bilingual, int]


def digest_of(sought: Sought) -> Bilingual:
    """Return the text. Raises `reports.no_digest`, `reports.no_unit`, `access.not_yours`."""
    check_area(sought)
    part = sought.form.parts[0]
    if part.level:
        return _of_figures(sought)
    if not sought.form.digest:
        raise NO_DIGEST(field="code")
    return _of_list(sought)


def _of_figures(sought: Sought) -> Bilingual:
    """Return the sums of a daily report; where the unit's own was published, that word for word."""
    part, path, on = sought.form.parts[0], sought.path, sought.on
    if level_of(path) == part.level:
        told = public_text(sought.viewer, path, on)["text"]
        return both(told["zh"], told["en"])
    sought.viewer.require("reports.reports", path)
    _, hours = report_and_hours(sought)
    figures = [FIGURES[one.fill.removeprefix("fig:")] for one in part.columns
               if one.fill.startswith("fig:") and is_recorded(part, one)]  # fmt: skip
    values, codes = count_units(figures, hours, path, len(path))
    found = dict.fromkeys(codes, 0) | values.get(path, {})
    public = rules.public_version(found, below=_below(sought), required_by_law=BY_LAW)
    return rules.digest(full_name(path, 6), hours.until_at, public)


def _below(sought: Sought) -> int:
    return int(rule("report.suppress_below", sought.path, sought.on).value)


def _of_list(sought: Sought) -> Bilingual:
    part, path = sought.form.parts[0], sought.path
    where, below = filters(sought, part), _below(sought)
    sought.viewer.require(part.table, path)
    # because counting asks as the house: a filter that this viewer's list refuses would tell what it hides
    read(sought.viewer, part.table, Query(where, path, limit=1))
    total = int(counted(part.table, where, path, len(path)).get(path, 0))
    told = [_head(sought), _sum(total, below)]
    if total and not rules.is_small(total, below):
        told += [line for title, parts in _broken_down(sought, where, total) if (line := _line(title, parts, below))]
    whole = (*told, _FOOT)
    return both("\n".join(one.zh for one in whole), "\n".join(one.en for one in whole))


def _head(sought: Sought) -> Bilingual:
    at, area, title = local(sought.at), full_name(sought.path, 6), sought.form.title
    return both(f"【{area} {title.zh}】截至{at:%Y年%m月%d日%H:%M}", f"[{area}: {title.en}] as of {at:%Y-%m-%d %H:%M}")


def _sum(total: int, below: int) -> Bilingual:
    if rules.is_small(total, below):
        return both(f"合计：不足{below}条。", f"In all: under {below}.")
    return both(f"合计：{total}条。", f"In all: {total}.")


def _broken_down(sought: Sought, where: Mapping[str, str], total: int) -> Iterator[tuple[Bilingual, Parts]]:
    """Yield the counts by each choice and by units below; the parts of each add up to the total."""
    table = sought.form.parts[0].table
    for name in sought.form.digest:
        yield _column(table, name).label, by_choice(table, name, where, sought.path, total)
    units = children(sought.path)
    if units:
        found = counted(table, where, sought.path, child_path_length(sought.path))
        parts = {both(one.name, one.name): int(found.get(one.path, 0)) for one in units}
        yield _BY_AREA, _with_rest(parts, total, _HERE)


def _column(table: str, name: str) -> Column:
    column = find_table(table).column(name)
    assert column is not None, "the catalogue names columns that are there"
    return column


def by_choice(table: str, name: str, where: Mapping[str, str], path: str, total: int) -> Parts:
    """Return how many rows have each choice of a column. Raises `reports.no_digest` for one that tells of persons."""
    if not may_be_counted_by(table, name):
        raise NO_DIGEST(field=name)
    choices = dict(_column(table, name).choices or ())
    asked = {key: Asked({**where, name: key}) for key in choices}
    found = counted_many(table, asked, path, len(path))
    parts = {label: int(found[key].get(path, 0)) for key, label in choices.items()}
    return _with_rest(parts, total, _NONE)


def _with_rest(parts: Parts, total: int, name: Bilingual) -> Parts:
    rest = total - sum(parts.values())
    return {label: number for label, number in (parts | {name: rest}).items() if number > 0}


def _line(title: Bilingual, parts: Parts, below: int) -> Bilingual | None:
    """Return one line, without what is too small or could be worked out; None where nothing may be told."""
    labels = list(parts)
    shown = rules.shown_parts({str(place): parts[label] for place, label in enumerate(labels)}, below)
    if shown is None:
        return None
    zh = "，".join(f"{label.zh} {shown[str(place)]}" for place, label in enumerate(labels))
    en = ", ".join(f"{label.en} {shown[str(place)]}" for place, label in enumerate(labels))
    return both(f"{title.zh}：{zh}。", f"{title.en}: {en}.")
