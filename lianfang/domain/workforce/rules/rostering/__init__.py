"""Duty rosters that are built, not typed. Pure: no clock of the county, no database, no OR-tools until one is improved.

The one entry is `plan(problem, seconds, progress, stop) -> Plan(assignments, unfilled, cost, conflicts, …)`. It always
gives an answer and never one that breaks a hard rule about a person: what cannot be staffed stays unfilled, and
`conflicts` says why in plain words. `check` judges any roster, also one laid by hand.
"""

from lianfang.domain.workforce.rules.rostering.checking import Checked, Violation, check, words_for_need
from lianfang.domain.workforce.rules.rostering.improving import Progress
from lianfang.domain.workforce.rules.rostering.numbers import (
    DUTY_KEYS,
    away_from,
    limits_from,
    patterns_from,
    span_of_part,
    weights_from,
)
from lianfang.domain.workforce.rules.rostering.planning import Plan, Start, plan
from lianfang.domain.workforce.rules.rostering.problem import (
    Assignment,
    Cost,
    Fair,
    Limits,
    Pattern,
    Person,
    Post,
    Problem,
    ShiftKind,
    Slot,
    SlotKey,
    Span,
    Unfilled,
    Weights,
    Wish,
    night_of,
    slots_of,
)
from lianfang.domain.workforce.rules.rostering.replanning import Change, Replan, Substitute, replan, substitutes

__all__ = [
    "DUTY_KEYS",
    "Assignment",
    "Change",
    "Checked",
    "Cost",
    "Fair",
    "Limits",
    "Pattern",
    "Person",
    "Plan",
    "Post",
    "Problem",
    "Progress",
    "Replan",
    "ShiftKind",
    "Slot",
    "SlotKey",
    "Span",
    "Start",
    "Substitute",
    "Unfilled",
    "Violation",
    "Weights",
    "Wish",
    "away_from",
    "check",
    "limits_from",
    "night_of",
    "patterns_from",
    "plan",
    "replan",
    "slots_of",
    "span_of_part",
    "substitutes",
    "weights_from",
    "words_for_need",
]
