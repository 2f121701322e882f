// Where the pickers of a form find their candidates: each widget has its table.
import type { Row } from '@lianfang/core'
import { areaName } from './areas'
import { rowLabel } from './cells'
import { FOUND_TABLES, type FoundKind, foundNote } from './found'
import { api, tableNamed } from './session'

export interface Candidate {
  value: string
  label: string
  note: string
}

const KINDS: Record<string, FoundKind> = { household: 'households', person: 'persons', place: 'places', area: 'areas' }

// Whoever works in an area may be named by anyone who works there; the accounts themselves are the office's.
const WORKERS = 'organisation.workers'

/** The table a picker of this kind chooses from. */
export function pickedFrom(widget: string, table: string | null): string | null {
  const kind = KINDS[widget]
  return table ?? (kind ? FOUND_TABLES[kind] : widget === 'account' ? WORKERS : null)
}

export async function candidates(
  widget: string,
  table: string | null,
  q: string,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const name = pickedFrom(widget, table)
  if (!name || !tableNamed(name)) return []
  const where = name === WORKERS ? { is_active: 'true' } : {}
  const page = await api.list(name, { q, where, limit: 20 }, signal)
  return page.rows.map((row) => candidate(name, widget, row))
}

/** The one already chosen, so that a prefilled form shows a name and not an id. */
export async function candidateOf(widget: string, table: string | null, value: string): Promise<Candidate | null> {
  const name = pickedFrom(widget, table)
  if (!name || !tableNamed(name)) return null
  const page = await api.list(name, { limit: 1, where: { id__in: value } }).catch(() => null)
  const row = page?.rows[0]
  return row ? candidate(name, widget, row) : null
}

function candidate(name: string, widget: string, row: Row): Candidate {
  const kind = (Object.keys(FOUND_TABLES) as FoundKind[]).find((one) => FOUND_TABLES[one] === name)
  return {
    value: widget === 'area' ? String(row.cells.path ?? row.id) : row.id,
    label: rowLabel(tableNamed(name), row),
    note: kind ? foundNote(kind, row) : name === WORKERS ? workerNote(row) : '',
  }
}

function workerNote(row: Row): string {
  return [String(row.cells.title ?? ''), areaName(row.area)].filter(Boolean).join(' · ')
}
