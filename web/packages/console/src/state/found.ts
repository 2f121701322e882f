// What the search brings back: rows of four tables, and which page each kind opens.
import type { Row, SearchFound } from '@lianfang/core'
import type { RouteLocationRaw } from 'vue-router'
import { areaName } from './areas'
import { cellText, rowLabel } from './cells'
import { tableNamed } from './session'

export type FoundKind = keyof SearchFound

export const FOUND_TABLES: Record<FoundKind, string> = {
  persons: 'people.persons',
  households: 'people.households',
  places: 'places.places',
  areas: 'areas.areas',
}

export const foundLabel = (kind: FoundKind, row: Row) => rowLabel(tableNamed(FOUND_TABLES[kind]), row)

/** Where it is, then what else tells two of the same name apart. */
export function foundNote(kind: FoundKind, row: Row): string {
  const table = tableNamed(FOUND_TABLES[kind])
  const label = foundLabel(kind, row)
  const others = (table?.columns ?? [])
    .filter((column) => !column.hidden && ['text', 'choice', 'int'].includes(column.kind))
    .map((column) => cellText(column, row.cells[column.name]))
    .filter((text) => text.replaceAll('*', '') && text !== label)
  const place = kind === 'areas' ? '' : areaName(row.area)
  return [place, ...others.slice(0, 2)].filter(Boolean).join(' · ')
}

export function foundTarget(kind: FoundKind, row: Row): RouteLocationRaw {
  if (kind === 'areas') return { name: 'home', query: { within: String(row.cells.path ?? row.id) } }
  return { name: 'row', params: { table: FOUND_TABLES[kind], id: row.id } }
}
