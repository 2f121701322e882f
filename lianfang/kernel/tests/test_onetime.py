"""One-time codes: the published vectors, and what is refused."""

from __future__ import annotations

import pytest

from lianfang.kernel.onetime import address, code_at, matching_step, read, step_at, written

# RFC 6238, appendix B, SHA-1
SECRET = b"12345678901234567890"
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000", "-12345", "12 34"])
def test_what_is_no_code_of_this_moment_is_refused(typed: str) -> None:
    assert matching_step(SECRET, typed, 1234567890) is None


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, step_at(seconds), 8) == code
    assert matching_step(SECRET, code[-6:], seconds) == step_at(seconds)


@pytest.mark.parametrize(("late", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off(late: int, taken: bool) -> None:
    code = code_at(SECRET, step_at(1234567890))
    assert (matching_step(SECRET, f"{code[:3]} {code[3:]}", 1234567890 + late) is not None) is taken


def test_a_secret_is_read_back_as_it_was_written() -> None:
    assert read(written(SECRET)) == SECRET
    assert read(written(SECRET).lower()) == SECRET
    assert read("!") == b""
    assert written(SECRET) in address(SECRET, "联防", "grid")
    assert "联防" not in address(SECRET, "联防", "grid")
