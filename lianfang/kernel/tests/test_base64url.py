"""Base64url: bytes there and back; what is no text of it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import base64url


@given(st.binary(max_size=40))
def test_bytes_come_back_as_they_went(raw):
    text = base64url.encode(raw)
    assert base64url.decode(text) == raw
    assert not {"=", "+", "/"} & {*text}


@pytest.mark.parametrize("text", ["A", "AA A", "名单", "AAA\n"])
def test_other_letters_and_half_a_byte_are_refused(text):
    with pytest.raises(ValueError):
        base64url.decode(text)
