// The commands this phone can send, each built in one place from what the worker tapped.
import { type Bilingual, type Language, say } from '@lianfang/core'
import { bothWays, t } from '../i18n'
import type { Errand, Escalation, Household, Lead, Notice, Person, Referral, Slot } from './bundle'
import { houseName } from './grid'
import type { NewWork } from './outbox'
import { subjects } from './work'

export type How = 'visit' | 'phone' | 'self'

export interface ReadingTaken {
  person: Person
  observation: string
  slot: Slot | null
  temperature_c: number | null
  symptoms: string[]
  how: How
  /** Who told it, where nobody stood beside the thermometer. */
  note?: string
}

export function readingCommand(taken: ReadingTaken): NewWork {
  return {
    action: 'observation.record_reading',
    input: {
      person_id: taken.person.id,
      order_id: taken.observation,
      temperature_c: taken.temperature_c,
      symptoms: taken.symptoms,
      how: taken.how,
      ...(taken.note ? { note: taken.note } : {}),
    },
    label: bothWays('labels.reading', () => ({
      name: taken.person.name,
      value: taken.temperature_c === null ? '' : `${taken.temperature_c.toFixed(1)}℃`,
    })),
    subject: taken.slot ? subjects.slot(taken.slot) : `reading/${taken.person.id}`,
  }
}

export interface VisitMade {
  household: Household
  campaign: string | null
  outcome: string
  learnt: Record<string, unknown> | null
}

export function visitCommand(made: VisitMade): NewWork {
  return {
    action: 'screening.record_visit',
    input: {
      household_id: made.household.id,
      campaign_id: made.campaign,
      outcome: made.outcome,
      ...(made.learnt ? { learnt: made.learnt } : {}),
    },
    label: bothWays('labels.visit', (locale: Language) => ({
      house: houseName(made.household, ''),
      outcome: t(`visit.outcomes.${made.outcome}`, {}, locale),
    })),
    subject: subjects.visit(made.household.id),
  }
}

/** What was learnt by telephone. It names no sweep: to ring somebody is not to have stood at the door. */
export function callCommand(person: Person, house: Household, learnt: Record<string, unknown>): NewWork {
  return {
    action: 'screening.record_visit',
    input: { household_id: house.id, outcome: 'done', learnt },
    label: bothWays('labels.call', () => ({ name: person.name })),
    subject: `call/${person.id}`,
  }
}

export function readCommand(notice: Notice): NewWork {
  const title: Bilingual = typeof notice.title === 'string' ? { zh: notice.title, en: notice.title } : notice.title
  return {
    action: 'organisation.read_notices',
    input: { notices: [notice.id] },
    label: bothWays('labels.notice', (locale) => ({ title: say(title, locale) })),
    subject: subjects.notice(notice.id),
  }
}

/** What tells the server that a day's work went from one phone to another; both may send it. */
export function handOverCommand(id: string, word: string, who: string, gave: boolean): NewWork {
  return {
    action: 'organisation.hand_over_day',
    input: { handing: word },
    label: bothWays(gave ? 'labels.gave' : 'labels.took', () => ({ name: who })),
    subject: `hand/${id}`,
  }
}

export function errandCommand(errand: Errand, step: 'accept' | 'deliver', note: string): NewWork {
  const what: Bilingual = { zh: errand.what, en: errand.what }
  return {
    action: step === 'accept' ? 'welfare.accept_request' : 'welfare.deliver_request',
    input: { request_id: errand.id, ...(note ? { note } : {}) },
    label: bothWays(`labels.${step}`, (locale) => ({ what: say(what, locale) })),
    subject: subjects.errand(errand.id, step),
  }
}

export interface LeadAnswer {
  lead: Lead
  outcome: string
  person: Person | null
  address: string
  measure: string
  last_there_on: string | null
  note: string
  tries: number
}

export function leadCommand(answer: LeadAnswer): NewWork {
  return {
    action: 'screening.answer_lead',
    input: {
      lead_id: answer.lead.id,
      outcome: answer.outcome,
      ...(answer.person ? { person_id: answer.person.id } : {}),
      ...filled({ address: answer.address, measure: answer.measure, note: answer.note }),
      ...(answer.last_there_on ? { last_there_on: answer.last_there_on } : {}),
      tries: answer.tries,
    },
    label: bothWays('labels.lead', (locale: Language) => ({
      name: answer.lead.name,
      outcome: t(`lead.outcomes.${answer.outcome}`, {}, locale),
    })),
    subject: subjects.lead(answer.lead.id),
  }
}

/** Register whom the lead names in a household that is known here; the answer after it needs no person then. */
export function registerLeadCommand(lead: Lead, house: Household): NewWork {
  return {
    action: 'screening.register_lead',
    input: { lead_id: lead.id, household_id: house.id },
    label: bothWays('labels.registered', () => ({ name: lead.name, house: houseName(house, '') })),
    subject: subjects.registered(lead.id),
  }
}

export function acceptReferralCommand(referral: Referral): NewWork {
  return {
    action: 'observation.accept_referral',
    input: { referral_id: referral.id },
    label: bothWays('labels.acceptReferral', () => ({ name: referral.name })),
    subject: subjects.referral(referral.id, 'accept'),
  }
}

export function closeReferralCommand(
  referral: Referral,
  found: { outcome: string; destination: string; note: string },
): NewWork {
  return {
    action: 'observation.close_referral',
    input: { referral_id: referral.id, ...filled(found) },
    label: bothWays('labels.closeReferral', () => ({ name: referral.name })),
    subject: subjects.referral(referral.id, 'close'),
  }
}

export function escalationCommand(escalation: Escalation, done: string): NewWork {
  return {
    action: 'observation.answer_escalation',
    input: { escalation_id: escalation.id, done },
    label: bothWays('labels.escalation', () => ({ name: escalation.name })),
    subject: subjects.escalation(escalation.id),
  }
}

function filled(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}
