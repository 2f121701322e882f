"""Finding a list's header and what its columns mean, on headers of real sheets and on messy ones like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianfang.doors.files.fields import FIELDS, read_header
from lianfang.doors.files.headers import Layout, best_sheet, find_layout, letters, with_mapping
from lianfang.doors.files.reading import open_book, open_paste
from lianfang.doors.files.tests.sheets import HEADERS, person, text, xlsx
from lianfang.kernel.errors import Refusal

_LINES = (Path(__file__).parent / "lists.txt").read_text(encoding="utf-8").splitlines()[1:]
LISTS = {line.split("\t")[0]: line.split("\t")[1:] for line in _LINES}


def layout_of(rows: list[list[object]], **options: object) -> Layout:
    return find_layout(open_book(xlsx(rows, **options)).sheets[0])  # type: ignore[arg-type]


def fields_of(headers: list[str]) -> dict[str, str]:
    return layout_of([headers, ["x"] * len(headers)]).mapping


def test_a_sheet_without_people_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        best_sheet(open_book(xlsx([["品名", "规格", "数量"], ["口罩", "N95", 20]])))
    assert caught.value.code == "intake.no_header"


@pytest.mark.parametrize("headers", LISTS.values(), ids=LISTS)
def test_every_header_of_a_real_people_s_list_is_known(headers: list[str]) -> None:
    unknown = [header for header in headers if read_header(header)[1] == 0]
    assert not unknown


@pytest.mark.parametrize("name", [name for name in LISTS if name != "patients"])
def test_every_real_list_says_who(name: str) -> None:
    mapping = fields_of(LISTS[name])
    assert {"name", "phone"} <= set(mapping.values())


def test_the_returnees_platform_is_mapped_whole() -> None:
    mapping = fields_of(LISTS["returnees"])
    assert mapping["身份证号码"] == "identity_number"
    assert mapping["来源社区村"] == "origin_village"
    assert mapping["目的地社区村"] == "destination_village"
    assert mapping["航班，班车，车牌号"] == "trip_no"
    assert mapping["目的地联系电话"] == "contact_phone"
    assert "有无三日内核酸检测阴性证明" not in mapping


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("＊姓　名", "name"),
        ("发病日期", "onset_on"),
        ("确诊日期", "confirmed_on"),
        ("末次接触时间", "exposed_on"),
        ("就诊时间", ""),
        ("身份证\n号 码", "identity_number"),
        ("联系电话（必填）", "phone"),
        ("1.姓名", "name"),
        ("返乡时间（格式2020-1-23）", "returned_on"),
        ("到达我县时间", "returned_on"),
        ("家庭住址（XX镇XX村）", "address"),
        ("【手机号】", "phone"),
        ("代理人身份证号码", ""),
        ("户主公民身份号码", ""),
        ("监护人姓名", ""),
        ("包村干部联系电话", ""),
        ("紧急联系人手机", "contact_phone"),
        ("NAME", "name"),
        ("联系人姓名", "contact_name"),
        ("出发地省", "origin_province"),
        ("来源地（省）", "origin"),
        ("目的地乡镇（街道）", "destination_town"),
        ("到绛时间", "returned_on"),
        ("从哪来", "origin"),
        ("落脚点", "destination"),
    ],
)  # fmt: skip
def test_headers_as_people_write_them(header: str, field: str) -> None:
    assert read_header(header)[0] == field


def test_title_rows_and_notes_above_are_passed_over() -> None:
    rows = [
        ["绛县返乡人员登记表", *[""] * 5],
        ["填报单位：古绛镇", "", "", "", "填报时间：2020年2月3日", ""],
        HEADERS,
        person(1),
    ]
    found = layout_of(rows, merges=["A1:F1"])
    assert (found.first_row, found.depth) == (2, 1)
    assert list(found.mapping) == HEADERS


def test_a_line_for_unit_and_date_groups_no_columns() -> None:
    rows = [
        ["返绛人员核查名单", *[""] * 3],
        ["填报单位：      日期：2026年11月23日", *[""] * 3],
        ["姓名", "手机号", "从哪来", "到绛时间"],
        ["王明", "13800000001", "广州", "11月21日"],
    ]
    found = layout_of(rows, merges=["A1:D1", "A2:D2"])
    assert (found.first_row, found.depth) == (2, 1)
    assert found.mapping == {"姓名": "name", "手机号": "phone", "从哪来": "origin", "到绛时间": "returned_on"}


def test_two_header_rows_are_read_together() -> None:
    rows = [
        ["返乡人员统计表", *[""] * 8],
        ["序号", "姓名", "电话", "来源地", "", "", "目的地", "", ""],
        ["", "", "", "省", "市", "县", "县", "乡镇", "村"],
        [1, "王明", "13800000001", "湖北", "武汉", "江岸", "绛县", "古绛镇", "下高池村"],
    ]
    found = layout_of(rows, merges=["A1:I1", "A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:I2"])
    assert (found.first_row, found.depth) == (1, 2)
    assert found.mapping["来源地/省"] == "origin_province"
    assert found.mapping["目的地/村"] == "destination_village"
    assert found.mapping["姓名"] == "name"


def test_two_header_rows_without_merges_are_read_in_a_text_table() -> None:
    rows = [
        ["姓名", "电话", "目的地", "", "返乡时间"],
        ["", "", "乡镇", "村", ""],
        ["王明", "13800000001", "古绛镇", "下高池村", "1.23"],
    ]
    found = find_layout(open_book(text(rows)).sheets[0])
    assert found.mapping["目的地/村"] == "destination_village"


def test_duplicate_columns_get_names_of_their_own_and_the_fuller_one_the_field() -> None:
    rows = [
        ["姓名", "返乡时间", "返乡时间", "备注", "备注"],
        ["王明", "", "1月23日", "a", "b"],
        ["李明", "", "1月24日", "", ""],
    ]
    found = layout_of(rows)  # type: ignore[arg-type]
    assert found.mapping == {"姓名": "name", "返乡时间 (2)": "returned_on", "备注": "note", "备注 (2)": "note"}


def test_the_phone_after_a_contact_is_the_contact_s() -> None:
    mapping = fields_of(["姓名", "联系电话", "县内联系人", "联系电话"])
    assert mapping["联系电话 (2)"] == "contact_phone"


def test_blank_columns_between_are_left_out() -> None:
    assert list(layout_of([["姓名", "", "电话"], ["王明", "", "13800000001"]]).mapping) == ["姓名", "电话"]


def test_pasted_rows_without_a_header_are_known_by_their_content() -> None:
    found = find_layout(open_paste("王明\t13800000001\n李红\t13800000002\n").sheets[0])
    assert (found.depth, [column.field for column in found.columns]) == (0, ["name", "phone"])


def test_the_sheet_with_the_people_is_chosen_among_several() -> None:
    body = xlsx([["字典"], ["户籍"], ["流动"]], sheets={"说明": [["填表说明"]], "人员": [HEADERS, person(1)]})
    assert best_sheet(open_book(body))[0].name == "人员"


def test_a_remembered_mapping_is_put_on_and_says_so() -> None:
    found = with_mapping(
        layout_of([["姓名", "代号"], ["王明", "7"]]), {"代号": "serial", "姓名": "name"}, remembered=True
    )
    assert all(column.remembered and column.confidence == 1.0 for column in found.columns)
    assert found.mapping["代号"] == "serial"


def test_equal_headers_have_equal_fingerprints_whatever_their_spaces() -> None:
    assert (
        layout_of([["姓 名", "电话"], ["x", "y"]]).fingerprint == layout_of([["姓名", "电 话"], ["x", "y"]]).fingerprint
    )


def test_columns_have_the_letters_a_spreadsheet_shows() -> None:
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_field_names_are_stable() -> None:
    agreed = (
        "name sex identity_number phone born_on age address destination returned_on transport trip_no symptoms category"
    )
    assert set(f"{agreed} contact_name contact_phone reason note pushed_at serial".split()) <= set(FIELDS)
