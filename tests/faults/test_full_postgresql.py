"""PostgreSQL on a disk that fills up: a clear answer, nothing acknowledged is lost, and on again once there is room."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.killing import audit_status
from tests.faults.test_storage import _create, _grid
from tests.sync.conftest import Server

MEGABYTES = 220

pytestmark = pytest.mark.skipif(
    not os.environ.get("LIANFANG_DATABASE_URL"), reason="PostgreSQL only: runs once, with its tests"
)


class Cluster:
    """A PostgreSQL of its own on a small disk of its own."""

    def __init__(self, disk: Path) -> None:
        self.disk, self.data, self.filler = disk, disk / "data", disk / "filler"
        self.bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"postgresql://lianfang@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> int:
        """Run one of PostgreSQL's programs as its own user."""
        become = [shutil.which("runuser", path="/usr/sbin:/sbin") or "runuser", "-u", "postgres", "--"]
        return subprocess.run(
            [*become, str(self.bin / program), "-D", str(self.data), *arguments], cwd="/", stdout=subprocess.DEVNULL
        ).returncode

    def make(self) -> None:
        assert self.run("initdb", "-U", "lianfang", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8",
                        "--wal-segsize=1") == 0  # fmt: skip
        self.start()

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.disk} "
            "-c min_wal_size=2MB -c max_wal_size=16MB -c shared_buffers=32MB"
        )
        assert self.run("pg_ctl", "-w", "-l", str(self.disk / "log"), "-o", options, "start") == 0

    def fill(self) -> None:
        """Leave not a byte on the disk."""
        with self.filler.open("ab", buffering=0) as file:
            for portion in (2**20, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * portion)
                except OSError:
                    continue

    def make_room(self) -> None:
        """Take the filler away, as whoever keeps the server would, and start PostgreSQL where it gave up."""
        self.filler.unlink()
        for _ in range(100):
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.2)
                if self.run("pg_ctl", "status") != 0:
                    self.start()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a disk of one's own can be mounted by root only")
    try:
        shutil.chown(disk, "postgres")
        for above in disk.parents:
            if above.is_relative_to("/tmp") and above != Path("/tmp"):
                above.chmod(above.stat().st_mode | 0o011)
        one = Cluster(disk)
        one.make()
        yield one
        one.run("pg_ctl", "-m", "immediate", "stop")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_full_disk_is_said_and_what_was_acknowledged_stays(cluster: Cluster, tmp_path: Path) -> None:
    server = Server(tmp_path / "var", cluster.url)
    server.var.mkdir()
    server.prepare()
    server.start()
    try:
        session, bodies = server.session("secretary"), [_grid(f"满{number}") for number in range(60)]
        cluster.fill()
        told = [_create(session, body) for body in bodies]
        assert (503, "action.busy") in told
        assert set(told) <= {(503, "action.busy"), (200, "done")}
        cluster.make_room()
        again = [_create(session, body) for body in bodies]
        done = sum(one == (200, "done") for one in told)
        assert sum(one == (200, "repeated") for one in again) == done
        still_refused = [body for body, one in zip(bodies, again, strict=True) if one[0] != 200]
        assert {_create(session, body)[0] for body in still_refused} <= {200}
        with psycopg.connect(cluster.url) as connection:
            [(kept,)] = connection.execute("SELECT COUNT(*) FROM areas_area WHERE name LIKE '满%'").fetchall()
        assert kept == len(bodies)
        assert audit_status(server) == 0
    finally:
        server.kill()
