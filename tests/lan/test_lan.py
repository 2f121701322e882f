"""A village network with a real Caddy: phones reach the server by TLS they can check, and nobody else's word counts."""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lianfang.config.demo.cast import PASSWORD
from lianfang.config.lan import CADDY_STOPPED, NO_CADDY, Lan, caddy, how
from lianfang.kernel.errors import Refusal

pytestmark = pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed: apt install caddy")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _lan(folder: Path) -> Lan:
    return Lan("127.0.0.1", _free_port(), _free_port(), _free_port(), folder)


def _line(command: list[str], var: Path) -> subprocess.Popen[bytes]:
    surroundings = {**os.environ, "LIANFANG_VAR": str(var), "LIANFANG_DATABASE_URL": ""}
    program = str(Path(sys.executable).with_name("lianfang"))
    return subprocess.Popen([program, *command], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@dataclass
class Phone:
    """A phone that trusts the authority it fetched, and keeps cookies."""

    base: str
    opener: urllib.request.OpenerDirector
    jar: http.cookiejar.CookieJar

    def ask(self, path: str, body: dict[str, Any] | None = None, origin: str = "") -> Any:
        token = next((one.value for one in self.jar if one.name == "csrftoken"), "") or ""
        headers = {"Content-Type": "application/json", "X-CSRFToken": token, "Origin": origin or self.base}
        data = json.dumps(body).encode() if body is not None else None
        return self.opener.open(urllib.request.Request(self.base + path, data, headers), timeout=60)


def _phone(lan: Lan) -> Phone:
    root = urllib.request.urlopen(lan.authority, timeout=10).read().decode()
    jar = http.cookiejar.CookieJar()
    trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=root))
    return Phone(lan.secure, urllib.request.build_opener(trusting, urllib.request.HTTPCookieProcessor(jar)), jar)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """`lianfang lan` as an office types it, on an empty database with one account."""
    var = tmp_path_factory.mktemp("lan")
    assert _line(["demo", "--people", "200", "--no-serve"], var).wait(300) == 0
    lan = _lan(var / "caddy")
    process = _line(["lan", "--address", lan.address, "--port", str(lan.port), "--https-port", str(lan.https),
                     "--http-port", str(lan.http)], var)  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                _phone(lan).ask("/api/meta")
            except urllib.error.HTTPError as answered:
                if answered.code == 401:
                    break
            except OSError:
                pass
            assert process.poll() is None, process.stdout and process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.3)
        yield lan
    finally:
        process.terminate()
        process.wait(30)


def test_a_phone_that_trusts_the_authority_signs_in_with_cookies_that_never_travel_openly(village: Lan) -> None:
    phone = _phone(village)
    signed_in = phone.ask("/api/session", {"username": "grid", "password": PASSWORD})
    assert json.load(signed_in)["account"]["username"] == "grid"
    assert all(one.secure for one in phone.jar)
    assert json.load(phone.ask("/api/sync/bundle"))["households"]


def test_a_phone_that_does_not_trust_it_is_not_let_believe_anything(village: Lan) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(village.secure, timeout=10, context=ssl.create_default_context())


def test_another_site_cannot_send_for_a_signed_in_phone(village: Lan) -> None:
    phone = _phone(village)
    phone.ask("/api/session", {"username": "grid", "password": PASSWORD})
    with pytest.raises(urllib.error.HTTPError) as refused:
        phone.ask("/api/session/language", {"language": "en"}, origin="https://elsewhere.example")
    assert refused.value.code == 403


def test_the_open_address_only_hands_out_the_certificate_and_sends_on(village: Lan) -> None:
    sent_on = []

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *given: Any) -> None:
            sent_on.append(given[-1])

    with pytest.raises(urllib.error.HTTPError):
        urllib.request.build_opener(Stay).open(village.authority.replace("/root.crt", "/field/"), timeout=10)
    assert sent_on == [f"{village.secure}/field/"]


def test_the_office_is_told_both_addresses_with_a_code_for_each(tmp_path: Path) -> None:
    lan = Lan("192.0.2.7", 443, 80, 8000, tmp_path)
    told = how(lan)
    assert "http://192.0.2.7/root.crt" in told
    assert "https://192.0.2.7/field/" in told
    assert told.count("█") + told.count("▀") + told.count("▄") > 100


def test_a_taken_port_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    lan = _lan(tmp_path)
    with socket.create_server(("127.0.0.1", lan.https)), pytest.raises(Refusal) as no, caddy(lan):
        pass
    assert no.value.code == CADDY_STOPPED.code


def test_without_caddy_the_office_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refusal) as no, caddy(_lan(tmp_path)):
        pass
    assert no.value.code == NO_CADDY.code
