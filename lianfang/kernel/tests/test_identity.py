"""Identity numbers: what is refused and why, what is accepted that others refuse."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.identity import REASONS, check, compose, identity_lines, is_area_used
from lianfang.kernel.tests.cases import shared

TODAY = date(2020, 2, 3)
CASES = shared("identity")


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['note']} {case['number'][-4:]}")
def test_every_shared_case_comes_out_as_written(case):
    verdict = check(case["number"], today=date.fromisoformat(CASES["today"]))
    assert (verdict.valid, verdict.reason, verdict.normal) == (case["valid"], case["reason"], case["normal"])
    assert (verdict.born_on and verdict.born_on.isoformat(), verdict.sex) == (case["born_on"], case["sex"])


@pytest.mark.parametrize("number", [371521199001011234, 3.71521199001011e17, 610104620927690, float("nan")])
def test_a_number_that_is_not_text_is_refused_even_when_it_looks_right(number):
    assert check(number, today=TODAY).reason == "lost_digits"


def test_a_birth_date_of_tomorrow_is_refused_and_of_today_is_not():
    assert check(compose("37152120200204001"), today=TODAY).reason == "birth_date"
    assert check(compose("37152120200203001"), today=TODAY).valid


def test_the_refusal_names_the_field_in_two_languages_and_never_repeats_the_number():
    number = "110101199003078671"
    refusal = check(number, today=TODAY).refusal("identity_number")
    body = refusal.as_dict()
    assert body["code"] == "identity.check_digit"
    assert body["field"] == "identity_number"
    assert body["message"]["zh"]
    assert body["message"]["en"]
    assert number not in str(body)


def test_a_valid_number_has_neither_message_nor_refusal():
    verdict = check("110101199003078670", today=TODAY)
    assert verdict.message is None
    assert verdict.refusal() is None


def test_an_old_number_gets_its_century_and_its_check_digit():
    verdict = check("610104620927690", today=TODAY)
    assert verdict.normal == "610104196209276908"
    assert verdict.born_on == date(1962, 9, 27)


@pytest.mark.parametrize("code", ["111111", "991100", "000000", "444444", "371500", "810001"])
def test_codes_that_no_county_ever_had_are_refused(code):
    assert not is_area_used(code)


@pytest.mark.parametrize("code", ["140826", "372522", "362324", "460022", "419001", "513521", "441900", "310230"])
def test_codes_of_abolished_counties_remain_good(code):
    assert is_area_used(code)


def test_the_command_line_gets_one_line_for_each_number():
    lines = list(identity_lines(["110101199003078670", "1"], TODAY))
    assert lines == [
        {"number": "110101199003078670", "valid": True, "reason": None},
        {"number": "1", "valid": False, "reason": "length"},
    ]


prefixes = st.builds(
    lambda area, born, order: f"{area}{born:%Y%m%d}{order:03d}",
    st.sampled_from(["140826", "371521", "350626", "810000"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(1, 999),
)


@given(prefixes)
def test_every_composed_number_is_valid_and_says_what_it_was_made_from(prefix):
    verdict = check(compose(prefix), today=TODAY)
    assert verdict.valid
    assert f"{verdict.born_on:%Y%m%d}" == prefix[6:14]
    assert verdict.sex == ("male" if int(prefix[16]) % 2 else "female")


@given(prefixes, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(prefix, position, digit):
    number = compose(prefix)
    wrong = number[:position] + digit + number[position + 1 :]
    assert check(wrong, today=TODAY).valid == (wrong == number)


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_the_check(text):
    verdict = check(text, today=TODAY)
    assert verdict.valid or verdict.reason in REASONS
