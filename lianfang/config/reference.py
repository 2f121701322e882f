"""The reference pages, generated from the registries so that they cannot be out of date."""

from __future__ import annotations

from pathlib import Path

from lianfang.foundation.access.policy import roles
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.events.announcing import wiring
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import CATALOGUE


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"


def _actions() -> list[str]:
    lines = ["# Actions", "", _row("action", "中文", "what it does", "who may"), "|---|---|---|---|"]
    for one in sorted(ACTIONS.values(), key=lambda one: one.name):
        who = ", ".join(role.name for role in roles().values() if role.may(one.name))
        lines.append(_row(f"`{one.name}`", one.title.zh, (one.body.__doc__ or "").strip().split("\n\n")[0], who))
    return lines


def _tables() -> list[str]:
    lines = ["# Tables"]
    for one in sorted(TABLES.values(), key=lambda one: one.name):
        who = ", ".join(role.name for role in roles().values() if role.may(one.name))
        lines += ["", f"## `{one.name}` {one.title.zh}", "", f"{one.title.en}. Read by: {who or 'nobody'}.", ""]
        lines += [_row("column", "中文", "kind", "privacy"), "|---|---|---|---|"]
        lines += [
            _row(f"`{column.name}`", column.label.zh, column.kind, column.privacy.value) for column in one.columns
        ]
    return lines


def _gaps() -> list[str]:
    lines = ["# Gaps", "", _row("gap", "中文", "what must hold", "severity", "table"), "|---|---|---|---|---|"]
    lines += [
        _row(f"`{one.name}`", one.title.zh, one.help.en, one.severity, f"`{one.table}`")
        for one in sorted(GAPS.values(), key=lambda one: one.name)
    ]
    lines += ["", "# Wiring", "", _row("fact", "reactions"), "|---|---|"]
    lines += [
        _row(f"`{name}`", ", ".join(f"`{one.__module__.split('.')[-2]}.{one.__name__}`" for one in reactions))
        for name, reactions in sorted(wiring().items())
    ]
    return lines


def _refusals() -> list[str]:
    lines = ["# Refusals", "", _row("code", "status", "中文", "English"), "|---|---|---|---|"]
    return lines + [
        _row(f"`{code}`", str(kind.status), kind.message.zh, kind.message.en)
        for code, kind in sorted(CATALOGUE.items())
    ]


def write_reference(folder: str) -> None:
    """Write actions.md, tables.md, gaps.md and refusals.md into the folder."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, lines in (("actions", _actions()), ("tables", _tables()), ("gaps", _gaps()), ("refusals", _refusals())):
        (target / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
