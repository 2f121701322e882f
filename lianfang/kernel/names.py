"""Names of persons: cleaned, judged, found by pinyin and initials. Refuses what is no name; corrects nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Literal

from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as _all_readings

from lianfang.kernel.errors import Refusal, RefusalKind, refusal
from lianfang.kernel.text import Bilingual, clean, has_control_characters

NameReason = Literal["empty", "formula", "digits", "characters", "length", "placeholder"]

REASONS: dict[NameReason, RefusalKind] = {
    "empty": refusal("name.empty", "没有填写姓名。", "The name is empty."),
    "formula": refusal("name.formula", "姓名像一个表格公式。", "The name looks like a spreadsheet formula."),
    "digits": refusal("name.digits", "姓名里有数字。", "The name contains digits."),
    "characters": refusal(
        "name.characters",
        "姓名里有不该出现的符号；说明请写到备注里。",
        "The name contains signs that belong to no name; remarks go into the remarks field.",
    ),
    "length": refusal("name.length", "姓名应为 2 至 25 个字。", "A name has 2 to 25 characters."),
    "placeholder": refusal(
        "name.placeholder", "填写的是说明，不是姓名。", "This is a remark such as “as above” or “total”, not a name."
    ),
}

LONGEST_NAME = 25
LONGEST_LATIN_NAME = 60
_MOST_KEYS = 48

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_ANY_HAN = re.compile(rf"[{_HAN}]")
_USUAL = re.compile(rf"[\u4e00-\u9fff]{{2,{LONGEST_NAME}}}")
_HAN_NAME = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
_LATIN_NAME = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ' .,\-]*")
_DOTS = re.compile(r"\s*[·•・･‧∙⋅●.]\s*")
# fmt: off
_PLACEHOLDERS = frozenset({
    "姓名", "同上", "无名", "未知", "不详", "不明", "合计", "小计", "总计", "共计", "备注", "说明",
    "户主", "空户", "空挂户", "无人", "暂无", "没有", "填表人", "制表人", "审核人", "负责人",
})
# fmt: on

# Surnames that a dictionary of single characters reads wrongly; the first reading is the usual one.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "曾": "zeng", "任": "ren", "华": "hua",
    "盖": "ge gai", "朴": "piao", "翟": "zhai di", "覃": "qin tan", "乐": "yue le", "缪": "miao", "繁": "po",
    "黑": "he", "员": "yun", "召": "shao", "冼": "xian", "洗": "xian", "种": "chong", "秘": "bi", "折": "she",
    "隗": "wei kui", "郇": "xun huan", "郗": "xi chi", "能": "nai", "那": "na", "柏": "bai bo", "薄": "bo",
    "卜": "bu", "车": "che", "重": "chong", "都": "du", "角": "jue", "句": "gou", "宓": "mi fu", "牟": "mu mou",
    "祭": "zhai", "莘": "shen xin", "盛": "sheng", "宿": "su", "应": "ying", "尉": "wei yu", "宁": "ning",
    "谌": "chen shen", "乜": "nie", "哈": "ha", "纪": "ji", "燕": "yan", "石": "shi", "贾": "jia", "沈": "shen",
    "晁": "chao", "瞿": "qu", "葛": "ge", "曲": "qu", "藏": "zang", "臧": "zang", "占": "zhan", "訾": "zi",
    "幺": "yao", "殷": "yin", "干": "gan", "谷": "gu", "佴": "nai", "洼": "wa", "逯": "lu",
    "庹": "tuo", "仉": "zhang", "佘": "she", "厍": "she", "逄": "pang", "眭": "sui", "阚": "kan", "於": "yu",
    "粘": "nian", "盘": "pan", "暴": "bao", "长": "chang", "降": "jiang", "宗": "zong", "呙": "guo", "褚": "chu",
    "万": "wan", "令": "ling", "尹": "yin", "亓": "qi", "撒": "sa", "冒": "mao", "万俟": "mo qi", "尉迟": "yu chi",
    "长孙": "zhang sun", "澹台": "tan tai", "鲜于": "xian yu", "令狐": "ling hu", "亓官": "qi guan", "单于": "chan yu",
    "赫连": "he lian", "皇甫": "huang fu", "夏侯": "xia hou", "欧阳": "ou yang", "上官": "shang guan",
    "司马": "si ma", "诸葛": "zhu ge", "东方": "dong fang", "宇文": "yu wen", "慕容": "mu rong", "公孙": "gong sun",
    "司徒": "si tu", "独孤": "du gu", "南宫": "nan gong", "端木": "duan mu", "拓跋": "tuo ba", "钟离": "zhong li",
    "轩辕": "xuan yuan", "淳于": "chun yu", "申屠": "shen tu", "太史": "tai shi", "闻人": "wen ren",
    "呼延": "hu yan", "司空": "si kong", "濮阳": "pu yang", "仲孙": "zhong sun", "百里": "bai li",
    "东郭": "dong guo", "宰父": "zai fu", "谷梁": "gu liang", "子车": "zi ju", "颛孙": "zhuan sun",
    "巫马": "wu ma", "公西": "gong xi", "漆雕": "qi diao", "乐正": "yue zheng", "壤驷": "rang si", "公冶": "gong ye",
    "拓拔": "tuo ba", "哥舒": "ge shu", "第五": "di wu", "西门": "xi men", "左丘": "zuo qiu", "微生": "wei sheng",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameCheck:
    """A name judged: its normal form, or why it cannot be a name."""

    valid: bool
    reason: NameReason | None = None
    normal: str | None = None

    @property
    def message(self) -> Bilingual | None:
        """Return the sentence for the person who typed the name; it never repeats the name."""
        return REASONS[self.reason].message if self.reason else None

    def refusal(self, field: str | None = None) -> Refusal | None:
        """Return the refusal to raise or to mark a row with, None when the name is plausible."""
        return REASONS[self.reason](field=field) if self.reason else None


def check(name: str) -> NameCheck:
    """Judge a name: Chinese of 2 to 25 characters, minority names with ·, or Latin letters up to 60."""
    if _USUAL.fullmatch(name) and name not in _PLACEHOLDERS:
        return NameCheck(True, None, name)
    normal = normalise(name)
    reason = _problem(name, normal)
    return NameCheck(False, reason) if reason else NameCheck(True, None, normal)


def normalise(name: str) -> str:
    """Return the name with one form of dot, without spaces between Chinese characters and invisible signs."""
    if _USUAL.fullmatch(name):
        return name
    text = clean(name)
    if _ANY_HAN.search(text):
        text = re.sub(r"\s+", "", _DOTS.sub("·", text)).strip("·")
    return text


def pinyin(name: str) -> str:
    """Return the name in pinyin without tones, its surname read as surnames are: 单小明 → shanxiaoming."""
    return "".join(readings[0] for readings in _readings(name))


def initials(name: str) -> str:
    """Return the first letters of the usual reading: 单小明 → sxm."""
    return "".join(readings[0][0] for readings in _readings(name))


def sound(name: str) -> str:
    """Return the syllables of the usual reading in order of the alphabet: one for 张伟, 章维 and 伟张."""
    return " ".join(sorted(readings[0].replace("v", "u") for readings in _readings(name)))


@lru_cache(maxsize=65_536)
def sounds(name: str) -> frozenset[str]:
    """Return `sound` for every reading that a name may have."""
    choices = [[one.replace("v", "u") for one in readings] for readings in _readings(name)]
    return frozenset(" ".join(sorted(one)) for one in islice(product(*choices), _MOST_KEYS) if one)


@lru_cache(maxsize=65_536)
def search_keys(name: str) -> frozenset[str]:
    """Return everything a searcher may type for a name: itself, pinyin and initials of every reading."""
    normal = normalise(name)
    if not normal:
        return frozenset()
    readings = _readings(normal)
    full = _combinations([_spellings(each) for each in readings])
    short = _combinations([list(dict.fromkeys(reading[0] for reading in each)) for each in readings])
    return frozenset(key for key in (normal.lower(), *full, *short) if key)


def _problem(raw: str, normal: str) -> NameReason | None:
    if not normal:
        return "empty"
    if normal[0] in "=+-@":
        return "formula"
    if re.search(r"\d", normal):
        return "digits"
    if normal in _PLACEHOLDERS:
        return "placeholder"
    if has_control_characters(re.sub(r"[\u200b-\u200f\ufeff]", "", raw)):
        return "characters"
    return _shape_problem(normal)


def _shape_problem(normal: str) -> NameReason | None:
    if _HAN_NAME.fullmatch(normal):
        return None if 2 <= len(normal) <= LONGEST_NAME else "length"
    if _LATIN_NAME.fullmatch(normal):
        return None if 2 <= len(normal) <= LONGEST_LATIN_NAME else "length"
    return "characters"


@lru_cache(maxsize=65_536)
def _readings(name: str) -> list[list[str]]:
    """Return the readings of each character, the most likely first; signs and spaces are left out."""
    letters = re.sub(r"[^\w]|_", "", normalise(name)).lower()
    surname = next((letters[:length] for length in (2, 1) if letters[:length] in _SURNAMES), "")
    known = _surname_readings(surname)
    return known + [_letter_readings(letter) for letter in letters[len(surname) :]]


@lru_cache(maxsize=16_384)
def _letter_readings(letter: str) -> list[str]:
    usual = "".join(lazy_pinyin([letter], style=Style.NORMAL))
    return list(dict.fromkeys((usual, *_character_readings(letter))))


@lru_cache(maxsize=4096)
def _surname_readings(surname: str) -> list[list[str]]:
    """Return the readings of a surname, followed by those an outsider may take it for."""
    if not surname:
        return []
    written = _SURNAMES[surname].split()
    proper = [[each] for each in written] if len(surname) > 1 else [written]
    return [
        list(dict.fromkeys((*right, *_character_readings(letter))))
        for right, letter in zip(proper, surname, strict=True)
    ]


@lru_cache(maxsize=16_384)
def _character_readings(letter: str) -> tuple[str, ...]:
    return tuple(reading for reading in _all_readings(letter, style=Style.NORMAL, heteronym=True)[0] if reading)


def _spellings(readings: Iterable[str]) -> list[str]:
    """Return each reading as keyboards allow it: ü is typed as v and as u."""
    return list(dict.fromkeys(spelling for one in readings for spelling in (one, one.replace("v", "u"))))


def _combinations(choices: Sequence[Sequence[str]]) -> list[str]:
    """Return the joined choices, likely ones first; bounded, since five polyphones already make hundreds."""
    likely = sorted(islice(product(*(range(len(each)) for each in choices)), 4 * _MOST_KEYS), key=sum)
    joined = ("".join(each[index] for each, index in zip(choices, picks, strict=True)) for picks in likely)
    return list(dict.fromkeys(joined))[:_MOST_KEYS]
