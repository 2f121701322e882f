"""Walks over the ready-made forms: each of the requirement is there, whole, and nothing is filled from thin air."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianfang.domain.reports.queries.forms.catalogue import (
    facts_missing,
    forms,
    gaps_of,
    is_recorded,
    may_be_counted_by,
    read_form,
    standing_of,
    why_missing,
)
from lianfang.domain.reports.queries.forms.digest import by_choice
from lianfang.domain.reports.queries.meanings import FIGURES, find_column, find_count
from lianfang.domain.reports.rules.forms import UNRECORDED, FormColumn, FormPart
from lianfang.doors.files.letters import LETTERS
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import Refusal

ASKED = {
    code: (name, columns)
    for line in (Path(__file__).parent / "forms_asked.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for code, name, columns in [line.split(" | ", 2)]
}
READY = {"F02", "F03", "F04", "F06", "F15", "F16", "F17", "F18", "F20", "F21", "F22", "F25", "F35", "F41", "F42"}
_BEFORE = re.compile(r"^(?:I{1,2}|汇总|早|晚|交接)[::]\s*")
_COLUMNS = [
    pytest.param(code, part, column, id=f"{code} {column.label.zh}")
    for code, form in forms().items()
    for part, column in form.columns()
]


def items(columns: str) -> set[str]:
    """Return what a form's line of the requirement asks, item by item; what stands in brackets belongs to its item."""
    found, depth, item = set(), 0, ""
    for letter in re.sub(r"[*✍ ]", "", columns) + ";":
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and letter in ";,、.":
            found.add(_BEFORE.sub("", item))
            item = ""
        else:
            item += letter
    return found - {"", *"一二三四五"}


def test_every_form_of_the_requirement_is_in_the_catalogue() -> None:
    assert list(forms()) == sorted(ASKED) == [f"F{number:02}" for number in range(1, 43)]


@pytest.mark.parametrize("code", sorted(ASKED))
def test_every_column_of_the_requirement_is_filled_or_listed_as_missing(code: str) -> None:
    answered = {asked.replace(" ", "") for _, column in forms()[code].columns() for asked in column.asks}
    assert items(ASKED[code][1]) <= answered


@pytest.mark.parametrize(("code", "part", "column"), _COLUMNS)
def test_every_column_is_filled_left_to_the_pen_or_says_what_is_missing(
    code: str, part: FormPart, column: FormColumn
) -> None:
    assert column.label.zh
    assert column.label.en
    by_itself = column.fill in UNRECORDED
    assert by_itself + is_recorded(part, column) + (why_missing(part, column) is not None) == 1, column.fill


@pytest.mark.parametrize(("code", "part", "column"), _COLUMNS)
def test_what_fills_a_column_is_there(code: str, part: FormPart, column: FormColumn) -> None:
    kind, _, rest = column.fill.partition(":")
    if kind == "col":
        assert find_column(part.table, rest), f"{part.table} has no {rest}"
    if kind == "fig":
        assert rest in FIGURES
        assert part.level in ("", "village", "town", "county")
    if kind == "count":
        assert find_count(column.fill), column.fill
    if kind == "no":
        assert rest in facts_missing()
    if column.fill == "letter" and forms()[code].letter:
        assert forms()[code].letter in LETTERS


@pytest.mark.parametrize("code", sorted(ASKED))
def test_a_form_filters_by_columns_that_can_be_filtered(code: str) -> None:
    for part in forms()[code].parts:
        named = [*(key.partition("__")[0] for key in part.where), *filter(None, (part.day, part.incident))]
        for name in named:
            column = TABLES[part.table].column(name)
            assert column is not None, name
            assert column.filterable, name


@pytest.mark.parametrize("key", sorted(facts_missing()))
def test_nothing_is_called_missing_that_has_a_table(key: str) -> None:
    assert key not in TABLES, f"{key} is there now: let the forms that wait for it take their columns from it"
    waiting = [code for code, form in forms().items() if facts_missing()[key].as_dict() in
               [gap["what"] for gap in gaps_of(form)]]  # fmt: skip
    withheld = [code for code, form in forms().items() for _, one in form.columns() if one.missing == key]
    assert waiting or withheld, "nobody waits for it"


def test_how_the_forms_stand() -> None:
    of_each = {code: standing_of(form) for code, form in forms().items()}
    assert {code for code, state in of_each.items() if state == "ready"} >= READY
    assert all(gaps_of(forms()[code]) for code, state in of_each.items() if state != "ready")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_digest_never_counts_by_what_tells_of_a_person(name: str) -> None:
    personal = [one.name for one in TABLES[name].columns if one.privacy not in (PrivacyClass.WORK, PrivacyClass.PUBLIC)]
    assert not [column for column in personal if may_be_counted_by(name, column)]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_digest_refuses_to_count_by_what_tells_of_a_person(name: str) -> None:
    for column in TABLES[name].columns:
        if column.privacy not in (PrivacyClass.WORK, PrivacyClass.PUBLIC):
            with pytest.raises(Refusal) as refused:
                by_choice(name, column.name, {}, "140826", 9)
            assert refused.value.code == "reports.no_digest"


def test_a_form_that_would_tell_a_group_of_persons_is_not_even_declared() -> None:
    declared = {
        "title": ["名单", "List"], "table": "observation.orders", "columns": [["姓名", "Name", "col:name"]],
        "digest": ["sex"],
    }  # fmt: skip
    with pytest.raises(ValueError, match="does not count by"):
        read_form("F99", declared)


def test_a_digest_reads_no_column_through_a_link() -> None:
    assert not may_be_counted_by("screening.leads", "person.sex")
    assert not may_be_counted_by("screening.leads", "person.name")
    assert may_be_counted_by("screening.leads", "source")
