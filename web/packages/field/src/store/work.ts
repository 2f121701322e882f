// Today as one list in walking order. Pure: the grid, the queue and the moment go in, houses with their work come out.
import type { Entry } from '@lianfang/core'
import { dayOf } from '@lianfang/core'
import type { Bundle, Errand, Escalation, Household, Lead, Notice, OpenVisit, Referral, Slot } from './bundle'

export type Work =
  | { kind: 'slot'; key: string; slot: Slot; late: boolean }
  | { kind: 'visit'; key: string; visit: OpenVisit; late: boolean }
  | { kind: 'errand'; key: string; errand: Errand; late: boolean }
  | { kind: 'lead'; key: string; lead: Lead; late: boolean }
  | { kind: 'referral'; key: string; referral: Referral; late: boolean }
  | { kind: 'escalation'; key: string; escalation: Escalation; late: boolean }

export interface HouseWork {
  household: Household | null
  work: Work[]
}

export interface Day {
  houses: HouseWork[]
  left: number
  done: number
}

/** What an entry of the queue is about; the same words in `subject` and here tie the two together. */
export const subjects = {
  slot: (slot: Pick<Slot, 'person_id' | 'day_on' | 'slot'>) => `slot/${slot.person_id}/${slot.day_on}/${slot.slot}`,
  visit: (household: string) => `visit/${household}`,
  notice: (notice: string) => `notice/${notice}`,
  errand: (errand: string, step: 'accept' | 'deliver') => `errand/${errand}/${step}`,
  lead: (lead: string) => `lead/${lead}`,
  /** To register whom a lead names is a part of answering it, and no work of its own. */
  registered: (lead: string) => `registered/${lead}`,
  referral: (referral: string, step: 'accept' | 'close') => `referral/${referral}/${step}`,
  escalation: (escalation: string) => `escalation/${escalation}`,
}

/** Whether a work goes to another phone with its household; what one person was asked to answer stays with that person. */
export function goesAlong(work: Work): boolean {
  return work.kind === 'slot' || work.kind === 'visit' || work.kind === 'errand'
}

/** Everything to do at `now`, house by house. What this phone has recorded counts as done before the server knows it. */
export function dayWork(bundle: Bundle, entries: Entry[], now: Date): Day {
  const recorded = new Set(bundle.done_elsewhere)
  for (const entry of entries) if (entry.state !== 'refused') recorded.add(entry.subject ?? '')
  const all = [
    ...slotWork(bundle, now),
    ...visitWork(bundle, now),
    ...errandWork(bundle, recorded, now),
    ...answerWork(bundle, recorded, now),
  ]
  const gone = new Set(bundle.handed_over)
  const open = all.filter((work) => !recorded.has(subjectOf(work)))
  const houses = byHouse(bundle, open).flatMap((house) => {
    const work = gone.has(house.household?.id ?? '') ? house.work.filter((one) => !goesAlong(one)) : house.work
    return work.length > 0 ? [{ ...house, work }] : []
  })
  const left = houses.reduce((sum, house) => sum + house.work.length, 0)
  return { houses, left, done: doneToday(bundle, entries, now) }
}

/** The notices nobody on this phone has read yet, by the server's mark or by one that still waits in the queue; what
 * stands in the list as work is not told twice. */
export function unreadNotices(bundle: Bundle, entries: Entry[]): Notice[] {
  const marked = new Set(entries.filter((entry) => entry.state !== 'refused').map((entry) => entry.subject ?? ''))
  const listed = new Set([
    ...bundle.leads.map((one) => `lead:${one.id}`),
    ...bundle.referrals.map((one) => `referral:${one.id}`),
    ...bundle.escalations.map((one) => `escalation:${one.id}`),
  ])
  return bundle.notices.filter(
    (notice) => !notice.read && !marked.has(subjects.notice(notice.id)) && !listed.has(notice.id),
  )
}

function subjectOf(work: Work): string {
  if (work.kind === 'slot') return subjects.slot(work.slot)
  if (work.kind === 'visit') return subjects.visit(work.visit.household_id)
  if (work.kind === 'lead') return subjects.lead(work.lead.id)
  if (work.kind === 'referral') return subjects.referral(work.referral.id, 'close')
  if (work.kind === 'escalation') return subjects.escalation(work.escalation.id)
  return subjects.errand(work.errand.id, 'deliver')
}

function slotWork(bundle: Bundle, now: Date): Work[] {
  const today = dayOf(now)
  return bundle.slots
    .filter((slot) => slot.state === 'due' || (slot.state === 'missed' && slot.day_on === today))
    .map((slot) => ({ kind: 'slot', key: slot.id, slot, late: slot.state === 'missed' || isPast(slot.closes_at, now) }))
}

function visitWork(bundle: Bundle, now: Date): Work[] {
  return bundle.visits_open.map((visit) => ({ kind: 'visit', key: visit.id, visit, late: isPast(visit.due_at, now) }))
}

