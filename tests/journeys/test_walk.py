"""The whole loop by hand: every step is clicked and typed in the pages, as somebody does who never saw them before."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Locator, Page, expect

from lianfang.kernel.clock import local, now
from lianfang.kernel.identity import compose

pytestmark = pytest.mark.browser

PERSON, DOOR = "田小满", "901"
SWEEP = "城内村冬季入户排查"
SLOW = 30_000


def _messy_list(file: Path) -> None:
    """Write what a sender sends: merged title, a line above the header, odd headers, dates in four forms, bad rows."""
    on = local(now()).date() - timedelta(days=2)
    number = compose("14082619880517901")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    rows = (
        ("序号", "姓 名", "性别", "身份证\n号码", "手机号（必填）", "从哪来", "到绛时间", "落脚点"),
        ("1", PERSON, "女", number, "13900000001", "广州市", f"{on.month}月{on.day}日", "绛县古绛镇城内村"),
        ("2", "白露生", "男", compose("14082619900101902"), "13900000002", "广州", f"{on:%Y.%m.%d}", "横水镇"),
        ("3", "霜降儿", "女", wrong, "13900000003", "佛山", f"{on:%Y-%m-%d}", "古绛镇城内村"),
        ("4", "惊蛰明", "男", "", "13900000004", "深圳", f"{on:%Y/%m/%d}", "哪里也不是的地方"),
    )
    book = xlsxwriter.Workbook(str(file))
    sheet = book.add_worksheet("汇总表")
    sheet.merge_range(0, 0, 0, 7, "关于核查重点地区返绛人员的名单（演练）")
    sheet.merge_range(1, 0, 1, 7, f"填报单位：        日期：{on:%Y年%m月%d日}")
    for position, row in enumerate(rows, start=2):
        for column, text in enumerate(row):
            sheet.write_string(position, column, text)
    book.close()


class Desk:
    """Somebody at the console: menus, gaps, rows and the one form."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.locator(".el-dialog:visible")
        self.drawer = page.locator(".el-drawer:visible")

    def menu(self, name: str) -> None:
        self.page.keyboard.press("Escape")
        expect(self.drawer).to_have_count(0)
        self.page.locator("nav").get_by_role("link", name=name, exact=True).click()
        expect(self.page.locator("nav [aria-current=page]").filter(has_text=name)).to_be_visible()

    def open_row(self, text: str) -> Locator:
        self.page.locator("main tbody").get_by_text(text, exact=True).first.click()
        expect(self.drawer).to_be_visible()
        return self.drawer

    def act(self, place: Locator, name: str) -> None:
        place.get_by_role("button", name=name, exact=True).first.click()
        expect(self.form.get_by_role("button", name="提交")).to_be_visible()

    def choose(self, field: str, label: str, typed: str = "") -> None:
        box = self.form.locator(f"#field-{field}")
        box.click()
        if typed:
            box.fill(typed)
        self.page.locator(".el-select-dropdown__item:visible").filter(has_text=label).first.click()

    def fill(self, **values: str) -> None:
        for field, value in values.items():
            self.form.locator(f"#field-{field}").fill(value)

    def day(self, field: str, value: str) -> None:
        self.fill(**{field: value})
        self.page.keyboard.press("Enter")

    def submit(self) -> None:
        self.form.get_by_role("button", name="提交").click()
        expect(self.form).to_have_count(0, timeout=SLOW)

    def gap(self, title: str) -> Locator:
        """Wait until the board shows a gap, as it is swept a moment after the act that opened it."""
        card = self.page.locator("article").filter(has=self.page.get_by_role("heading", name=title, exact=True))
        self.menu("今日缺口")
        for _ in range(20):
            if card.count():
                break
            self.page.wait_for_timeout(700)
            self.page.reload(wait_until="networkidle")
        expect(card).to_be_visible()
        return card

    def no_gap(self, row: str) -> None:
        expect(self.page.locator("main tbody tr").filter(has_text=row)).to_have_count(0, timeout=SLOW)

    def letter(self, name: str) -> None:
        """Fetch a letter by its link and look that it is one."""
        address = self.page.get_by_role("link", name=name).get_attribute("href")
        assert address is not None
        assert self.page.request.get(address).body()[:5] == b"%PDF-"


class Phone:
    """Somebody in the lanes with the field app."""

    def __init__(self, page: Page) -> None:
        self.page = page
        expect(page.locator(".progress")).to_be_visible(timeout=SLOW)

    def refresh(self) -> None:
        # because a reading outside the hours of its slot is begun from the house, and leads back there
        self.page.goto("/field/", wait_until="domcontentloaded")
        with self.page.expect_response(re.compile("/api/sync/bundle")):
            self.page.get_by_role("button", name="更新").click()

    def work(self, *words: str) -> Locator:
        found = self.page.locator("button.work")
        for word in words:
            found = found.filter(has_text=word)
        return found

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def says(self, text: str) -> None:
        expect(self.page.get_by_text(re.compile(text)).first).to_be_visible(timeout=SLOW)


