"""What of a text speaks of a person: numbers of persons, names, and who signed. Pure; takes nothing for certain."""

from __future__ import annotations

import re

from lianfang.kernel.text import clean

_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
# identity numbers of 18 and 15 digits, and mobiles as people write them
_IDENTITY = r"[1-9]\d{5}[ -]?(?:18|19|20)\d{6}[ -]?\d{3}[\dXx]|[1-9]\d{14}"
_IDENTITY_NUMBER = re.compile(rf"(?<!\d)(?:{_IDENTITY})(?!\d)")
_NUMBER = re.compile(rf"(?<!\d)(?:{_IDENTITY}|(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}})(?!\d)")
_SIGNED = re.compile(
    r"((?:负责|审核|审批|复核|填报|填表|填写|制表|联系|经办|责任|报送|上报|统计|核查|登记)(?:人员?|者)|姓名)"
    r"(\s*[:：]\s*)((?!签|盖)[\u4e00-\u9fff]{2,4})(?=$|[\s　_,，;；、(（/\d])"
)
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,12}·[\u4e00-\u9fff·]{1,24}")
# what begins like a name and is a place, a class of people, a finding or a heading: 王村, 高风险, 黄码, 白名单
_NO_NAME = re.compile(
    r"^.家|(?:风险|人员|名单|[类型数额码热烧色期省者户例村镇乡组区县市街路庄堡屯沟湾坡桥岭坪坝寨垣塬洼峪店铺营])$"
)
# the hundred most frequent surnames, which more than four in five bear (公安部全国姓名报告, 2019), and double ones
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_DOUBLE = frozenset({"欧阳", "上官", "司马", "尉迟", "诸葛", "夏侯", "皇甫", "东方", "慕容", "令狐"})
_MOST = 0.6
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def has_number(text: str) -> bool:
    """Say whether a text holds an identity number or a mobile."""
    return _NUMBER.search(text.translate(_DIGITS)) is not None


def has_identity_number(text: str) -> bool:
    """Say whether a text holds an identity number."""
    return _IDENTITY_NUMBER.search(text.translate(_DIGITS)) is not None


def without_persons(text: str) -> str:
    """Return a text without identity numbers, mobiles and the names of those who signed; blanks stand for them."""
    plain, kept, at = text.translate(_DIGITS), [], 0
    for one in _NUMBER.finditer(plain):
        kept += [text[at : one.start()], " "]
        at = one.end()
    cut = "".join([*kept, text[at:]])
    return _SIGNED.sub(lambda found: found[1] + found[2] + "　" * len(found[3]), cut)


def is_name(text: str) -> bool:
    """Say whether a text reads like somebody's name: a frequent surname and little more."""
    said = clean(text).replace(" ", "")
    if not _NAME.fullmatch(said) or _NO_NAME.search(said):
        return False
    return "·" in said or said[:2] in _DOUBLE or (len(said) < 4 and said[0] in _SURNAMES)


def are_names(texts: list[str], least: int = 1) -> bool:
    """Say whether most of some texts read like names, where there are as many as `least`."""
    named = sum(map(is_name, texts))
    return named >= least and named >= _MOST * len(texts)


def rule_names_person(text: str) -> bool:
    """Say whether a rule of a sheet (options, a format by condition, a name of cells) names a person in its words."""
    return has_number(text) or are_names(_words_in(text))


def formula_names_person(text: str) -> bool:
    """Say whether a cell's formula names a person.

    One word of two letters by itself is taken for a word, because totals are counted by such: 常住, 任职.
    """
    words = _words_in(text)
    is_word = len(set(words)) == 1 and len(words[0]) == 2
    return has_number(text) or (are_names(words) and not is_word)


def _words_in(text: str) -> list[str]:
    """Return the words that stand in quotes."""
    pieces = (piece for quoted in _QUOTED.findall(text) for piece in re.split(r"[,，;；、\n]", quoted))
    return [piece.strip() for piece in pieces if piece.strip()]
