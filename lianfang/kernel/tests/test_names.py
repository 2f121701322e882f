"""Names: what is no name, and how a name is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.names import REASONS, check, initials, normalise, pinyin, search_keys
from lianfang.kernel.tests.cases import shared


@pytest.mark.parametrize("case", shared("names")["cases"], ids=lambda case: case["note"])
def test_every_shared_case_comes_out_as_written(case):
    verdict = check(case["name"])
    assert (verdict.reason, verdict.normal) == (case["reason"], case["normal"])


def test_the_refusal_has_a_code_two_languages_and_not_the_name():
    body = check("王明2").refusal("name").as_dict()
    assert body["code"] == "name.digits"
    assert body["field"] == "name"
    assert "王明" not in str(body)


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单小明", "shanxiaoming"), ("仇英", "qiuying"), ("解珍", "xiezhen"), ("查良镛", "zhaliangyong"),
        ("区少华", "oushaohua"), ("曾国华", "zengguohua"), ("任华", "renhua"), ("华罗庚", "hualuogeng"),
        ("盖叫天", "gejiaotian"), ("尉迟恭", "yuchigong"), ("万俟卨", "moqixie"), ("欧阳修", "ouyangxiu"),
        ("万里", "wanli"), ("尉健行", "weijianxing"), ("买买提·吐尔逊", "maimaititu"), ("长孙无忌", "zhangsunwuji"),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_a_surname(name, reading):
    assert pinyin(name).startswith(reading)
    assert pinyin(name) in search_keys(name)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单小明", ["sxm", "dxm", "danxiaoming", "单小明"]),
        ("王重阳", ["wcy", "wzy", "wangchongyang", "wangzhongyang"]),
        ("吕布", ["lvbu", "lubu", "lb"]),
        ("盖聂", ["gn", "genie", "gainie"]),
        ("买买提·吐尔逊", ["mmttex"]),
        ("John Smith", ["johnsmith", "john smith"]),
    ],
)
def test_a_name_is_found_by_what_people_type(name, typed):
    assert set(typed) <= search_keys(name)


def test_initials_are_those_of_the_usual_reading():
    assert initials("单小明") == "sxm"


def test_nothing_has_no_keys():
    assert search_keys("  ") == frozenset()


def test_the_keys_of_many_polyphones_stay_few():
    assert len(search_keys("单和重行乐都长大说单和重行乐都长大说")) < 100


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_the_check_or_the_search(text):
    verdict = check(text)
    assert verdict.valid or verdict.reason in REASONS
    assert all(search_keys(text))


@given(st.text(alphabet="王小明张伟·• .尉迟吐尔逊", max_size=12))
def test_a_normal_form_is_its_own_normal_form(name):
    assert normalise(normalise(name)) == normalise(name)
