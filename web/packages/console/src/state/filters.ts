// Filters of a list as they stand in the address, and as a person reads them.
import type { Column, Filters, Table } from '@lianfang/core'
import type { LocationQuery } from 'vue-router'
import { i18n, tell } from '../i18n'
import { areaName } from './areas'
import { cellText } from './cells'

const OWN = new Set(['q', 'sort', 'within', 'view', 'open'])
const SUFFIX = /__(gte_or_empty|gte|lte|lt|in|contains)$/

/** The filters in the address; anything that is not the list's own parameter. */
export function filtersIn(query: LocationQuery): Filters {
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => (OWN.has(key) || typeof value !== 'string' ? [] : [[key, value]])),
  )
}

export interface Chip {
  keys: string[]
  text: string
}

/** One readable chip for each filtered column. */
export function chipsOf(table: Table, filters: Filters): Chip[] {
  const columns = new Map<string, string[]>()
  for (const key of Object.keys(filters)) {
    const name = key.replace(SUFFIX, '')
    columns.set(name, [...(columns.get(name) ?? []), key])
  }
  return [...columns].map(([name, keys]) => ({ keys, text: chipText(table, name, keys, filters) }))
}

function chipText(table: Table, name: string, keys: string[], filters: Filters): string {
  const column = table.columns.find((one) => one.name === name)
  const label = column ? tell(column.label) : name
  const from = filters[`${name}__gte`]
  const to = filters[`${name}__lte`]
  if (from !== undefined || to !== undefined) return `${label}：${from ?? ''} – ${to ?? ''}`
  const given = String(filters[keys[0] ?? ''] ?? '')
  if (given === '') return `${label}：${i18n.global.t('list.filterEmpty')}`
  const values = given.split(',')
  return `${label}：${values.map((value) => valueText(column, value)).join('、')}`
}

function valueText(column: Column | undefined, value: string): string {
  if (!column) return value
  if (column.kind === 'area') return areaName(value)
  if (column.kind === 'bool') return i18n.global.t(value === 'true' ? 'common.yes' : 'common.no')
  const choice = column.choices?.find((one) => String(one.value) === value)
  return choice ? tell(choice.label) : cellText(column, value)
}
