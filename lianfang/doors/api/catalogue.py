"""The registries as screens need them: tables, columns, actions and their forms, menu, refusals."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from lianfang import __version__
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.registry import ACTIONS, Action
from lianfang.foundation.privacy.classes import Level
from lianfang.foundation.tables.registry import TABLES, Column, Table
from lianfang.kernel.errors import CATALOGUE
from lianfang.kernel.text import Bilingual, both

APPS: dict[str, Bilingual] = {
    "people": both("户与人", "Households and people"),
    "screening": both("排查与线索", "Screening and leads"),
    "observation": both("居家观察", "Observation"),
    "welfare": both("群众需求", "Help and errands"),
    "organisation": both("责任与队伍", "Responsibility"),
    "workforce": both("值守与队伍", "Posts and duty"),
    "checkpoints": both("卡点", "Gates"),
    "places": both("场所", "Places"),
    "reports": both("报告", "Reports"),
    "incidents": both("事件与规则", "Incident and rules"),
    "areas": both("区域与网格", "Areas and grids"),
    "accounts": both("账号", "Accounts"),
    "access": both("授权", "Grants"),
    "audit": both("留痕", "Audit"),
    "privacy": both("隐私", "Privacy"),
    "intake": both("名单导入", "Lists in"),
    "jobs": both("任务", "Jobs"),
    "actions": both("退回", "Refused"),
    "workbench": both("我的工作台", "My workbench"),
}


class FlatSchema(GenerateJsonSchema):
    """JSON schema with defaults left out of `required` and no surprises for a form maker."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return {**inner, "x-nullable": True} if "$ref" not in inner else super().nullable_schema(schema)


def describe(viewer: Actor) -> dict[str, Any]:
    """Return everything of the registries that this viewer may use."""
    tables = [one for one in TABLES.values() if viewer.may(one.name)]
    actions = [one for one in ACTIONS.values() if one.offered and viewer.may(one.name)]
    return {
        "version": __version__,
        "tables": [_table(viewer, one, actions) for one in tables],
        "actions": [_action(one) for one in actions],
        "menu": _menu(tables),
        "refusals": {code: kind.message.as_dict() for code, kind in CATALOGUE.items()},
    }


def _table(viewer: Actor, one: Table, actions: list[Action]) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title.as_dict(),
        "help": one.help.as_dict() if one.help else None,
        "columns": [_column(viewer, one, column) for column in one.columns],
        "searchable": one.search is not None,
        "default_sort": one.sort,
        "saved_filters": [
            {"key": saved.key, "label": saved.label.as_dict(), "where": dict(saved.where)} for saved in one.saved
        ],
        "actions": [act.name for act in actions if act.subject and act.subject.table == one.name],
        "related": [{"table": name, "field": field} for name, field in one.related],
        "label": one.label,
        "export": "both" if one.named_export else "masked",
        "area": bool(one.area),
    }


def _column(viewer: Actor, one: Table, column: Column) -> dict[str, Any]:
    levels = [viewer.level(column.privacy, one.name, prefix) for prefix in viewer.prefixes(one.name)]
    return {
        "name": column.name,
        "label": column.label.as_dict(),
        "kind": column.kind,
        "privacy": column.privacy.value,
        "sortable": column.sortable,
        "filterable": column.filterable,
        "choices": [{"value": value, "label": label.as_dict()} for value, label in column.choices]
        if column.choices
        else None,
        "link": {"table": column.link} if column.link else None,
        "hidden": column.hidden or (bool(levels) and all(level is Level.HIDDEN for level in levels)),
        "masked": any(level is Level.MASKED for level in levels),
    }


def _action(one: Action) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title.as_dict(),
        "help": one.help.as_dict() if one.help else None,
        "input": one.input.model_json_schema(schema_generator=FlatSchema),
        "subject": {"table": one.subject.table, "field": one.subject.field} if one.subject else None,
        "batch": one.batch,
        "danger": one.danger,
    }


def _menu(tables: list[Table]) -> list[dict[str, Any]]:
    """Return the menu: apps in the order a day's work meets them, each with its tables."""
    by_app: dict[str, list[Table]] = {}
    for one in tables:
        by_app.setdefault(one.app, []).append(one)
    order = [*APPS, *(app for app in by_app if app not in APPS)]
    return [
        {
            "key": app,
            "title": APPS.get(app, both(app, app)).as_dict(),
            "items": [{"table": one.name, "title": one.title.as_dict()} for one in by_app[app]],
        }
        for app in order
        if app in by_app
    ]
