"""Telephone numbers: refusals first, then the many ways of writing a good one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.errors import Refusal
from lianfang.kernel.phones import REASONS, check, check_all, mobile_in, normalise, split
from lianfang.kernel.tests.cases import shared


@pytest.mark.parametrize("case", shared("phones")["cases"], ids=lambda case: case["note"])
def test_every_shared_case_comes_out_as_written(case):
    verdict = check(case["number"])
    assert (verdict.reason, verdict.normal, verdict.kind) == (case["reason"], case["normal"], case["kind"])


def test_the_refusal_names_the_field_and_never_repeats_the_number():
    with pytest.raises(Refusal) as caught:
        normalise("12812345678", "phone")
    assert caught.value.code == "phone.mobile_prefix"
    assert caught.value.field == "phone"
    assert "12812345678" not in str(caught.value.as_dict())


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13812345678/13912345678", ["13812345678", "13912345678"]),
        ("13812345678、0635-6212345", ["13812345678", "0635-6212345"]),
        ("13812345678 13912345678", ["13812345678", "13912345678"]),
        ("1381234567813912345678", ["13812345678", "13912345678"]),
        ("138 1234 5678", ["138 1234 5678"]),
        ("13812345678\n13812345678", ["13812345678"]),
        ("13812345678;13912345678,15012345678", ["13812345678", "13912345678", "15012345678"]),
        ("", []),
        (13812345678.0, ["13812345678"]),
    ],
)
def test_a_cell_is_split_into_its_numbers(cell, numbers):
    assert split(cell) == numbers


def test_one_bad_number_does_not_spoil_its_neighbour():
    assert [verdict.reason for verdict in check_all("13812345678、1391234567")] == [None, "length"]


def test_a_local_number_needs_the_area_code_of_its_county():
    assert check("6212345").reason == "length"
    assert check("6212345", area_code="0635").normal == "0635-6212345"


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["{}", "+86 {}", "0086{}", "86-{}", " {} ", "{}.0"]),
)
def test_a_mobile_is_the_same_however_it_is_written(number, writing):
    assert normalise(writing.format(number)) == number


@given(st.text(max_size=30))
def test_no_text_whatever_breaks_the_check(text):
    for verdict in check_all(text):
        assert verdict.valid or verdict.reason in REASONS


@given(st.from_regex(r"(1[3-9][0-9]{9}|0(10|2[1-5]|635|359)[2-9][0-9]{6,7})", fullmatch=True))
def test_a_normal_form_is_its_own_normal_form(number):
    once = check(number).normal
    assert once is None or check(once).normal == once


@given(
    head=st.sampled_from(["", " ", "+86", "+86 ", " +86", "86", "+", "+86-"]),
    between=st.tuples(*[st.sampled_from(["", " ", "-", "－", "  "])] * 2),
    digits=st.from_regex(r"1[2-9][0-9]{8,9}", fullmatch=True),
    tail=st.sampled_from(["", " ", "、", "张"]),
)
def test_a_mobile_as_most_people_type_it_is_read_as_by_the_closer_look(
    head: str, between: tuple[str, str], digits: str, tail: str
) -> None:
    cell = f"{head}{digits[:3]}{between[0]}{digits[3:7]}{between[1]}{digits[7:]}{tail}"
    number = mobile_in(cell)
    assert not number or [one.normal for one in check_all(cell)] == [number]
    if head == tail == "" and len(set(between)) == 1 and between[0] in ("", " ", "-") and len(digits) == 11:
        assert bool(number) == (digits[1] != "2")


def test_only_text_that_is_one_mobile_is_read_at_a_glance() -> None:
    for cell in (13812345678.0, None, "0635-6212345", "13812345678、13912345678", "张三13812345678"):
        assert mobile_in(cell) == ""
