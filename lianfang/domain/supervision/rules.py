"""What an appeal must say, by when it is answered and by whom. Refuses one without reasons, or in one's own cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


# --- unusual changes (P12) ---------------------------------------------------------------------------------------

ANOMALIES: dict[str, Bilingual] = {
    "many": both("一个账号短时间内大量人工变更", "many changes by one account"),
    "outside_health": both("非卫生健康单位账号人工变更", "changes by an account outside the health services"),
}
OWN_ANOMALY = refusal(
    "supervision.own_anomaly",
    "不能核销关于自己的异常，请由另一人核实。",
    "Nobody looks into their own changes; somebody else does.",
    status=403,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many changes by hand within the window on somebody looks: values of the rulebook, local examples."""

    many: int
    outside_health: int
    health_units: tuple[str, ...]


def is_health_unit(unit: str, words: Iterable[str]) -> bool:
    """Say whether a unit belongs to the health services, by the words its name holds."""
    return any(word in unit for word in words)


def anomaly_of(count: int, unit: str, limits: Limits) -> tuple[str, int] | None:
    """Return what is unusual about so many changes by an account of the unit, with the limit it reached, or None."""
    if count >= limits.many:
        return "many", limits.many
    if count >= limits.outside_health and not is_health_unit(unit, limits.health_units):
        return "outside_health", limits.outside_health
    return None
