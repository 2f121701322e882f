"""What waits for a worker's answer beside visits, readings and errands: leads, referrals and runs of missed readings.

Read through the same tables as at a console, so that masks and confidential addresses hold on the phone too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.tables.reading import Query, read_all

Rows = list[dict[str, Any]]

LEAD = ("name", "phone", "address", "source", "person", "tries", "returned_on", "received_at", "due_at")
REFERRAL = ("name", "phone", "address", "reasons", "person", "state", "opened_at", "refer_by")
ESCALATION = ("name", "person", "missed", "since")


def leads_of(actor: Actor) -> Rows:
    """Return the leads dispatched to this worker that stand for themselves: the others are answered with those."""
    if actor.account_id is None or not actor.may("screening.leads"):
        return []
    asked = Query(where={"assignee_id": str(actor.account_id), "state": "dispatched"})
    rows = [row for row in read_all(actor, "screening.leads", asked) if not row["cells"]["same_as"]]
    return _plain([row for row in rows if actor.may("screening.answer_lead", row["area"])], LEAD)


def referrals_of(actor: Actor, paths: Iterable[str]) -> Rows:
    """Return the referrals of the areas that this person may accept and close, until they are closed."""
    mine = [path for path in paths if actor.may("observation.accept_referral", path)]
    asked = {"state__in": "open,accepted"}
    rows = [row for path in mine for row in read_all(actor, "observation.referrals", Query(asked, path))]
    return _plain(rows, REFERRAL)


def escalations_of(actor: Actor, paths: Iterable[str]) -> Rows:
    """Return the runs of missed readings of the areas that this person may answer and nobody has answered."""
    mine = [path for path in paths if actor.may("observation.answer_escalation", path)]
    asked = {"resolved_at": "", "acted_at": ""}
    rows = [row for path in mine for row in read_all(actor, "observation.escalations", Query(asked, path))]
    return _plain(rows, ESCALATION)


def _plain(rows: Rows, names: tuple[str, ...]) -> Rows:
    """Return the named cells that are not empty, each record once and in an order that does not change by itself."""
    once = {row["id"]: row for row in rows}
    return [
        {"id": key, "area": once[key]["area"]}
        | {name: once[key]["cells"][name] for name in names if once[key]["cells"][name] not in (None, "", [])}
        for key in sorted(once)
    ]
