"""The inventory of the impact assessment (P19): every personal field with class, purpose, basis, recipients, retention.

Read off the registries each time; only purposes and legal bases are written by people (data/privacy/purposes.yaml).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from django.apps import apps
from django.db import models, transaction

from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.access.policy import roles
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.privacy.retaining import KEPT, STAYS, schedule
from lianfang.foundation.retention.models import InventoryLine
from lianfang.foundation.tables.registry import TABLES, Column
from lianfang.kernel.clock import today
from lianfang.kernel.text import Bilingual, both

NOT_PERSONAL = (PrivacyClass.WORK, PrivacyClass.PUBLIC)
FILE = Path(__file__).resolve().parents[2] / "data" / "privacy" / "purposes.yaml"
NO_PURPOSE = both("未说明", "not said")
HEAD = ("信息", "字段", "类别", "加密存储", "用途", "法律依据", "可见明文的角色", "可见脱敏的角色", "保存期限")


@cache
def purposes() -> dict[str, Any]:
    """Return what people wrote: purposes by app.Model, and legal bases."""
    return dict(yaml.safe_load(FILE.read_text("utf-8")))


def personal_models() -> list[type[models.Model]]:
    """Return every model with a personal field, in the order of the apps."""
    return [model for model in apps.get_models() if any(True for _ in _personal_fields(model))]


def _personal_fields(model: type[models.Model]) -> Iterator[tuple[str, PrivacyClass]]:
    for name, cls in getattr(model, "privacy", {}).items():
        if cls not in NOT_PERSONAL:
            yield name, cls


def _shown() -> dict[tuple[type[models.Model], str], set[str]]:
    """Return the tables that show each field of each model."""
    found: dict[tuple[type[models.Model], str], set[str]] = defaultdict(set)
    for table in TABLES.values():
        start = table.rows(SYSTEM).model
        for column in table.columns:
            found[_target(start, column)].add(table.name)
    return found


def _target(model: type[models.Model], column: Column) -> tuple[type[models.Model], str]:
    *steps, last = column.path.split("__")
    for step in steps:
        field = next((one for one in model._meta.get_fields() if one.name == step), None)
        if field is None or not isinstance(field.related_model, type):
            break
        model = field.related_model
    known = {field.name for field in model._meta.get_fields()}
    # because a column worked out from a field (a confidential address, a hidden reason) bears the field's name
    return model, last if last in known else column.name


def _seen(tables: set[str], cls: PrivacyClass, level: Level) -> list[str]:
    return [
        role.label.zh
        for role in roles().values()
        if role.level(cls) is level and any(role.may(name) for name in tables)
    ]


def _kept(model: type[models.Model]) -> Bilingual:
    """Return how long a record is kept, in words, with the source of the number."""
    if model in STAYS:
        return STAYS[model]
    said = []
    for kept in (one for one in KEPT.values() if one.model is model):
        value = schedule(kept.rule, today())[-1][1]
        way = both("后去标识", "then made anonymous") if kept.blank else both("后删除", "then erased")
        said.append(both(f"{kept.since.zh} {value.value:g} 天{way.zh}（{value.source}）",
                         f"{value.value:g} days {kept.since.en}, {way.en} ({value.source})"))  # fmt: skip
    return both("；".join(one.zh for one in said), "; ".join(one.en for one in said)) if said else NO_PURPOSE


def lines() -> Iterator[InventoryLine]:
    """Yield the inventory, one line for each personal field."""
    shown, written, number = _shown(), purposes(), 0
    for model in personal_models():
        about = written["records"].get(model._meta.label, {})
        basis = written["bases"].get(about.get("basis"), {})
        kept = _kept(model)
        for name, cls in _personal_fields(model):
            number += 1
            tables = shown.get((model, name), set())
            field = model._meta.get_field(name)
            yield InventoryLine(
                id=number, record=model._meta.label, record_zh=about.get("zh", NO_PURPOSE.zh)[:100], field=name,
                privacy_class=cls.value, encrypted=isinstance(field, EncryptedText),
                purpose_zh=about.get("zh", NO_PURPOSE.zh), purpose_en=about.get("en", NO_PURPOSE.en),
                basis_zh=basis.get("zh", NO_PURPOSE.zh), basis_en=basis.get("en", NO_PURPOSE.en),
                seen_clear=_seen(tables, cls, Level.CLEAR), seen_masked=_seen(tables, cls, Level.MASKED),
                kept_zh=kept.zh[:400], kept_en=kept.en[:400],
            )  # fmt: skip


def load() -> int:
    """Bring the table of the inventory in line with the registries; returns how many fields there are."""
    found = list(lines())
    with transaction.atomic():
        InventoryLine.objects.all().delete()
        InventoryLine.objects.bulk_create(found)
    return len(found)


# --- the pack ----------------------------------------------------------------------------------------------------


def write_pack(folder: Path) -> list[Path]:
    """Write the inventory as Markdown and as a workbook into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    found = list(lines())
    text, book = folder / "privacy-inventory.md", folder / "privacy-inventory.xlsx"
    text.write_text("\n".join(_markdown(found)) + "\n", "utf-8")
    _workbook(book, found)
    return [text, book]


