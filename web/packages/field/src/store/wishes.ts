// One's own wishes for rosters as this phone knows them; what is in the queue counts before the server has it.
import { addDays, daysBetween, type Entry, type Language, shortDay } from '@lianfang/core'
import { bothWays } from '../i18n'
import type { Duty, DutyWish } from './bundle'
import type { NewWork } from './outbox'

export interface NewWish {
  from_on: string
  until_on: string
  wants: DutyWish['wants']
  part: DutyWish['part']
}

const ENTER = 'workforce.enter_wish'
const back = (id: string) => `wish/${id}/back`

/** The wishes that stand, the nearest first. `asOf` is when the server packed what this phone took along. */
export function wishesNow(duty: Duty, entries: Entry[], asOf: string): DutyWish[] {
  const live = entries.filter((one) => one.state !== 'refused')
  const gone = new Set(live.map((one) => one.subject))
  const told = duty.wishes ?? []
  const known = new Set(told.map((one) => one.id))
  const fresh = live.filter((one) => one.action === ENTER && !known.has(one.id) && !isPacked(one, asOf)).map(entered)
  return [...told, ...fresh]
    .filter((one) => !gone.has(back(one.id)))
    .sort((one, other) => (one.from_on < other.from_on ? -1 : 1))
}

/** What was sent before the phone last asked and does not come back was taken back elsewhere. */
function isPacked(entry: Entry, asOf: string): boolean {
  return entry.state === 'sent' && new Date(entry.settled_at ?? 0) < new Date(asOf)
}

function entered(entry: Entry): DutyWish {
  return { ...(entry.input as unknown as NewWish), id: entry.id, settled: 0, kept: 0 }
}

export type WishProblem = 'past' | 'order' | 'far'

/** What speaks against a wish before it is recorded; the server says the same, later. */
export function wishProblem(wish: NewWish, today: string, aheadDays: number): WishProblem | null {
  if (wish.from_on < today) return 'past'
  if (wish.until_on < wish.from_on) return 'order'
  return wish.until_on > addDays(today, aheadDays) ? 'far' : null
}

export type WishOutcome = 'open' | 'kept' | 'broken' | 'partly'

export function outcomeOf(wish: DutyWish): WishOutcome {
  if (wish.settled === 0) return 'open'
  if (wish.kept === wish.settled) return 'kept'
  return wish.settled === 1 && daysBetween(wish.from_on, wish.until_on) === 0 ? 'broken' : 'partly'
}

/** The days of a wish as one reads them: one day, or from and until. */
export function daysOf(wish: { from_on: string; until_on: string }, language: Language): string {
  const [from, until] = [shortDay(wish.from_on, language), shortDay(wish.until_on, language)]
  return wish.from_on === wish.until_on ? from : `${from} – ${until}`
}

export function enterCommand(wish: NewWish): NewWork {
  return {
    action: ENTER,
    input: { ...wish },
    label: bothWays('labels.wish', (inLanguage) => ({ days: daysOf(wish, inLanguage) })),
    subject: `wish/${wish.from_on}/${wish.until_on}/${wish.part}`,
  }
}

export function takeBackCommand(wish: DutyWish): NewWork {
  return {
    action: 'workforce.take_back_wish',
    input: { wish_id: wish.id },
    label: bothWays('labels.wishBack', (inLanguage) => ({ days: daysOf(wish, inLanguage) })),
    subject: back(wish.id),
  }
}
