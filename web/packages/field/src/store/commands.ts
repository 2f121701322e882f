// The commands this phone can send, each built in one place from what the worker tapped.
import { type Bilingual, type Language, say } from '@lianfang/core'
import { bothWays, i18n } from '../i18n'
import type { Errand, Household, Notice, Person, Slot } from './bundle'
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
      outcome: i18n.global.t(`visit.outcomes.${made.outcome}`, {}, { locale }),
    })),
    subject: subjects.visit(made.household.id),
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
