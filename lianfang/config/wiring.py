"""What follows from what: one page. A fact on the left, the reactions to it on the right, run after commit and retried."""

from __future__ import annotations

from lianfang.foundation.events.announcing import Reaction
from lianfang.kernel.facts import Fact

WIRING: dict[type[Fact], tuple[Reaction, ...]] = {}
