// A roster as rows to scroll through: which there are, how high each is, which can be seen, where the keys lead. Pure.
import type { RosterCell, RosterGrid, RosterLine, RosterPerson, RosterPost } from '@lianfang/core'

export type Turned = 'posts' | 'people'

/** One shift of one post, all its days. */
export interface PostRow {
  key: string
  post: RosterPost
  line: RosterLine
  /** The first row of its post says which post it is aloud, the others quietly. */
  first: boolean
  height: number
}

/** One person, with what they do on each day. */
export interface PersonRow {
  key: string
  name: string
  shifts: number
  nights: number
  days: Served[][]
  height: number
}

export interface Served {
  post: RosterPost
  line: RosterLine
  day: number
  person: RosterPerson
  broken: boolean
}

export interface Place {
  post: RosterPost
  line: RosterLine
  day: number
  cell: RosterCell
}

const LINE = 21
const PADDING = 13
const LEAST = 2

const heightOf = (lines: number): number => Math.max(LEAST, lines) * LINE + PADDING

export const troubled = (cell: RosterCell | null): boolean =>
  cell !== null && (cell.lacks.length > 0 || cell.broken.length > 0)

/** How many places are short and how many rules are broken in the whole roster. */
export function countTroubles(grid: RosterGrid): { short: number; broken: number } {
  const cells = grid.posts.flatMap((post) => post.lines.flatMap((line) => line.cells))
  return {
    short: cells.filter((cell) => cell && cell.lacks.length > 0).length,
    broken: cells.reduce((sum, cell) => sum + (cell?.broken.length ?? 0), 0),
  }
}

/** The rows of the posts; `wanted` is part of a post's or a person's name, `only` leaves what has a trouble. */
export function postRows(grid: RosterGrid, wanted: string, only: boolean): PostRow[] {
  return grid.posts.flatMap((post) => {
    const named = includes(`${post.number} ${post.name} ${post.place}`, wanted)
    const lines = post.lines.filter(
      (line) =>
        (named || line.cells.some((cell) => cell?.people.some((one) => includes(one.name, wanted)))) &&
        (!only || line.cells.some(troubled)),
    )
    return lines.map((line, index) => ({
      key: `${post.id}/${line.kind}`,
      post,
      line,
      first: index === 0,
      height: heightOf(Math.max(...line.cells.map(linesIn))),
    }))
  })
}

/** How many lines a cell shows: a name each, and its marks. */
function linesIn(cell: RosterCell | null): number {
  return cell ? cell.people.length + cell.lacks.length + (cell.broken.length > 0 ? 1 : 0) : 0
}

/** The same roster by person, in the order of their names. */
export function personRows(grid: RosterGrid, wanted: string, only: boolean): PersonRow[] {
  const found = new Map<string, PersonRow>()
  for (const post of grid.posts)
    for (const line of post.lines)
      line.cells.forEach((cell, day) => {
        for (const person of cell?.people ?? [])
          take(found, grid, { post, line, day, person, broken: isBroken(cell, person) })
      })
  return [...found.values()]
    .filter((row) => includes(row.name, wanted) && (!only || row.days.flat().some((one) => one.broken)))
    .map((row) => ({ ...row, height: heightOf(Math.max(...row.days.map((day) => day.length))) }))
    .sort((one, other) => one.name.localeCompare(other.name, 'zh-Hans-CN') || (one.key < other.key ? -1 : 1))
}

function isBroken(cell: RosterCell | null, person: RosterPerson): boolean {
  return cell?.broken.some((one) => one.who === person.who) ?? false
}

function take(found: Map<string, PersonRow>, grid: RosterGrid, served: Served): void {
  const { who, name } = served.person
  const row = found.get(who) ?? { key: who, name, shifts: 0, nights: 0, days: grid.days.map(() => []), height: 0 }
  row.days[served.day]?.push(served)
  row.shifts += 1
  row.nights += served.line.night ? 1 : 0
  found.set(who, row)
}

const includes = (text: string, wanted: string): boolean => text.toLowerCase().includes(wanted.trim().toLowerCase())

/** Where each row begins, and at the end how high all are. */
export function beginningsOf(rows: { height: number }[]): number[] {
  const found = [0]
  for (const row of rows) found.push((found[found.length - 1] ?? 0) + row.height)
  return found
}

/** The rows that can be seen, from the first to the one after the last, with a few more on either side. */
export function seen(beginnings: number[], top: number, height: number, spare = 6): [number, number] {
  const count = beginnings.length - 1
  return [Math.max(0, rowAt(beginnings, top) - spare), Math.min(count, rowAt(beginnings, top + height) + 1 + spare)]
}

function rowAt(beginnings: number[], y: number): number {
  let [low, high] = [0, Math.max(0, beginnings.length - 2)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((beginnings[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-8, 0],
  PageDown: [8, 0],
}

/** The cell a key leads to, [row, day]; null for a key that leads nowhere. */
export function stepTo(
  key: string,
  ctrl: boolean,
  at: [number, number],
  size: [number, number],
): [number, number] | null {
  const [rows, days] = size
  if (rows === 0 || days === 0) return null
  if (key === 'Home') return [ctrl ? 0 : at[0], 0]
  if (key === 'End') return [ctrl ? rows - 1 : at[0], days - 1]
  const step = STEPS[key]
  return step ? [within(at[0] + step[0], rows), within(at[1] + step[1], days)] : null
}

const within = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value))
