// What the search brings back, and which page each kind opens.
import { type Bilingual, type Found, isBilingual, type SearchFound } from '@lianfang/core'
import type { RouteLocationRaw } from 'vue-router'
import { tell } from '../i18n'

export type FoundKind = keyof SearchFound

const TABLES: Record<FoundKind, string> = {
  persons: 'people.persons',
  households: 'people.households',
  places: 'places.places',
  areas: 'areas.areas',
}

const LABELS = ['label', 'name', 'title', 'head_name', 'door_no', 'address'] as const
const NOTES = ['note', 'detail', 'area_name', 'full_name', 'address'] as const

function firstOf(item: Found, names: readonly string[]): string {
  for (const name of names) {
    const value = item[name]
    if (typeof value === 'string' && value) return value
    if (isBilingual(value)) return tell(value as Bilingual)
  }
  return ''
}

export const foundLabel = (item: Found) => firstOf(item, LABELS) || item.id

export function foundNote(item: Found): string {
  const note = firstOf(item, NOTES)
  if (note && note !== foundLabel(item)) return note
  const area = item.area as { name?: string; full_name?: string } | string | null | undefined
  return typeof area === 'object' && area ? (area.full_name ?? area.name ?? '') : ''
}

export function foundTarget(kind: FoundKind, item: Found): RouteLocationRaw {
  if (kind === 'areas') return { name: 'home', query: { within: String(item.path ?? item.id) } }
  return { name: 'row', params: { table: TABLES[kind], id: item.id } }
}