def test_a_county_s_loop_is_walked_by_clicking(visit: Callable[..., Page], tmp_path: Path) -> None:
    duty = Desk(visit("duty", "/console/"))
    secretary = Desk(visit("secretary", "/console/"))
    town = Desk(visit("town", "/console/"))
    _take_in_the_list(duty, tmp_path)
    _find_the_person(secretary)
    _order_and_notify(secretary)
    grid = Phone(visit("grid", "/field/", phone=True))
    _measure(grid)
    _answer_the_referral(Desk(visit("doctor", "/console/")))
    _help_out(secretary, grid)
    _sweep(town, grid)
    _release(duty)
    _report(secretary, town, duty)


def _take_in_the_list(duty: Desk, folder: Path) -> None:
    page, file = duty.page, folder / "核查名单.xlsx"
    _messy_list(file)
    for again in (False, True):
        duty.menu("名单导入")
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("请核对每一列对应什么")).to_be_visible(timeout=SLOW)
        place = page.locator("table.mapping tr", has_text="落脚点").locator("select")
        place.select_option(label="现住址")
        place.select_option(label="目的地")
        page.get_by_role("button", name="核对这批名单").click()
        page.get_by_role("button", name="导入 3 行").click(timeout=SLOW)
        expect(page.get_by_text("导入完成")).to_be_visible(timeout=SLOW)
        with page.expect_download() as marked:
            page.get_by_role("link", name="下载标注好的工作簿").click()
        assert Path(marked.value.path()).read_bytes()[:2] == b"PK"
        if not again:
            page.get_by_role("button", name="撤销这一批").click()
            page.get_by_role("button", name="撤销这一批").last.click()
            expect(page.get_by_text("这一批已撤销").first).to_be_visible(timeout=SLOW)
            page.get_by_role("button", name="再导入一份").click()
    page.get_by_role("link", name="查看导入的线索").click()
    expect(page.locator("main tbody tr")).to_have_count(3)


def _find_the_person(secretary: Desk) -> None:
    secretary.menu("线索")
    secretary.page.get_by_role("button", name="待核查").click()
    lead = secretary.open_row(PERSON)
    secretary.act(lead, "登记此人")
    secretary.choose("area_path", "第一网格", "第一网格")
    secretary.fill(number=DOOR, address="城内村东街901号")
    secretary.submit()
    secretary.act(lead, "填报核查结果")
    secretary.choose("outcome", "新核实")
    secretary.fill(measure="居家医学观察")
    secretary.submit()
    expect(lead.get_by_text("已核查")).to_be_visible()


def _come_to_the_board(page: Page, row: Locator) -> None:
    """Look again until the gap lists the row: others may have opened the list before the sweep came to it."""
    for _ in range(30):
        expect(page.locator("main tbody tr").first).to_be_visible()
        if row.count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError("the gap never listed it")


def _order_and_notify(secretary: Desk) -> None:
    page, form = secretary.page, secretary.form
    secretary.gap("已核实、还没下达观察").get_by_role("button", name="下达观察").click()
    row = page.locator("main tbody tr", has_text=PERSON)
    _come_to_the_board(page, row)
    secretary.act(row, "下达观察")
    form.get_by_text("返乡（来）人员").click()
    secretary.day("last_exposure_on", f"{local(now()).date() - timedelta(days=2):%Y-%m-%d}")
    secretary.fill(basis="县指挥部通告（演练）")
    form.get_by_role("button", name="提交").click()
    expect(form.get_by_text(re.compile("请填写“家中有需要照看的孩子”"))).to_be_visible()
    questions = form.locator("fieldset [role=radiogroup]")
    for number in range(questions.count()):
        questions.nth(number).get_by_text("没有" if number else "有", exact=True).click()
    secretary.choose("owner_id", "赵网格", "赵")
    secretary.submit()
    secretary.no_gap(PERSON)
    secretary.gap("还没告知本人").get_by_role("button", name="告知").click()
    secretary.act(page.locator("main tbody tr", has_text=PERSON), "告知")
    secretary.fill(signed_by=PERSON)
    secretary.submit()
    secretary.no_gap(PERSON)
    secretary.menu("居家观察台账")
    secretary.open_row(PERSON).get_by_role("link", name="单独打开").click()
    expect(page.get_by_role("heading", name="两周记录")).to_be_visible()
    secretary.letter("告知书（PDF）")


