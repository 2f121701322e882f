"""A port that somebody serves on is refused, because both would answer on it by turns."""

from __future__ import annotations

import socket

import pytest

from lianfang.config.serving import check_free
from lianfang.kernel.errors import Refusal


def test_a_port_in_use_is_refused_even_when_its_holder_would_share_it() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(Refusal) as no:
            check_free("127.0.0.1", other.getsockname()[1])
    assert no.value.code == "server.port_taken"


def test_a_free_port_may_be_used() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    check_free("127.0.0.1", port)
