// The one action form of the console: any page opens it, and hears when the server has done the work.
import type { Action, ActionDone } from '@lianfang/core'
import { itemsOf, uuid7 } from '@lianfang/core'
import { shallowRef } from 'vue'
import { i18n, tell } from '../i18n'
import { router } from '../router'
import { cellText } from './cells'
import { type Notice, tellDone, tellProblem } from './notices'
import { fieldFor } from './offering'
import { actionNamed, api, tableNamed } from './session'
import { isDoneOnPage } from './special'

export interface Acting {
  action: string
  known: Record<string, unknown>
  about: string
  subjectField: string | null
  /** Masked values of the row, shown where a new value may be typed. */
  hints: Record<string, string>
  rows: string[] | null
  onDone: (done: ActionDone | null) => void
}

export const acting = shallowRef<Acting | null>(null)

export interface OpenAction {
  action: string
  known?: Record<string, unknown>
  about?: string
  subjectField?: string | null
  hints?: Record<string, string>
  rows?: string[]
  onDone?: (done: ActionDone | null) => void
}

/** Open the form of an action, with what is already known filled in. */
export function openAction(wanted: OpenAction): void {
  acting.value = {
    action: wanted.action,
    known: wanted.known ?? {},
    about: wanted.about ?? '',
    subjectField: wanted.subjectField ?? actionNamed(wanted.action)?.subject?.field ?? null,
    hints: wanted.hints ?? {},
    rows: wanted.rows ?? null,
    onDone: wanted.onDone ?? (() => undefined),
  }
}

/** Open an action on one row. What the form asks and the row already says is filled in; masked values are not. */
export async function openActionOn(
  action: string,
  table: string,
  row: { id: string; label: string; cells?: Record<string, unknown> },
  onDone?: OpenAction['onDone'],
): Promise<void> {
  const declared = actionNamed(action)
  if (!declared) return
  if (isDoneOnPage(action)) {
    await router.push({ name: 'row', params: { table, id: row.id } })
    return
  }
  const cells = row.cells ?? (await api.row(table, row.id).catch(() => null))?.row.cells ?? {}
  const field = fieldFor(declared, table)
  const each = eachFrom(declared, table, cells)
  const known = { ...knownFrom(declared, table, cells), ...each.known, ...(field ? { [field]: row.id } : {}) }
  const hints = { ...hintsFrom(table, cells), ...each.hints }
  openAction({ action, known, about: row.label, subjectField: field, hints, onDone })
}

/** Lists with an item for each entry of a cell: the items, and what stands there as hints named field.0.inner. */
function eachFrom(declared: Action, table: string, cells: Record<string, unknown>) {
  const known: Record<string, unknown> = {}
  const hints: Record<string, string> = {}
  if (declared.subject?.table !== table) return { known, hints }
  const told = Object.fromEntries(Object.entries(cells).map(([name, value]) => [name, entriesOf(value)]))
  for (const [name, property] of Object.entries(declared.input.properties ?? {})) {
    if (!property['x-each']) continue
    const found = itemsOf(property, told)
    known[name] = found.items
    for (const [at, one] of found.hints.entries())
      for (const [field, hint] of Object.entries(one)) hints[`${name}.${at}.${field}`] = hint
  }
  return { known, hints }
}

const entriesOf = (value: unknown): string[] => (typeof value === 'string' && value ? value.split('、') : [])

function hintsFrom(table: string, cells: Record<string, unknown>): Record<string, string> {
  const masked = (tableNamed(table)?.columns ?? []).filter((column) => column.masked)
  return Object.fromEntries(masked.map((column) => [column.name, cellText(column, cells[column.name])]))
}

/** Cells fill the fields of their name, and links the field of their name with _id: person → person_id. */
function knownFrom(declared: Action, table: string, cells: Record<string, unknown>): Record<string, unknown> {
  const asked = declared.input.properties ?? {}
  const own = declared.subject?.table === table
  const columns = new Map(tableNamed(table)?.columns.map((column) => [column.name, column]))
  const known = Object.entries(cells).flatMap(([name, value]) => {
    if (value === null || value === '' || columns.get(name)?.masked) return []
    // A household's phone or state is not that of a person added to it: only places and links carry over.
    if (!own && !['area', 'link'].includes(columns.get(name)?.kind ?? '')) return []
    const field = name in asked ? name : `${name}_id` in asked ? `${name}_id` : null
    return field && !asked[field]?.['x-afresh'] ? [[field, value] as const] : []
  })
  return Object.fromEntries(known)
}

/** Say that an action was done, with what the result says of it, and offer its undo or the file it made. */
export function announceDone(title: string, done: ActionDone, afterUndo: () => void): void {
  const t = i18n.global.t
  const { undo, told, file_id, password } = done.result ?? {}
  const text = [t('common.done', { what: title }), typeof told === 'object' ? tell(told) : ''].filter(Boolean).join(' ')
  const next = undo
    ? { text: t('common.undo'), run: () => void takeBack(undo, afterUndo) }
    : file_id
      ? { text: t('common.takeFile'), run: () => window.location.assign(api.stored(file_id)) }
      : null
  if (file_id && done.status === 'repeated') void tellAgain(text, next, file_id)
  else tellDone(text, next, password)
}

/** The answer that said the password was lost on its way: ask for what opens the file, if anything does. */
async function tellAgain(text: string, next: Notice['action'], file: string): Promise<void> {
  try {
    tellDone(text, next, (await api.password(file)).password)
  } catch {
    tellDone(text, next)
  }
}

async function takeBack(
  undo: { action: string; input: Record<string, unknown> },
  afterUndo: () => void,
): Promise<void> {
  try {
    await api.act(undo.action, { id: uuid7(), input: undo.input, happened_at: new Date().toISOString() })
    tellDone(`${i18n.global.t('common.undone')}：${tell(actionNamed(undo.action)?.title) || undo.action}`)
    afterUndo()
  } catch (problem) {
    tellProblem(problem)
  }
}
