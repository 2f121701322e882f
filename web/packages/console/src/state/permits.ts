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

function address(name: string, value: string): string {
  return `/api/permits/cards.pdf?${new URLSearchParams({ [name]: value })}`
}
