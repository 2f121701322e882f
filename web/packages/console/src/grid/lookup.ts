// The rows that a cell may name, by what people call them: a grid by its name, a household by its number.
import type { FormField, Row } from '@lianfang/core'
import { spoken } from '../state/areas'
import { rowLabel } from '../state/cells'
import { pickedFrom } from '../state/picking'
import { api, tableNamed } from '../state/session'
import { namesRow } from './values'

const PAGE = 500
const MOST = 2000

export interface Names {
  /** The ids behind a name. */
  ids: Map<string, Set<string>>
  /** The name of an id. */
  names: Map<string, string>
}

const noNames = (): Names => ({ ids: new Map(), names: new Map() })

/** What the fields of an action may name within an area, each table asked for once. */
export async function namesFor(fields: FormField[], within: string | undefined): Promise<Map<string, Names>> {
  const found = new Map<string, Names>()
  for (const field of fields.filter(namesRow)) {
    const table = pickedFrom(field.widget, field.table)
    if (table && tableNamed(table)) found.set(field.name, await namesIn(table, field.widget === 'area', within))
  }
  return found
}

async function namesIn(table: string, areas: boolean, within: string | undefined): Promise<Names> {
  const names = noNames()
  const rows: Row[] = []
  let after: string | undefined
  do {
    const page = await api.list(table, { within, limit: PAGE, after })
    rows.push(...page.rows)
    after = page.next ?? undefined
  } while (after && rows.length < MOST)
  const called = new Map(rows.map((row) => [row.id, spoken(String(row.cells.name ?? ''))]))
  for (const row of rows) areas ? nameArea(names, row, called) : nameRow(names, table, row)
  return names
}

const VILLAGE = 12

/** A grid is named alone or with its village: every village has a 第一网格. */
function nameArea(names: Names, row: Row, called: Map<string, string>): void {
  const own = called.get(row.id) ?? ''
  const village = row.id.length > VILLAGE ? called.get(row.id.slice(0, VILLAGE)) : undefined
  note(names, row.id, village ? `${village} ${own}` : own, [own, String(row.cells.name ?? ''), row.id])
}

function nameRow(names: Names, table: string, row: Row): void {
  const declared = tableNamed(table)
  const own = declared?.label ? String(row.cells[declared.label] ?? '') : ''
  note(names, row.id, rowLabel(declared, row), [own])
}

function note(names: Names, id: string, name: string, others: string[]): void {
  names.names.set(id, name)
  for (const one of [name, ...others].map(key).filter(Boolean)) {
    names.ids.set(one, (names.ids.get(one) ?? new Set()).add(id))
  }
}

const key = (text: string) => text.normalize('NFKC').replace(/\s/g, '').toLowerCase()

export function findIn(names: Map<string, Names>, field: FormField, text: string): string[] {
  return [...(names.get(field.name)?.ids.get(key(text)) ?? [])]
}

export function nameIn(names: Map<string, Names>, field: FormField, id: string): string {
  return names.get(field.name)?.names.get(id) ?? ''
}
