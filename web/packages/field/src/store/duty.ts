// One's own shifts as this phone knows them: what is in the queue counts before the server has it. Knows no interface.
import { type AskedList, type AskedPoint, type CheckAnswer, dayOf, type Entry } from '@lianfang/core'
import { bothWays } from '../i18n'
import type { Duty, DutyNote, DutyShift } from './bundle'
import type { NewWork } from './outbox'

export interface Counters {
  informed: number
  leaflets: number
  meals: number
}

export interface HandOver {
  open_people: string
  open_vehicles: string
  equipment: string
  stock: string
  matters: string
  nothing_open: boolean
}

const subjects = {
  in: (shift: string) => `shift/${shift}/in`,
  out: (shift: string) => `shift/${shift}/out`,
  counts: (shift: string) => `shift/${shift}/counts`,
  accept: 'shifts/accept',
  note: (note: string) => `note/${note}`,
}

/** The shifts with what this phone has recorded and the server has not refused, the nearest first. */
export function shiftsNow(duty: Duty, entries: Entry[]): DutyShift[] {
  const told = new Map<string, Entry>()
  for (const entry of entries) if (entry.state !== 'refused' && entry.subject) told.set(entry.subject, entry)
  const acceptedIds = new Set(
    entries.filter((one) => one.subject === subjects.accept && one.state !== 'refused').flatMap((one) => shiftIds(one)),
  )
  return duty.shifts.map((shift) => standing(shift, told, acceptedIds)).sort(sooner)
}

function shiftIds(entry: Entry): string[] {
  const ids = (entry.input as { shift_ids?: unknown }).shift_ids
  return Array.isArray(ids) ? ids.map(String) : []
}

function standing(shift: DutyShift, told: Map<string, Entry>, accepted: Set<string>): DutyShift {
  const counted = told.get(subjects.counts(shift.id))
  const counts = counted ? (counted.input as unknown as Partial<Counters>) : {}
  const now = {
    ...shift,
    informed: counts.informed ?? shift.informed,
    leaflets: counts.leaflets ?? shift.leaflets,
    meals: counts.meals ?? shift.meals,
  }
  const gone = told.get(subjects.out(shift.id))
  const come = told.get(subjects.in(shift.id))
  const signed_in_at = come?.happened_at ?? shift.signed_in_at
  if (gone) return { ...now, signed_in_at, state: 'signed_out', signed_out_at: gone.happened_at }
  if (come && !['signed_out', 'verified'].includes(shift.state)) return { ...now, signed_in_at, state: 'signed_in' }
  return accepted.has(shift.id) && shift.state === 'notified' ? { ...now, state: 'accepted' } : now
}

function sooner(one: DutyShift, other: DutyShift): number {
  return one.starts_at < other.starts_at ? -1 : 1
}

/** Notes of the shift before that nobody has confirmed, at the post where one stands now. */
export function notesNow(duty: Duty, entries: Entry[], here: DutyShift | null): DutyNote[] {
  const done = new Set(entries.filter((one) => one.state !== 'refused').map((one) => one.subject))
  return here ? duty.notes.filter((one) => one.post_id === here.post_id && !done.has(subjects.note(one.id))) : []
}

export type Arrival = { kind: 'early'; from: string } | { kind: 'now'; late: number } | { kind: 'over' }

/** Whether one may sign in at `now`, and how many minutes late that is. */
export function arrival(shift: DutyShift, earlyMinutes: number, now: Date): Arrival {
  const [starts, ends] = [new Date(shift.starts_at).getTime(), new Date(shift.ends_at).getTime()]
  const from = starts - earlyMinutes * 60000
  if (now.getTime() < from) return { kind: 'early', from: new Date(from).toISOString() }
  if (now.getTime() >= ends) return { kind: 'over' }
  return { kind: 'now', late: Math.max(0, Math.floor((now.getTime() - starts) / 60000)) }
}

export function signInCommand(shift: DutyShift, code: string): NewWork {
  return {
    action: 'workforce.sign_in',
    input: { shift_id: shift.id, ...(code ? { code } : {}) },
    label: bothWays('labels.signIn', () => ({ post: shift.post })),
    subject: subjects.in(shift.id),
  }
}

export function signOutCommand(shift: DutyShift, left: HandOver, counts: Counters): NewWork {
  const written = Object.fromEntries(Object.entries(left).filter(([, value]) => value !== '' && value !== false))
  return {
    action: 'workforce.sign_out',
    input: { shift_id: shift.id, ...written, ...counts },
    label: bothWays('labels.signOut', () => ({ post: shift.post })),
    subject: subjects.out(shift.id),
  }
}

export function countCommand(shift: DutyShift, counts: Counters): NewWork {
  return {
    action: 'workforce.count_shift',
    input: { shift_id: shift.id, ...counts },
    label: bothWays('labels.counts', () => ({ post: shift.post })),
    subject: subjects.counts(shift.id),
  }
}

export interface PointAnswer {
  point: string
  answer: CheckAnswer
  note: string
}

/** The checklists of the post where one stands, with what this phone has answered today and not been refused. */
export function listsNow(duty: Duty, entries: Entry[], here: DutyShift | null, today: string): AskedList[] {
  const asked = duty.checks?.find((one) => one.post_id === here?.post_id)
  if (!asked) return []
  const own = entries.filter((one) => one.state !== 'refused' && one.action === 'workforce.answer_checklist')
  return asked.lists.map((list) => {
    const said = new Map<string, PointAnswer>()
    for (const entry of own) {
      const input = entry.input as { post_id?: string; checklist_id?: string; points?: PointAnswer[] }
      const counts = input.post_id === asked.post_id && input.checklist_id === list.id
      if (counts && dayOf(new Date(entry.happened_at)) === today)
        for (const one of input.points ?? []) said.set(one.point, one)
    }
    return { ...list, points: list.points.map((one) => pointNow(one, asked.on === today, said.get(one.point))) }
  })
}

/** What the server told counts for its day only; what this phone said since counts before it. */
function pointNow(asked: AskedPoint, isToday: boolean, said: PointAnswer | undefined): AskedPoint {
  if (said) return { point: asked.point, answer: said.answer, note: said.note }
  return isToday ? asked : { point: asked.point }
}

export function answerCommand(shift: DutyShift, list: AskedList, points: PointAnswer[]): NewWork {
  return {
    action: 'workforce.answer_checklist',
    input: { post_id: shift.post_id, checklist_id: list.id, points },
    label: bothWays('labels.answers', () => ({ list: list.name, n: String(points.length) })),
    subject: `checks/${shift.post_id}/${list.id}`,
  }
}

export function locateCommand(shift: DutyShift, longitude: number, latitude: number): NewWork {
  return {
    action: 'workforce.locate_here',
    input: { shift_id: shift.id, longitude, latitude },
    label: bothWays('labels.locate', () => ({ post: shift.post })),
    subject: `post/${shift.post_id}/place`,
  }
}

export function acceptCommand(shifts: DutyShift[]): NewWork {
  return {
    action: 'workforce.accept_shifts',
    input: { shift_ids: shifts.map((one) => one.id) },
    label: bothWays('labels.acceptShifts', () => ({ n: String(shifts.length) })),
    subject: subjects.accept,
  }
}

export function confirmCommand(note: DutyNote, post: string, remark: string): NewWork {
  return {
    action: 'workforce.confirm_note',
    input: { note_id: note.id, ...(remark ? { remark } : {}) },
    label: bothWays('labels.confirmNote', () => ({ post })),
    subject: subjects.note(note.id),
  }
}
