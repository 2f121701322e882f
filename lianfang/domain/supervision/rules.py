"""What an appeal must say, by when it is answered and by whom. Refuses one without reasons, or in one's own cause."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual, both

KINDS: dict[str, Bilingual] = {
    "appeal": both("对正在执行的措施申诉", "Appeal against a measure in force"),
    "complaint": both("投诉", "Complaint"),
    "access": both("查询谁看过我的信息", "Who looked at my record"),
}
WAYS: dict[str, Bilingual] = {
    "link": both("本人自报链接", "personal link"),
    "paper": both("书面", "paper"),
    "phone": both("电话", "phone"),
    "visit": both("当面", "face to face"),
}
STATES: dict[str, Bilingual] = {
    "open": both("待受理", "open"),
    "taken": both("办理中", "taken on"),
    "answered": both("已答复", "answered"),
}
DECISIONS: dict[str, Bilingual] = {
    "upheld": both("支持", "upheld"),
    "partly": both("部分支持", "upheld in part"),
    "rejected": both("不支持", "not upheld"),
    "informed": both("已告知", "informed"),
}
SHORTEST_REASON = 5

NO_REASON = refusal(
    "supervision.answer_needs_reason", "答复必须写明理由和依据。", "An answer gives its reasons and its basis."
)
OWN_CAUSE = refusal(
    "supervision.own_cause",
    "下达或告知措施的人不能答复对它的申诉，请由另一人答复。",
    "Whoever ordered the measure or gave notice of it does not answer the appeal against it; somebody else does.",
    status=403,
)
WRONG_ANSWER = refusal(
    "supervision.wrong_answer", "这类事项不能这样答复。", "A case of this kind is not answered in this way."
)


def due_at(raised_at: datetime, hours: float) -> datetime:
    """Return by when an appeal is to be answered; 24 hours for an ongoing restriction (P09)."""
    return raised_at + timedelta(hours=hours)


def check_answer(kind: str, decision: str, answer: str, answered_by: str, involved: frozenset[str]) -> None:
    """Accept an answer with reasons, by somebody who had no part in the measure.

    Raises `supervision.wrong_answer`, `supervision.answer_needs_reason`, `supervision.own_cause`.
    """
    if (kind == "access") != (decision == "informed"):
        raise WRONG_ANSWER(field="decision")
    if len(answer.strip()) < SHORTEST_REASON:
        raise NO_REASON(field="answer")
    if kind != "access" and answered_by in involved:
        raise OWN_CAUSE(field="appeal_id")
