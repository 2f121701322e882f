"""A village network of one's own: Caddy with an authority of its own in front, so that phones may keep things and work
without a network. Refuses to start half a server when Caddy or an address is missing."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import segno

from lianfang.kernel.errors import refusal

NO_CADDY = refusal(
    "lan.no_caddy",
    "没有找到 Caddy，手机就没有安全网址。请先安装：apt install caddy。",
    "Caddy is not installed, and without it phones have no secure address: apt install caddy.",
    status=409,
)
NO_ADDRESS = refusal(
    "lan.no_address",
    "这台电脑没有连上任何局域网。请先连上路由器，或用 --address 写明地址。",
    "This computer is on no network. Connect it to the router, or name its address with --address.",
    status=409,
)
CADDY_STOPPED = refusal(
    "lan.caddy_stopped",
    "Caddy 没有启动起来，多半是端口 {https} 或 {http} 已被占用。",
    "Caddy did not start; most likely port {https} or {http} is taken.",
    status=409,
)

START_SECONDS = 20.0
# any address outside this machine will do: nothing is sent, the system only says from where it would be
ELSEWHERE = ("10.255.255.255", 1)


@dataclass(frozen=True)
class Lan:
    """Where a village network reaches this computer: its address, the ports of Caddy and of the server behind it."""

    address: str
    https: int
    http: int
    port: int
    folder: Path

    @property
    def secure(self) -> str:
        """Return the address phones open."""
        return f"https://{self.address}" + ("" if self.https == 443 else f":{self.https}")

    @property
    def authority(self) -> str:
        """Return where a phone fetches the certificate it is to trust, once."""
        return f"http://{self.address}" + ("" if self.http == 80 else f":{self.http}") + "/root.crt"

    @property
    def certificate(self) -> Path:
        """Return the authority's certificate as Caddy makes it."""
        return self.folder / "pki" / "authorities" / "local" / "root.crt"

    def settings(self) -> dict[str, str]:
        """Return what the server must be told before it starts."""
        return {"LIANFANG_HOSTS": f"{self.address},127.0.0.1,localhost", "LIANFANG_HTTPS": "1"}

    def caddyfile(self) -> str:
        """Return Caddy's configuration. Phones send no name for a bare address, hence the default."""
        return f"""{{
	admin off
	auto_https disable_redirects
	skip_install_trust
	default_sni {self.address}
	http_port {self.http}
	https_port {self.https}
	storage file_system {self.folder}
}}
https://{self.address} {{
	tls internal
	encode gzip
	reverse_proxy 127.0.0.1:{self.port}
}}
http://{self.address} {{
	handle /root.crt {{
		root * {self.certificate.parent}
		header Content-Type application/x-x509-ca-cert
		file_server
	}}
	handle {{
		redir {self.secure}{{uri}}
	}}
}}
"""


def own_address() -> str:
    """Return this computer's address on its network. Raises `lan.no_address`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, suppress(OSError):
        one.connect(ELSEWHERE)
        found = str(one.getsockname()[0])
        if not found.startswith("127."):
            return found
    raise NO_ADDRESS(field="address")


@contextmanager
def caddy(lan: Lan) -> Iterator[None]:
    """Run Caddy in front of the server. Raises `lan.no_caddy`, `lan.caddy_stopped`."""
    program = shutil.which("caddy")
    if program is None:
        raise NO_CADDY()
    lan.folder.mkdir(parents=True, exist_ok=True)
    file = lan.folder / "Caddyfile"
    file.write_text(lan.caddyfile(), encoding="utf-8")
    log = lan.folder / "caddy.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603  (the program found on the path, arguments of our own)
            [program, "run", "--config", str(file), "--adapter", "caddyfile"],
            stdout=said, stderr=said, env={**os.environ, "HOME": str(lan.folder)},
        )  # fmt: skip
        try:
            _await(process, lan)
            yield
        finally:
            process.terminate()
            process.wait(10)


def _await(process: subprocess.Popen[bytes], lan: Lan) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if lan.certificate.exists() and _listens(lan):
            return
        time.sleep(0.1)
    raise CADDY_STOPPED(https=lan.https, http=lan.http)


def _listens(lan: Lan) -> bool:
    with suppress(OSError), socket.create_connection((lan.address, lan.https), timeout=1):
        return True
    return False


def how(lan: Lan) -> str:
    """Return the two steps for a phone, each with a code to scan."""
    text = io.StringIO()
    for step, address in (
        ("1  手机先装一次证书 / once: install the certificate", lan.authority),
        ("2  以后每天打开 / every day: open", f"{lan.secure}/field/"),
    ):
        text.write(f"\n{step}\n   {address}\n\n")
        segno.make(address, error="m").terminal(out=text, compact=True)
    text.write(f"\n电脑 / computers: {lan.secure}/console/\n")
    return text.getvalue()
