"""What welfare does when other apps announce needs: a request with its clock, and its owner where one is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from lianfang.domain.welfare.queries import kind_for, request_from, state_of
from lianfang.domain.welfare.rules import KINDS
from lianfang.foundation.actions.running import follow
from lianfang.foundation.privacy.keys import ring
from lianfang.kernel.errors import Refusal

NEED = "observation.need"
VISIT = "screening.visit"
UNWELL = "入户时有人身体不适，请医务人员联系"


def need_raised(fact: dict[str, Any]) -> None:
    """Ask for help for a need found before observation; the same need asks once."""
    if request_from(NEED, fact["need_id"]) is not None:
        return
    given = {
        "household_id": fact["household_id"], "person_id": fact["person_id"], "source": NEED,
        "kind": kind_for(fact["code"], fact["request_class"]), "what": fact["question"], "owner_id": fact["owner_id"],
        "source_id": fact["need_id"],
    }  # fmt: skip
    follow("welfare.raise_request", given, because=fact["event_id"])


def need_owned(fact: dict[str, Any]) -> None:
    """Let the owner of a need take on its request, unless somebody has already."""
    request_id = request_from(NEED, fact["need_id"])
    if request_id is None or state_of(request_id) not in ("raised", "not_delivered"):
        return
    given = {"request_id": str(request_id), "owner_id": fact["owner_id"]}
    try:
        follow("welfare.accept_request", given, because=fact["event_id"])
    except Refusal as no:
        # the owner may have been deactivated since: the request stays on the gap board
        if no.code != "welfare.owner_unknown":
            raise


def households_moved(fact: dict[str, Any]) -> None:
    """Bring open requests to the area their households came under."""
    given = {"household_ids": fact["household_ids"], "person_ids": fact["person_ids"]}
    follow("welfare.follow_homes", given, because=fact["event_id"])


def person_moved(fact: dict[str, Any]) -> None:
    """Bring one person's open requests to where they live now."""
    follow("welfare.follow_homes", {"person_ids": [fact["person_id"]]}, because=fact["event_id"])


def needs_met(fact: dict[str, Any]) -> None:
    """Ask for everything that was asked for at a door; the words come sealed in the fact and are opened here."""
    for number, need in enumerate(fact["needs"]):
        kind = need["kind"] if need["kind"] in KINDS else "other"
        what = ring().decrypt(need["what_sealed"], "visit.need") if need["what_sealed"] else KINDS[kind][0].zh
        _raise_from_visit(fact, f"need:{number}", kind, what, need["person_id"])


def illness_met(fact: dict[str, Any]) -> None:
    """Ask for a health worker for everybody who was unwell at a door. What they feel stands in the visit, not here."""
    for person in fact["person_ids"]:
        _raise_from_visit(fact, f"unwell:{person}", "treatment", UNWELL, person)
    if fact["others"]:
        _raise_from_visit(fact, "unwell:others", "treatment", UNWELL, None)


def _raise_from_visit(fact: dict[str, Any], key: str, kind: str, what: str, person_id: str | None) -> None:
    """Raise one request, once however often the fact is told."""
    source_id = uuid5(UUID(fact["visit_id"]), key)
    if request_from(VISIT, source_id) is not None:
        return
    whose = {"person_id": person_id} if person_id else {"household_id": fact["household_id"]}
    given = {**whose, "kind": kind, "what": what, "source": VISIT, "source_id": str(source_id)}
    follow("welfare.raise_request", given, because=fact["event_id"], key=key)


def persons_merged(fact: dict[str, Any]) -> None:
    """Two entries of a person became one."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("welfare.carry_over", given, because=fact["event_id"])


def persons_unmerged(fact: dict[str, Any]) -> None:
    """A merge was undone."""
    given = {"kept_id": fact["kept_id"], "merged_id": fact["merged_id"]}
    follow("welfare.part_again", given, because=fact["event_id"])
