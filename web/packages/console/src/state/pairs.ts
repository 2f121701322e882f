// Two records that may be one person, field by field: what stands on either side, what differs, what will be kept.
import type { Choice, Row, Table } from '@lianfang/core'
import { cellText } from './cells'

export type Side = 0 | 1
export type Mark = 'same' | 'differs' | 'first' | 'second' | 'none'

/** A list of pairs to decide about, and how each answer is given to the server. */
export interface Queue {
  key: 'doubles' | 'matches'
  table: string
  open: Record<string, string>
  ends: [End, End]
  fields: string[]
  /** Fields of which one side's value can be chosen; none where nothing is merged. */
  choosable: string[]
  different: (row: Row, reason: string) => Asked
  later: (row: Row) => Asked
}
interface End {
  table: string
  cell: string
}
export interface Asked {
  action: string
  input: Record<string, unknown>
}

export const DOUBLES: Queue = {
  key: 'doubles',
  table: 'people.duplicates',
  open: { settled_at: '' },
  ends: [
    { table: 'people.persons', cell: 'first' },
    { table: 'people.persons', cell: 'second' },
  ],
  fields: [
    'name',
    'sex',
    'born_on',
    'identity_number',
    'phone',
    'relation',
    'status',
    'number',
    'area_path',
    'guardian_name',
    'vulnerabilities',
    'note',
    'updated_at',
  ],
  choosable: ['name', 'sex', 'born_on', 'identity_number', 'phone', 'relation', 'guardian_name', 'note'],
  different: (row, reason) => ({ action: 'people.dismiss_duplicate', input: { suggestion_id: row.id, reason } }),
  later: (row) => ({ action: 'people.postpone_duplicate', input: { suggestion_id: row.id } }),
}

export const MATCHES: Queue = {
  key: 'matches',
  table: 'screening.match_proposals',
  open: { decision: 'open' },
  ends: [
    { table: 'screening.leads', cell: 'lead' },
    { table: 'people.persons', cell: 'person' },
  ],
  fields: [
    'name',
    'sex',
    'born_on',
    'identity_number',
    'phone',
    'address',
    'area_path',
    'number',
    'returned_on',
    'status',
    'due_at',
  ],
  choosable: [],
  different: (row) => ({ action: 'screening.decide_match', input: { proposal_id: row.id, same: false } }),
  later: (row) => ({ action: 'screening.postpone_match', input: { proposal_id: row.id } }),
}

export const QUEUES = [DOUBLES, MATCHES]

/** The answer "the same": entries of the register are merged, a lead is joined to whom it names. */
export function sameAsked(queue: Queue, row: Row, kept: Side, taken: string[], reason: string): Asked {
  if (queue.key === 'matches') return { action: 'screening.decide_match', input: { proposal_id: row.id, same: true } }
  const ids = [String(row.cells.first), String(row.cells.second)]
  const input = { keep_id: ids[kept], merge_id: ids[1 - kept], take: taken, suggestion_id: row.id, reason }
  return { action: 'people.merge_persons', input }
}

export interface Line {
  field: string
  column: (Table['columns'][number] | undefined)[]
  texts: [string, string]
  mark: Mark
  choosable: boolean
}

/** Fields of which only equality says anything; a place or a time that differs is no contradiction by itself. */
const TOLD_ONLY = new Set(['updated_at', 'due_at', 'returned_on'])

const ENDS = ['first', 'second'] as const
/** What stands for a value of which nothing is shown before it is revealed, such as a day. */
const HIDDEN = '***'

/** One line for each field that either side says anything about. */
export function linesOf(queue: Queue, row: Row, ends: (Row | null)[], tables: (Table | undefined)[]): Line[] {
  const marks = (row.cells.marks ?? {}) as Record<string, Mark>
  return queue.fields.flatMap((field) => {
    const column = tables.map((table) => table?.columns.find((one) => one.name === field))
    const told = marks[field]
    const texts = [0, 1].map((side) => {
      const masked = column[side]?.masked && (told === 'same' || told === 'differs' || told === ENDS[side])
      return textOf(column[side], ends[side]?.cells[field]) || (masked ? HIDDEN : '')
    }) as [string, string]
    const mark = TOLD_ONLY.has(field) ? 'none' : (told ?? markOf(...texts))
    if (!texts[0] && !texts[1]) return []
    return [{ field, column, texts, mark, choosable: mark === 'differs' && queue.choosable.includes(field) }]
  })
}

function textOf(column: Table['columns'][number] | undefined, value: unknown): string {
  return column ? cellText(column, value) : ''
}

function markOf(one: string, other: string): Mark {
  if (one && other) return one === other ? 'same' : 'differs'
  return one ? 'first' : other ? 'second' : 'none'
}

/** The characters of two texts of one length, each with whether it differs: one wrong digit is found at a glance. */
export function pieces(own: string, other: string): { text: string; differs: boolean }[] {
  const [mine, theirs] = [[...own], [...other]]
  if (mine.length !== theirs.length) return [{ text: own, differs: false }]
  return mine.map((text, place) => ({ text, differs: text !== theirs[place] }))
}

/** What a choice of values asks of the server: the fields taken from the entry that is not kept. */
export function takenFrom(lines: Line[], chosen: ReadonlyMap<string, Side>, kept: Side): string[] {
  return lines.filter((line) => line.choosable && (chosen.get(line.field) ?? kept) !== kept).map((line) => line.field)
}

/** The characters in which two names of one length differ, 章/张; nothing where either is masked. */
export function charactersOf(lines: Line[]): string {
  const name = lines.find((line) => line.field === 'name')
  if (name?.mark !== 'differs' || name.column.some((column) => column?.masked)) return ''
  const [one, other] = name.texts.map((text) => [...text]) as [string[], string[]]
  if (one.length !== other.length) return ''
  const apart = one.flatMap((letter, place) => (letter === other[place] ? [] : [`${letter}/${other[place]}`]))
  return apart.join('、')
}

const MISWRITTEN = new Set(['name.1', 'name.2', 'name.4', 'name_sounds_same', 'name_looks_same', 'name_one_character'])

/** Evidence as a sentence, the characters that differ behind the name. */
export function evidenceOf(
  row: Row,
  table: Table | undefined,
  characters: string,
  told: (choice: Choice, characters: string) => string,
): string[] {
  const choices = table?.columns.find((column) => column.name === 'evidence')?.choices ?? []
  const codes = (row.cells.evidence ?? []) as string[]
  return codes.flatMap((code) => {
    const choice = choices.find((one) => one.value === code)
    return choice ? [told(choice, MISWRITTEN.has(code) ? characters : '')] : []
  })
}
