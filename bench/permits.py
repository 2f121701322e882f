"""Judging a permit on a cheap phone: Chromium at a sixth of its speed, from the text of the code to the answer.

The phone's own code is bundled as the field app bundles it, with nothing around it; a county's list of revoked permits
lies beside. Both ways are measured: the browser's Ed25519, and the one in JavaScript for browsers that have none.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.county import Made
from bench.figures import median, tell

ROOT = Path(__file__).parents[1]
SLOWER, TIMES, REVOKED = 6, 30, 5_000
GOAL_MS = 300

BUNDLE = """
import { build } from 'vite'
const [entry, outDir] = process.argv.slice(1)
await build({ configFile: false, logLevel: 'error',
  build: { lib: { entry, formats: ['es'], fileName: 'permits' }, outDir, emptyOutDir: true } })
"""
# the first answer pays for loading what judges; the others are what a gate does all day
JUDGE = """async ({ way, code, gate, at, times, refused }) => {
    const started = performance.now()
    const permits = await import('/permits.js')
    const verify = way === 'native' ? permits.verifyNatively : permits.verifySlowly
    const judge = (text) => permits.checkPermit(text, gate, new Date(at), [], false, verify)
    const first = (await judge(code)).reason
    const spent = [performance.now() - started]
    for (let n = 0; n < times; n++) {
        const begun = performance.now()
        const { reason } = await judge(n % 2 ? code : refused)
        spent.push(performance.now() - begun)
        if (reason !== (n % 2 ? 'valid' : 'revoked')) throw new Error(reason)
    }
    if (first !== 'valid') throw new Error(first)
    return spent
}"""


def run(made: Made) -> None:
    """Measure milliseconds from text to answer, the first time and every time after it."""
    with tempfile.TemporaryDirectory(prefix="lianfang-permits-") as folder:
        _bundle(folder)
        with _served(folder) as address, _slow_page(address) as page:
            for way in ("native", "javascript"):
                page.goto(address)
                first, *later = page.evaluate(JUDGE, {"way": way, "times": TIMES, **_scene()})
                tell("permits", f"answer_{way}", max(later), "ms", at_most=GOAL_MS, median=median(later),
                     slower=SLOWER, revoked=REVOKED)  # fmt: skip
                tell("permits", f"first_answer_{way}", first, "ms", at_most=GOAL_MS, slower=SLOWER)
    tell("permits", "list_size", len(_packed()), "B", revoked=REVOKED)


def _bundle(folder: str) -> None:
    """Bundle the phone's code with the bundler of the field app."""
    web = ROOT / "web"
    entry = web / "packages" / "core" / "src" / "permits.ts"
    subprocess.run(
        [ROOT / "scripts" / "with-node", "node", "--input-type=module", "-e", BUNDLE, entry, folder],
        cwd=web, check=True,
    )  # fmt: skip
    (Path(folder) / "index.html").write_text("<!doctype html><title>permits</title>", encoding="utf-8")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the figures are the output."""


@contextmanager
def _served(folder: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


@contextmanager
def _slow_page(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(address)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        yield page
        browser.close()


def _serials() -> list[int]:
    return [3, *range(100, 100 + 20 * (REVOKED - 1), 20)]


def _packed() -> str:
    from lianfang.domain.checkpoints.rules.permits.revoking import pack

    return pack(_serials())


def _scene() -> dict[str, Any]:
    """Return the shared cases' gate and two of their codes, one of them revoked."""
    shared = json.loads((ROOT / "contracts" / "cases" / "permits.json").read_text("utf-8"))
    valid, revoked = (next(one for one in shared["cases"] if one["name"] == name) for name in (
        "a household's permit at its village's gate", "revoked: 3"))  # fmt: skip
    held = {
        "keys": shared["keys"], "version": REVOKED, "at": shared["now"], "revoked": _serials(),
        "list_old_after_hours": shared["list_old_after_hours"],
    }  # fmt: skip
    gate = {"area": valid["gate"], "permits": held}
    return {"code": valid["text"], "refused": revoked["text"], "gate": gate, "at": shared["now"]}
