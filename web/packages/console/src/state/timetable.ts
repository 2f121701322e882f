// Two weeks of one person's observation as a grid of days and parts, and its readings as points. Pure.
import { addDays, daysBetween, type Row } from '@lianfang/core'

export type Part = 'morning' | 'evening'
export const PARTS: Part[] = ['morning', 'evening']

export interface SlotCell {
  state: string
  temperature_c: number | null
  fever: boolean
}

export interface DayCell {
  day: string
  number: number
  morning: SlotCell | null
  evening: SlotCell | null
}

export interface Point {
  at: string
  temperature_c: number
  fever: boolean
}

const partOf = (cells: Row['cells']) => String(cells.slot ?? '') as Part

/** Every day from the first to the last, with what is known of each part. */
export function daysOf(startsOn: string, endsOn: string, slots: Row[], readings: Row[]): DayCell[] {
  const known = new Map(slots.map(({ cells }) => [`${cells.day_on}/${partOf(cells)}`, cells]))
  const taken = new Map(readings.map(({ cells }) => [`${cells.slot_on}/${partOf(cells)}`, cells]))
  const cell = (day: string, part: Part): SlotCell | null => {
    const slot = known.get(`${day}/${part}`)
    const reading = taken.get(`${day}/${part}`)
    if (!slot && !reading) return null
    const value = reading?.temperature_c
    return {
      state: String(slot?.state ?? 'recorded'),
      temperature_c: typeof value === 'number' ? value : null,
      fever: reading?.fever === true,
    }
  }
  return Array.from({ length: Math.max(0, daysBetween(startsOn, endsOn) + 1) }, (_, index) => {
    const day = addDays(startsOn, index)
    return { day, number: index + 1, morning: cell(day, 'morning'), evening: cell(day, 'evening') }
  })
}

/** Readings with a temperature, oldest first. */
export function pointsOf(readings: Row[]): Point[] {
  return readings
    .flatMap(({ cells }) =>
      typeof cells.temperature_c === 'number'
        ? [{ at: String(cells.happened_at), temperature_c: cells.temperature_c, fever: cells.fever === true }]
        : [],
    )
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
