"""The burden meter (F41): what sheets ask, what of it is held already, what is left to the pen, and what could go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Expression,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from rapidfuzz import fuzz, process

from lianfang.domain.areas.queries import names
from lianfang.domain.incidents.queries import rule, rule_by_area
from lianfang.domain.reports.models import AskedField, SheetCopy, SheetFill, SheetTemplate
from lianfang.domain.reports.queries.meanings import figure_headers, is_held, label_of, plain_figure
from lianfang.domain.reports.queries.sheets import mapping_of
from lianfang.domain.reports.rules.sheets import TABLE, SheetMapping, asked_of
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.text import Bilingual, clean

DAYS = 7
# because a county has some two hundred villages, and none of them is to be left out
MOST_UNITS = 500
SECONDS = "burden.seconds_per_cell"
_ALIKE = 85
_NOT_LISTS = frozenset({"accounts", "access", "audit", "privacy", "jobs", "actions", "intake", "workbench", "devices"})


def held_as(header: str) -> str:
    """Return where something like this header is recorded already, in words; "" where nothing is."""
    known = {meaning: label_of(meaning).zh for meaning in figure_headers().values()}
    if meaning := figure_headers().get(plain_figure(header)):
        return known[meaning]
    labels = {
        clean(column.label.zh): f"{table.title.zh}·{column.label.zh}"
        for table in TABLES.values()
        if table.app not in _NOT_LISTS
        for column in table.columns
    }
    wanted = clean(header.rpartition("/")[2])
    close = process.extractOne(wanted, labels.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE) if wanted else None
    return labels[close[0]] if close else ""


def burden(viewer: Actor, path: str, today: date) -> dict[str, Any]:
    """Return the meter of an area. Raises `access.not_yours`.

    `re_asked` are fields that sheets in use ask although they are recorded: what was typed again before. By day and by
    unit each copy that was filled counts for what it asked there, a zip once for every unit it was made for. Minutes
    are estimates: cells left to the pen, or spared, of those copies times the seconds of the rulebook.
    """
    viewer.require("reports.sheets", path)
    sheets = [
        (one, mapping_of(version))
        for one in SheetTemplate.objects.filter(within(path), state=SheetTemplate.State.READY).order_by("name")
        if (version := one.versions.filter(confirmed_at__isnull=False).order_by("-number").first())
    ]
    templates = [one for one, _ in sheets]
    seconds = float(rule(SECONDS, path, today).value)
    copies = SheetCopy.objects.filter(within(path), on__gt=today - timedelta(days=DAYS))
    totals = _said(copies.aggregate(**_SUMS), seconds)
    return {
        "asked": sum(one.asked for one in templates),
        "re_asked": re_asked(viewer, path),
        "by_hand": sum(one.by_hand for one in templates),
        "sheets": len(sheets),
        "days": DAYS,
        "seconds_per_cell": seconds,
        **{name: totals[name] for name in ("fills", "spared", "minutes_spared", "typed", "minutes_by_hand")},
        "to_decide": AskedField.objects.filter(within(path), state=AskedField.State.REQUESTED).count(),
        "senders": _senders(templates),
        "forms": _forms(templates, copies, seconds),
        "days_kept": _by_day(copies, seconds),
        "units": _by_unit(copies, seconds),
        "repeated": _repeated(sheets),
        "droppable": _droppable(sheets),
    }


def minutes_of(cells: str, on: date) -> Expression:
    """Return the minutes that so many cells take by hand, as something a list can select.

    An estimate: the seconds of the rulebook for a cell, as they hold where the sheet lies.
    """
    *nearer, (_, everywhere) = rule_by_area(SECONDS, on)
    cases = [When(Q(within(path)), then=Value(float(value.value))) for path, value in nearer]
    return F(cells) * Case(*cases, default=Value(float(everywhere.value)), output_field=FloatField()) / Value(60.0)


def cells_of(name: str, on: date) -> Subquery:
    """Return how many cells a copy of a sheet had on average in the last days, for rows of sheets; None for no copy.

    `name` is "typed" for cells left to the pen, "spared" for those that filled themselves.
    """
    copies = SheetCopy.objects.filter(fill__template=OuterRef("pk"), on__gt=on - timedelta(days=DAYS))
    return Subquery(copies.order_by().values("fill__template").annotate(mean=Avg(name)).values("mean"))


def asked_out_of_turn(on: date) -> Coalesce:
    """Return how often a sheet was wanted in the last days besides its daily times, for rows of sheets."""
    fills = SheetFill.objects.filter(template=OuterRef("pk"), scheduled=False, on__gt=on - timedelta(days=DAYS))
    return Coalesce(Subquery(fills.order_by().values("template").annotate(times=Count("pk")).values("times")), Value(0))


def re_asked(viewer: Actor, path: str) -> int | None:
    """Return how many fields sheets in use ask again though they are held; None for whoever may not know."""
    if not viewer.may("reports.sheets", path):
        return None
    ready = SheetTemplate.objects.filter(within(path), state=SheetTemplate.State.READY)
    return ready.aggregate(held=Sum("held"))["held"] or 0


def _senders(sheets: list[SheetTemplate]) -> list[dict[str, Any]]:
    by_sender: dict[str, Counter[str]] = defaultdict(Counter)
    for one in sheets:
        by_sender[one.sender].update(sheets=1, asked=one.asked, held=one.held, by_hand=one.by_hand)
    return [{"sender": name, **counts} for name, counts in sorted(by_sender.items(), key=lambda it: -it[1]["asked"])]


def _minutes(cells: int, seconds: float) -> int:
    return round(cells * seconds / 60)


_SUMS = {
    "fills": Count("fill", distinct=True), "asked": Sum("asked"), "re_asked": Sum("held"), "by_hand": Sum("by_hand"),
    "spared": Sum("spared"), "typed": Sum("typed"),
}  # fmt: skip


def _said(sums: Mapping[str, Any], seconds: float) -> dict[str, int]:
    """Return the sums of copies, nought where there are none, with the minutes that their cells take."""
    kept = {name: sums.get(name) or 0 for name in _SUMS}
    minutes = {"minutes_spared": _minutes(kept["spared"], seconds), "minutes_by_hand": _minutes(kept["typed"], seconds)}
    return kept | minutes


def _forms(templates: list[SheetTemplate], copies: QuerySet[SheetCopy], seconds: float) -> list[dict[str, Any]]:
    counted = copies.values(of=F("fill__template_id")).annotate(**_SUMS).order_by()
    of_each = {one["of"]: one for one in counted}
    return [_form(one, _said(of_each.get(one.pk, {}), seconds)) for one in templates]


def _form(template: SheetTemplate, said: dict[str, int]) -> dict[str, Any]:
    return {
        "id": str(template.pk), "name": template.name, "sender": template.sender, "asked": template.asked,
        "held": template.held, "by_hand": template.by_hand,
        **{name: said[name] for name in ("fills", "spared", "minutes_spared", "typed", "minutes_by_hand")},
    }  # fmt: skip


def _by_day(copies: QuerySet[SheetCopy], seconds: float) -> list[dict[str, Any]]:
    days = copies.values("on").annotate(**_SUMS).order_by("on")
    return [{"on": one["on"], **_said(one, seconds)} for one in days]


def _by_unit(copies: QuerySet[SheetCopy], seconds: float) -> list[dict[str, Any]]:
    units = list(copies.values("area_path").annotate(**_SUMS).order_by("-asked", "area_path")[:MOST_UNITS])
    called = names(one["area_path"] for one in units)
    return [
        {"path": one["area_path"], "name": called.get(one["area_path"], one["area_path"]), **_said(one, seconds)}
        for one in units
    ]


def _held(mapping: tuple[SheetMapping, ...]) -> dict[str, Bilingual]:
    """Return what a sheet asks and the house holds, with its words, told apart by table."""
    found = {}
    for sheet in mapping:
        table = sheet.list.table if sheet.list and sheet.list.kind == TABLE else ""
        for one in sheet.asked():
            if is_held(one.meaning):
                of = table if one.meaning.startswith("col:") else ""
                found[f"{of} {one.meaning}"] = label_of(one.meaning, of)
    return found


def _repeated(sheets: list[tuple[SheetTemplate, tuple[SheetMapping, ...]]]) -> list[dict[str, Any]]:
    """Return what more than one sheet asks, most asked first, with who asks."""
    who: dict[str, list[str]] = defaultdict(list)
    words: dict[str, Bilingual] = {}
    for template, mapping in sheets:
        for key, label in _held(mapping).items():
            who[key].append(template.name)
            words[key] = label
    often = sorted(((key, names) for key, names in who.items() if len(names) > 1), key=lambda it: -len(it[1]))
    return [{"field": words[key].as_dict(), "times": len(names), "sheets": names[:10]} for key, names in often[:40]]


def _droppable(sheets: list[tuple[SheetTemplate, tuple[SheetMapping, ...]]]) -> list[dict[str, Any]]:
    """Return sheets that ask nothing that another does not ask too, and that other: they could be one."""
    asked = [(template, {one.meaning or one.header for _, one in asked_of(mapping)}) for template, mapping in sheets]
    found = []
    for template, mine in asked:
        for other, theirs in asked:
            is_within = mine < theirs or (mine == theirs and template.pk > other.pk)
            if template.pk != other.pk and mine and is_within:
                found.append({"sheet": template.name, "sender": template.sender, "within": other.name})
                break
    return found
