"""Whoever a gate handed over has arrived with somebody who answers: a village, or a health worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lianfang.domain.checkpoints.models.slips import Slip
from lianfang.domain.organisation.queries import answerable_ids
from lianfang.foundation.gaps.registry import Find, Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.text import both


def _unaccepted(kind: str) -> Find:
    def find(path: str, now: datetime) -> Iterator[Open]:
        late = Slip.objects.filter(within(path), kind=kind, state="handed", accept_by__lte=now)
        rows = list(late.values_list("pk", "area_path", "accept_by"))
        answers = answerable_ids({area for _, area, _ in rows})
        return (Open(str(pk), area, since, answers.get(area)) for pk, area, since in rows)

    return find


gap(
    Gap(
        name="hand_overs_unaccepted",
        title=both("移交人员超时未接收", "Handed over and not accepted"),
        help=both(
            "卡点移交的人员，目的地村（社区）在规定时间内接收。",
            "The village of destination accepts in time everybody whom a gate hands over to it.",
        ),
        severity="urgent",
        table="checkpoints.slips",
        find=_unaccepted("village"),
        act=("action", "checkpoints.accept_hand_over", both("接收", "Accept")),
        facts=(
            "checkpoints.handed_over",
            "checkpoints.slip_accepted",
            "checkpoints.slip_settled",
            "checkpoints.slips_changed",
        ),
    )
)

gap(
    Gap(
        name="gate_referrals_unaccepted",
        title=both("卡点转诊超时未接诊", "Sent to a health worker and not taken on"),
        help=both(
            "卡点发现发热或有症状的人员，在规定时间内有医务人员接诊。",
            "A health worker takes on in time everybody who had a fever or symptoms at a gate.",
        ),
        severity="urgent",
        table="checkpoints.referrals",
        find=_unaccepted("health"),
        act=("action", "checkpoints.accept_referral", both("接诊", "Take on")),
        facts=("checkpoints.sent_to_health", "checkpoints.slip_accepted", "checkpoints.slips_changed"),
    )
)
