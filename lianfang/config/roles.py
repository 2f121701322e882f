"""Who may do and see what: the policy page. Roles are patterns over action and table names, and a level per privacy class."""

from __future__ import annotations

from lianfang.foundation.access.policy import Role
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.kernel.text import both

CLEAR, MASKED, HIDDEN = Level.CLEAR, Level.MASKED, Level.HIDDEN
IDENTITY, CONTACT, ADDRESS = PrivacyClass.IDENTITY, PrivacyClass.CONTACT, PrivacyClass.ADDRESS
HEALTH, MOVEMENT = PrivacyClass.HEALTH, PrivacyClass.MOVEMENT
VULNERABILITY, MINOR = PrivacyClass.VULNERABILITY, PrivacyClass.MINOR

MASKED_ALL = dict.fromkeys([IDENTITY, CONTACT, ADDRESS, HEALTH, MOVEMENT, VULNERABILITY, MINOR], MASKED)

# what anyone who works in an area may do about themselves and look up
EVERYBODY = (
    "areas.areas",
    "organisation.responsibilities", "organisation.workers", "organisation.units", "organisation.accept_responsibility",
    "incidents.incidents", "incidents.rule_values", "incidents.measures",
    "accounts.change_password", "accounts.choose_language",
)  # fmt: skip

# what may be read of incidents; what is decided about them is the county's
INCIDENT_TABLES = (
    "incidents.incidents", "incidents.reviews", "incidents.measures", "incidents.rule_values", "incidents.editions",
    "incidents.adoptions", "incidents.local_rules",
)  # fmt: skip

FIELD_WORK = (
    *EVERYBODY,
    "people.households", "people.persons", "people.vulnerable", "people.add_household", "people.add_person",
    "people.edit_household", "people.edit_person", "people.move_person", "people.set_vulnerability",
    "screening.record_visit", "screening.correct_visit", "screening.visits", "screening.sweep_households", "screening.leads", "screening.answer_lead", "screening.report_lead",
    "screening.campaigns", "screening.coverage",
    "observation.orders", "observation.slots", "observation.readings", "observation.record_reading",
    "observation.notify_person", "observation.needs", "observation.settle_need", "observation.timetable",
    "observation.escalations", "observation.answer_escalation", "observation.issue_link", "observation.referrals",
    "welfare.requests", "welfare.raise_request", "welfare.accept_request", "welfare.deliver_request", "welfare.confirm_request",
    "welfare.return_request", "welfare.reopen_request", "welfare.withdraw_request", "welfare.steps",
)  # fmt: skip

COORDINATION = (
    *FIELD_WORK,
    "areas.*", "places.*", "people.*", "organisation.*", "screening.*", "observation.*", "welfare.*", "reports.*", *INCIDENT_TABLES,
    "jobs.jobs", "events.failures", "intake.*", "privacy.reveal_value", "actions.refused_commands", "actions.resolve_refused",
    "accounts.accounts", "devices.devices", "devices.mark_lost", "devices.mark_found", "devices.name_device",
)  # fmt: skip

ROLES = (
    Role(
        "duty_officer", both("县指挥部值班员", "County duty officer"),
        (*COORDINATION, "incidents.*", "accounts.*", "access.*", "audit.lines", "tables.export_named", "privacy.*"),
        MASKED_ALL | {ADDRESS: CLEAR, VULNERABILITY: CLEAR},
    ),
    Role(
        "county_leader", both("县领导", "County leader"),
        (*EVERYBODY, "people.households", "observation.orders", "observation.slots", "screening.campaigns", "screening.coverage",
         "welfare.requests", "reports.*", "screening.leads", "places.places", "observation.needs"),
        dict.fromkeys([ADDRESS], MASKED),
    ),
    Role(
        "township_coordinator", both("乡镇协调员", "Township coordinator"),
        COORDINATION,
        MASKED_ALL | {ADDRESS: CLEAR, VULNERABILITY: CLEAR, HEALTH: CLEAR, MOVEMENT: CLEAR},
    ),
    Role(
        "village_secretary", both("村支书", "Village secretary"),
        (*FIELD_WORK, "reports.*", "screening.*", "observation.order_observation", "observation.awaited", "observation.waive_observation", "observation.propose_release", "observation.confirm_release",
         "observation.proposals", "observation.accept_earlier_end", "observation.decline_proposal", "observation.changes",
         "observation.propose_change", "observation.mark_lost", "observation.resume_order", "observation.steps",
         "observation.links", "observation.revoke_link", "observation.begin_observation",
         "organisation.assign_responsibility", "organisation.assign_many",
         "organisation.end_responsibility", "organisation.hand_over_all", "organisation.coverage", "areas.create_grid", "areas.rename_grid", "areas.changes",
         "places.*", "privacy.reveal_value", "people.*", "devices.*"),
        MASKED_ALL | {ADDRESS: CLEAR, VULNERABILITY: CLEAR, HEALTH: CLEAR, MOVEMENT: CLEAR, IDENTITY: MASKED, CONTACT: CLEAR, MINOR: CLEAR},
    ),
    Role(
        "grid_worker", both("网格员", "Grid worker"),
        (*FIELD_WORK, "privacy.reveal_value"),
        {IDENTITY: MASKED, CONTACT: CLEAR, ADDRESS: CLEAR, HEALTH: CLEAR, MOVEMENT: CLEAR, VULNERABILITY: CLEAR, MINOR: CLEAR},
    ),
    Role(
        "village_doctor", both("村医", "Village doctor"),
        (*FIELD_WORK, "observation.referrals", "observation.accept_referral", "observation.close_referral", "privacy.reveal_value"),
        {IDENTITY: MASKED, CONTACT: CLEAR, ADDRESS: CLEAR, HEALTH: CLEAR, MOVEMENT: CLEAR, VULNERABILITY: CLEAR, MINOR: CLEAR},
    ),
    Role(
        "health_desk", both("卫健专班", "Health desk"),
        (*EVERYBODY, "observation.*", "people.persons", "people.households", "privacy.reveal_value",
         "reports.reports", "reports.figures", "reports.publications"),
        MASKED_ALL | {HEALTH: CLEAR, CONTACT: CLEAR, ADDRESS: CLEAR},
    ),
    Role(
        "tracer", both("流调员", "CDC tracer"),
        (*EVERYBODY, "people.persons", "people.households", "observation.*", "screening.*", "privacy.reveal_value", "places.*"),
        {IDENTITY: MASKED, CONTACT: CLEAR, ADDRESS: CLEAR, HEALTH: CLEAR, MOVEMENT: CLEAR, VULNERABILITY: MASKED, MINOR: MASKED},
    ),
    Role(
        "checkpoint_volunteer", both("卡点值守员", "Checkpoint volunteer"),
        (*EVERYBODY, "places.places", "screening.report_lead"),
        {},
    ),
    Role(
        "department_desk", both("部门专员", "Department desk"),
        (*EVERYBODY, "places.*", "welfare.requests", "screening.campaigns", "screening.coverage"),
        {ADDRESS: MASKED},
    ),
    Role(
        "auditor", both("审计员", "Auditor"),
        ("areas.areas", "audit.lines", "privacy.reveals", "privacy.exports", "privacy.freezes", "privacy.freeze_exports", "jobs.jobs", "events.failures", "organisation.responsibilities",
         "organisation.workers", "access.grants", *INCIDENT_TABLES, "actions.refused_commands"),
        {},
    ),
)  # fmt: skip
