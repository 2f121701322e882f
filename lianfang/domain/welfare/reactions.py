"""What welfare does when other apps announce needs: a request with its clock, and its owner where one is named."""

from __future__ import annotations

from typing import Any

from lianfang.domain.welfare.queries import kind_for, request_from, state_of
from lianfang.foundation.actions.running import follow
from lianfang.kernel.errors import Refusal

NEED = "observation.need"


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
