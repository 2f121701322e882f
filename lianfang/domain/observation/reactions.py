"""What observation does when other apps announce facts: new editions, moved people, help that was taken on."""

from __future__ import annotations

from typing import Any

from lianfang.domain.observation.queries.editions import proposals_for
from lianfang.foundation.actions.running import follow
from lianfang.kernel.errors import Refusal


def edition_adopted(fact: dict[str, Any]) -> None:
    """Propose earlier ends for running orders that a newer, shorter edition would not have issued so long."""
    for one in proposals_for(fact["profile"], fact["edition"], fact["incident_id"]):
        given = {
            "order_id": one.order_id, "ends_on": one.ends_on.isoformat(), "edition": one.edition[:200],
            "source": one.source[:300], "because_zh": one.because.zh[:300], "because_en": one.because.en[:300],
        }  # fmt: skip
        follow("observation.propose_earlier_end", given, because=fact["event_id"], key=one.order_id)


def local_rule_changed(fact: dict[str, Any]) -> None:
    """Reconsider orders bound to local documents where one was set or ended."""
    follow("observation.reconsider_orders", {"area_path": fact["area_path"]}, because=fact["event_id"])


def households_moved(fact: dict[str, Any]) -> None:
    """Bring observation to the area that the households came under."""
    follow("observation.follow_persons", {"person_ids": fact["person_ids"]}, because=fact["event_id"])


def person_moved(fact: dict[str, Any]) -> None:
    """Bring observation to where one person lives now."""
    follow("observation.follow_persons", {"person_ids": [fact["person_id"]]}, because=fact["event_id"])


def request_accepted(fact: dict[str, Any]) -> None:
    """Name who took on the help as the owner of the need it came from."""
    if fact["source"] != "observation.need" or not fact["accepted_by"]:
        return
    given = {"need_id": fact["source_id"], "owner_id": fact["accepted_by"]}
    try:
        follow("observation.settle_need", given, because=fact["event_id"])
    except Refusal as no:
        # the one who took it on may have been deactivated since: the need stays on the gap board
        if no.code != "observation.owner_unknown":
            raise


def lead_confirmed(fact: dict[str, Any]) -> None:
    """Put a confirmed person on the list of those for whom observation is still to be decided."""
    given = {"person_id": fact["person_id"], "lead_id": fact["lead_id"], "last_there_on": fact["last_there_on"]}
    follow("observation.await_decision", given, because=fact["event_id"])


def illness_met(fact: dict[str, Any]) -> None:
    """Refer who was unwell at a door and is under observation; the others are told of by a fact of their own."""
    told = ("area_path", "visit_id", "household_id", "person_ids", "others", "happened_at")
    follow("observation.refer_met", {name: fact[name] for name in told}, because=fact["event_id"])


def illness_at_gate(fact: dict[str, Any]) -> None:
    """Refer who was unwell at a gate and is under observation; the slip of the gate goes to a health worker anyway."""
    if not fact["person_ids"]:
        return
    given = {
        "area_path": fact["area_path"], "found_in": "gate", "visit_id": fact["passage_id"],
        "person_ids": fact["person_ids"], "happened_at": fact["happened_at"],
    }  # fmt: skip
    follow("observation.refer_met", given, because=fact["event_id"])


def sent_by_mistake(fact: dict[str, Any]) -> None:
    """Withdraw the referrals of people whom a gate sent to a health worker by mistake."""
    told = ("area_path", "passage_ids", "person_ids")
    follow("observation.withdraw_referrals", {name: fact[name] for name in told}, because=fact["event_id"])


def persons_merged(fact: dict[str, Any]) -> None:
    """Two entries of a person became one."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("observation.carry_over", given, because=fact["event_id"])


def persons_unmerged(fact: dict[str, Any]) -> None:
    """A merge was undone."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("observation.part_again", given, because=fact["event_id"])
