"""Putting whom a lead names into the register at the door, so that the worker need not type the list anew.

Refuses a lead that already stands for a registered person; the register's own rules and rights hold as ever.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

from pydantic import Field

from lianfang.domain.people.actions.fields import HouseholdId, VillageOrGrid
from lianfang.domain.people.actions.households import AddHousehold, add_household
from lianfang.domain.people.actions.persons import AddPerson, add_person
from lianfang.domain.screening.actions.leads import LeadId, Version, find_lead, save_lead
from lianfang.domain.screening.models.leads import OPEN_STATES, Lead
from lianfang.foundation.actions.inputs import MISSING, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

STANDS_FOR_ONE = refusal(
    "screening.lead_has_person",
    "这条线索已有登记人员，或已核查，不必再登记。",
    "The lead already stands for a registered person, or was answered.",
    status=409,
)
NOT_REGISTERED = when(
    lambda state, person, same_as: state in OPEN_STATES and person is None and same_as is None,
    "state", "person_id", "same_as_id",
)  # fmt: skip


class RegisterLead(Input):
    lead_id: LeadId
    household_id: HouseholdId | None = Field(None, **labelled("住在哪一户（已登记的户）", "Household", "household"))
    area_path: VillageOrGrid | None = Field(
        None, **labelled("或新登记一户：村或网格", "Or a new household: area", "area")
    )
    number: str = Field("", max_length=30, **labelled("新登记户的门牌（户号）", "House number of the new household"))
    address: str = Field("", max_length=200, **labelled("新登记户的地址", "Address of the new household"))
    name: str = Field("", max_length=60, **labelled("姓名（不填则用线索上的）", "Name (default: the lead's)"))
    version: Version = None


@action("screening.register_lead", both("登记此人", "Register them"), RegisterLead,
        subject=Subject("screening.leads", "lead_id", NOT_REGISTERED))  # fmt: skip
def register_lead(call: Call, given: RegisterLead) -> Result:
    """Register whom a lead names with what the list said, in a household that is known or a new one; the answer to
    the lead then needs no person to be looked up. Who may be the same person is told, never refused."""
    lead = find_lead(call, given.lead_id, given.version)
    if not call.allows(NOT_REGISTERED, lead):
        raise STANDS_FOR_ONE(field="lead_id")
    home = given.household_id or _new_home(call, given, lead)
    told = _person(call, given, lead, home)
    lead.person_id = UUID(str(told["id"]))
    save_lead(lead, "person_id")
    call.about("screening.leads", lead.pk)
    return {"id": str(lead.pk), "version": lead.version, "person_id": told["id"], "household_id": str(home),
            "duplicates": told["duplicates"], "duplicates_elsewhere": told["duplicates_elsewhere"]}  # fmt: skip


def _new_home(call: Call, given: RegisterLead, lead: Lead) -> UUID:
    """Add the household by the register's own action. Raises what that refuses."""
    if not given.number or given.area_path is None:
        raise MISSING(field="number" if given.area_path else "household_id")
    asked = AddHousehold(area_path=given.area_path, number=given.number, address=given.address,
                         head_name=given.name or lead.name)  # fmt: skip
    one = replace(call, id=uuid5(call.id, "household"), action="people.add_household", given=asked)
    add_household(one, asked)
    return one.id


def _person(call: Call, given: RegisterLead, lead: Lead, home: UUID) -> Result:
    """Add the person by the register's own action. Raises what that refuses."""
    asked = AddPerson(household_id=home, name=given.name or lead.name, sex=lead.sex, born_on=lead.born_on,
                      identity_number=lead.identity_number, phone=lead.phone, status="resident")  # fmt: skip
    one = replace(call, action="people.add_person", given=asked)
    return add_person(one, asked) or {}
