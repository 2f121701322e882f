"""Setting paper from a template and plain data, which never meets markup. Refuses where no Chinese font is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from lianfang.kernel.errors import refusal

NO_CHINESE_FONT = refusal(
    "letters.no_chinese_font",
    "服务器没有安装中文字体（fonts-noto-cjk），不能生成文书。",
    "The server has no Chinese font (fonts-noto-cjk), so letters cannot be made.",
    status=503,
)
FOLDER = Path(__file__).resolve().parents[2] / "data" / "letters"
_FONTS = {"Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC", "Source Han Sans SC"}


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of a template of lianfang/data/letters. Raises `letters.no_chinese_font`."""
    check_fonts()
    text = json.dumps(data, ensure_ascii=False)
    # The root keeps a template inside its own folder: nothing else of the server can be read from it.
    return typst.compile(str(FOLDER / f"{template}.typ"), root=str(FOLDER), format="pdf", sys_inputs={"data": text})


@cache
def check_fonts() -> None:
    """Refuse where none of the Chinese fonts is installed."""
    if not _FONTS & set(typst.Fonts().families()):
        raise NO_CHINESE_FONT()
