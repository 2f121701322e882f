"""Letters are refused while a word is missing, say what they must, and treat data as words and not as markup."""

import io
from datetime import date, datetime

import pytest
from pypdf import PdfReader

from lianfang.doors.files import letters
from lianfang.kernel.clock import CHINA
from lianfang.kernel.errors import Problems, Refusal

COMMON = {
    "serial": "GZS-140826101-0027",
    "as_of": datetime(2020, 2, 3, 9, 30, tzinfo=CHINA),
    "issuer": "古绛镇东城社区居民委员会",
    "issued_on": date(2020, 2, 3),
    "incident": "绛县新型冠状病毒感染的肺炎疫情防控",
    "fever_threshold_c": 37.3,
    "symptoms": "咳嗽、胸闷、呼吸困难",
    "doctor_name": "村医赵医生",
    "doctor_phone": "138 0000 0002",
}
PERSON = {
    "name": "张小燕",
    "address": "古绛镇东城社区 3 网格 12 号楼 2 单元 301",
    "starts_on": date(2020, 2, 3),
    "ends_on": date(2020, 2, 16),
}
CONTACTS = [
    {"role": "网格员（每日联系）", "name": "李网格", "phone": "138 0000 0001"},
    {"role": "村（社区）医生", "name": "赵医生", "phone": "138 0000 0002"},
    {"role": "社区书记", "name": "孙书记", "phone": "138 0000 0003"},
]
BASIS = ["肺炎机制发〔2020〕5号（居家观察 14 天）", "县指挥部〔2020〕3号令"]
SAMPLES = {
    "notice": {
        **COMMON,
        **PERSON,
        "identity": "尾号 0027",
        "days": 14,
        "reason": "您于 2 月 2 日离开有疫情发生的地区，自次日起算",
        "basis": BASIS,
        "slots": "早（6:00–10:00）、晚（16:00–20:00）",
        "requests": ["观察期间请留在家中，尽量单独居住，勤开窗通风。", "早晚各量一次体温；有困难早点告诉我们。"],
        "contacts": CONTACTS,
        "emergency_phone": "120",
        "appeal_to": "绛县疫情防控指挥部办公室",
        "appeal_phone": "0359-0000000",
        "appeal_hours": 24,
    },
    "release": {
        **COMMON,
        **PERSON,
        "identity": "尾号 0027",
        "issued_on": date(2020, 2, 17),
        "released_on": date(2020, 2, 17),
        "basis": BASIS,
        "confirmed_by": "孙书记",
        "verify_phone": "0359-0000000",
    },
    "residence": {
        **COMMON,
        **PERSON,
        "sex": "女",
        "identity": "尾号 0027",
        "since_on": date(2016, 5, 1),
        "for_what": "返岗复工",
        "valid_until": date(2020, 3, 3),
        "handled_by": "李网格",
        "verify_phone": "0359-0000000",
    },
    "temperature": {
        **COMMON,
        **PERSON,
        "contact_name": "李网格",
        "contact_phone": "138 0000 0001",
        "rows": [
            {
                "date": f"2月{day}日",
                "number": day - 2,
                **(
                    {
                        "morning": {
                            "time": "07:40",
                            "temperature": "36.4",
                            "symptoms": "无",
                            "way": "自报",
                            "by": "本人",
                        },
                        "evening": {
                            "time": "18:05",
                            "temperature": "36.6",
                            "symptoms": "无",
                            "way": "上门",
                            "by": "李网格",
                        },
                    }
                    if day < 6
                    else {}
                ),
            }
            for day in range(3, 17)
        ],
    },
    "breach": {
        **COMMON,
        "what": "2月2日，一份名单的截图被转发到业主群。",
        "information": "姓名、电话、地址",
        "measures": "已暂停导出，已要求删除并追查来源。",
        "contact": "绛县指挥部办公室 0359-6522000",
    },
    "erasure": {
        **COMMON,
        "area": "绛县",
        "kind": "体温读数",
        "way": "删除",
        "count": 28,
        "since": "观察结束之日起",
        "days": "30",
        "source": "系统默认值（retention 1）",
        "needed_before": datetime(2020, 1, 4, 2, 0, tzinfo=CHINA),
        "began_at": datetime(2020, 2, 3, 2, 0, tzinfo=CHINA),
        "done_by": "系统任务",
        "digest": "0" * 64,
    },
    "pledge": {
        **COMMON,
        "title": "参加疫情防控承诺书（示例）",
        "lines": ["我自愿参加疫情防控工作，承诺：", "一、服从安排，按时到岗。"],
        "blank_lines": 12,
        "example": True,
    },
    "service": {
        **COMMON,
        **PERSON,
        "hours": "12.5",
        "url": "https://lianfang.example.gov.cn/verify/",
        "qr": "https://lianfang.example.gov.cn/verify/S140826-20200203-ABCDEF12",
    },
    "post": {
        **COMMON,
        "number": "K001",
        "name": "城内村东口",
        "kind": "村口防控点",
        "place": "古绛镇 城内村 村东桥头",
        "code": "LFS1:post-K001",
        "contact_name": "王支书 村支书",
        "contact_phone": "138 0000 0007",
        "basis": "绛防指〔2020〕3号",
    },
    "checkin": {
        **COMMON,
        "place": "古绛镇 东城社区",
        "code": "LF-REPORT:140826100001",
        "qr": "LF-REPORT:140826100001",
    },
    "responsibility": {
        **COMMON,
        "place": "古绛镇东城社区 3 网格 12 号楼 2 单元 301",
        "levels": [
            {"role": "联户", "name": "李网格", "title": "网格员", "phone": "138 0000 0001"},
            {"role": "包户包人", "name": "孙书记", "title": "社区书记", "phone": "138 0000 0003"},
            {"role": "包村（社区）", "name": "周干部", "title": "镇包村干部", "phone": "138 0000 0004"},
            {"role": "包乡镇", "name": "吴县长", "title": "县级领导", "phone": "0359-0000001"},
        ],
        "others": [
            {"role": "村（社区）医生", "name": "赵医生", "phone": "138 0000 0002"},
            {"role": "社区民警", "name": "郑警官", "phone": "138 0000 0005"},
        ],
    },
    "selfreport": {
        **COMMON,
        "for_whom": "张*燕",
        "url": "https://lianfang.example/r/7Q2M-K4T9-XW3C",
        "slots": "早（6:00–10:00）、晚（16:00–20:00）",
        "contact_name": "李网格",
        "contact_phone": "138 0000 0001",
        "valid_until": date(2020, 2, 17),
    },
}


