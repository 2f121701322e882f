"""A card says who works on a phone; a handing is one phone's word. Nothing that was changed is believed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.foundation.devices.cards import (
    Unreadable,
    _narrow,
    is_key,
    issue_card,
    public_key,
    read_card,
    read_handing,
)
from lianfang.kernel import base64url
from lianfang.kernel.ids import uuid7
from tests.sync.papers import Signer

WHO, TO = uuid7(), uuid7()
PATH = "140826100201001"
AT = datetime(2020, 2, 3, 8, tzinfo=UTC)


def card(signer: Signer, **other: Any) -> str:
    given = {"account_id": WHO, "name": "赵网格", "device_id": "phone-a", "paths": [PATH], "key": signer.public,
             "until": date(2020, 2, 10)}  # fmt: skip
    return issue_card(**(given | other))


@pytest.mark.parametrize("text", ["", "a.b", "AAAA.AAAA", "{}", "é.é", "." * 400, "AAAA=.AAAA"])
def test_what_is_no_card_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read_card(text)
    with pytest.raises(Unreadable):
        read_handing(text)


def test_a_card_says_who_and_where_and_until_when() -> None:
    signer = Signer()
    read = read_card(card(signer))
    assert (read.account_id, read.name, read.device_id, read.paths) == (WHO, "赵网格", "phone-a", (PATH,))
    assert (read.key, read.until) == (signer.public, date(2020, 2, 10))
    assert is_key(public_key())


@pytest.mark.parametrize("text", ["", "AAAA", "nonsense", "B" * 87])
def test_what_is_no_key_goes_on_no_card(text: str) -> None:
    assert not is_key(text)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), part=st.integers(0, 1))
def test_a_card_or_handing_changed_in_one_bit_is_not_believed(place: int, bit: int, part: int) -> None:
    signer = Signer()
    for text, read in ((signer.hand_over(card(signer), TO, PATH, at=AT), read_handing), (card(signer), read_card)):
        parts = [bytearray(_narrow(one)) for one in text.split(".")]
        parts[part][place % len(parts[part])] ^= 1 << bit
        with pytest.raises(Unreadable):
            read(".".join(base64url.encode(bytes(one)) for one in parts))


def test_a_handing_names_both_and_is_signed_by_the_phone_of_its_card() -> None:
    signer = Signer()
    handing = read_handing(signer.hand_over(card(signer), TO, PATH, at=AT))
    assert (handing.giver.account_id, handing.taker_id, handing.path, handing.households) == (WHO, TO, PATH, 3)
    assert (handing.at, (handing.until - handing.at).total_seconds()) == (AT, 12 * 3600)
    stranger = Signer()
    with pytest.raises(Unreadable):
        read_handing(stranger.hand_over(card(signer), TO, PATH, at=AT))


@pytest.mark.parametrize(
    "other",
    [{"u": "2020-02-03T07:00:00+00:00"}, {"u": "soon"}, {"n": None}, {"t": "somebody"}, {"v": 2}, {"c": "x.y"}],
)
def test_a_handing_that_makes_no_sense_is_not_read(other: dict[str, Any]) -> None:
    signer = Signer()
    with pytest.raises(Unreadable):
        read_handing(signer.hand_over(card(signer), TO, PATH, at=AT, **other))


@pytest.mark.django_db
def test_a_card_of_another_house_is_not_believed(settings: Any, tmp_path: Any) -> None:
    text = card(Signer())
    settings.LIANFANG_KEYS_FILE = str(tmp_path / "other.json")
    with pytest.raises(Unreadable):
        read_card(text)