def _cells(one: InventoryLine) -> tuple[str, ...]:
    return (one.record, one.field, one.privacy_class, "是" if one.encrypted else "否", one.purpose_zh, one.basis_zh,
            "、".join(one.seen_clear) or "无", "、".join(one.seen_masked) or "无", one.kept_zh)  # fmt: skip


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _markdown(found: list[InventoryLine]) -> Iterator[str]:
    written = purposes()
    yield "# 个人信息保护影响评估：信息清单　Personal-information inventory"
    yield ""
    yield f"截至 {today()}，由系统各登记表生成。As of {today()}, generated from the registries."
    yield f"用途和依据（{written['written']}）：{written['source']}。"
    current = ""
    for one in found:
        if one.record != current:
            current = one.record
            yield from ("", f"## {one.record}", "", f"- 用途 purpose：{one.purpose_zh} / {one.purpose_en}",
                        f"- 依据 basis：{one.basis_zh} / {one.basis_en}",
                        f"- 保存 retention：{one.kept_zh} / {one.kept_en}", "")  # fmt: skip
            yield _row(["字段 field", "类别 class", "加密 encrypted", "明文 clear", "脱敏 masked"])
            yield "|---|---|---|---|---|"
        cells = _cells(one)
        yield _row([cells[1], cells[2], cells[3], cells[6], cells[7]])
    yield from ("", "## 角色与类别　Roles and classes", "")
    classes = [cls for cls in PrivacyClass if cls not in NOT_PERSONAL]
    yield _row(["角色 role", *(cls.value for cls in classes)])
    yield "|---" * (len(classes) + 1) + "|"
    for role in roles().values():
        yield _row([f"{role.label.zh} {role.label.en}", *(role.level(cls).value for cls in classes)])


def _workbook(path: Path, found: list[InventoryLine]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        _sheet(book, "信息清单", HEAD, [_cells(one) for one in found], bold)
        classes = [cls for cls in PrivacyClass if cls not in NOT_PERSONAL]
        levels = [(role.label.zh, *(role.level(cls).value for cls in classes)) for role in roles().values()]
        _sheet(book, "角色与类别", ("角色", *(cls.value for cls in classes)), levels, bold)


def _sheet(book: Any, name: str, head: tuple[str, ...], rows: list[tuple[str, ...]], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    for position, label in enumerate(head):
        sheet.set_column(position, position, 22)
        sheet.write_string(0, position, label, bold)
    for number, row in enumerate(rows, start=1):
        for position, cell in enumerate(row):
            sheet.write_string(number, position, cell)
    sheet.freeze_panes(1, 0)
