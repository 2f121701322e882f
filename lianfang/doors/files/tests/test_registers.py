"""Division registers as files: bad ones are refused in words, then every layout that people pass around is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from lianfang.doors.files.registers import RegisterFile, read_register
from lianfang.kernel.errors import Refusal

COUNTY = "140826"
HEAD = "code,name"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Write lines into a file and return its path."""

    def write(*lines: str, name: str = "登记册.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def read(*paths: Path, known: dict[str, str] | None = None) -> RegisterFile:
    return read_register(paths, COUNTY, known or {})


def refused(*paths: Path) -> str:
    with pytest.raises(Refusal) as no:
        read(*paths)
    assert no.value.message.zh
    assert no.value.message.en
    return no.value.code


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["姓名,电话", "王明,13800000000"], "register.no_columns"),
        ([HEAD, "371521001001,阳谷村委会"], "register.nothing_inside"),
        ([HEAD, "14082610020,短了一位"], "register.bad_code"),
        ([HEAD, "城内,140826100201"], "register.bad_code"),
        ([HEAD, "140826100201,"], "register.no_name"),
        ([HEAD, f"140826100201,{'村' * 61}"], "register.no_name"),
        ([HEAD, "140826100201,城内村委会", "140826100201,乔村村委会"], "register.code_twice"),
        ([f"{HEAD},原代码", "140826100201,城内村委会,1408"], "register.bad_old_code"),
    ],
)
def test_a_register_that_cannot_be_trusted_is_refused(written: Any, lines: list[str], code: str) -> None:
    assert refused(written(*lines)) == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "没有.csv") == "register.no_file"


def test_what_is_no_table_is_refused_as_intake_refuses_it(tmp_path: Path) -> None:
    path = tmp_path / "登记册.xlsx"
    path.write_bytes(b"%PDF-1.7 x")
    assert refused(path) == "intake.unsupported"


def test_a_list_of_villages_takes_the_towns_from_the_register_that_has_them(written: Any) -> None:
    found = read(written("code,name,streetCode,areaCode", "140826100201,城内村委会,140826100,140826"))
    assert found.villages == {"140826100201": "城内村委会"}
    assert found.towns == {"140826100": "古绛镇"}


def test_a_town_of_a_register_nobody_knows_keeps_the_name_it_has(written: Any) -> None:
    found = read(written(HEAD, "140826100201,别的村委会"), known={"140826100": "老古绛镇"})
    assert found.towns == {"140826100": "老古绛镇"}


def test_villages_and_towns_may_stand_in_two_files(written: Any) -> None:
    villages = written(HEAD, "140826100201,城内村委会")
    towns = written(HEAD, "140826100,新绛街道", name="streets.csv")
    assert read(villages, towns).towns == {"140826100": "新绛街道"}


def test_codes_filled_up_with_zeros_and_no_header_are_read(written: Any) -> None:
    lines = [
        "140826000000,140800000000,绛县,county,3",
        "140826100000,140826000000,古绛镇,town,4",
        "140826100201,140826100000,城内村委会,village,5",
        "140826100202,140826100000,乔村村委会,village,5",
    ]
    found = read(written(*lines))
    assert found.towns == {"140826100": "古绛镇"}
    assert sorted(found.villages.values()) == ["乔村村委会", "城内村委会"]


def test_a_workbook_with_a_title_over_its_header_and_codes_as_numbers_is_read(tmp_path: Path) -> None:
    path = tmp_path / "区划.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("说明")
        sheet.write_row(0, 0, ["本表供内部使用"])
        sheet = book.add_worksheet("区划")
        sheet.merge_range(0, 0, 0, 2, "绛县 2021 年区划")
        sheet.write_row(1, 0, ["统计用\n区划代码", "名 称", "原代码"])
        sheet.write_row(2, 0, [140826100000, "古绛镇", ""])
        sheet.write_row(3, 0, [140826100201, "城内村委会", "140826100201、140826100202"])
    found = read(path)
    assert found.villages == {"140826100201": "城内村委会"}
    assert dict(found.told) == {"140826100201": ["140826100201"], "140826100202": ["140826100201"]}
