// How a cell of a table reads, and what a row is called. Masks are the server's; nothing is unmasked here.
import { type Bilingual, type Column, fullMoment, isBilingual, type Row, type Table } from '@lianfang/core'
import { i18n, tell } from '../i18n'
import { areaName } from './areas'
import { nameBehind } from './naming'
import { workerName } from './workers'

/** Words of the program, such as carer_needed, say nothing to a reader. */
const CODE = /^[a-z]+([._][a-z0-9]+)*$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/i

interface Named {
  id?: string
  path?: string
  name?: string
  label?: string | Bilingual
}

/** The text of one cell; empty when there is nothing. */
export function cellText(column: Column, value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (column.kind === 'bool') return i18n.global.t(value ? 'common.yes' : 'common.no')
  if (column.choices) return choiceText(column, value)
  if (column.kind === 'datetime') return fullMoment(String(value))
  if (column.kind === 'area' && typeof value === 'string') return areaName(value)
  if (column.kind === 'link' && typeof value === 'string') return linkText(column, value)
  if (isBilingual(value)) return tell(value)
  if (Array.isArray(value))
    return value
      .map((one) => cellText(column, one))
      .filter(Boolean)
      .join('、')
  if (column.kind === 'json' && typeof value === 'object') return noteText(value)
  if (typeof value === 'object') return namedText(value as Named)
  return String(value)
}

const WORKERS = new Set(['accounts.accounts', 'organisation.workers'])

function linkText(column: Column, value: string): string {
  if (!UUID.test(value)) return value
  const table = column.link?.table ?? ''
  const name = WORKERS.has(table) ? workerName(value) : nameBehind(table, value)
  return name || i18n.global.t('common.open')
}

function choiceText(column: Column, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => choiceText(column, one)).join('、')
  const choice = column.choices?.find((one) => one.value === value)
  return choice ? capital(tell(choice.label)) : String(value)
}

/** Labels serve inside sentences too, so that English ones begin small; alone in a cell they begin large. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function namedText(value: Named): string {
  if (value.label) return tell(value.label)
  return value.name ?? value.path ?? value.id ?? JSON.stringify(value)
}

/** Where a link cell leads. */
export function linkTarget(column: Column, value: unknown): { table: string; id: string } | null {
  if (!column.link || !value) return null
  const id = typeof value === 'object' ? (value as Named).id : String(value)
  return id ? { table: column.link.table, id } : null
}

const UNSPEAKING = new Set(['json', 'bool', 'datetime', 'link', 'area'])

/** A house number alone names no house to a reader. */
const ALSO: Record<string, string> = { 'people.households': 'head_name' }

/** What to call a row: its table's label, else its first column that says something. */
export function rowLabel(table: Table | undefined, row: Row): string {
  const named = table?.columns.find((column) => column.name === table.label)
  // Empty where nobody's name is kept, and null where it is hidden from this reader.
  if (named?.privacy === 'name' && row.cells[named.name] === '') return namelessLabel(table, row)
  const also = table?.columns.find((column) => column.name === ALSO[table.name])
  for (const column of named ? [named, ...(table?.columns ?? [])] : (table?.columns ?? [])) {
    if (column !== named && (column.hidden || UNSPEAKING.has(column.kind))) continue
    const text = cellText(column, row.cells[column.name])
    if (text)
      return [text, also && also !== column ? cellText(also, row.cells[also.name]) : ''].filter(Boolean).join(' ')
  }
  return row.id.slice(-8)
}

/** Somebody whose name was erased or never told: what else is known of them here says no more than a number does. */
function namelessLabel(table: Table | undefined, row: Row): string {
  const contact = table?.columns.find((column) => column.privacy === 'contact')
  const reached = contact && cellText(contact, row.cells[contact.name])
  const number = cellText({ kind: 'text' } as Column, row.cells.number) || row.id.slice(-8)
  return reached || i18n.global.t('detail.nameless', { number })
}

/** A note of the audit trail or of a gap: a sentence when it is one, else its plain values. */
export function noteText(note: unknown): string {
  if (note === null || note === undefined) return ''
  if (typeof note === 'string') return note
  if (isBilingual(note)) return tell(note)
  return Object.values(note)
    .filter((value) => ['string', 'number'].includes(typeof value) && !UUID.test(String(value)))
    .filter((value) => !CODE.test(String(value)))
    .join(' · ')
}
