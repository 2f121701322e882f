// Which actions a page offers: those declared on its table, those that begin one of its rows, those that take a row along.
import { type Action, type FormField, fieldsOf, type Row, type Table } from '@lianfang/core'
import { actionsOn, actionsOnRow, mayDo, meta } from './session'

const WIDGET_TABLES: Record<string, string> = {
  household: 'people.households',
  person: 'people.persons',
  place: 'places.places',
  account: 'accounts.accounts',
  area: 'areas.areas',
}
const appOf = (name: string) => name.split('.')[0] ?? ''
const isOwn = (table: Table) => (table.name.split('.')[1] ?? '').startsWith('my_')
const nounOf = (table: Table) =>
  (table.name.split('.')[1] ?? '')
    .replace(/^my_/, '')
    .replace(/ies$/, 'y')
    .replace(/(sh|ch)es$/, '$1')
    .replace(/s$/, '')

const BEGINS = /\.(add|enter|open|create|set_up|order|register|raise|issue|record|start|plan|report|assign|propose)_/

function mine(): Action[] {
  return (meta.value?.actions ?? []).filter((action) => mayDo(action.name))
}

/** Bulk actions take lists of records; they belong to files and programs, not to a form. */
function isForPeople(action: Action): boolean {
  return Object.values(action.input.properties ?? {}).every(
    (one) => one['x-widget'] !== undefined || one.type !== 'array',
  )
}

/** Actions that need no row to start from: those that make a row of this table first, then the rest of its app. */
export function beginnings(table: Table): { first: Action[]; more: Action[] } {
  const all = mine().filter(
    (action) => !action.subject && appOf(action.name) === appOf(table.name) && isForPeople(action),
  )
  const noun = nounOf(table)
  const begun = all.filter((action) => BEGINS.test(action.name))
  const own = begun.filter((action) => action.name.endsWith(`_${noun}`))
  const forOthers = isOwn(table) ? [] : begun.filter((action) => action.name.endsWith(`_${noun}_for`))
  // on a list of everybody's, what is entered for another comes before what is one's own
  const first = forOthers.length > 0 ? forOthers : own
  return { first, more: all.filter((action) => !first.includes(action)) }
}

/** The field of an action that a row of this table can fill. */
export function fieldFor(action: Action, table: string): string | null {
  if (action.subject?.table === table) return action.subject.field
  const found = Object.entries(action.input.properties ?? {}).find(
    ([, one]) => one['x-table'] === table || WIDGET_TABLES[one['x-widget'] ?? ''] === table,
  )
  return found?.[0] ?? null
}

/** Everything one can do from a row: what its state allows of what is declared on it, and what begins with it. */
export function actionsFrom(table: Table, row: Row): Action[] {
  const declared = actionsOnRow(table, row)
  const begun = mine().filter(
    (action) => !action.subject && table.name !== 'areas.areas' && isForPeople(action) && fieldFor(action, table.name),
  )
  return [...declared, ...begun.filter((action) => !declared.includes(action))]
}

const NO_CELL = new Set(['group', 'list', 'file', 'datetime'])

/** The fields of an action that a grid shows as columns: all but the row it is about and what fits no cell. */
export function gridFields(action: Action): FormField[] {
  return fieldsOf(action).filter(
    (field) =>
      field.name !== action.subject?.field &&
      !NO_CELL.has(field.widget) &&
      !(field.many && !['text', 'multichoice'].includes(field.widget)),
  )
}

/** Whether many rows can be worked through as a grid: every field that must be said fits a cell. */
function fitsGrid(action: Action): boolean {
  const columns = new Set(gridFields(action).map((field) => field.name))
  const asked = fieldsOf(action).filter((field) => field.required && field.name !== action.subject?.field)
  return !action.danger && columns.size > 1 && asked.every((field) => columns.has(field.name))
}

/** What a page offers to do on many rows at the keyboard: make rows of this table, or change those that keep versions. */
export function gridActions(table: Table): Action[] {
  const edits = actionsOn(table).filter(
    (action) => action.subject?.table === table.name && (action.batch || 'version' in (action.input.properties ?? {})),
  )
  return [...beginnings(table).first, ...edits].filter(fitsGrid)
}
