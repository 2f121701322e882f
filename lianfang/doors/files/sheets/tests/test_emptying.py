"""A form that came as last week's list: nothing of the list is in what is stored, nor in any copy filled from it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.reports.tests.conftest import at
from lianfang.doors.files.sheets import views
from lianfang.doors.files.sheets.filling import blank_form
from lianfang.doors.files.sheets.kinds import open_form, write_form
from lianfang.doors.files.sheets.persons import formula_names_person, is_name, rule_names_person, without_persons
from lianfang.doors.files.sheets.suggesting import suggest
from lianfang.doors.files.sheets.template import Template, open_template
from lianfang.doors.files.sheets.writing import write
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import read_file
from lianfang.kernel.clock import fixed
from lianfang.kernel.identity import compose

from .conftest import Clerk, observed
from .forms import opened
from .test_bad_forms import changed

ELSEWHERE = "140826101"
HEADS = ("序号", "姓名", "身份证号", "联系电话", "现住址", "备注")
SURNAMES = "王李张刘陈杨黄赵"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂"


def last_week(number: int) -> tuple[Any, ...]:
    """Somebody on last week's list; nobody's name, number or address comes twice."""
    name = f"{SURNAMES[number // 484]}{GIVEN[number % 22]}{GIVEN[number // 22 % 22]}"
    document = compose(f"14082619770{number % 9 + 1}0{number // 1000 + 1}{number % 1000:03d}")
    return number, name, document, f"135{number:08d}", f"旧巷{number}号", f"记事{number}"


def secrets(people: Sequence[Sequence[Any]]) -> list[str]:
    """Return what must not be found: names, numbers, phones, addresses, remarks."""
    return [str(one) for person in people for one in person[1:]]


def made(build: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """Return a workbook as Excel and WPS write it: its texts in a part that all sheets share."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        build(book)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        assert "xl/sharedStrings.xml" in archive.namelist()
    return out.getvalue()


def listed(sheet: Any, top: int, people: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS) -> None:
    """Write a header at a row, counted from 0, and the people below it."""
    sheet.write_row(top, 0, heads)
    for down, person in enumerate(people, start=top + 1):
        sheet.write_row(down, 0, person)


