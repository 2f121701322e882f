"""The cases that Python and TypeScript share, read from contracts/."""

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[3] / "contracts" / "cases"


def shared(name: str) -> dict[str, Any]:
    """Return one file of shared cases."""
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
