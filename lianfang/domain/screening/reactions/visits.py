"""What follows from visits inside screening and below it, and how sweeps follow the register. Safe to repeat."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lianfang.domain.areas.queries import ancestors_of
from lianfang.domain.people.queries import find_household, find_persons
from lianfang.domain.screening.queries.visits import find_visit, learnt_at, running_campaigns
from lianfang.foundation.actions.running import follow
from lianfang.kernel.errors import Refusal


def keep_roster(fact: dict[str, Any]) -> None:
    """Bring the register in line with who lives behind the door: newcomers are added, people who left are away.

    Nobody is moved out of the register by what a neighbour or a child said at the door: that is for a person to decide.
    """
    visit = find_visit(fact["visit_id"])
    roster = learnt_at(visit).get("roster", {}) if visit else {}
    commands = [
        ("people.add_person", {**one, "household_id": fact["household_id"]}, f"added:{number}")
        for number, one in enumerate(roster.get("added", ()))
    ]
    commands += [
        ("people.move_person", {"person_id": one, "status": "away", "reason": "入户核实已离开"}, f"left:{one}")
        for one in roster.get("left", ())
    ]
    _follow_all(commands, fact["event_id"])


def report_returnees(fact: dict[str, Any]) -> None:
    """Report a lead for everybody the visit names as come back: matched and cared for as all leads are."""
    visit = find_visit(fact["visit_id"])
    told = learnt_at(visit).get("returnees", []) if visit else []
    home = find_household(UUID(fact["household_id"]))
    known = find_persons(UUID(one["person_id"]) for one in told if one.get("person_id"))
    leads = [
        {
            "source": "sweep" if fact["campaign_id"] else "grid",
            "area_path": fact["area_path"],
            "name": one.get("name") or _name_of(known, one),
            "phone": one.get("phone", ""),
            "address": home.address if home and not home.confidential_address else "",
            "returned_on": one.get("came_on"),
            "reason": _words("入户得知", one.get("came_from"), one.get("travelled_by")),
        }
        for one in told
    ]
    named = [lead for lead in leads if lead["name"] or lead["phone"]]
    _follow_all([("screening.report_lead", lead, str(number)) for number, lead in enumerate(named)], fact["event_id"])


def _name_of(known: dict[UUID, Any], one: dict[str, Any]) -> str:
    person = known.get(UUID(one["person_id"])) if one.get("person_id") else None
    return str(person.name) if person else ""


def _words(*parts: str | None) -> str:
    return "，".join(part for part in parts if part)


def _follow_all(commands: list[tuple[str, dict[str, Any], str]], because: str) -> None:
    """Carry out every command; the first refusal is raised after the others had their turn."""
    refused: Refusal | None = None
    for name, given, key in commands:
        try:
            follow(name, given, because=because, key=key)
        except Refusal as no:
            refused = refused or no
    if refused is not None:
        raise refused


def keep_sweeps(fact: dict[str, Any]) -> None:
    """Bring running sweeps in step after doors, or those who answer for them, changed in an area."""
    path = _touched(fact)
    if path and running_campaigns(path):
        follow("screening.refresh_sweep", {"area_path": path}, because=fact["event_id"])


def _touched(fact: dict[str, Any]) -> str:
    """Return the smallest area that holds everything the fact changed."""
    paths = [fact["area_path"], *(one for one in (fact.get("from_path"), fact.get("to_path")) if one)]
    common = [one for one in ancestors_of(min(paths, key=len)) if all(path.startswith(one) for path in paths)]
    return common[-1] if common else ""


def recount_sweeps(fact: dict[str, Any]) -> None:
    """Add up every sweep of an area again, ended ones as well, after its parts came under other codes."""
    follow("screening.recount_sweeps", {"area_path": fact["area_path"]}, because=fact["event_id"])
