"""The registry of tables: everything a person can see, each declared once with its columns and their privacy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.privacy.classes import Mask, PrivacyClass, hide_all
from lianfang.kernel.text import Bilingual

KINDS = frozenset({"text", "int", "number", "bool", "date", "datetime", "choice", "area", "link", "json"})


@dataclass(frozen=True)
class Column:
    """One column: where its value comes from, how private it is, and how it is masked for those who see it masked.

    `source` is an ORM path ("household__address"); `show` turns the raw value into the shown one.
    `find` (for encrypted columns) turns what a person typed into a condition, so that equal values can be found.
    """

    name: str
    label: Bilingual
    kind: str = "text"
    privacy: PrivacyClass = PrivacyClass.WORK
    source: str = ""
    sortable: bool = False
    filterable: bool = False
    choices: Sequence[tuple[str, Bilingual]] | None = None
    link: str | None = None
    hidden: bool = False
    mask: Mask = hide_all
    show: Callable[[Any], Any] | None = None

    @property
    def path(self) -> str:
        return self.source or self.name


@dataclass(frozen=True)
class SavedFilter:
    """A view of the table that its app offers ready-made."""

    key: str
    label: Bilingual
    where: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A named, typed list. `rows(viewer)` gives the base query; only the reader adds scope, masking and paging.

    `area` is the ORM path of the row's area; "" only for tables without any personal or area-bound row.
    `search(text)` gives the condition for the search box; `person` is the path to the person the row is about, where
    that is not simply its key `person`.
    """

    name: str
    title: Bilingual
    rows: Callable[[Actor], QuerySet[Any]]
    columns: tuple[Column, ...]
    area: str = "area_path"
    key: str = "pk"
    sort: str = "-pk"
    search: Callable[[str], Any] | None = None
    help: Bilingual | None = None
    saved: tuple[SavedFilter, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    label: str = ""
    named_export: bool = False
    needs_narrowing: bool = False
    person: str = ""

    @property
    def app(self) -> str:
        return self.name.split(".")[0]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


TABLES: dict[str, Table] = {}
_NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z0-9]+)*")


def table(declared: Table) -> Table:
    """Declare a table. Raises ValueError for a bad name, a second declaration or an unknown kind of column."""
    if not _NAME.fullmatch(declared.name):
        raise ValueError(f"{declared.name}: a table is named app.plural_nouns")
    if declared.name in TABLES:
        raise ValueError(f"{declared.name} is already declared")
    for column in declared.columns:
        if column.kind not in KINDS:
            raise ValueError(f"{declared.name}.{column.name}: unknown kind {column.kind}")
    TABLES[declared.name] = declared
    return declared


__all__ = ["TABLES", "Column", "SavedFilter", "Table", "table"]
