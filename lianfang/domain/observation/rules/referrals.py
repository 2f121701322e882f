"""How a referral for fever or symptoms can end."""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

REFERRAL_OUTCOMES: dict[str, Bilingual] = {
    "excluded": both("排除，继续居家观察", "excluded, observation goes on"),
    "hospital": both("送医治疗", "taken to hospital"),
    "central": both("转集中观察", "taken to a central facility"),
}
# nobody decides it: what a referral was opened by was corrected before anybody acted on it
WITHDRAWN: dict[str, Bilingual] = {"corrected": both("更正撤回", "withdrawn after a correction")}
