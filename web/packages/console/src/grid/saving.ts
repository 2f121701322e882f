// From rows of a grid to commands, and from the server's answers back to the rows. One batch, one answer to each row.
import {
  type Action,
  type Command,
  type CommandResult,
  type FormField,
  isoWithOffset,
  type Language,
  refusalSentence,
  uuid7,
} from '@lianfang/core'
import { type GridRow, isDirty, type Undo } from './rows'
import { type Find, type Problem, readCell } from './values'

export type CellProblem = Problem | 'missing' | 'unempty' | 'masked'

export interface Kind {
  action: Action
  fields: FormField[]
  /** The columns whose old values this reader sees masked, so that nothing can bring them back. */
  masked: ReadonlySet<string>
  find: Find
}

const asksVersion = (action: Action) => 'version' in (action.input.properties ?? {})

/** What is wrong with the cells of one row before anybody is asked. */
export function problemsOf(kind: Kind, row: GridRow): Map<string, CellProblem> {
  const found = new Map<string, CellProblem>()
  if (!isDirty(row)) return found
  kind.fields.forEach((field, at) => {
    const text = row.cells[at] ?? ''
    if (row.id !== null && text === row.base[at]) return
    const problem = problemOf(kind, field, row, text)
    if (problem) found.set(field.name, problem)
  })
  return found
}

function problemOf(kind: Kind, field: FormField, row: GridRow, text: string): CellProblem | undefined {
  if (text.trim() === '') return emptyProblem(field, row)
  if (isMask(kind, field, text)) return 'masked'
  return readCell(field, text, kind.find).problem
}

/** A mask copied from another row, or put back by way of Excel, is not what anybody meant to write. */
function isMask(kind: Kind, field: FormField, text: string): boolean {
  return kind.masked.has(field.name) && text.includes(field.widget === 'textarea' ? '***' : '*')
}

function emptyProblem(field: FormField, row: GridRow): CellProblem | undefined {
  if (row.id === null) return field.required && field.widget !== 'bool' ? 'missing' : undefined
  return canBeEmptied(field) ? undefined : 'unempty'
}

/** An edit that leaves a field out leaves it as it is; only a text, or a choice that knows "none", is emptied by "". */
function canBeEmptied(field: FormField): boolean {
  return field.widget === 'text' || field.widget === 'textarea'
}

/** The command of a row; cells that cannot be read are left out of it, so that the others can be rehearsed. */
export function commandOf(kind: Kind, row: GridRow): Command {
  const input = row.id === null ? said(kind, row) : edited(kind, row)
  return { id: row.command, action: kind.action.name, input, happened_at: isoWithOffset(new Date()) }
}

function said(kind: Kind, row: GridRow): Record<string, unknown> {
  return valuesOf(kind, row.cells, (at) => (row.cells[at] ?? '').trim() !== '')
}

function edited(kind: Kind, row: GridRow): Record<string, unknown> {
  return {
    ...named(kind.action, row.id, row.version),
    ...valuesOf(kind, row.cells, (at) => row.cells[at] !== row.base[at]),
  }
}

function named(action: Action, id: string | null, version: number | null): Record<string, unknown> {
  const subject = action.subject ? { [action.subject.field]: id } : {}
  return asksVersion(action) ? { ...subject, version } : subject
}

function valuesOf(kind: Kind, cells: string[], wanted: (at: number) => boolean): Record<string, unknown> {
  const pairs = kind.fields.flatMap((field, at) => {
    if (!wanted(at)) return []
    const text = cells[at] ?? ''
    const { value, problem } = readCell(field, text, kind.find)
    return problem || isMask(kind, field, text) || (value === null && !canBeEmptied(field))
      ? []
      : [[field.name, value ?? ''] as const]
  })
  return Object.fromEntries(pairs)
}

/** Put the server's answer on its row. */
export function take(kind: Kind, row: GridRow, answer: CommandResult, language: Language): void {
  if (answer.refusal) {
    row.problems = sentences(kind, answer, language)
    return
  }
  const result = answer.result ?? {}
  row.problems = {}
  if (result.conflict_id) {
    row.state = 'beside'
    row.conflict = String(result.conflict_id)
    row.command = uuid7()
    return
  }
  row.undo = undoOf(kind, row, result)
  row.state = 'saved'
  row.command = uuid7()
  row.before = row.base
  if (row.id === null) return
  row.base = [...row.cells]
  if (typeof result.version === 'number') row.version = result.version
}

export function sentences(kind: Kind, answer: CommandResult, language: Language): Record<string, string[]> {
  const columns = new Set(kind.fields.map((field) => field.name))
  const found: Record<string, string[]> = {}
  for (const body of answer.refusal?.problems ?? (answer.refusal ? [answer.refusal] : [])) {
    const name = body.field?.split('.')[0] ?? ''
    const column = columns.has(name) ? name : ''
    found[column] = [...(found[column] ?? []), refusalSentence(body, language)]
  }
  return found
}

/** How to take a row back: as the server says, else by the same action with what stood before. */
function undoOf(kind: Kind, row: GridRow, result: Record<string, unknown>): Undo | null {
  if (result.undo) return result.undo as Undo
  const changed = kind.fields.filter((_, at) => row.cells[at] !== row.base[at])
  if (row.id === null || !asksVersion(kind.action) || changed.some((field) => kind.masked.has(field.name))) return null
  if (changed.some((field) => !canBeEmptied(field) && (row.base[kind.fields.indexOf(field)] ?? '') === '')) return null
  const before = valuesOf(kind, row.base, (at) => row.cells[at] !== row.base[at])
  return { action: kind.action.name, input: { ...named(kind.action, row.id, result.version as number), ...before } }
}

/** The command that takes a saved row back. */
export function takingBack(row: GridRow, undo: Undo): Command {
  return { id: row.command, ...undo, happened_at: isoWithOffset(new Date()) }
}

/** Put the answer to taking back on its row: a new row can be corrected and saved again, an edited one is as before. */
export function tookBack(kind: Kind, row: GridRow, answer: CommandResult, language: Language): void {
  if (answer.refusal) {
    row.problems = sentences(kind, answer, language)
    return
  }
  const version = answer.result?.version
  if (row.id !== null) {
    row.cells = [...(row.before ?? row.cells)]
    row.base = [...row.cells]
    if (typeof version === 'number') row.version = version
  }
  Object.assign(row, { state: 'open', undo: null, before: null, problems: {}, command: uuid7() })
}
