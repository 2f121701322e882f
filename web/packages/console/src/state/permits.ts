// Printed permits: one from its row, or a sheet for every household of the area a list shows. Only for who issues them.
import type { Row } from '@lianfang/core'
import { actionNamed, me } from './session'

const TABLE = 'checkpoints.permits'

/** Where the printed card of a row, or the sheets of an area, are fetched; '' where there is nothing to print. */
export function permitSheet(table: string, row: Row | null, within?: string): string {
  if (table !== TABLE || !actionNamed('checkpoints.replace_permit')) return ''
  if (row) return row.cells.standing === 'valid' || row.cells.standing === 'coming' ? address('permit', row.id) : ''
  const area = within ?? me.value?.home_area?.path ?? ''
  return area ? address('within', area) : ''
}

/** Where the page for the holder's phone is, '' where there is none. */
export function permitPage(table: string, row: Row): string {
  return permitSheet(table, row) && `/api/permits/${row.id}/page`
}

function address(name: string, value: string): string {
  return `/api/permits/cards.pdf?${new URLSearchParams({ [name]: value })}`
}
