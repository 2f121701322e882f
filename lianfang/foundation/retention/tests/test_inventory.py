"""The pack for the impact assessment says of every personal field what the registries say, and nothing is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lianfang.config.cli import main
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.retention.inventory import lines, load, personal_models
from lianfang.foundation.retention.models import InventoryLine
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def test_a_grid_worker_does_not_read_the_inventory(cast: dict[str, Actor]) -> None:
    with pytest.raises(Refusal):
        read(cast["grid"], "privacy.inventory")


def test_every_personal_field_has_its_line() -> None:
    wanted = {
        (model._meta.label, name)
        for model in personal_models()
        for name, cls in model.privacy.items()  # type: ignore[attr-defined]
        if cls.value not in ("work", "public")
    }
    assert {(one.record, one.field) for one in lines()} == wanted


def test_a_line_says_who_sees_the_field_and_how_long_it_is_kept() -> None:
    [reading] = [one for one in lines() if (one.record, one.field) == ("observation.Reading", "temperature_c")]
    assert "网格员" in reading.seen_clear
    assert "县指挥部值班员" in reading.seen_masked
    assert "卡点值守员" not in reading.seen_clear + reading.seen_masked
    assert "30 天" in reading.kept_zh
    assert "第十三条" in reading.basis_zh
    [number] = [one for one in lines() if (one.record, one.field) == ("people.Person", "identity_number")]
    assert number.encrypted
    assert number.seen_clear == []


def test_nothing_of_an_informant_is_seen_by_anybody() -> None:
    [informant] = [one for one in lines() if (one.record, one.field) == ("screening.Lead", "informant")]
    assert informant.seen_clear == informant.seen_masked == []


def test_the_table_follows_the_registries(cast: dict[str, Actor]) -> None:
    InventoryLine.objects.all().delete()
    count = load()
    assert read(cast["auditor"], "privacy.inventory", Query(count=True)).count == count


def test_the_command_writes_text_and_workbook(tmp_path: Path, capsys: Any) -> None:
    assert main(["privacy", "pack", str(tmp_path / "pack")]) == 0
    text = (tmp_path / "pack" / "privacy-inventory.md").read_text("utf-8")
    assert "## people.Person" in text
    assert "未说明" not in text
    book = openpyxl.load_workbook(tmp_path / "pack" / "privacy-inventory.xlsx")
    assert book["信息清单"].max_row == 1 + sum(1 for _ in lines())
    assert book["角色与类别"].max_row > 5