def _measure(grid: Phone) -> None:
    grid.says(f"{PERSON}：开始（恢复）观察")
    page = grid.page
    if grid.work(PERSON, "测体温").count() == 0:  # because before the morning's slot opens nothing is due
        page.get_by_role("link", name="查找").click()
        page.locator("input[type=search]").fill(DOOR)
        page.locator("ul.list a").first.click()
        page.get_by_role("link", name=re.compile("测体温|记录体温")).first.click()
    else:
        grid.work(PERSON, "测体温").first.click()
    grid.press("38.0")
    grid.press(re.compile("保存 38.0"))
    grid.says("系统已通知村医")
    grid.press("我已告知，继续")


def _answer_the_referral(doctor: Desk) -> None:
    doctor.gap("待接收的转诊").get_by_role("button", name="接收").click()
    doctor.act(doctor.page.locator("main tbody tr", has_text=PERSON), "接收")
    doctor.submit()
    doctor.no_gap(PERSON)
    doctor.menu("转诊")
    referral = doctor.open_row(PERSON)
    expect(referral.get_by_text("接收转诊")).to_be_visible()


def _help_out(secretary: Desk, grid: Phone) -> None:
    secretary.menu("住户")
    secretary.act(secretary.open_row(DOOR), "提出需求")
    secretary.choose("kind", "代购米面粮油蔬菜")
    secretary.fill(what="买两袋面")
    secretary.submit()
    grid.refresh()
    grid.work("买两袋面").click()
    grid.press("我来办")
    grid.press("已送到")
    grid.says("等本人确认")
    secretary.menu("生活服务需求")
    errand = secretary.open_row("买两袋面")
    secretary.act(errand, "确认送达")
    secretary.fill(how_asked="电话问本人，已收到")
    secretary.submit()
    expect(errand.get_by_text("已确认").first).to_be_visible()


def _sweep(town: Desk, grid: Phone) -> None:
    town.menu("排查任务")
    town.act(town.page.locator("main"), "策划排查")
    town.fill(name=SWEEP, purpose="摸清返乡人员")
    town.choose("area_path", "城内村", "城内")
    town.day("ends_on", f"{local(now()).date() + timedelta(days=5):%Y-%m-%d}")
    town.choose("owner_id", "王支书", "王支书")
    town.submit()
    sweep = town.open_row(SWEEP)
    for step in ("批准排查", "开始排查"):
        town.act(sweep, step)
        town.submit()
    expect(sweep.get_by_role("button", name="结束排查")).to_be_visible()
    grid.refresh()
    grid.work(SWEEP).first.click()
    grid.page.wait_for_url(re.compile("/field/visit/"))
    house = grid.page.url.rsplit("/", 1)[1]
    grid.press("家中无人")
    grid.press("保存走访")
    grid.says("家中无人")
    grid.page.get_by_role("link", name="查找").click()
    grid.page.locator(f"ul.list a[href$='{house}']").click()
    grid.page.get_by_text("记录走访").click()
    grid.press("见到了")
    grid.press("保存走访")
    grid.says("见到了")
    town.menu("覆盖地图")
    expect(town.page.locator("main tbody tr", has_text="城内村")).to_be_visible(timeout=SLOW)


def _release(duty: Desk) -> None:
    page = duty.page
    duty.menu("居家观察台账")
    page.get_by_role("button", name="期满待确认").click()
    page.locator("main tbody tr .tag", has_text="期满").first.click()
    expect(duty.drawer).to_be_visible()
    duty.act(duty.drawer, "确认解除观察")
    duty.form.get_by_text("已核对漏测情况").click()
    duty.submit()
    duty.drawer.get_by_role("link", name="单独打开").click()
    duty.letter("解除证明（PDF）")


def _report(*desks: Desk) -> None:
    """Yesterday's report of village, town and county: made, confirmed, and one figure followed to its list."""
    for desk in desks:
        page = desk.page
        desk.menu("每日报告")
        page.get_by_role("button", name="前一天").click()
        make = page.get_by_role("button", name="生成日报")
        confirm = page.get_by_role("button", name="确认并上报")
        expect(make.or_(confirm).first).to_be_visible(timeout=SLOW)
        if make.count():
            make.click()
            desk.submit()
        confirm.click()
        expect(page.get_by_text(re.compile("于.*确认")).first).to_be_visible(timeout=SLOW)
    figure = page.locator(".figures dd a:not(.nought)").first
    said = figure.inner_text()
    figure.click()
    expect(page.get_by_text(f"共 {said} 条").first).to_be_visible(timeout=SLOW)
