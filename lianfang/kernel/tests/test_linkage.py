"""Whether two records are one person: Chinese names as they are miswritten, weights learnt, reasons in words."""

import random

import pytest

from lianfang.kernel import identity, likeness
from lianfang.kernel.clock import today
from lianfang.kernel.linkage import MISSING, explain, learn, link_between, link_within, pairs_within, pattern_of
from lianfang.kernel.text import both

BORN = both("出生日期", "date of birth")
COMPARISONS = (
    likeness.chinese_name("name"),
    likeness.digits("born_on", BORN),
    likeness.token("village", both("村", "village")),
    likeness.token("identity", both("证件号", "identity number")),
)
KEYS = (
    lambda one: one["born_on"],
    lambda one: one["name"] and one["village"] + one["name"],
    lambda one: one["village"] + one["born_on"][:4],
    lambda one: one.get("identity", ""),
)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("张伟", "张 伟", 0), ("张伟", "章伟", 1), ("张伟", "张维", 1), ("单小明", "单晓明", 1),
        ("欧阳静", "欧阳净", 1),
        ("王未", "王末", 2), ("李晴", "李睛", 2), ("赵红梅", "赵江梅", 2), ("陈土根", "陈士根", 2),
        ("伟张", "张伟", 3), ("建国李", "李建国", 3), ("静欧阳", "欧阳静", 3),
        ("王建国", "王建明", 4), ("王建国", "王国", 5), ("张伟", "李伟", 5), ("张伟", "李娜", 5), ("", "李娜", MISSING),
        ("买买提·吐尔逊", "买买提•吐尔逊", 0),
    ],
)  # fmt: skip
def test_a_miswritten_name_is_told_by_how_it_was_miswritten(one, other, level):
    assert likeness.name_level(one, other) == level
    assert likeness.name_level(other, one) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [("19800102", "19800102", 0), ("19800102", "19800120", 1), ("19800102", "19800103", 1), ("19800102", "19800211", 2),
     ("13812345678", "13812345687", 1), ("13812345678", "1381234567", 1), ("", "19800102", MISSING)],
)  # fmt: skip
def test_one_slip_in_digits_is_a_wrong_a_missing_or_a_transposed_digit(one, other, level):
    assert likeness.digits_level(one, other) == level


def test_the_15_and_the_18_digits_of_one_person_are_one_number():
    long = identity.compose("14082619620315001")
    assert identity.check(long[:6] + long[8:17], today=today()).normal == long


def test_the_reason_is_a_plain_sentence_without_the_values():
    one = {"name": "张伟", "born_on": "19800102", "village": "140826101001", "identity": ""}
    other = {"name": "章伟", "born_on": "19800120", "village": "140826101001", "identity": ""}
    told = explain(COMPARISONS, pattern_of(COMPARISONS, one, other))
    assert told.zh == "姓名读音相同、写法不同，出生日期相差一位，村相同"
    assert told.en == (
        "names that sound the same and are written differently, date of birth one digit apart, the same village"
    )


def test_what_half_the_list_shares_brings_no_pairs():
    rows = [{"village": "1"}] * 9
    assert pairs_within(rows, [lambda one: one["village"]], most_alike=8) == set()
    assert len(pairs_within(rows, [lambda one: one["village"]], most_alike=9)) == 36


def test_nothing_to_compare_is_no_link():
    assert link_within([], COMPARISONS, KEYS, most_alike=5) == []
    assert link_between([], [_person(random.Random(1))], COMPARISONS, KEYS, most_alike=5) == []


def test_a_model_learnt_from_nothing_leaves_doubt():
    model = learn(COMPARISONS, [], [], [])
    assert 0 < model.likelihood((0, 0, 0, MISSING)) < 1


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹"
GIVEN = "建国秀英桂志文玉春明丽军洋勇艳杰娟涛超霞平刚燕红梅晓静伟芳敏强磊华"
HOMOPHONES = {
    "伟": "维",
    "建": "剑",
    "国": "果",
    "志": "智",
    "文": "闻",
    "玉": "育",
    "明": "鸣",
    "丽": "莉",
    "军": "君",
}
LOOKS = {"红": "江", "梅": "海", "洋": "祥", "秀": "季", "娟": "捐", "静": "净", "晓": "骁", "平": "乎", "建": "健"}


def _person(draw):
    born = f"{draw.randint(1935, 2015)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    return {"name": draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN), "born_on": born,
            "village": f"140826{draw.randint(1, 40):06d}",
            "identity": identity.compose(f"140826{born}{draw.randint(1, 999):03d}")}  # fmt: skip


def _replaced(row, signs):
    found = next((letter for letter in row["name"][1:] if letter in signs), None)
    name = row["name"][0] + row["name"][1:].replace(found, signs[found], 1) if found else row["name"]
    return row | {"name": name, "identity": ""}


def _turned(row):
    return row | {"name": row["name"][1:] + row["name"][0], "identity": ""}


def _digits_transposed(row):
    return row | {"born_on": row["born_on"][:6] + row["born_on"][7] + row["born_on"][6], "identity": ""}


def _written_with_15_digits(row):
    short = row["identity"][:6] + row["identity"][8:17]
    normal = identity.check(short, today=today()).normal if row["born_on"] < "2000" else row["identity"]
    return row | {"name": "", "identity": normal or ""}


SLIPS = (
    lambda row: _replaced(row, HOMOPHONES), lambda row: _replaced(row, LOOKS), _turned, _digits_transposed,
    _written_with_15_digits,
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_made_up_people_are_found_again_however_they_were_miswritten(seed):
    draw = random.Random(seed)
    register = [_person(draw) for _ in range(4000)]
    chosen = draw.sample(range(4000), 500)
    rows = [SLIPS[place % len(SLIPS)](register[who]) for place, who in enumerate(chosen)]
    rows += [_person(draw) for _ in range(500)]
    found = link_between(rows, register, COMPARISONS, KEYS, most_alike=200)
    links = {(one.first, one.second) for one in found if one.likelihood >= 0.9}
    right = len(links & set(enumerate(chosen)))
    assert right / len(links) >= 0.95
    assert right / len(chosen) >= 0.95


def test_the_same_lists_give_the_same_links():
    draw = random.Random(4)
    register = [_person(draw) for _ in range(300)]
    rows = [_turned(row) for row in register[:50]]
    once = link_between(rows, register, COMPARISONS, KEYS, most_alike=50)
    assert once == link_between(rows, register, COMPARISONS, KEYS, most_alike=50)
