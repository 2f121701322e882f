"""What a gate judges by, as it holds in its area on a day: the rulebook's lines, and the measures in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.domain.checkpoints.rules.deciding import GateRule, InForce
from lianfang.domain.incidents.queries import incident_of, measures_in_force, rule

# measures by which somebody may be turned back at a gate; the others limit premises, schools, markets
AT_GATES = frozenset({"entry", "traffic"})
CONTACT_LENGTH = 140


@dataclass(frozen=True, slots=True)
class Lines:
    """The numbers of a gate: °C, minutes, hours; what they are by; whom somebody turned back may appeal to."""

    fever_c: float
    symptoms: tuple[str, ...]
    lowest_c: float
    highest_c: float
    rest_minutes: int
    memory_hours: float
    hand_over_hours: float
    refer_hours: float
    source: str
    edition: str
    office: str
    hotline: str

    @property
    def appeal(self) -> str:
        return "，".join(filter(None, (self.office, self.hotline)))[:CONTACT_LENGTH]


def lines_of(area_path: str, on: date) -> Lines:
    """Return the numbers that hold at a gate of the area on the day."""
    fever, incident = rule("fever_threshold_c", area_path, on), incident_of(area_path)

    def number(key: str) -> float:
        return float(rule(key, area_path, on).value)

    return Lines(
        fever_c=float(fever.value),
        symptoms=tuple(rule("observation.symptoms_to_refer", area_path, on).value or ()),
        lowest_c=number("observation.reading_min_c"),
        highest_c=number("observation.reading_max_c"),
        rest_minutes=int(number("gate.rest_minutes")),
        memory_hours=number("gate.memory_hours"),
        hand_over_hours=number("gate.accept_within_hours"),
        refer_hours=number("referral_within_hours"),
        source=fever.source,
        edition=fever.edition,
        office=incident.office if incident else "",
        hotline=incident.hotline if incident else "",
    )


def measures_at(area_path: str, on: date) -> list[Any]:
    """Return the measures of entry and traffic that hold at a gate of the area on the day."""
    return [one for one in measures_in_force(area_path, on) if one.kind in AT_GATES]


def gate_rule(area_path: str, lines: Lines, measures: Iterable[Any]) -> GateRule:
    """Return the rule of a gate with the measures that were found for it."""
    known = [InForce(str(one.pk), one.area_path, one.starts_on, one.ends_on) for one in measures]
    return GateRule(area_path, lines.fever_c, frozenset(lines.symptoms), known)
