"""The ready-made forms F01 to F42, read from lianfang/data/forms: what fills each column, and what is missing.

A column says [中文, English, what fills it, which words of the requirement it answers]. What fills it is a meaning of
`queries.meanings`, or "letter", "word:issues", "head" (stands above the table), "hand" (the pen), "no:FACT" (missing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from lianfang.domain.reports.queries.meanings import FIGURES, find_column, is_meaning
from lianfang.domain.reports.rules.forms import (
    LETTER,
    STANDINGS,
    UNRECORDED,
    WORD,
    Form,
    FormColumn,
    FormPart,
    Standing,
    standing,
)
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual

NO_FORM = refusal("reports.no_form", "没有“{code}”这张表。", "There is no form “{code}”.", status=404)
DIGEST = "digest"
# classes whose values are no person's, so that counts by them may be told outside
IMPERSONAL = frozenset({PrivacyClass.WORK, PrivacyClass.PUBLIC})
COUNTED_BY = frozenset({"choice"})
_WORDS = ("issues", "tomorrow", "nil")


@cache
def forms() -> dict[str, Form]:
    """Return every form by its code, in order.

    Raises ValueError for a digest that would count by a column that tells of persons.
    """
    found: dict[str, Form] = {}
    for page in sorted((files("lianfang.data") / "forms").iterdir(), key=lambda one: one.name):
        if page.name.endswith(".yaml") and page.name != "missing.yaml":
            declared = yaml.safe_load(page.read_text(encoding="utf-8"))
            found |= {code: read_form(code, body) for code, body in declared.items()}
    return dict(sorted(found.items()))


@cache
def facts_missing() -> dict[str, Bilingual]:
    """Return what is missing, in words, by the key of the fact."""
    page = yaml.safe_load((files("lianfang.data") / "forms" / "missing.yaml").read_text(encoding="utf-8"))
    return {key: Bilingual(*words) for key, words in page.items()}


def find_form(code: str) -> Form:
    """Return a form. Raises `reports.no_form`."""
    if code not in forms():
        raise NO_FORM(code=code[:20], field="code")
    return forms()[code]


def read_form(code: str, body: Mapping[str, Any]) -> Form:
    """Return a form as it is declared. Raises ValueError for a digest that would tell of persons."""
    parts = tuple(_part(Bilingual(*body["title"]), one) for one in body.get("parts", [body]))
    digest = tuple(body.get("digest", ()))
    _check_digest(code, parts[0], digest)
    return Form(
        code, Bilingual(*body["title"]), parts, body.get("landscape", False), body.get("signed", False),
        body.get("letter", ""), digest,
    )  # fmt: skip


def _part(title: Bilingual, body: Mapping[str, Any]) -> FormPart:
    return FormPart(
        Bilingual(*body["title"]) if "title" in body else title, tuple(_column(one) for one in body["columns"]),
        body.get("table", ""), body.get("level", ""), body.get("areas", False), body.get("where", {}),
        body.get("day", ""), body.get("incident", ""),
    )  # fmt: skip


def _column(said: Sequence[Any]) -> FormColumn:
    zh, en, fill, *asks = said
    asked = asks[0] if asks else zh
    return FormColumn(Bilingual(zh, en), fill, (asked,) if isinstance(asked, str) else tuple(asked))


def _check_digest(code: str, part: FormPart, names: Sequence[str]) -> None:
    for name in names:
        if not may_be_counted_by(part.table, name):
            raise ValueError(f"{code}: a digest does not count by {part.table}.{name}")


def may_be_counted_by(table: str, name: str) -> bool:
    """Say whether counts by a column may be told outside: a choice that says nothing of a person's self (P06)."""
    found = find_column(table, name)
    return found is not None and found[1].privacy in IMPERSONAL and found[1].kind in COUNTED_BY and "." not in name


def is_recorded(part: FormPart, column: FormColumn) -> bool:
    """Say whether the column is filled from records."""
    fill = column.fill
    if fill in UNRECORDED or column.missing:
        return False
    if fill in (LETTER, DIGEST):
        return True
    return fill.removeprefix(WORD) in _WORDS if fill.startswith(WORD) else is_meaning(fill, part.table)


def why_missing(part: FormPart, column: FormColumn) -> Bilingual | None:
    """Return what is missing for a column, in words; None where nothing is."""
    if column.missing:
        return facts_missing()[column.missing]
    if column.fill.startswith("fig:") and not is_recorded(part, column):
        return facts_missing()[FIGURES[column.fill.removeprefix("fig:")].table]
    return None


def standing_of(form: Form) -> Standing:
    """Return whether a form is ready, partly ready or not yet; what is left out on purpose is not missed."""
    missing = sum(1 for part, one in form.columns() if not one.is_withheld and why_missing(part, one))
    return standing(form, missing, sum(is_recorded(part, one) for part, one in form.columns()))


def gaps_of(form: Form) -> list[dict[str, Any]]:
    """Return what is missing of a form, each fact once with the columns that wait for it."""
    found: dict[Bilingual, list[Bilingual]] = {}
    for part, column in form.columns():
        why = why_missing(part, column)
        if why is not None:
            found.setdefault(why, []).append(column.label)
    return [{"what": why.as_dict(), "columns": [one.as_dict() for one in labels]} for why, labels in found.items()]


def lists_behind(form: Form) -> list[str]:
    """Return the tables that a form is read from."""
    figures = [column.fill for part, column in form.columns() if column.fill.startswith("fig:") and part.is_gathered]
    counts = [column.fill.removeprefix("count:").partition("?")[0] for _, column in form.columns()
              if column.fill.startswith("count:")]  # fmt: skip
    tables = [part.table for part in form.parts if part.table]
    return list(dict.fromkeys([*tables, *counts, *(["reports.reports"] if figures else [])]))


def may_fill(viewer: Actor, form: Form) -> bool:
    """Say whether somebody may read everything the form is made of."""
    return all(viewer.may(name) for name in lists_behind(form))


def named_table(form: Form) -> str:
    """Return the one list whose names the form may show as a named export (P06); "" for none."""
    tables = [part.table for part in form.parts if part.table]
    return tables[0] if len(tables) == 1 and TABLES[tables[0]].named_export else ""


def form_card(viewer: Actor, form: Form) -> dict[str, Any]:
    """Return a form as the list of forms shows it to somebody."""
    state = standing_of(form)
    return {
        "code": form.code, "title": form.title.as_dict(), "standing": state, "label": STANDINGS[state].as_dict(),
        "missing": gaps_of(form), "asked": sum(1 for _ in form.columns()),
        "held": sum(is_recorded(part, one) for part, one in form.columns()), "signed": form.signed,
        "letter": form.letter, "may_fill": state != "not_yet" and not form.letter and may_fill(viewer, form),
        "level": form.parts[0].level, "by_day": any(part.day or part.level or part.areas for part in form.parts),
        "by_incident": any(part.incident for part in form.parts), "named": bool(named_table(form)),
        "digest": bool(form.digest) or bool(form.parts[0].level),
        "tables": [name for name in lists_behind(form) if viewer.may(name)],
    }  # fmt: skip
