"""What the tests of whole lists share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def put(tmp_path: Path) -> Any:
    """Write a list where a command finds it."""

    def write(body: bytes, name: str = "名单.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(body)
        return path

    return write
