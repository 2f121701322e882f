"""A form with one question a screen, as survey tools on phones show it: the measure beside the field app's pages.

The page is ours and holds no logic but going on; its taps and seconds are counted by the same finger.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

# a field: its question, and its choices; without choices it is typed
Field = tuple[str, tuple[str, ...]]

PAGE = """<!doctype html><html lang="zh"><meta name="viewport" content="width=device-width">
<style>body{font:18px sans-serif;margin:1rem}button{display:block;width:100%;min-height:52px;margin:.4rem 0}</style>
<h1>表单</h1><main></main><script>
const fields = FIELDS, main = document.querySelector('main'); let place = -1
const put = (text, act, name) => { const one = document.createElement('button'); one.textContent = text
    one.className = name; one.onclick = act; main.append(one) }
const go = () => { place += 1; main.replaceChildren()
    if (place === fields.length) { put('保存并结束', () => { document.title = 'saved' }, 'next'); return }
    const [question, choices] = fields[place], title = document.createElement('h2')
    title.textContent = question; main.append(title)
    if (choices.length) for (const one of choices) put(one, (e) => { e.target.style.background = '#9cf' }, 'answer')
    else { const typed = document.createElement('input'); typed.className = 'answer'; main.append(typed) }
    put('下一步', go, 'next') }
put('填写新表单', go, 'next')
</script>"""


def page_of(fields: Sequence[Field]) -> str:
    """Return the form as a page."""
    return PAGE.replace("FIELDS", json.dumps(fields, ensure_ascii=False))


def fill(finger: Any, fields: Sequence[Field]) -> None:
    """Open the form, answer each question and go on, save and finish."""
    page = finger.page
    page.set_content(page_of(fields))
    finger.tap(page.locator(".next"))
    for _, choices in fields:
        finger.tap(page.locator(".answer"))
        if not choices:
            page.locator(".answer").first.fill("36.5")
        finger.tap(page.locator(".next"))
    finger.tap(page.locator(".next"))
    page.wait_for_function("document.title === 'saved'")
