"""What a newcomer gets: a wheel that serves without Node, the same demo county every time, and a menu."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PEOPLE = "200"
# what does not hang on the moment a command was carried out, nor on the ids made then
DRAWN = {
    "areas.areas": ("path", "name"),
    "people.households": ("id", "number", "address", "head_name", "area_path"),
    "people.persons": ("id", "name", "sex", "age", "household"),
    "organisation.workers": ("name", "title", "unit"),
    "observation.orders": ("name", "area_path", "category", "state", "starts_on", "ends_on"),
}

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("LIANFANG_DATABASE_URL")), reason="makes databases of its own: runs with the tests on SQLite"
)


def _surroundings(var: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "LIANFANG_VAR": str(var), "LIANFANG_DATABASE_URL": "", **more}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it, unpacked."""
    made = tmp_path_factory.mktemp("wheel")
    subprocess.run([BIN / "uv", "build", "-q", "--wheel", "-o", made, ROOT], check=True, timeout=300)
    [packed] = made.glob("lianfang-*.whl")
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(made / "unpacked")
    return made / "unpacked"


def test_the_wheel_serves_the_browser_parts_without_node(wheel: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # because a path with nothing in it has no Node either
    alone = _surroundings(tmp_path, PYTHONPATH=str(wheel), PATH=str(tmp_path))
    command = [sys.executable, "-P", "-m", "lianfang.config.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=alone, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for page in ("/console/", "/field/", "/field/sw.js"):
            assert len(_fetched(process, f"http://127.0.0.1:{port}{page}")) > 300
    finally:
        process.terminate()
        process.wait(20)


def _fetched(process: subprocess.Popen[bytes], address: str) -> bytes:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            return bytes(urllib.request.urlopen(address, timeout=5).read())
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


def test_the_wheel_brings_register_rules_letters_and_no_tests_data_of_people(wheel: Path) -> None:
    names = {str(file.relative_to(wheel)) for file in wheel.rglob("*") if file.is_file()}
    for wanted in ("lianfang/data/rulebook/covid19.yaml", "lianfang/data/rulebook/aedes.yaml"):
        assert wanted in names
    assert any(name.startswith("lianfang/data/register/") for name in names)
    assert any(name.endswith(".typ") for name in names)
    assert not [name for name in names if name.endswith((".sqlite3", "keys.json"))]


def test_the_demo_county_is_the_same_every_time(tmp_path: Path) -> None:
    vars_ = [tmp_path / "one", tmp_path / "two"]
    for var in vars_:
        var.mkdir()
    command = [BIN / "lianfang", "demo", "--people", PEOPLE, "--no-serve"]
    made = [subprocess.Popen(command, env=_surroundings(var), stdout=subprocess.DEVNULL) for var in vars_]
    assert [one.wait(300) for one in made] == [0, 0]
    one, two = (_drawn(var) for var in vars_)
    assert one == two


def _drawn(var: Path) -> dict[str, list[tuple[str, ...]]]:
    return {table: sorted(_rows(var, table, columns)) for table, columns in DRAWN.items()}


def _rows(var: Path, table: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    asked = [BIN / "lianfang", "table", table, "--as", "duty"]
    told = subprocess.run(asked, env=_surroundings(var), capture_output=True, check=True, timeout=120).stdout
    assert told
    for line in told.splitlines():
        row = json.loads(line)
        known = {"id": row["id"], "path": row["area"], **row["cells"]}
        yield tuple(str(known[column]) for column in columns)


def test_make_alone_prints_the_menu() -> None:
    told = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for command in ("make run", "make test", "make bench"):
        assert command in told