def pages(letter, **changes):
    return PdfReader(io.BytesIO(letters.render(letter, {**SAMPLES[letter], **changes}))).pages


def words(letter, **changes):
    return "".join(page.extract_text() for page in pages(letter, **changes)).replace("\n", "").replace(" ", "")


# --- refusals ---


def test_a_notice_without_legal_basis_or_appeal_is_refused_naming_each():
    with pytest.raises(Problems) as refused:
        letters.render("notice", {**SAMPLES["notice"], "basis": [], "appeal_phone": "  "})
    assert [one.field for one in refused.value.problems] == ["basis", "appeal_phone"]


@pytest.mark.parametrize("name", list(letters.LETTERS))
def test_an_empty_letter_is_refused_with_everything_it_lacks(name):
    with pytest.raises(Problems) as refused:
        letters.render(name, {})
    assert [one.field for one in refused.value.problems] == list(letters.LETTERS[name].needs)


@pytest.mark.parametrize("name", ["other", "../../kernel/errors", "common", ""])
def test_only_known_letters_are_made(name):
    with pytest.raises(Refusal) as refused:
        letters.render(name, {})
    assert refused.value.code == "letters.unknown"


def test_an_over_long_text_is_refused():
    with pytest.raises(Refusal) as refused:
        letters.render("residence", {**SAMPLES["residence"], "for_what": "长" * 2_001})
    assert refused.value.code == "letters.too_long"


# --- what they say ---


@pytest.mark.parametrize("name", list(letters.LETTERS))
def test_every_letter_carries_title_serial_time_and_page(name):
    text = words(name)
    assert letters.LETTERS[name].title.zh in text
    assert SAMPLES[name]["serial"] in text
    assert "2020年2月3日09:30" in text
    assert "第1页共" in text


@pytest.mark.parametrize("name", list(letters.LETTERS))
def test_every_page_is_a4_and_every_letter_is_short(name):
    made = pages(name)
    assert len(made) == (2 if name == "notice" else 1)
    for page in made:
        assert sorted(round(float(side)) for side in page.mediabox[2:]) == [595, 842]


def test_the_notice_says_basis_dates_rights_and_where_to_appeal():
    text = words("notice")
    for part in (
        "肺炎机制发〔2020〕5号",
        "2020年2月16日",
        "您的权利",
        "不会自动延长",
        "0359-0000000",
        "24小时内答复",
        "120",
    ):
        assert part in text


def test_a_certificate_says_nothing_about_health_or_origin():
    text = words("release")
    assert not [word for word in ("体温", "症状", "疫区", "湖北", "武汉") if word in text]


def test_a_responsibility_card_names_no_resident_and_no_reason():
    assert not [word for word in ("张小燕", "观察", "隔离") if word in words("responsibility")]


def test_a_card_of_three_weeks_runs_to_a_second_page_with_its_heading():
    rows = [{"date": f"第{number}日", "number": number} for number in range(1, 22)]
    made = pages("temperature", rows=rows)
    assert len(made) == 2
    assert "记录人" in made[1].extract_text()


# --- data is words, not markup ---


@pytest.mark.parametrize(
    "sent",
    [
        '#read("/etc/passwd")',
        '#import "common.typ": *',
        "*甲* _乙_ $x^2$ <丙> @丁",
        '"]}#panic("x")',
        "\\u{41}",
    ],
)
def test_markup_in_data_is_printed_as_it_was_sent(sent):
    assert sent.replace(" ", "") in words("residence", name=sent)


def test_rare_characters_of_names_are_printed():
    assert "𬭼㛃龑" in words("residence", name="𬭼㛃龑")
