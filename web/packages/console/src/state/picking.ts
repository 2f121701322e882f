// Where the pickers of a form find their candidates: the search door for people and places, tables for the rest.
import type { Found } from '@lianfang/core'
import { cellText, rowLabel } from './cells'
import { foundLabel, foundNote } from './found'
import { api, tableNamed } from './session'

export interface Candidate {
  value: string
  label: string
  note: string
}

const SEARCHED = { household: 'households', person: 'persons', place: 'places', area: 'areas' } as const
const LISTED: Record<string, string> = { account: 'accounts.accounts', area: 'areas.areas' }

export async function candidates(
  widget: string,
  table: string | null,
  q: string,
  signal: AbortSignal,
): Promise<Candidate[]> {
  if (!table && widget in SEARCHED && q) {
    const found = await api.search(q, signal)
    return found[SEARCHED[widget as keyof typeof SEARCHED]].map((one) => fromSearch(widget, one))
  }
  const name = table ?? LISTED[widget]
  return name && tableNamed(name) ? listed(name, q, widget, signal) : []
}

function fromSearch(widget: string, found: Found): Candidate {
  const value = widget === 'area' ? String(found.path ?? found.id) : found.id
  return { value, label: foundLabel(found), note: foundNote(found) }
}

async function listed(name: string, q: string, widget: string, signal: AbortSignal): Promise<Candidate[]> {
  const table = tableNamed(name)
  const page = await api.list(name, { q, limit: 20 }, signal)
  return page.rows.map((row) => ({
    value: widget === 'area' ? String(row.cells.path ?? row.area ?? row.id) : row.id,
    label: rowLabel(table, row),
    note: secondText(name, row),
  }))
}

function secondText(name: string, row: Parameters<typeof rowLabel>[1]): string {
  const columns = (tableNamed(name)?.columns ?? []).filter((column) => !column.hidden && column.kind !== 'json')
  return columns
    .slice(1, 3)
    .map((column) => cellText(column, row.cells[column.name]))
    .filter(Boolean)
    .join(' · ')
}
