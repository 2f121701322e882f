"""People confirmed by a lead and not yet decided upon: kept until there is an order or a reason why none is needed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.orders import NO_PERSON, settle
from lianfang.domain.observation.events import PersonAwaited
from lianfang.domain.observation.models import Awaited, Order
from lianfang.domain.people.queries import find_person
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NOT_AWAITED = refusal(
    "observation.not_awaited", "此人不在待定名单上。", "Nobody waits for a decision on this person.", status=404
)


class AwaitDecision(Input):
    person_id: UUID
    lead_id: UUID
    last_there_on: date | None = None


@action("observation.await_decision", both("待定是否观察", "Await a decision"), AwaitDecision, offered=False)
def await_decision(call: Call, given: AwaitDecision) -> Result:
    """Keep that a confirmed person needs a decision; somebody already under observation needs none."""
    person = find_person(given.person_id)
    if person is None:
        raise NO_PERSON(field="person_id")
    call.permit(person.area_path)
    call.about("people.persons", person.pk)
    if Order.objects.filter(person_id=person.pk).exclude(state__in=rules.CLOSED_STATES).exists():
        return {"awaited": False}
    Awaited.objects.update_or_create(
        person_id=person.pk,
        defaults={
            "household_id": person.household_id, "area_path": person.area_path, "lead_id": given.lead_id,
            "last_there_on": given.last_there_on, "since": call.received_at, "settled_at": None, "settled_by": None,
            "settled_how": "", "reason": "",
        },
    )  # fmt: skip
    call.announce(PersonAwaited(area_path=person.area_path, person_id=person.pk))
    return {"awaited": True}


class WaiveObservation(Input):
    person_id: UUID = Field(**labelled("人员", "Person", "person"))
    reason: str = Field(min_length=2, max_length=200, **labelled("为什么不需要", "Why none is needed", "textarea"))


UNSETTLED = when_empty("settled_at")


@action("observation.waive_observation", both("不需要观察", "No observation needed"), WaiveObservation,
        subject=Subject("observation.awaited", "person_id", UNSETTLED))  # fmt: skip
def waive_observation(call: Call, given: WaiveObservation) -> Result:
    """Decide, with the reason, that a confirmed person needs no observation."""
    waiting = Awaited.objects.select_for_update().filter(pk=given.person_id).first()
    if waiting is None or not call.allows(UNSETTLED, waiting):
        raise NOT_AWAITED(field="person_id")
    call.permit(waiting.area_path)
    settle(call, given.person_id, waiting.area_path, "waived", given.reason)
    call.about("people.persons", given.person_id)
    return {"id": str(given.person_id)}
