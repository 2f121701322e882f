"""What a process does once, when the program is loaded and before its work begins."""

from __future__ import annotations

import gc


def settle() -> None:
    """Leave the loaded program out of what the garbage collector walks through, and let it look less often.

    The program is 300,000 objects that stay, half of them the readings of words; a walk took a tenth of a second, and
    a third of the time of taking a list in.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