def parts_of(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield every part of a file, and of the files within it, as text."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            yield name, part.decode("utf-8", "replace")
            if name.endswith((".xlsx", ".docx")):
                yield from parts_of(part)


def found_in(body: bytes, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Return which of the texts stand in which part."""
    return [(name, one) for name, part in parts_of(body) for one in wanted if one in part]


def stored(form: Template | Any) -> bytes:
    return blank_form(form, suggest(form, "140826", {}))


def kept(body: bytes) -> bytes:
    """Return the form as it is stored."""
    return stored(open_form(body))


PEOPLE = [last_week(number) for number in range(1, 13)]


def police_list(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("名单")
    sheet.write("A1", "重点人员信息表")
    listed(sheet, 1, PEOPLE)


# --- the whole way -------------------------------------------------------------------------------------------------


@pytest.fixture
def county_clerk(signed_in: Callable[[str], Client], county: str) -> Iterator[Clerk]:
    """The county's duty officer; one person under observation in the village, one in another township."""
    with fixed(at(10)):
        observed(1, "田小满")
        observed(2, "远乡人", f"{ELSEWHERE}200001")
        yield Clerk(signed_in("duty"))


@pytest.mark.django_db
def test_no_part_of_the_stored_form_nor_of_any_copy_holds_last_weeks_list(
    county_clerk: Clerk, signed_in: Callable[[str], Client]
) -> None:
    sheet = county_clerk.ready(made(police_list))
    named = {"named": True, "purpose": "核查", "recipient": "县公安局", "expires_on": "2020-02-05"}
    copies = [
        read_file(StoredFile.objects.get(kind="sheet_form").pk),
        county_clerk.fill(sheet),
        county_clerk.fill(sheet, each="town"),
        county_clerk.fill(sheet, **named),
        Clerk(signed_in("town")).fill(sheet),
        Clerk(signed_in("secretary")).fill(sheet, area_path=VILLAGE),
    ]
    assert [found_in(copy, secrets(PEOPLE)) for copy in copies] == [[]] * len(copies)
    assert any("田*满" in part for _, part in parts_of(copies[1]))


@pytest.mark.django_db
def test_what_a_form_lost_is_said_in_words_and_never_what_it_was(county_clerk: Clerk) -> None:
    taken = county_clerk.take(made(police_list))
    assert {"zh": "“名单”里原有的 12 行内容", "en": "what 12 rows of “名单” held"} in taken.json()["removed"]
    assert not any(one in taken.content.decode() for one in secrets(PEOPLE))
    shown = county_clerk.browser.get(f"/api/sheets/{taken.json()['sheet']['id']}").content.decode()
    assert not any(one in shown for one in secrets(PEOPLE))


@pytest.mark.django_db
def test_a_form_that_was_stored_with_its_list_is_emptied_whenever_it_is_opened(
    county_clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "blank_form", lambda form, choices: made(police_list))
    sheet = county_clerk.ready(made(police_list))
    assert found_in(read_file(StoredFile.objects.get(kind="sheet_form").pk), [PEOPLE[0][2]])
    copy = county_clerk.fill(sheet)
    assert found_in(copy, secrets(PEOPLE)) == []
    assert [row[1] for row in opened(copy)["名单"].iter_rows(min_row=3, max_row=4, values_only=True)] != [None, None]


# --- how far a list reaches ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_list_of_three_thousand_is_emptied_to_its_end(county: str) -> None:
    people = [last_week(number) for number in range(1, 3001)]
    body = kept(made(lambda book: listed(book.add_worksheet("名单"), 0, people)))
    whole = "".join(part for _, part in parts_of(body))
    assert [one for one in secrets(people) if one in whole] == []
    assert opened(body)["名单"]["C1"].value == "身份证号"


@pytest.mark.django_db
def test_a_second_list_below_is_emptied_and_keeps_its_header_title_and_total(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        sheet.write("A1", "一、返乡人员")
        listed(sheet, 1, PEOPLE[:4])
        sheet.write("A7", "合计")
        sheet.write_formula("D7", "=COUNTA(D3:D6)", None, 4)
        sheet.write("A8", "填报人：李建国    联系电话：13700001111")
        sheet.write("A10", "二、密切接触者")
        listed(sheet, 10, PEOPLE[4:8], ("序号", "姓名", "身份证号", "联系电话", "护照号码", "备注"))
        sheet.write("A17", "注：本表每日17时前报送。")
        sheet.write_row("B19", PEOPLE[8][1:])

    body = kept(made(build))
    assert found_in(body, [*secrets(PEOPLE), "李建国", "13700001111"]) == []
    sheet = opened(body)["名单"]
    assert [sheet[f"A{row}"].value for row in (1, 7, 10, 17)] == [
        "一、返乡人员", "合计", "二、密切接触者", "注：本表每日17时前报送。",
    ]  # fmt: skip
    assert sheet["A8"].value.split() == ["填报人：", "联系电话："]
    assert [cell.value for cell in sheet[11]] == ["序号", "姓名", "身份证号", "联系电话", "护照号码", "备注"]
    assert sheet["D7"].value == "=COUNTA(D3:D6)"


@pytest.mark.django_db
def test_a_list_above_the_one_that_is_better_known_is_emptied_too(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        listed(sheet, 0, [one[1:4:2] for one in PEOPLE[:3]], ("姓名", "联系电话"))
        sheet.write("A6", "密切接触者")
        listed(sheet, 6, PEOPLE[3:])

    assert found_in(kept(made(build)), secrets(PEOPLE)) == []


@pytest.mark.django_db
def test_a_list_above_whose_words_are_half_unknown_is_emptied(county: str) -> None:
    people = [(f"霜{one}儿", f"护{one}号", f"旧巷{one}", f"某{one}处") for one in GIVEN[:4]]

    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        listed(sheet, 0, people, ("姓名", "护照号码", "现住址", "对象"))
        sheet.write("A6", "合计")
        listed(sheet, 7, PEOPLE)

    assert found_in(kept(made(build)), [*secrets(PEOPLE), *(one for person in people for one in person)]) == []


@pytest.mark.django_db
def test_persons_beside_the_names_of_their_units_go_and_the_units_stay(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("日报")
        sheet.write_row("A1", ("乡镇", "今日新增返乡", "负责人", "联系电话"))
        for row, unit in enumerate(("横水镇", "古绛镇", "陈村镇"), start=1):
            sheet.write_row(row, 0, (unit, 7, PEOPLE[row][1], PEOPLE[row][3]))

    body = kept(made(build))
    assert found_in(body, secrets(PEOPLE)) == []
    assert list(opened(body)["日报"].iter_rows(min_row=2, values_only=True)) == [
        ("横水镇", None, None, None), ("古绛镇", None, None, None), ("陈村镇", None, None, None),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_list_of_persons_whose_townships_come_first_is_no_list_of_units(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        sheet.write_row("A1", ("乡镇", "姓名", "身份证号"))
        for row, unit in enumerate(("横水镇", "古绛镇", "陈村镇"), start=1):
            sheet.write_row(row, 0, (unit, *PEOPLE[row][1:3]))

    body = made(build)
    assert found_in(kept(body), secrets(PEOPLE)) == []
    [choice] = suggest(open_form(body), "140826", {})
    assert choice.list is not None
    assert (choice.list.kind, dict(choice.list.fixed)) == ("table", {})


@pytest.mark.django_db
def test_words_of_what_is_counted_stay_and_names_in_their_place_go(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("物资")
        sheet.write_row("A1", ("序号", "项目", "数量", "备注"))
        for row, item in enumerate(("居家观察人数", "今日新增返乡", "累计返乡"), start=1):
            sheet.write_row(row, 0, (row, item, 40 + row, PEOPLE[row][4]))
        other = book.add_worksheet("干部")
        other.write_row("A1", ("对象", "累计返乡", "口罩存量"))
        for row in range(1, 6):
            other.write(row, 0, PEOPLE[row][1])

    book = opened(kept(made(build)))
    assert list(book["物资"].iter_rows(min_row=2, values_only=True)) == [
        (1, "居家观察人数", None, None), (2, "今日新增返乡", None, None), (3, "累计返乡", None, None),
    ]  # fmt: skip
    assert found_in(kept(made(build)), secrets(PEOPLE)) == []


@pytest.mark.django_db
def test_a_blank_table_below_a_list_of_persons_keeps_its_words(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet, ruled = book.add_worksheet("名单"), book.add_format({"border": 1})
        listed(sheet, 0, PEOPLE)
        sheet.write("A15", "二、消杀情况")
        sheet.write_row("A16", ("点位名称", "药水配比", "次数"))
        for row, place in enumerate(("大门口", "卫生间", "楼道"), start=16):
            sheet.write_row(row, 0, (place, "", ""), ruled)

    form = open_form(made(build))
    assert found_in(stored(form), secrets(PEOPLE)) == []
    page = opened(write_form(form, {}))["名单"]
    assert [cell.value for cell in page[16][:3]] == ["点位名称", "药水配比", "次数"]
    assert [page[f"A{row}"].value for row in (15, 17, 18, 19)] == ["二、消杀情况", "大门口", "卫生间", "楼道"]


@pytest.mark.django_db
def test_rows_of_persons_with_blank_rows_between_them_are_no_headers(county: str) -> None:
    people = [(f"霜{one}儿", "女", f"旧巷{one}") for one in GIVEN[:6]]

    def build(book: xlsxwriter.Workbook) -> None:
        sheet, ruled = book.add_worksheet("名单"), book.add_format({"border": 1})
        sheet.write_row("A1", ("姓名", "性别", "现住址"))
        for row, person in enumerate(people):
            sheet.write_row(2 * row + 1, 0, ("", "", ""), ruled)
            sheet.write_row(2 * row + 2, 0, person, ruled)

    assert found_in(kept(made(build)), [person[0] for person in people]) == []


@pytest.mark.django_db
def test_what_formulas_look_up_on_a_hidden_sheet_stays(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        sheet.write_row("A1", HEADS)
        sheet.write_formula("F2", '=IF(E2="","",VLOOKUP(E2,区划!A:B,2,0))')
        codes = book.add_worksheet("区划")
        codes.write_row("A1", ("村名", "代码"))
        codes.write_row("A2", ("城内村", "140826100200"))
        codes.write_row("A3", ("东关村", "140826100201"))
        codes.hide()

    form = open_form(made(build))
    assert form.removed == ()
    assert opened(stored(form))["区划"]["B3"].value == "140826100201"


# --- other sheets --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("hide", ["hide", "very_hidden", ""])
@pytest.mark.parametrize("with_header", [True, False])
def test_a_list_on_another_sheet_is_emptied_shown_or_hidden(county: str, hide: str, with_header: bool) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        police_list(book)
        sheet = book.add_worksheet("底稿")
        if with_header:
            listed(sheet, 0, PEOPLE)
        else:
            for row, person in enumerate(PEOPLE):
                sheet.write_row(row, 0, person)
        if hide:
            getattr(sheet, hide)()

    form = open_form(made(build))
    assert found_in(stored(form), secrets(PEOPLE)) == []
    assert [one.zh for one in form.removed] == ["“名单”里原有的 12 行内容", "“底稿”里原有的 12 行内容"]


@pytest.mark.django_db
def test_what_drop_downs_offer_stays_on_a_hidden_sheet_and_whom_they_offer_goes(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        police_list(book)
        sheet = book.get_worksheet_by_name("名单")
        options = book.add_worksheet("选项")
        options.write_column("A1", ("人员类别", "返乡人员", "密切接触者", "其他"))
        options.write_column("C1", [one[1] for one in PEOPLE])
        options.write_column("D1", [f"旧事{number}" for number in range(9)])
        options.hide()
        book.define_name("包保", "=选项!$C$1:$C$12")
        sheet.data_validation("F3:F99", {"validate": "list", "source": "=选项!$A$2:$A$4"})
        sheet.data_validation("G3:G99", {"validate": "list", "source": "=包保"})
        book.add_worksheet("旧稿").write_column("A1", [f"旧稿{number}" for number in range(9)])
        book.get_worksheet_by_name("旧稿").hide()

    body = kept(made(build))
    assert [opened(body)["选项"][f"A{row}"].value for row in (2, 3, 4)] == ["返乡人员", "密切接触者", "其他"]
    assert found_in(body, [*secrets(PEOPLE), "旧稿1"]) == []


@pytest.mark.django_db
def test_a_form_of_one_person_is_emptied_beside_its_labels(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("登记表")
        sheet.write("A1", "返乡人员登记表")
        sheet.write_row("A3", ("姓名", PEOPLE[0][1], "性别", "女"))
        sheet.write_row("A4", ("身份证号", PEOPLE[0][2], "联系电话", int(PEOPLE[0][3])))
        sheet.write_row("A5", ("现住址", PEOPLE[0][4]))

    body = kept(made(build))
    assert found_in(body, secrets(PEOPLE)) == []
    sheet = opened(body)["登记表"]
    assert [sheet[one].value for one in ("A1", "A3", "C3", "A4", "A5")] == [
        "返乡人员登记表", "姓名", "性别", "身份证号", "现住址",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_list_that_runs_to_the_right_is_emptied(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("登记")
        for row, (word, place) in enumerate((("姓名", 1), ("身份证号", 2), ("联系电话", 3), ("现住址", 4))):
            sheet.write_row(row, 0, (word, *(person[place] for person in PEOPLE[:3])))

    body = kept(made(build))
    assert found_in(body, secrets([person[:4] for person in PEOPLE])) == []
    assert [opened(body)["登记"][f"A{row}"].value for row in (1, 2, 3, 4)] == ["姓名", "身份证号", "联系电话", "现住址"]


@pytest.mark.django_db
def test_lists_side_by_side_late_deep_and_of_numbers_are_emptied(county: str) -> None:
    heads = ("姓名", "身份证号", "联系电话")

    def build(book: xlsxwriter.Workbook) -> None:
        late = book.add_worksheet("靠后")
        late.write("A50", "以下为名单")
        listed(late, 50, [person[1:4] for person in PEOPLE], heads)
        beside = book.add_worksheet("并排")
        beside.write_row("A1", heads)
        beside.write_row("H1", heads)
        deep = book.add_worksheet("深表头")
        deep.merge_range("A1:A2", "姓名")
        deep.merge_range("B1:C1", "联系方式")
        deep.write_row("B2", ("联系电话", "身份证号"))
        numbers = book.add_worksheet("数字")
        numbers.write_row("A1", ("甲栏", "乙栏"))
        for row, person in enumerate(PEOPLE, start=2):
            beside.write_row(row, 0, person[1:4])
            beside.write_row(row, 7, person[1:4])
            deep.write_row(row, 0, (person[1], int(person[3]), person[2], "", person[5]))
            numbers.write_row(row, 0, (person[1], int(person[3])))

    body = kept(made(build))
    assert found_in(body, secrets(PEOPLE)) == []
    assert opened(body)["并排"]["H1"].value == "姓名"
    assert [opened(body)["深表头"][one].value for one in ("A1", "B1", "B2", "C2")] == [
        "姓名", "联系方式", "联系电话", "身份证号",
    ]  # fmt: skip


@pytest.mark.django_db
def test_notes_beside_a_blank_list_stay(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet, ruled = book.add_worksheet("名单"), book.add_format({"border": 1})
        sheet.write_row("A1", HEADS)
        for row in range(1, 5):
            sheet.write_row(row, 0, [""] * 6, ruled)
        sheet.write("H2", "1.身份证号须为18位；")
        sheet.write("H3", "2.现住址写到门牌。")

    sheet = opened(kept(made(build)))["名单"]
    assert (sheet["H2"].value, sheet["H3"].value) == ("1.身份证号须为18位；", "2.现住址写到门牌。")


# --- other places of the package -----------------------------------------------------------------------------------


def everywhere(book: xlsxwriter.Workbook) -> None:
    """Put a secret of its own into every place of a workbook that one can be written to."""
    sheet = book.add_worksheet("名单")
    listed(sheet, 0, PEOPLE)
    book.set_properties({"title": "秘题", "author": "秘作者", "comments": "秘注", "keywords": "秘词"})
    book.set_custom_property("秘属性", "秘值")
    sheet.write_comment("B2", "秘批注", {"author": "秘批者"})
    sheet.write_formula("G2", '="秘式"', None, "秘存")
    sheet.write_formula("H2", "=B2", None, "秘存二")
    sheet.write_formula("I2", '=IF(B2="王秘名",1,0)')
    sheet.write_url("J2", "https://example.org/mi", string="秘链", tip="秘提示")
    sheet.autofilter("A1:F13")
    sheet.filter_column_list("B", [PEOPLE[2][1]])
    book.define_name("秘名", '="王秘定,李秘定"')
    sheet.data_validation("B2:B9", {"validate": "list", "source": ["王秘选", "李秘选"]})
    sheet.data_validation("D2:D9", {"validate": "any", "input_title": "电话", "input_message": "问13700002222"})
    sheet.conditional_format("B2:B9", {"type": "text", "criteria": "containing", "value": "王秘格"})
    sheet.conditional_format("C2:C9", {"type": "formula", "criteria": '=$C2="13700003333"'})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": "秘图", "categories": "=名单!$B$2:$B$9", "values": "=名单!$A$2:$A$9"})
    sheet.insert_chart("L2", chart)
    sheet.set_header("&C值班电话 13700005555")
    book.add_worksheet("框").insert_textbox("A1", "王秘框 13700004444")
    other = book.add_worksheet("表格")
    other.add_table("A1:B3", {"columns": [{"header": "姓名"}, {"header": "电话"}], "data": [["王秘表", "13700006666"]]})


HIDDEN_WORDS = ("秘", "13700002222", "13700003333", "13700004444", "13700005555", "13700006666", "example.org")


@pytest.mark.django_db
def test_no_other_part_of_the_package_says_what_the_list_said(county: str) -> None:
    more = {
        "xl__threadedComments__threadedComment1_dot_xml": "<x>秘线程</x>".encode(),
        "xl__persons__person_dot_xml": "<x>秘人</x>".encode(),
        "xl__externalLinks__externalLink1_dot_xml": "<x>秘外</x>".encode(),
        "xl__pivotCache__pivotCacheRecords1_dot_xml": "<x>秘透视</x>".encode(),
        "customXml__item1_dot_xml": "<x>秘另</x>".encode(),
        "docProps__thumbnail_dot_xml": "<x>秘缩</x>".encode(),
    }

    def extended(name: str, part: bytes) -> bytes:
        """Put what later versions of the program add into the sheet."""
        more = "<extLst><ext uri='{x}'><a>秘扩</a></ext></extLst></worksheet>".encode()
        return part.replace(b"</worksheet>", more) if name == "xl/worksheets/sheet1.xml" else part

    body = changed(made(everywhere), extended, **more)
    assert {one for _, one in found_in(body, HIDDEN_WORDS)} == set(HIDDEN_WORDS)
    form = open_form(body)
    assert found_in(stored(form), [*secrets(PEOPLE), *HIDDEN_WORDS]) == []
    said = [one.en for one in form.removed]
    assert {"comments", "charts", "pictures within lists", "what filters were set to"} <= set(said)
    assert "formulas and rules that hold names or numbers" in said


@pytest.mark.django_db
def test_a_picture_within_the_list_goes_and_one_in_the_title_stays(county: str) -> None:
    dot = io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f0001040100"
            "5fe5c34b0000000049454e44ae426082"
        )
    )

    def at_row(row: int) -> bytes:
        def build(book: xlsxwriter.Workbook) -> None:
            sheet = book.add_worksheet("名单")
            listed(sheet, 2, PEOPLE)
            sheet.insert_image(row, 6, "照片.png", {"image_data": dot, "description": "照片"})

        return kept(made(build))

    assert any(name.startswith("xl/media/") for name, _ in parts_of(at_row(0)))
    assert not any(name.startswith("xl/media/") for name, _ in parts_of(at_row(4)))


# --- what stays looks as it did ------------------------------------------------------------------------------------


def rich_form(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("名单")
    red, bold = book.add_format({"font_color": "red", "bold": True}), book.add_format({"bold": True})
    sheet.write_rich_string("A1", bold, "重点人员", "信息表", red, "（每日17时前报送）")
    listed(sheet, 1, PEOPLE)
    sheet.write_rich_string("C2", "身份证号", red, "（必填）")


def with_sound(name: str, part: bytes) -> bytes:
    """Say how a header is pronounced, as the program does for those who type it."""
    sound = '<si><t>姓名</t><rPh sb="0" eb="2"><t>xìngmíng</t></rPh><phoneticPr fontId="0"/></si>'
    return part.replace("<si><t>姓名</t></si>".encode(), sound.encode()) if name.endswith("sharedStrings.xml") else part


@pytest.mark.django_db
def test_rich_headers_of_shared_texts_look_the_same_after_filling(county_clerk: Clerk) -> None:
    from openpyxl import load_workbook
    from openpyxl.cell.rich_text import CellRichText

    form = changed(made(rich_form), with_sound)
    filled = county_clerk.fill(county_clerk.ready(form))
    before, after = (load_workbook(io.BytesIO(one), rich_text=True)["名单"] for one in (form, filled))
    for cell in ("A1", "C2"):
        assert isinstance(after[cell].value, CellRichText)
        assert after[cell].value == before[cell].value
    assert [cell.value for cell in after[2]][:2] == ["序号", "姓名"]
    assert "xìngmíng" in dict(parts_of(filled))["xl/worksheets/sheet1.xml"]
    assert sorted(row[1] for row in after.iter_rows(min_row=3, max_row=4, values_only=True)) == ["田*满", "远*人"]


@pytest.mark.django_db
def test_a_form_with_nothing_in_it_loses_nothing(county: str) -> None:
    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        sheet.write("A1", "人员信息表")
        sheet.write("A2", "填报单位（盖章）：                填报日期：    年  月  日")
        sheet.write_row("A3", HEADS)
        for row in range(3, 13):
            sheet.write_number(row, 0, row - 2)
            sheet.write_formula(row, 5, f'=IF(C{row + 1}="","",IF(MOD(MID(C{row + 1},17,1),2)=1,"男","女"))')
        sheet.write("A14", "合计")
        sheet.write("A15", "审核人：          填报人：          联系电话：")
        sheet.data_validation("F4:F13", {"validate": "list", "source": ["返乡", "密接", "高风险"]})
        sheet.conditional_format("F4:F13", {"type": "text", "criteria": "containing", "value": "高风险"})
        notes = book.add_worksheet("填表说明")
        notes.write_column("A1", ("填表说明", "1.身份证号须为18位。", "2.联系电话填手机号。"))

    form = open_form(made(build))
    assert {one.zh for one in form.removed} <= {"“名单”里原有的 10 行内容"}
    again = open_form(write_form(form, {}))
    assert again.removed == ()
    plain, kept_book = opened(write(open_template(made(build)), {})), opened(write_form(form, {}))
    for name in ("名单", "填表说明"):
        texts = [[cell.value for cell in row[1:]] for row in kept_book[name].iter_rows()]
        assert texts == [[cell.value for cell in row[1:]] for row in plain[name].iter_rows()]
    assert len(kept_book["名单"].data_validations.dataValidation) == 1
    assert len(kept_book["名单"].conditional_formatting) == 1


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("联系人：王芳 13500000001", "联系人：　　  "),
        ("电话135 0000 0001转", "电话 转"),
        ("证号１４０８２６１９７７０１０１００１８", "证号 "),
        ("区划140826101200", "区划140826101200"),
        ("晋疫防办〔2020〕15号 2020年2月3日", "晋疫防办〔2020〕15号 2020年2月3日"),
        ("审核人：（签字）", "审核人：（签字）"),
        ("审核人：签字", "审核人：签字"),
    ],
)
def test_numbers_and_signatures_are_cut_out_of_a_text_that_stays(text: str, left: str) -> None:
    assert without_persons(text) == left


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("王芳", True),
        ("李 小 明", True),
        ("欧阳修远", True),
        ("买买提·艾力", True),
        ("高风险", False),
        ("黄码", False),
        ("王村", False),
        ("返乡人员", False),
        ("常住人口", False),
        ("李家湾", False),
    ],
)
def test_names_are_told_from_words_that_begin_like_them(text: str, named: bool) -> None:
    assert is_name(text) is named


@pytest.mark.parametrize(
    ("text", "in_formula", "in_rule"),
    [
        ('COUNTIF(B2:B9,"王小明")', True, True),
        ('COUNTIF(B2:B9,"常住")', False, True),
        ('IF(A1="","",IF(MOD(MID(A1,17,1),2)=1,"男","女"))', False, False),
        ('"返乡,密接,高风险"', False, False),
        ('"张三,李四,其他"', True, True),
        ('A1="13500000001"', True, True),
    ],
)
def test_rules_that_name_a_person_are_told_from_those_that_count(text: str, in_formula: bool, in_rule: bool) -> None:
    assert (formula_names_person(text), rule_names_person(text)) == (in_formula, in_rule)


def test_the_rows_of_a_list_without_lines_are_known_again_when_the_form_is_opened(clerk: Clerk) -> None:
    people = [last_week(number) for number in range(57)]

    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("名单")
        listed(sheet, 2, people)
        sheet.write(61, 0, "审核人：        填表人：")

    taken = clerk.take(made(build)).json()
    again = clerk.browser.get(f"/api/sheets/{taken['sheet']['id']}").json()
    found = [(one["pages"][0]["list"]["first"], one["pages"][0]["list"]["last"]) for one in (taken, again)]
    assert found == [(4, 60), (4, 60)]
    assert [one["zh"] for one in taken["removed"]] == ["“名单”里原有的 57 行内容"]
