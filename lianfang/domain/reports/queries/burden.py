"""The burden meter (F41): what sheets ask, what of it is held already, what is left to the pen, and what could go."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Expression, F, FloatField, Q, Sum, Value, When
from rapidfuzz import fuzz, process

from lianfang.domain.areas.queries import names
from lianfang.domain.incidents.queries import rule, rule_by_area
from lianfang.domain.reports.models import AskedField, SheetFill, SheetTemplate
from lianfang.domain.reports.queries.meanings import figure_headers, is_held, label_of, plain_figure
from lianfang.domain.reports.queries.sheets import mapping_of
from lianfang.domain.reports.rules.sheets import TABLE, SheetMapping, asked_of
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.fields import within
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.text import Bilingual, clean

DAYS = 7
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

    `re_asked` are fields that sheets in use ask although they are recorded: what was typed again before. Minutes are
    estimates: cells times the seconds of the rulebook, for one filling of each sheet and for what was spared.
    """
    viewer.require("reports.sheets", path)
    sheets = [
        (one, mapping_of(version))
        for one in SheetTemplate.objects.filter(within(path), state=SheetTemplate.State.READY).order_by("name")
        if (version := one.versions.filter(confirmed_at__isnull=False).order_by("-number").first())
    ]
    templates = [one for one, _ in sheets]
    seconds = float(rule(SECONDS, path, today).value)
    fills = SheetFill.objects.filter(within(path), ended_at__isnull=False, on__gt=today - timedelta(days=DAYS))
    totals = fills.aggregate(times=Count("pk"), sheets=Sum("sheets"), spared=Sum("spared"))
    return {
        "asked": sum(one.asked for one in templates),
        "re_asked": sum(one.held for one in templates),
        "by_hand": sum(one.by_hand for one in templates),
        "sheets": len(sheets),
        "days": DAYS,
        "fills": totals["times"] or 0,
        "filled": totals["sheets"] or 0,
        "spared": totals["spared"] or 0,
        "seconds_per_cell": seconds,
        "minutes_by_hand": _minutes(sum(one.by_hand for one in templates), seconds),
        "minutes_spared": _minutes(totals["spared"] or 0, seconds),
        "to_decide": AskedField.objects.filter(within(path), state=AskedField.State.REQUESTED).count(),
        "senders": _senders(templates),
        "forms": _forms(templates, fills, seconds),
        "days_kept": _by_day(fills, seconds),
        "units": _by_unit(fills, seconds),
        "repeated": _repeated(sheets),
        "droppable": _droppable(sheets),
    }


def minutes_of(cells: str, on: date) -> Expression:
    """Return the minutes that one filling of so many cells takes by hand, as something a list can select.

    An estimate: the seconds of the rulebook for a cell, as they hold where the sheet lies.
    """
    *nearer, (_, everywhere) = rule_by_area(SECONDS, on)
    cases = [When(Q(within(path)), then=Value(float(value.value))) for path, value in nearer]
    return F(cells) * Case(*cases, default=Value(float(everywhere.value)), output_field=FloatField()) / Value(60.0)


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


def _forms(templates: list[SheetTemplate], fills: Any, seconds: float) -> list[dict[str, Any]]:
    counted = fills.values("template_id").annotate(times=Count("pk"), spared=Sum("spared")).order_by()
    of_each = {one["template_id"]: (one["times"], one["spared"] or 0) for one in counted}
    return [_form(one, *of_each.get(one.pk, (0, 0)), seconds) for one in templates]


def _form(template: SheetTemplate, fills: int, spared: int, seconds: float) -> dict[str, Any]:
    return {
        "id": str(template.pk), "name": template.name, "sender": template.sender, "asked": template.asked,
        "held": template.held, "by_hand": template.by_hand, "fills": fills, "spared": spared,
        "minutes_spared": _minutes(spared, seconds),
    }  # fmt: skip


def _by_day(fills: Any, seconds: float) -> list[dict[str, Any]]:
    days = fills.values("on").annotate(fills=Count("pk"), spared=Sum("spared")).order_by("on")
    return [
        {"on": one["on"], "fills": one["fills"], "spared": one["spared"],
         "minutes_spared": _minutes(one["spared"] or 0, seconds)}
        for one in days
    ]  # fmt: skip


def _by_unit(fills: Any, seconds: float) -> list[dict[str, Any]]:
    units = list(fills.values("area_path").annotate(fills=Count("pk"), spared=Sum("spared")).order_by("-spared")[:50])
    called = names(one["area_path"] for one in units)
    return [{"path": one["area_path"], "name": called.get(one["area_path"], one["area_path"]),
             "fills": one["fills"], "spared": one["spared"],
             "minutes_spared": _minutes(one["spared"] or 0, seconds)} for one in units]  # fmt: skip


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
