"""What follows from what: a fact on the left, its reactions on the right, run after commit and retried."""

from __future__ import annotations

from lianfang.domain.areas import events as areas
from lianfang.domain.checkpoints.events import passages as checkpoints
from lianfang.domain.checkpoints.reactions import permits as permits_react
from lianfang.domain.incidents import events as incidents
from lianfang.domain.observation import events as observation
from lianfang.domain.observation import reactions as observation_reacts
from lianfang.domain.organisation import events as organisation
from lianfang.domain.organisation import reactions as organisation_reacts
from lianfang.domain.people import events as people
from lianfang.domain.places import events as places
from lianfang.domain.screening import events as screening
from lianfang.domain.screening.reactions import gates as screening_gates
from lianfang.domain.screening.reactions import persons as screening_persons
from lianfang.domain.screening.reactions.visits import keep_roster, keep_sweeps, recount_sweeps, report_returnees
from lianfang.domain.welfare import events as welfare
from lianfang.domain.welfare import reactions as welfare_reacts
from lianfang.domain.workforce.events import posts
from lianfang.foundation.events.announcing import Reaction
from lianfang.kernel.facts import Fact

WIRING: dict[type[Fact], tuple[Reaction, ...]] = {
    # doors, and who answers for them, change: running sweeps follow
    people.HouseholdAdded: (keep_sweeps,),
    people.HouseholdChanged: (keep_sweeps,),
    people.HouseholdClosed: (organisation_reacts.end_with_household, keep_sweeps, permits_react.household_closed),
    people.HouseholdsMoved: (
        organisation_reacts.follow_households,
        keep_sweeps,
        observation_reacts.households_moved,
        welfare_reacts.households_moved,
        permits_react.households_moved,
    ),
    people.PersonMoved: (
        organisation_reacts.follow_person,
        observation_reacts.person_moved,
        welfare_reacts.person_moved,
    ),
    # what belongs to two entries of a person is one, and two again when the merge is undone
    people.PersonsMerged: (
        organisation_reacts.follow_merge,
        observation_reacts.persons_merged,
        screening_persons.persons_merged,
        welfare_reacts.persons_merged,
    ),
    people.PersonsUnmerged: (
        organisation_reacts.follow_unmerge,
        observation_reacts.persons_unmerged,
        screening_persons.persons_unmerged,
        welfare_reacts.persons_unmerged,
    ),
    places.PlaceClosed: (organisation_reacts.end_with_place,),
    # whoever leads a post goes where it goes, and is free when it is withdrawn
    posts.PostMoved: (organisation_reacts.follow_post,),
    posts.PostWithdrawn: (organisation_reacts.end_with_post,),
    areas.GridClosed: (organisation_reacts.end_with_grid,),
    # a register gave areas other codes: sweeps are counted under these
    areas.AreasMoved: (keep_sweeps, recount_sweeps),
    people.PeopleAdded: (keep_sweeps,),
    organisation.ResponsibilityAssigned: (keep_sweeps,),
    organisation.HouseholdsAssigned: (keep_sweeps,),
    organisation.ResponsibilityEnded: (keep_sweeps,),
    organisation.ResponsibilitiesTurned: (keep_sweeps,),
    organisation.ResponsibilitiesHandedOver: (keep_sweeps,),
    # who is confirmed to be here waits for a decision on observation; nobody falls through between two lists.
    # The household's permit to go out ends with it.
    screening.LeadConfirmed: (observation_reacts.lead_confirmed, permits_react.returnee_registered),
    # what a visit learnt at the door
    screening.ReturneesMet: (report_returnees,),
    screening.NeedsMet: (welfare_reacts.needs_met,),
    # who is under observation is referred, and only for the others a health worker is asked for
    screening.IllnessMet: (observation_reacts.illness_met,),
    observation.IllnessNotObserved: (welfare_reacts.illness_met,),
    screening.RosterChangesMet: (keep_roster,),
    # who was handed over at a gate is cared for as all who came back; who was unwell there is seen by a health worker
    checkpoints.SlipAccepted: (screening_gates.slip_accepted,),
    checkpoints.SentToHealth: (observation_reacts.illness_at_gate,),
    # a passage was corrected: the referral that came of a mistake goes with it, unless somebody acts on it already
    checkpoints.SentByMistake: (observation_reacts.sent_by_mistake,),
    # a newer, shorter rule proposes to end running orders earlier; a longer one does nothing
    incidents.EditionAdopted: (observation_reacts.edition_adopted, observation_reacts.local_rule_changed),
    incidents.LocalRuleSet: (observation_reacts.local_rule_changed,),
    incidents.LocalRuleEnded: (observation_reacts.local_rule_changed,),
    # needs found before observation are help to be given, and whoever gives it owns the need
    observation.NeedRaised: (welfare_reacts.need_raised,),
    observation.NeedOwned: (welfare_reacts.need_owned,),
    welfare.RequestAccepted: (observation_reacts.request_accepted,),
}
