"""Codes of permits: judged as in contracts/cases, read in one spelling only, and by another hand's COSE and base45."""

from __future__ import annotations

import base45 as by_another_hand
import pytest
import segno
from cwt import COSE, COSEKey
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.checkpoints.rules.permits.checking import Use, check
from lianfang.domain.checkpoints.rules.permits.codes import PREFIX, Terms, read, terms_of, write
from lianfang.domain.checkpoints.rules.permits.kinds import KINDS, MARK_BYTES, mark_of
from lianfang.domain.checkpoints.rules.permits.revoking import pack, unpack
from lianfang.domain.checkpoints.tests import permit_cases as made
from lianfang.kernel import base45, sign1

CASES = made.made()["cases"]
HOUSE = write(made.HOUSE, made.OURS)
LENGTH = len(base45.decode(HOUSE[len(PREFIX) :]))
LONGEST = Terms("household", 2**32 - 1, made.VILLAGE, made.FIRST, made.LAST, "村" * (MARK_BYTES // 3), 20, 20, 1440)


def test_the_shared_file_is_what_the_server_answers_today() -> None:
    assert made.FILE.read_text("utf-8") == made.text()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("altered: one bit of what it says", "altered"),
        ("altered: one bit of the signature", "altered"),
        ("altered: another's signature under our key's name", "altered"),
        ("forged: signed by a key that nobody here knows", "forged"),
        ("forged: our key for another county", "forged"),
        ("expired at the first moment after its last day", "expired"),
        ("valid in the last second", "valid"),
        ("valid from its first moment", "valid"),
        ("signed with a key of which the first moment is now", "valid"),
        ("forged: signed with a key that is trusted no more from now on", "forged"),
        ("two may go out and one has", "valid"),
        ("two may go out and two have", "used_too_often"),
        ("any number of people in two days", "valid"),
        ("not valid before its first day", "not_yet_valid"),
        ("revoked: 3", "revoked"),
        ("beside one that was revoked", "valid"),
        ("at the next village's gate", "wrong_area"),
        ("somebody of the house was out yesterday", "used_too_often"),
        ("somebody was out the day before yesterday", "valid"),
        ("a household's permit at its village's gate", "valid"),
    ],
)
def test_a_refused_permit_says_why(name: str, reason: str) -> None:
    found = next(case for case in CASES if case["name"] == name)
    assert found["expected"]["reason"] == reason


def test_a_permit_tells_nothing_before_its_signature_fits() -> None:
    assert check(made.forged(made.HOUSE), made.gate(), made.NOW).terms is None


def test_an_old_list_is_said_beside_the_answer() -> None:
    assert check(HOUSE, made.gate(heard_hours_ago=25), made.NOW).warnings == ("list_old",)
    assert check(HOUSE, made.gate(heard_hours_ago=None), made.NOW).warnings == ("list_old",)
    assert check(HOUSE, made.gate(heard_hours_ago=1), made.NOW).warnings == ()


def test_whoever_comes_back_is_not_kept_out_for_having_been_out() -> None:
    out = (Use(made.NOW.replace(hour=5)),)
    assert check(HOUSE, made.gate(), made.NOW, out).reason == "used_too_often"
    back = check(HOUSE, made.gate(), made.NOW, out, returning=True)
    assert (back.reason, back.warnings) == ("valid", ("out_too_long",))


@pytest.mark.parametrize(
    "name",
    ["back after exactly three hours", "back long ago: in again", "a car that was out for long comes back"],
)
def test_nobody_is_reminded_of_a_time_they_have_kept(name: str) -> None:
    found = next(case for case in CASES if case["name"] == name)
    assert (found["expected"]["reason"], found["expected"]["warnings"]) == ("valid", [])


@given(at=st.integers(0, LENGTH - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(at: int, bit: int) -> None:
    assert not check(made.altered(HOUSE, at, bit), made.gate(), made.NOW).ok


@given(at=st.integers(0, len(HOUSE) - 1), letter=st.sampled_from(base45.LETTERS))
def test_any_other_letter_is_refused(at: int, letter: str) -> None:
    other = HOUSE[:at] + letter + HOUSE[at + 1 :]
    assert check(other, made.gate(), made.NOW).ok == (other == HOUSE)


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str) -> None:
    assert check(text, made.gate(), made.NOW).reason == "unreadable"


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_prefix_get_an_answer(raw: bytes) -> None:
    assert check(PREFIX + base45.encode(raw), made.gate(), made.NOW).reason == "unreadable"


@given(
    kind=st.sampled_from(sorted(KINDS)),
    serial=st.integers(1, 2**32 - 1),
    mark=st.text(max_size=30).map(lambda text: mark_of(text.encode(errors="ignore").decode())),
    limits=st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 1440)),
)
def test_what_was_written_is_read(kind: str, serial: int, mark: str, limits: tuple[int, int, int]) -> None:
    terms = Terms(kind, serial, made.VILLAGE, made.FIRST, made.LAST, mark, *limits)
    signed = read(write(terms, made.OURS))
    assert terms_of(signed.payload) == terms
    assert signed.fits(made.public(made.OURS))
    assert not signed.fits(made.public(made.FOREIGN))


@given(st.sets(st.integers(1, 2**32 - 1), max_size=300))
def test_a_packed_list_is_unpacked_again(serials: set[int]) -> None:
    assert unpack(pack(serials)) == sorted(serials)


def test_five_thousand_revoked_of_a_hundred_thousand_take_under_ten_kilobytes() -> None:
    assert len(pack(range(7, 100_000, 20))) < 10_000


def test_the_longest_permit_fits_a_small_code_that_survives_a_smudge() -> None:
    code = segno.make(write(LONGEST, made.OURS), error="m", boost_error=False)
    assert isinstance(code.version, int)
    assert code.version <= 8, len(write(LONGEST, made.OURS))
    assert code.mode == "alphanumeric"


def test_another_hand_reads_our_signature() -> None:
    raw = by_another_hand.b45decode(HOUSE[len(PREFIX) :])
    public = made.public(made.OURS)
    key = COSEKey.new({1: 1, 2: sign1.key_id_of(public), 3: -8, -1: 6, -2: public})  # RFC 9053, 7.2: an Ed25519 key
    assert COSE.new().decode(raw, key) == read(HOUSE).payload


@given(st.binary(max_size=100))
def test_our_letters_are_those_of_the_standard(raw: bytes) -> None:
    assert base45.encode(raw) == by_another_hand.b45encode(raw).decode()
    assert base45.decode(base45.encode(raw)) == raw


@pytest.mark.parametrize("text", ["A", "ABCD", ":::", "GGW", "a1", "::"])
def test_text_that_no_encoder_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not base45"):
        base45.decode(text)


@pytest.mark.parametrize(
    ("why", "raw"),
    [
        ("longer than any permit", b"\xd2" + bytes(600)),
        ("a length written too long", bytes.fromhex("d2841802")),
        ("no tag", sign1.plain([b"", {}, b"", b""])),
        ("something after it", base45.decode(HOUSE[len(PREFIX) :]) + b"\x00"),
    ],
)
def test_what_is_not_in_the_plain_form_is_refused(why: str, raw: bytes) -> None:
    assert why
    with pytest.raises(sign1.Unreadable):
        sign1.read(raw)


def test_a_door_number_is_cut_at_a_whole_letter() -> None:
    assert mark_of("阎楼镇三教寺村委会东") == "阎楼镇三教寺村"
