"""What a phone keeps of the field app, and what it weighs, packed as it is sent."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_JAVASCRIPT = 150_000
SIZES = """async () => {
    await navigator.serviceWorker.ready
    const packed = async (answer) => {
        const small = new Response(answer.body.pipeThrough(new CompressionStream('gzip')))
        return (await small.arrayBuffer()).byteLength
    }
    const found = {}
    for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        for (const asked of await cache.keys()) {
            const part = new URL(asked.url).pathname.split('/').pop()
            found[part] = {spare: name === 'spares', bytes: await packed(await cache.match(asked))}
        }
    }
    const worker = await (await fetch('/field/sw.js')).text()
    const loaded = worker.match(/workbox-\\w+/)[0] + '.js'
    for (const part of ['sw.js', loaded])
        found[part] = {spare: false, bytes: await packed(await fetch('/field/' + part))}
    return found
}"""

READER = "caches.open('spares').then((kept) => kept.keys()).then((all) => all.some(({ url }) => url.endsWith('.wasm')))"


def keep_reader(page: Page) -> None:
    """Wait until a phone whose browser reads no codes keeps what does, its script and then its larger part."""
    for _ in range(120):
        if page.evaluate(READER):
            return
        page.wait_for_timeout(250)
    raise AssertionError("the reader of codes was not fetched")


def held_by(page: Page) -> tuple[dict[str, int], set[str]]:
    """Return the packed bytes of each script that every phone keeps, and the parts kept for what this browser lacks."""
    parts = page.evaluate(SIZES)
    scripts = {part: one["bytes"] for part, one in parts.items() if part.endswith(".js") and not one["spare"]}
    return scripts, {part for part, one in parts.items() if one["spare"]}