function errandWork(bundle: Bundle, recorded: Set<string>, now: Date): Work[] {
  return bundle.errands
    .filter((errand) => ['raised', 'accepted', 'not_delivered'].includes(errand.state))
    .map((errand) => (recorded.has(subjects.errand(errand.id, 'accept')) ? { ...errand, state: 'accepted' } : errand))
    .map((errand) => ({ kind: 'errand', key: errand.id, errand, late: isPast(errand.due_at, now) }))
}

function answerWork(bundle: Bundle, recorded: Set<string>, now: Date): Work[] {
  const leads = bundle.leads.map((lead): Work => ({ kind: 'lead', key: lead.id, lead, late: isPast(lead.due_at, now) }))
  const referrals = bundle.referrals
    .map((one) => (recorded.has(subjects.referral(one.id, 'accept')) ? { ...one, state: 'accepted' } : one))
    .map((one): Work => {
      // because the time is for taking charge of somebody: once accepted, it was kept or it was not
      const late = one.state === 'open' && isPast(one.refer_by, now)
      return { kind: 'referral', key: one.id, referral: one, late }
    })
  const runs = bundle.escalations.map(
    (one): Work => ({ kind: 'escalation', key: one.id, escalation: one, late: false }),
  )
  return [...referrals, ...runs, ...leads]
}

function isPast(moment: string | null, now: Date): boolean {
  return moment !== null && new Date(moment).getTime() < now.getTime()
}

function doneToday(bundle: Bundle, entries: Entry[], now: Date): number {
  const today = dayOf(now)
  const work = entries.filter(
    (entry) => entry.state !== 'refused' && !/^(notice|registered)\//.test(entry.subject ?? ''),
  )
  const mine = work.filter((entry) => dayOf(new Date(entry.happened_at)) === today)
  const here = new Set(mine.map((entry) => entry.subject ?? ''))
  const elsewhere = bundle.slots.filter((slot) => slot.state === 'recorded' && slot.day_on === today)
  return mine.length + elsewhere.filter((slot) => !here.has(subjects.slot(slot))).length
}

function byHouse(bundle: Bundle, work: Work[]): HouseWork[] {
  const homes = new Map(bundle.persons.map((person) => [person.id, person.household_id]))
  const houses = new Map<string, Work[]>()
  for (const one of work) {
    const house = houseOf(one, homes) ?? ''
    houses.set(house, [...(houses.get(house) ?? []), one])
  }
  const known = new Map(bundle.households.map((house) => [house.id, house]))
  // the households came in walking order, and to compare them again costs more than all the rest of the list
  const order = new Map(bundle.households.map((house, index) => [house.id, index]))
  const place = (house: Household | null) => (house && order.get(house.id)) ?? order.size
  return [...houses]
    .map(([id, list]) => ({ household: known.get(id) ?? null, work: list }))
    .sort((one, other) => place(one.household) - place(other.household))
}

function houseOf(work: Work, homes: Map<string, string | null>): string | null {
  if (work.kind === 'visit') return work.visit.household_id
  if (work.kind === 'slot') return homes.get(work.slot.person_id) ?? null
  if (work.kind === 'lead') return homes.get(work.lead.person_id ?? '') ?? null
  if (work.kind === 'referral') return homes.get(work.referral.person_id ?? '') ?? null
  if (work.kind === 'escalation') return homes.get(work.escalation.person_id ?? '') ?? null
  return work.errand.household_id ?? homes.get(work.errand.person_id ?? '') ?? null
}

let asCounted: Intl.Collator | null = null

/** Walking order: the grid, then the order someone set, then house numbers as people count them (2号 before 10号). */
export function walking(one: Household | null, other: Household | null): number {
  if (!one || !other) return one ? -1 : other ? 1 : 0
  if (one.area !== other.area) return one.area < other.area ? -1 : 1
  if (one.order !== null && other.order !== null && one.order !== other.order) return one.order - other.order
  asCounted ??= new Intl.Collator('zh-Hans-CN', { numeric: true })
  return asCounted.compare(one.door_no || one.address, other.door_no || other.address)
}

/** Households that fit what was typed: part of a name, initials of any member, or a house number. In walking order. */
export function findHouseholds(bundle: Bundle, typed: string): Household[] {
  const wanted = typed.trim().toLowerCase()
  if (!wanted) return bundle.households
  const byMember = new Set(
    bundle.persons
      .filter((person) => person.name.includes(wanted) || fits(person.initials, wanted))
      .map((person) => person.household_id),
  )
  return bundle.households.filter((house) => houseFits(house, wanted) || byMember.has(house.id))
}

function houseFits(house: Household, wanted: string): boolean {
  if (/^\d+号?$/.test(wanted)) return house.door_no.replace(/[^\d-]/g, '').startsWith(wanted.replace('号', ''))
  return (
    house.head.includes(wanted) ||
    house.door_no.includes(wanted) ||
    house.address.includes(wanted) ||
    fits(house.initials, wanted)
  )
}

/** Initials may hold several readings of one name, separated by spaces: 单 is shan and dan. */
function fits(initials: string, wanted: string): boolean {
  return initials
    .toLowerCase()
    .split(/\s+/)
    .some((reading) => reading.startsWith(wanted))
}
